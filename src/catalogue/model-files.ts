/**
 * The files of a model as Hugging Face lays it out. `language-model/` reads those and no others, under these names, and
 * `cortecast fetch model` brings all of them that a model has: what is not listed here is neither read nor fetched. The
 * shards of the weights are named by their index.
 */
export const modelFile = {
  config: "config.json",
  /** The whole tokenizer; where it is, the two files after it are not read. */
  tokenizer: "tokenizer.json",
  vocabulary: "vocab.json",
  merges: "merges.txt",
  tokenizerConfig: "tokenizer_config.json",
  specialTokens: "special_tokens_map.json",
  addedTokens: "added_tokens.json",
  /** All weights; where it is, the index is not read. */
  weights: "model.safetensors",
  weightIndex: "model.safetensors.index.json",
} as const;

/** Files that change what transformers computes, and are not read: a warning tells where they lie in a model's folder. */
export const foreignModelFiles: ReadonlyMap<string, string> = new Map([
  ["adapter_config.json", "an adapter changes the weights, and is not applied: merge it into the model first"],
]);
