import { createHash } from "node:crypto";
import { Matrix } from "../array/matrix.ts";
import type { Store } from "../sources/source.ts";
import {
  type ActivationOptions,
  resolveActivationOptions,
  type WordActivations,
  wordActivations,
} from "./activations.ts";
import { loadKept, notAsWritten, writeKept } from "./kept-tensors.ts";
import type { LanguageModel } from "./language-model.ts";

/**
 * A name for the activations of a story: SHA-256, in hexadecimal, over the model's fingerprint, the words and the
 * options with their defaults filled in. Everything that a number depends on, but for the layers: each layer is a
 * file of its own under the key, so that asking for more layers later finds the earlier ones.
 *
 * @throws OptionError where an option cannot be used
 */
export function activationKey(
  model: Pick<LanguageModel, "fingerprint" | "nLayers" | "contextLength">,
  words: readonly string[],
  options: ActivationOptions = {},
): string {
  const { layers: _, ...rest } = resolveActivationOptions(model, options);
  // Raised when the same inputs come to give other numbers, or files are written otherwise.
  const version = 3;
  const parts = [version, model.fingerprint, words, Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/**
 * Writes activations under a key, one safetensors file a layer: tensor `activations`, [nWords x nUnits], float32, and
 * how it came about as metadata.
 */
export async function writeActivations(store: Store, key: string, value: WordActivations): Promise<void> {
  const { nTokens, context } = value;
  for (const [layer, { data, nRows, nColumns }] of value.activations) {
    const metadata = { layer: String(layer), nTokens: String(nTokens), context: JSON.stringify(context) };
    const tensors = new Map([["activations", { shape: [nRows, nColumns], data }]]);
    await writeKept(store, layerFile(key, layer), key, { tensors, metadata });
  }
}

/** Whether all wanted layers of a key are there. */
export async function hasActivations(store: Store, key: string, layers: readonly number[]): Promise<boolean> {
  for (const layer of layers) if (!(await store.has(layerFile(key, layer)))) return false;
  return true;
}

/**
 * Activations written earlier under a key, or undefined where a wanted layer is not there.
 *
 * @param layers - wanted layers, in rising order
 * @throws FormatError where a file is not what {@link writeActivations} writes
 */
export async function loadActivations(
  store: Store,
  key: string,
  layers: readonly number[],
): Promise<WordActivations | undefined> {
  if (!(await hasActivations(store, key, layers))) return undefined;
  const activations = new Map<number, Matrix<Float32Array>>();
  let how: Pick<WordActivations, "nTokens" | "context"> | undefined;
  for (const layer of layers) {
    const path = `${store.location}/${layerFile(key, layer)}`;
    const kept = await loadKept(store, layerFile(key, layer), key);
    if (!kept) return undefined;
    const tensor = kept.tensors.get("activations");
    if (kept.metadata["layer"] !== String(layer) || tensor?.shape.length !== 2)
      throw notAsWritten(path, `layer ${kept.metadata["layer"]} of ${key}`);
    activations.set(layer, Matrix.of(tensor.data, tensor.shape[0]!, tensor.shape[1]!));
    how = readHow(kept.metadata, path);
  }
  return how && { layers, activations, ...how };
}

/**
 * The activations of a story, as {@link wordActivations}, from the store where they are there; else computed, and
 * written to the store.
 *
 * @throws OptionError, DeviceError as {@link wordActivations}
 * @throws FormatError where a stored file is damaged
 */
export async function cachedWordActivations(
  model: LanguageModel,
  words: readonly string[],
  store: Store,
  options: ActivationOptions = {},
): Promise<WordActivations> {
  const key = activationKey(model, words, options);
  const { layers } = resolveActivationOptions(model, options);
  const known = await loadActivations(store, key, layers);
  if (known) return known;
  const computed = await wordActivations(model, words, options);
  await writeActivations(store, key, computed);
  return computed;
}

const layerFile = (key: string, layer: number): string => `${key}/layer-${layer}.safetensors`;

function readHow(
  metadata: Readonly<Record<string, string>>,
  path: string,
): Pick<WordActivations, "nTokens" | "context"> {
  try {
    const nTokens: unknown = JSON.parse(metadata["nTokens"] ?? "");
    const context = JSON.parse(metadata["context"] ?? "") as WordActivations["context"] | null;
    if (Number.isInteger(nTokens) && context && Number.isInteger(context.nPasses))
      return { nTokens: nTokens as number, context };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw notAsWritten(path, `nTokens ${metadata["nTokens"]} and context ${metadata["context"]}`);
}
