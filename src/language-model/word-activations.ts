import { checkArgument } from "../array/arguments.ts";
import { checkChoice } from "../array/check-choice.ts";
import { Matrix } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { OptionError } from "../errors.ts";
import { ACTIVATION_DEFAULTS, type LanguageModel, resolveLayers } from "./language-model.ts";
import { defaultMinContext, type Pass, planExactPasses, planPasses } from "./passes.ts";
import { tokeniseWords, type WordTokens } from "./word-tokens.ts";

/** How words become activations. */
export interface ActivationOptions {
  /** Layers 0..nLayers (default: all). */
  readonly layers?: readonly number[] | undefined;
  /**
   * "strided" (default): overlapping passes, every token with at least `minContext` tokens before it wherever there
   * are that many. "exact": every word reads the `maxContext` tokens that end with it, one pass a word.
   */
  readonly context?: "strided" | "exact" | undefined;
  /** Most tokens read at once (default 1024); a model's own limit holds where it is lower. */
  readonly maxContext?: number | undefined;
  /** Strided context: 0..maxContext - 1 (default: half of the context, rounded down). */
  readonly minContext?: number | undefined;
  /** What a word of several tokens takes: its last token's state (default), or the mean or sum of all. */
  readonly pooling?: "last" | "mean" | "sum" | undefined;
  /** Layer 0: token plus position embedding (default), or the token embedding alone. */
  readonly layerZero?: "with-positions" | "tokens" | undefined;
  /** Whether the last layer is taken after the final layer normalisation (default true), as transformers does. */
  readonly finalNorm?: boolean | undefined;
  /** Counts tokens. */
  readonly onProgress?: OnProgress | undefined;
}

/** {@link ActivationOptions} with the defaults and the model's limits filled in. */
export interface ResolvedActivationOptions {
  readonly layers: readonly number[];
  readonly context: "strided" | "exact";
  readonly maxContext: number;
  /** Tokens before every token that has that many in the story; maxContext - 1 where the context is exact. */
  readonly minContext: number;
  readonly pooling: "last" | "mean" | "sum";
  readonly layerZero: "with-positions" | "tokens";
  readonly finalNorm: boolean;
}

/** One vector a word and layer, and how they came about. */
export interface WordActivations {
  /** In rising order. */
  readonly layers: readonly number[];
  /** Layer to [nWords x nUnits]. */
  readonly activations: ReadonlyMap<number, Matrix<Float32Array>>;
  /** Tokens of the story. */
  readonly nTokens: number;
  readonly context: {
    readonly policy: "strided" | "exact";
    readonly maxContext: number;
    readonly minContext: number;
    readonly nPasses: number;
  };
}

/**
 * Fills in the defaults of {@link ActivationOptions} for a model.
 *
 * @throws OptionError where a value cannot be used
 */
export function resolveActivationOptions(
  model: Pick<LanguageModel, "nLayers" | "contextLength">,
  options: ActivationOptions = {},
): ResolvedActivationOptions {
  const { layerZero = ACTIVATION_DEFAULTS.layerZero, finalNorm = ACTIVATION_DEFAULTS.finalNorm } = options;
  const { context = ACTIVATION_DEFAULTS.context, pooling = ACTIVATION_DEFAULTS.pooling } = options;
  checkChoice("wordActivations: context", context, ["strided", "exact"]);
  checkChoice("wordActivations: pooling", pooling, ["last", "mean", "sum"]);
  checkChoice("wordActivations: layerZero", layerZero, ["with-positions", "tokens"]);
  checkChoice("wordActivations: finalNorm", finalNorm, [true, false]);
  const maxContext = Math.min(options.maxContext ?? ACTIVATION_DEFAULTS.maxContext, model.contextLength);
  if (context === "exact" && options.minContext !== undefined) {
    throw new OptionError(
      `wordActivations: minContext must be left out where the context is "exact" (every word has the whole context), got ${options.minContext}.`,
    );
  }
  const minContext = context === "exact" ? maxContext - 1 : (options.minContext ?? defaultMinContext(maxContext));
  planPasses(0, maxContext, minContext); // checks the two
  return {
    layers: resolveLayers(options.layers, model.nLayers),
    context,
    maxContext,
    minContext,
    pooling,
    layerZero,
    finalNorm,
  };
}

