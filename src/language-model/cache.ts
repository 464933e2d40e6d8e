import { createHash } from "node:crypto";
import { z } from "zod";
import { Matrix } from "../array/matrix.ts";
import { loadKeptArrays, refusalOf, writeKeptArrays } from "../keep/kept-arrays.ts";
import type { Store } from "../sources/source.ts";
import type { LanguageModel } from "./language-model.ts";
import {
  type ActivationOptions,
  resolveActivationOptions,
  type WordActivations,
  wordActivations,
} from "./word-activations.ts";

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
  const version = 4;
  const parts = [version, model.fingerprint, words, Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Writes activations under a key, one file a layer: [nWords x nUnits], in single precision, and how it came about. */
export async function writeActivations(store: Store, key: string, value: WordActivations): Promise<void> {
  const { nTokens, context } = value;
  for (const [layer, { data, nRows, nColumns }] of value.activations) {
    const about: AboutActivations = { nRows, nColumns, nTokens, context };
    await writeKeptArrays(store, layerFile(key, layer), key, { about, arrays: [data] });
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
    const path = layerFile(key, layer);
    const { about, arrays } = await loadKeptArrays(store, path, key);
    const found = describedActivations.safeParse(about);
    const [data] = arrays;
    if (!found.success || !(data instanceof Float32Array))
      throw refusalOf(`${store.location}/${path}`)("what is not described as activations", found.error);
    const { nRows, nColumns, nTokens, context } = found.data;
    activations.set(layer, Matrix.of(data, nRows, nColumns));
    how = { nTokens, context };
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

const layerFile = (key: string, layer: number): string => `${key}/layer-${layer}.activations`;

const wholeNumber = z.number().int().min(0);

/** The header of a layer's activations. */
const describedActivations = z.object({
  nRows: wholeNumber,
  nColumns: wholeNumber,
  nTokens: wholeNumber,
  context: z.object({
    policy: z.enum(["strided", "exact"]),
    maxContext: wholeNumber,
    minContext: wholeNumber,
    nPasses: wholeNumber,
  }),
});

type AboutActivations = z.infer<typeof describedActivations>;
