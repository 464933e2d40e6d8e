import { z } from "zod";
import { Matrix } from "../array/matrix.ts";
import type { MissingScores } from "../encoding/missing.ts";
import type { Tensor } from "../formats/safetensors.ts";
import { loadKept, notAsWritten, writeKept } from "../language-model/kept-tensors.ts";
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
  const tensors = new Map<string, Tensor>();
  analyses.forEach(({ mean, folds }, i) => {
    tensors.set(`${i}.mean`, { shape: [mean.length], data: Float32Array.from(mean) });
    if (folds) tensors.set(`${i}.folds`, { shape: [folds.nRows, folds.nColumns], data: Float32Array.from(folds.data) });
  });
  const names = analyses.map(({ analysis, layer, distance }) => ({ analysis, layer, distance }));
  await writeKept(store, fileOf(key), key, { tensors, metadata: { scores: JSON.stringify({ ...rest, names }) } });
}

/**
 * A step's scores that were written earlier, or undefined where there are none.
 *
 * @throws FormatError where the file is not what {@link writeStepScores} writes
 */
export async function loadStepScores(store: Store, key: string): Promise<StepScores | undefined> {
  const kept = await loadKept(store, fileOf(key), key);
  if (!kept) return undefined;
  const path = `${store.location}/${fileOf(key)}`;
  const { names, ...rest } = readAbout(kept.metadata["scores"], path);
  const analyses = names.map((name, i): AnalysisScores => {
    const mean = kept.tensors.get(`${i}.mean`);
    const folds = kept.tensors.get(`${i}.folds`);
    if (mean?.shape.length !== 1 || (folds && folds.shape.length !== 2))
      throw notAsWritten(path, `no scores of ${name.analysis}`);
    return {
      ...name,
      mean: Float64Array.from(mean.data),
      folds: folds && Matrix.of(folds.data, folds.shape[0]!, folds.shape[1]!),
    };
  });
  return { analyses, ...rest };
}

const ordinate = z.union([z.number(), z.literal("n/a")]);
/** JSON has null for NaN. */
const share = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

/** What is kept of a step beside the numbers of its targets. */
const about = z.object({
  names: z.array(z.object({ analysis: z.string(), layer: ordinate, distance: ordinate })),
  nNotScored: z.number(),
  missing: z.array(
    z.object({
      fold: z.number(),
      reason: z.enum(["response-not-finite", "response-constant", "prediction-constant"]),
      part: z.enum(["training", "test"]),
      nTargets: z.number(),
    }),
  ),
  alphaAtLowest: share,
  alphaAtHighest: share,
  date: z.string(),
});

function readAbout(text: string | undefined, path: string): z.output<typeof about> {
  try {
    return about.parse(JSON.parse(text ?? ""));
  } catch (cause) {
    throw notAsWritten(path, `scores that are not described (${text?.slice(0, 60)})`, { cause });
  }
}
