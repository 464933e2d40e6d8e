import type { EncodingOptions, KeptShares } from "../encoding/prepared.ts";
import { contiguousFolds, DEFAULT_FOLDS, type Fold } from "../ridge/folds.ts";
import { type ResolvedRidgeOptions, resolveRidgeOptions } from "../ridge/ridge-options.ts";
import { folderStore } from "../sources/node.ts";
import { designPath, hasDesign, loadShares } from "./design-file.ts";
import type { KeptDesigns, Stimulus } from "./job.ts";
import type { Pool } from "./pool.ts";
import { shareOut } from "./share-out.ts";

/** Designs that lie on the disk, for any responses to the stories that they were made of. */
export interface KeptModels {
  readonly designs: KeptDesigns;
  /** Words of each model's window; undefined for the features alone. */
  readonly distances: readonly (number | undefined)[];
  readonly folds: readonly Fold[];
  readonly ridge: ResolvedRidgeOptions;
  readonly nVolumes: number;
}

/** Some of the encoding models, in the order of these indices. */
export function selectModels(models: KeptModels, indices: readonly number[]): KeptModels {
  const { designs, distances } = models;
  const keys = indices.map((i) => designs.keys[i]!);
  return { ...models, designs: { ...designs, keys }, distances: indices.map((i) => distances[i]) };
}

/**
 * Makes the designs of all encoding models in all folds that are not kept yet, on all threads, and keeps them.
 *
 * @param distances - of the window of each model, each once, in any order; undefined for the features alone
 * @param stimulus - asked for where a design is missing
 * @throws ShapeError and OptionError as `prepareForecast`; DeviceError
 */
export async function makeDesigns(
  pool: Pool,
  designs: KeptDesigns,
  distances: readonly (number | undefined)[],
  stimulus: () => Promise<Stimulus>,
  options: EncodingOptions,
): Promise<KeptModels> {
  const { onProgress, device, ...others } = options;
  const nVolumes = options.storyLengths.reduce((sum, length) => sum + length, 0);
  const folds = contiguousFolds(nVolumes, options.nFolds ?? DEFAULT_FOLDS, { gap: options.gap });
  const threadOptions = { ...others, device: threadDevice(device) };
  const store = folderStore(designs.location);
  const ridge = { ...resolveRidgeOptions(options, "makeDesigns"), device: threadDevice(device) };
  const missing: { readonly fold: Fold; readonly models: Map<number | undefined, number> }[] = [];
  for (const fold of folds) {
    const lacking: number[] = [];
    for (const [model, key] of designs.keys.entries()) {
      if (!(await hasDesign(store, designPath(key, fold.index), ridge))) lacking.push(model);
    }
    const withWindow = lacking
      .filter((model) => distances[model] !== undefined)
      .sort((a, b) => distances[a]! - distances[b]!);
    const alone = lacking.filter((model) => distances[model] === undefined);
    // Several pieces a fold, so that no thread waits long for the last one. Neighbouring windows stay together: they share their words.
    const nPieces = Math.max(
      1,
      Math.min(Math.ceil((2 * pool.nThreads) / folds.length) + 1, Math.ceil(withWindow.length / 4)),
    );
    for (let piece = 0; piece < nPieces; piece++) {
      const [from, to] = [piece, piece + 1].map((p) => Math.round((p * withWindow.length) / nPieces));
      const some = [...(piece === 0 ? alone : []), ...withWindow.slice(from, to)];
      if (some.length > 0) missing.push({ fold, models: new Map(some.map((model) => [distances[model], model])) });
    }
  }
  if (missing.length > 0) {
    const made = await stimulus();
    const total = missing.reduce((sum, one) => sum + one.models.size, 0);
    const done = missing.map(() => 0);
    const tell = () => onProgress?.({ label: "designs", done: done.reduce((sum, n) => sum + n, 0), total });
    tell();
    await shareOut(missing, pool.nThreads, (one, i) =>
      pool.run(
        { kind: "designs", designs, stimulus: made, options: threadOptions, ...one },
        {
          onDesign(n) {
            done[i] = n;
            tell();
          },
        },
      ),
    );
  }
  return { designs, distances, folds, ridge, nVolumes };
}

/**
 * The shares of variance that components keep of what each model adds to the design: of the features where they are alone, else
 * of the window.
 *
 * @throws FormatError, NotFoundError where what was kept beside a design was changed, or is gone
 */
export async function loadKeptVariance({ designs, folds }: KeptModels): Promise<KeptShares[]> {
  const store = folderStore(designs.location);
  const models: KeptShares[] = [];
  for (const key of designs.keys) {
    const shares: number[] = [];
    let isReduced = true;
    for (const { index } of folds) {
      const share = (await loadShares(store, designPath(key, index), key)).at(-1);
      if (share === undefined) isReduced = false;
      else shares.push(share);
    }
    models.push(isReduced ? shares : "not reduced");
  }
  return models;
}

/** The device of a job: its products run on the job's own thread alone. */
function threadDevice(device: EncodingOptions["device"]): EncodingOptions["device"] {
  return { ...device, threads: 1 };
}
