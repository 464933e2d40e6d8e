import type { Contrast, PlannedPeak } from "../analyses/analysis.ts";
import type { EncodingModel } from "../analyses/encoding-model.ts";
import { isPeak, type PlannedScore } from "../analyses/registry.ts";
import { joinRows, Matrix } from "../array/matrix.ts";
import { placeOfLargest } from "../encoding/forecast-distance.ts";
import type { KeptVariance, ScoreKey, SubjectAnalysis } from "../report/result.ts";
import type { KeptScores } from "./score-cache.ts";

/** Finds a participant's scores by an encoding model. */
export type ScoresOf = (model: EncodingModel) => KeptScores;

/** The name of a planned score. */
export function keyOf({ analysis, layer, distance }: PlannedScore): ScoreKey {
  return { analysis, layer, distance };
}

/** What is told of a participant: differences and peaks, computed when they are asked for, in single precision. */
export function toldScores(scores: readonly PlannedScore[], scoresOf: ScoresOf): SubjectAnalysis[] {
  return scores.map((score): SubjectAnalysis => {
    if (isPeak(score)) {
      return {
        ...keyOf(score),
        loadMean: () => peakOf(score, scoresOf),
        loadFolds: () => Promise.resolve(undefined),
      };
    }
    return {
      ...keyOf(score),
      loadMean: async () => Float32Array.from(await differenceOf(score, scoresOf)),
      async loadFolds() {
        const of = await scoresOf(score.of).loadFolds();
        const minus = score.minus && (await scoresOf(score.minus).loadFolds());
        const data = Float32Array.from(minus ? less(of.data, minus.data) : of.data);
        return Matrix.of(data, of.nRows, of.nColumns);
      },
    };
  });
}

/** How much variance components keep of what each score's model adds to the design. */
export function toldVariance(scores: readonly PlannedScore[], scoresOf: ScoresOf): KeptVariance[] {
  return scores.flatMap((score) =>
    isPeak(score) ? [] : [{ ...keyOf(score), folds: scoresOf(score.of).keptVariance }],
  );
}

async function differenceOf({ of, minus }: Contrast, scoresOf: ScoresOf): Promise<Float64Array> {
  const own = await scoresOf(of).loadMean();
  return minus ? less(own, await scoresOf(minus).loadMean()) : own;
}

function less(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

async function peakOf({ of, places }: PlannedPeak, scoresOf: ScoresOf): Promise<Float32Array> {
  const rows: Matrix[] = [];
  for (const contrast of of) {
    const row = await differenceOf(contrast, scoresOf);
    rows.push(Matrix.of(row, 1, row.length));
  }
  return Float32Array.from(placeOfLargest(places, joinRows(rows)));
}
