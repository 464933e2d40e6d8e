import { Matrix } from "../array/matrix.ts";
import type { MissingScores } from "../encoding/missing.ts";
import { FormatError } from "../errors.ts";
import { readSafetensors, writeSafetensors } from "../formats/safetensors.ts";
import type { AnalysisScores } from "../report/result.ts";
import type { Store } from "../sources/source.ts";

/** What one step gives: scores of one participant, and counts to judge them by. */
export interface StepScores {
  readonly analyses: readonly AnalysisScores[];
  /** Targets that could not be scored. */
  readonly nNotScored: number;
  /** Folds in which targets have no score, and why. */
  readonly missing: readonly MissingScores[];
  /** Shares (0..1) of the chosen alphas at the ends of the range; NaN where none was chosen. */
  readonly alphaAtLowest: number;
  readonly alphaAtHighest: number;
  /** When it was computed, ISO 8601. */
  readonly date: string;
}

const fileOf = (key: string) => `${key}.safetensors`;

/** Writes a step's scores under its key, single precision. */
export async function writeStepScores(store: Store, key: string, scores: StepScores): Promise<void> {
  const { analyses, ...rest } = scores;
  const tensors: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  analyses.forEach(({ mean, folds }, i) => {
    tensors[`${i}.mean`] = { shape: [mean.length], data: Float32Array.from(mean) };
    if (folds) tensors[`${i}.folds`] = { shape: [folds.nRows, folds.nColumns], data: Float32Array.from(folds.data) };
  });
  const names = analyses.map(({ analysis, layer, distance }) => ({ analysis, layer, distance }));
  const metadata = { key, scores: JSON.stringify({ ...rest, names }) };
  await store.write(fileOf(key), writeSafetensors(tensors, metadata));
}

/**
 * A step's scores that were written earlier, or undefined where there are none.
 *
 * @throws FormatError where the file is not what {@link writeStepScores} writes
 */
export async function loadStepScores(store: Store, key: string): Promise<StepScores | undefined> {
  if (!(await store.has(fileOf(key)))) return undefined;
  const path = `${store.location}/${fileOf(key)}`;
  const { metadata, tensors } = readSafetensors(await store.read(fileOf(key)), { path });
  if (metadata["key"] !== key || metadata["scores"] === undefined) {
    throw new FormatError(
      path,
      `the file must hold the scores of its own key, got "${metadata["key"]}". Delete it: it is computed anew`,
    );
  }
  const { names, ...rest } = JSON.parse(metadata["scores"]) as Omit<StepScores, "analyses"> & {
    names: readonly Pick<AnalysisScores, "analysis" | "layer" | "distance">[];
  };
  const analyses = names.map((name, i): AnalysisScores => {
    const mean = Float64Array.from(tensors.get(`${i}.mean`)!.data);
    const folds = tensors.get(`${i}.folds`);
    return { ...name, mean, folds: folds && Matrix.of(folds.data, folds.shape[0]!, folds.shape[1]!) };
  });
  // JSON has null for NaN.
  const { alphaAtLowest, alphaAtHighest } = rest;
  return {
    ...{ analyses, ...rest },
    alphaAtLowest: alphaAtLowest ?? Number.NaN,
    alphaAtHighest: alphaAtHighest ?? Number.NaN,
  };
}
