import { type FieldTable, fieldsUnder, obeyed, refused, told, unused } from "../formats/field-table.ts";

const special = obeyed("one token where a text spells it");
/** The words for files that ask for tokens at the ends of a text. */
export const noEnds = "no token is added at either end of what is read";
const notPadded = unused("nothing is cut or padded: a story is read in passes");
const notDecoded = unused("concerns turning tokens into text again");
const origin = unused("tells where the file is from");

/** Classes of transformers that take all from `tokenizer.json`. */
export const backendClasses: readonly unknown[] = ["PreTrainedTokenizerFast", "TokenizersBackend"];

/** Classes of transformers that make the tokens that are made here. */
const sameClasses = [null, "GPT2Tokenizer", "GPT2TokenizerFast", ...backendClasses];

/** The end of the message on a field that is refused. */
export const tokenizerRemedy = "Only GPT-2's byte-level tokenizer can be read";

/** Special tokens that have names of their own, in the order in which those that are new get their numbers. */
export const namedTokens: readonly string[] = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
];

const specialTokenFields: FieldTable = {
  ...fieldsUnder(special, `${namedTokens.join(" ")} additional_special_tokens extra_special_tokens`),
  "*_token": special,
};

/** Fields of `generation_config.json`, a file that is neither read nor fetched. */
export const generationFields: FieldTable = { "*": unused("concerns generating text, which is not done") };

/** Names in the header of a safetensors file. */
export const safetensorsFields: FieldTable = {
  __metadata__: unused("tells what wrote the file"),
  "*": obeyed(
    "a tensor (dtype, shape, data_offsets), where a hidden state depends on it; others are told, but for heads and stored masks",
  ),
};

/** Every field of `tokenizer_config.json` (PreTrainedTokenizerBase, GPT2Tokenizer), and what becomes of it. */
export const tokenizerConfigFields: FieldTable = {
  added_tokens_decoder: obeyed("tokens beside the vocabulary, by number"),
  model_specific_special_tokens: special,
  add_prefix_space: refused([false, null], "a story begins without a space before it"),
  split_special_tokens: refused([false, null], "special tokens are one token where a text spells them"),
  add_bos_token: told([false, null], noEnds),
  add_eos_token: told([false, null], noEnds),
  do_lower_case: told([false, null], "words keep their case, as GPT2Tokenizer leaves it"),
  tokenizer_class: told(sameClasses, "tokens are made as GPT2Tokenizer makes them"),
  auto_map: told([null, {}], "the tokenizer comes with code of its own, which is not run"),
  fast_tokenizer_files: told([null, [], ["tokenizer.json"]], "tokenizer.json is read"),
  ...fieldsUnder(
    notPadded,
    `
      model_max_length max_len max_length stride truncation_strategy truncation_side padding_side pad_to_multiple_of
      pad_token_type_id padding truncation
    `,
  ),
  ...fieldsUnder(
    notDecoded,
    "errors clean_up_tokenization_spaces clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output",
  ),
  ...fieldsUnder(
    unused("concerns conversations, which are not held"),
    "chat_template response_template response_schema",
  ),
  ...fieldsUnder(
    unused("concerns what transformers returns, not its numbers"),
    "model_input_names verbose trim_offsets",
  ),
  ...fieldsUnder(unused("chooses how it is computed, not what"), "backend use_fast legacy fix_mistral_regex is_fast"),
  ...fieldsUnder(
    unused("the model's own folder is read"),
    "vocab_file merges_file tokenizer_file special_tokens_map_file added_tokens_file from_slow",
  ),
  ...fieldsUnder(
    origin,
    `
      name_or_path processor_class transformers_version is_local local_files_only init_inputs files_loaded
      slow_tokenizer_class device_map unk_id
    `,
  ),
  ...specialTokenFields,
};

/** Every field of `special_tokens_map.json`, and what becomes of it. */
export const specialTokensMapFields: FieldTable = specialTokenFields;

/** The fields of an added token, in whichever file it stands. */
export const addedTokenFields: FieldTable = {
  id: obeyed("its number"),
  content: obeyed("its text"),
  lstrip: obeyed("whether it takes in the white space before it"),
  rstrip: obeyed("whether it takes in the white space behind it"),
  single_word: obeyed("whether it counts only where no letter or digit touches it"),
  normalized: obeyed("whether it counts after those that are not: nothing else is normalised"),
  special: obeyed("whether it counts as normalised where normalized is not given"),
  __type: unused("says that it is an added token"),
};

/** Every field of `tokenizer.json`. */
export const tokenizerFields: FieldTable = {
  model: obeyed("vocabulary and merges"),
  added_tokens: obeyed("tokens beside the vocabulary"),
  pre_tokenizer: obeyed("must be ByteLevel"),
  normalizer: refused([null], "text is read as it is written"),
  post_processor: obeyed(`told where it adds tokens: ${noEnds}`),
  decoder: notDecoded,
  truncation: notPadded,
  padding: notPadded,
  version: origin,
};

/** Every field of `model` in `tokenizer.json`, a BPE. */
export const bytePairFields: FieldTable = {
  type: obeyed('must be "BPE"'),
  vocab: obeyed("symbols and their numbers"),
  merges: obeyed("pairs of symbols that are joined, the first to be joined first"),
  dropout: refused([null, 0], "merges are never left out"),
  continuing_subword_prefix: refused([null, ""], "symbols stand for bytes alone"),
  end_of_word_suffix: refused([null, ""], "symbols stand for bytes alone"),
  ignore_merges: refused([null, false], "merges are applied to every word"),
  unk_token: unused("a text that the vocabulary cannot write is refused"),
  fuse_unk: unused("a text that the vocabulary cannot write is refused"),
  byte_fallback: unused("a text that the vocabulary cannot write is refused"),
};

/** Every field of a `pre_tokenizer` of type ByteLevel. */
export const byteLevelFields: FieldTable = {
  type: obeyed('must be "ByteLevel"'),
  add_prefix_space: refused([false], "a story begins without a space before it"),
  use_regex: refused([true, null], "text is cut by GPT-2's rule"),
  trim_offsets: unused("concerns what transformers returns, not its numbers"),
};
