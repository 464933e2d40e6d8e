import type { Contrast, PlannedPeak } from "../analyses/analysis.ts";
import type { EncodingModel } from "../analyses/encoding-model.ts";
import { isPeak, type PlannedScore } from "../analyses/registry.ts";
import { joinRows, Matrix } from "../array/matrix.ts";
import { placeOfLargest } from "../encoding/forecast-distance.ts";
import type { KeptVariance, ScoreKey, SubjectAnalysis } from "../report/result.ts";
import type { KeptScores } from "./score-cache.ts";

/** Finds a participant's scores by an encoding model; undefined where it has no design for them. */
export type ScoresOf = (model: EncodingModel) => KeptScores | undefined;

/** Scores that are read when they are asked for. */
export type LoadableScores = Pick<KeptScores, "loadMean" | "loadFolds">;

/** Scores of a participant whom an encoding model has no design for: NaN. */
export function missingScores(nTargets: number, nFolds: number): LoadableScores {
  const nothing = (length: number) => new Float64Array(length).fill(Number.NaN);
  return {
    loadMean: () => Promise.resolve(nothing(nTargets)),
    loadFolds: () => Promise.resolve(Matrix.of(nothing(nFolds * nTargets), nFolds, nTargets)),
  };
}

/** Finds a participant's scores by an encoding model, {@link missingScores} where there are none. */
type LoadableOf = (model: EncodingModel) => LoadableScores;

/** The name of a planned score. */
export function keyOf({ analysis, layer, distance }: PlannedScore): ScoreKey {
  return { analysis, layer, distance };
}

/**
 * Reads scores from which no others are taken off, and holds what it read last, so that it is read once where distance after
 * distance is compared with the same. It holds one mean and the folds of one encoding model.
 */
export interface BaseReader {
  readonly loadMean: (scores: LoadableScores) => Promise<Float64Array>;
  readonly loadFolds: (scores: LoadableScores) => Promise<Matrix<Float64Array>>;
}

/** A {@link BaseReader} that holds nothing yet. */
export function baseReader(): BaseReader {
  return { loadMean: holdLast((scores) => scores.loadMean()), loadFolds: holdLast((scores) => scores.loadFolds()) };
}

function holdLast<T>(load: (scores: LoadableScores) => Promise<T>): (scores: LoadableScores) => Promise<T> {
  let last: { readonly scores: LoadableScores; readonly loaded: T } | undefined;
  return async (scores) => {
    if (last?.scores === scores) return last.loaded;
    // Let go before others are read.
    last = undefined;
    const loaded = await load(scores);
    last = { scores, loaded };
    return loaded;
  };
}

/**
 * A participant's scores as they are reported: differences and peaks, computed when they are asked for, in single precision.
 *
 * @param bases - reads what others are compared with; of several participants one after the other, the same
 */
export function toldScores(
  scores: readonly PlannedScore[],
  scoresOf: LoadableOf,
  bases: BaseReader,
): SubjectAnalysis[] {
  return scores.map((score): SubjectAnalysis => {
    if (isPeak(score)) {
      return {
        ...keyOf(score),
        loadMean: () => loadPeak(score, scoresOf, bases),
        loadFolds: () => Promise.resolve(undefined),
      };
    }
    return {
      ...keyOf(score),
      loadMean: async () => Float32Array.from(await differenceOf(score, scoresOf, bases)),
      async loadFolds() {
        const of = scoresOf(score.of);
        const base = await bases.loadFolds(score.minus ? scoresOf(score.minus) : of);
        const data = score.minus ? subtracted((await of.loadFolds()).data, base.data) : base.data;
        return Matrix.of(Float32Array.from(data), base.nRows, base.nColumns);
      },
    };
  });
}

/** How much variance components keep of what each score's model adds to the design. */
export function toldVariance(scores: readonly PlannedScore[], scoresOf: ScoresOf): KeptVariance[] {
  return scores.flatMap((score) => (isPeak(score) ? [] : variancesOf(score, scoresOf)));
}

function variancesOf(score: Contrast, scoresOf: ScoresOf): KeptVariance[] {
  const folds = scoresOf(score.of)?.keptVariance;
  const { analysis, layer, distance } = keyOf(score);
  return folds === undefined ? [] : [{ analysis, layer, distance, folds }];
}

async function differenceOf({ of, minus }: Contrast, scoresOf: LoadableOf, bases: BaseReader): Promise<Float64Array> {
  const base = await bases.loadMean(scoresOf(minus ?? of));
  return minus ? subtracted(await scoresOf(of).loadMean(), base) : base;
}

function subtracted(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

async function loadPeak({ of, places }: PlannedPeak, scoresOf: LoadableOf, bases: BaseReader): Promise<Float32Array> {
  const rows: Matrix[] = [];
  for (const contrast of of) {
    const row = await differenceOf(contrast, scoresOf, bases);
    rows.push(Matrix.of(row, 1, row.length));
  }
  return Float32Array.from(placeOfLargest(places, joinRows(rows)));
}
