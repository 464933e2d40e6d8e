import { Matrix } from "../array/matrix.ts";
import { createRandom } from "../array/random.ts";
import type { BlockModels } from "../encoding/block-scores.ts";
import { scoreBlock } from "../encoding/brain-score.ts";
import { foldDesigns } from "../encoding/fold-designs.ts";
import type { EncodingOptions } from "../encoding/prepared.ts";
import { openWorkspace } from "../graph/workspace.ts";
import type { FactoredDesign } from "../ridge/factored-design.ts";
import { contiguousFolds } from "../ridge/folds.ts";
import { resolveRidgeOptions } from "../ridge/ridge-options.ts";
import type { SweepSize } from "./plan-memory.ts";

/** The work of a set of encoding models, in floating-point operations and bytes. */
export interface SweepWork {
  /** To make all designs, double precision. */
  readonly designOperations: number;
  /** To score all targets of one participant by all encoding models, single precision. */
  readonly scoreOperations: number;
  /** Of the designs on the disk. */
  readonly designBytes: number;
  /** Of one participant's scores on the disk. */
  readonly scoreBytes: number;
}

/**
 * Errors that are computed for a target on average; bounds settle the other penalties. Measured on responses to stories with ten
 * penalties.
 */
const ERRORS_A_TARGET = 1.19;

/**
 * Counts the work of a set of encoding models.
 *
 * Of a design with F columns and T' training volumes: 2 T' F^2 for its inner products, 9 F^3 for their eigenvectors, 2 T' F^2
 * for directions; of windows, 2 T T' U for each offset and 2 T T' 20 for each distance. Of a target, for each encoding model and
 * fold, 2 F T' for its projection and as many for each error, 2 F T'' for predictions of T'' test volumes; for bounds, with A
 * penalties, F A (A + 7) for sums over the projection, 4 A T' for those over the target and 2 (3 A + 1) T' for each error.
 */
export function countWork(size: SweepSize, nAlphas: number): SweepWork {
  const { nTargets, nVolumes, nModels, nFolds, nColumns: f, width, nUnits } = size;
  const nTest = nVolumes / nFolds;
  const nTrain = nVolumes - nTest;
  const offsets = width > 0 ? nModels - 1 + width : 1;
  const design = 4 * nTrain * f ** 2 + 9 * f ** 3 + 2 * nVolumes * nTrain * 20;
  const bounds = f * nAlphas * (nAlphas + 7) + 2 * nTrain * (2 * nAlphas + ERRORS_A_TARGET * (3 * nAlphas + 1));
  const target = 2 * f * nTrain * (1 + ERRORS_A_TARGET) + 2 * f * nTest + bounds;
  return {
    designOperations: nFolds * (nModels * design + offsets * 2 * nVolumes * nTrain * nUnits),
    scoreOperations: nTargets * nModels * nFolds * target,
    // In double precision, and for scores in single.
    designBytes:
      nModels *
      nFolds *
      (8 * (f * nVolumes + nAlphas * (nTrain + f)) + 4 * (f * nVolumes + (5 * nAlphas + 1) * nTrain)),
    scoreBytes: 8 * nTargets * nModels * (nFolds + 1),
  };
}

/** What a machine takes for pieces of a sweep, on one thread while all are busy. */
export interface MeasuredSpeed {
  /** To make one design of the widest kind. */
  readonly secondsPerDesign: number;
  /** To score a target by one encoding model in one fold. */
  readonly secondsPerTarget: number;
}

/** Targets of the sample, and encoding models that they are scored by: many, so that what is done once a fold counts little. */
const [SAMPLE, SAMPLE_MODELS] = [1024, 16];

/**
 * Makes designs of the size of a sweep from random vectors, and scores random targets on them: half noise, half with a
 * planted effect.
 *
 * @param now - seconds, of any origin
 */
export async function measureSpeed(
  size: SweepSize,
  options: Omit<EncodingOptions, "onProgress" | "storyLengths">,
  now: () => number,
): Promise<MeasuredSpeed> {
  const { nVolumes, nFolds, width, nUnits } = size;
  const random = createRandom("speed");
  const vectors = new Map<number, Matrix>();
  const vectorsAt = (offset: number) => {
    const found = vectors.get(offset) ?? fallingSpectrum(() => random.normal(), nVolumes, nUnits);
    vectors.set(offset, found);
    return found;
  };
  const encoding = { ...options, storyLengths: [nVolumes], volumesBefore: undefined };
  const [fold] = contiguousFolds(nVolumes, nFolds, { gap: options.gap });
  const windows = width > 0 ? { distances: [width - 1, width], width, featuresAt: vectorsAt } : undefined;
  for (let offset = 0; windows && offset <= width; offset++) vectorsAt(offset);
  const features = vectorsAt(-1);
  let last: FactoredDesign | undefined;
  const secondsPerDesign = await inPasses(now, async () => {
    let end = now();
    let seconds = 0;
    for await (const { design } of foldDesigns([features], windows, fold!, encoding)) {
      last = design;
      seconds = now() - end;
      end = now();
    }
    // The last one shares all but one of its words with the one before, as most do.
    return seconds;
  });
  const ridge = resolveRidgeOptions(options, "measureSpeed");
  const rows = Matrix.of(
    Float32Array.from({ length: SAMPLE * nVolumes }, () => random.normal()),
    SAMPLE,
    nVolumes,
  );
  for (let t = 0; t < SAMPLE; t += 2) {
    const unit = t % nUnits;
    for (let i = 0; i < nVolumes; i++) rows.data[t * nVolumes + i]! += 0.3 * features.data[i * nUnits + unit]!;
  }
  const workspace = openWorkspace(ridge.device);
  const models: BlockModels = {
    nModels: SAMPLE_MODELS,
    folds: [fold!],
    ridge,
    average: "folds",
    designOf: () => last!,
    workspace,
  };
  const secondsPerTarget = await inPasses(now, async () => {
    const started = now();
    await scoreBlock(models, rows);
    return (now() - started) / (SAMPLE_MODELS * SAMPLE);
  });
  return { secondsPerDesign, secondsPerTarget };
}

/** Seconds that all passes but the first take together, long beside the clock's resolution; and the most passes. */
const [PASSES_TAKE, MOST_PASSES] = [1, 8];

/**
 * The mean seconds of a piece of work over several passes. The first pass is left out: it compiles graphs and code, which the rest
 * of a run finds compiled.
 *
 * @param work - gives seconds
 */
async function inPasses(now: () => number, work: () => Promise<number>): Promise<number> {
  await work();
  const started = now();
  const passes: number[] = [];
  while (passes.length === 0 || (passes.length < MOST_PASSES && now() - started < PASSES_TAKE))
    passes.push(await work());
  return passes.reduce((sum, seconds) => sum + seconds, 0) / passes.length;
}

/** Columns that fall off in size, each like the one before. */
function fallingSpectrum(normal: () => number, nRows: number, nColumns: number): Matrix {
  const data = new Float32Array(nRows * nColumns);
  for (let i = 0; i < nRows; i++) {
    let before = 0;
    for (let j = 0; j < nColumns; j++) {
      before = 0.9 * before + normal();
      data[i * nColumns + j] = before;
    }
  }
  return Matrix.of(data, nRows, nColumns);
}