/**
 * The activations of every word of a story: for each layer the hidden states after reading the word and what came
 * before it, [nWords x nUnits], float32. The words are read as running text, joined by single spaces, without
 * special tokens. Changing a word changes no activation of the words before it.
 *
 * @param words - as the model reads them, in order; none may be empty
 * @throws OptionError where a word or an option cannot be used
 * @throws FormatError, NotFoundError where weights cannot be read: a model reads them when it is first used
 * @throws DeviceError where the runtime fails
 * @remarks Stories that fit into the context are one pass under either policy, with identical results. A word of
 * several tokens pooled by "mean" or "sum" takes, under the strided policy, each token's state from the pass that
 * gives it, which near a pass's end may be two passes.
 * @see Caucheteux, Gramfort & King 2023, doi:10.1038/s41562-022-01516-2, Methods, "Deep language models"
 */
export async function wordActivations(
  model: LanguageModel,
  words: readonly string[],
  options: ActivationOptions = {},
): Promise<WordActivations> {
  checkArgument("wordActivations: model", model, "an object", { contextLength: "a number", nUnits: "a number" });
  checkArgument("wordActivations: words", words, "a list of texts");
  checkArgument("wordActivations: options", options, "an object");
  const { story, passes, ...resolved } = planWordActivations(model, words, options);
  const { layers, context: policy, maxContext, minContext, pooling, layerZero, finalNorm } = resolved;
  const nTokens = story.tokens.length;
  const activations = new Map(
    layers.map((layer) => {
      const data = new Float32Array(words.length * model.nUnits);
      return [layer, Matrix.of(data, words.length, model.nUnits)] as const;
    }),
  );
  const wordOfToken = indexWords(story);
  for (const pass of passes) {
    const wanted = wantedTokens(pass, story, wordOfToken, pooling);
    if (wanted.length > 0) {
      const states = await model.hiddenStates(story.tokens.subarray(pass.start, pass.end), {
        layers,
        places: wanted.map((token) => token - pass.start),
        layerZero,
        finalNorm,
      });
      for (const [layer, matrix] of activations) {
        wanted.forEach((token, row) => {
          const n = wordOfToken[token]!;
          const { first, last } = story.words[n]!;
          addRow(states.get(layer)!, row, matrix, n, pooling === "mean" ? 1 / (last - first + 1) : 1);
        });
      }
    }
    options.onProgress?.({ label: `activations of ${model.name}`, done: pass.to, total: nTokens });
  }
  return { layers, activations, nTokens, context: { policy, maxContext, minContext, nPasses: passes.length } };
}

/**
 * How a story will be read: its tokens and the passes over them. Nothing is computed.
 *
 * @throws OptionError where a word or an option cannot be used
 */
export function planWordActivations(
  model: Pick<LanguageModel, "nLayers" | "contextLength" | "tokenizer">,
  words: readonly string[],
  options: ActivationOptions = {},
): ResolvedActivationOptions & { readonly story: WordTokens; readonly passes: readonly Pass[] } {
  const resolved = resolveActivationOptions(model, options);
  const { context, maxContext, minContext } = resolved;
  const story = tokeniseWords(words, model.tokenizer);
  const passes =
    context === "exact"
      ? planExactPasses(story.words, maxContext)
      : planPasses(story.tokens.length, maxContext, minContext);
  return { ...resolved, story, passes };
}

/** For every token the word that it belongs to. */
function indexWords({ tokens, words }: WordTokens): Int32Array {
  const index = new Int32Array(tokens.length);
  for (const [n, { first, last }] of words.entries()) index.fill(n, first, last + 1);
  return index;
}

/** The tokens that a pass gives and the pooling needs. */
function wantedTokens(
  pass: Pass,
  story: WordTokens,
  wordOfToken: Int32Array,
  pooling: ResolvedActivationOptions["pooling"],
): Int32Array {
  const given = Int32Array.from({ length: pass.to - pass.from }, (_, i) => pass.from + i);
  return pooling === "last" ? given.filter((token) => story.words[wordOfToken[token]!]!.last === token) : given;
}

/** Adds a row of one matrix, times a factor, to a row of another. */
function addRow(from: Matrix, row: number, to: Matrix, toRow: number, factor: number): void {
  const { nColumns } = from;
  for (let j = 0; j < nColumns; j++) to.data[toRow * nColumns + j]! += factor * from.data[row * nColumns + j]!;
}
