import type { Matrix } from "../array/matrix.ts";
import { OptionError } from "../errors.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A language model that is ready to read. Holds native memory until closed. */
export interface LanguageModel {
  /** The folder's name, with a note where the weights are random. */
  readonly name: string;
  /** Layers after the embedding; hidden states are layers 0 (embedding) to nLayers. */
  readonly nLayers: number;
  /** Length of one hidden state. */
  readonly nUnits: number;
  /** Most tokens that the model can read at once. */
  readonly contextLength: number;
  /** SHA-256 over everything that its hidden states depend on, in hexadecimal. */
  readonly fingerprint: string;
  /** What its files ask for that is not done, and fields that no table lists: one sentence each. */
  readonly warnings: readonly string[];
  readonly tokenizer: Tokenizer;
  /**
   * Hidden states of tokens read together: for every wanted layer [nPlaces x nUnits], float32.
   *
   * @param tokens - 1..contextLength token numbers
   * @throws OptionError where tokens, layers or places leave their ranges
   * @throws DeviceError where the runtime fails
   */
  hiddenStates(tokens: Int32Array, options?: HiddenStateOptions): Promise<ReadonlyMap<number, Matrix<Float32Array>>>;
  /** Frees the native memory; a later call compiles the model anew. */
  close(): Promise<void>;
}

/** How stories are read and words get their vectors, unless said otherwise. */
export const ACTIVATION_DEFAULTS = {
  context: "strided",
  /** GPT-2's own limit. */
  maxContext: 1024,
  pooling: "last",
  /** What transformers calls the first hidden state. */
  layerZero: "with-positions",
  /** As transformers gives the last hidden state. */
  finalNorm: true,
} as const;

/** Which hidden states {@link LanguageModel.hiddenStates} gives. */
export interface HiddenStateOptions {
  /** Layers 0..nLayers (default: all). Layers above the highest are not computed. */
  readonly layers?: readonly number[] | undefined;
  /** Which of the tokens are wanted, as indices (default: all, in order). */
  readonly places?: Int32Array | undefined;
  /** Layer 0: token plus position embedding (default), or the token embedding alone. */
  readonly layerZero?: "with-positions" | "tokens" | undefined;
  /** Whether layer nLayers is given after the final layer normalisation (default true). */
  readonly finalNorm?: boolean | undefined;
}

/**
 * Wanted layers in rising order, each once; all of them where none are named.
 *
 * @throws OptionError where a layer is not a whole number in 0..nLayers, or the list is empty
 */
export function resolveLayers(layers: readonly number[] | undefined, nLayers: number): readonly number[] {
  if (layers === undefined) return Array.from({ length: nLayers + 1 }, (_, layer) => layer);
  if (layers.length === 0) throw new OptionError("layers: at least one layer must be asked for, got none.");
  for (const layer of layers) {
    if (!Number.isInteger(layer) || layer < 0 || layer > nLayers) {
      throw new OptionError(
        `layers: layers must be whole numbers in 0..${nLayers} (0 is the embedding output), got ${layer}.`,
      );
    }
  }
  return [...new Set(layers)].sort((a, b) => a - b);
}
