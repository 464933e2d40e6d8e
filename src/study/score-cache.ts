import { z } from "zod";
import { Matrix } from "../array/matrix.ts";
import type { MissingScores } from "../encoding/missing.ts";
import type { Tensor } from "../formats/safetensors.ts";
import { notAsWritten, openKept, writeKept } from "../language-model/kept-tensors.ts";
import type { AuditCount } from "../regression/audit.ts";
import type { AnalysisScores, KeptVariance, SubjectAnalysis } from "../report/result.ts";
import type { Source, Store } from "../sources/source.ts";

/** What one step gives: scores of one participant, and counts to judge them by. */
export interface StepScores extends StepFacts {
  readonly analyses: readonly AnalysisScores[];
}

/** A step that is kept; its scores are read when they are asked for. */
export interface KeptStep extends StepFacts {
  readonly analyses: readonly SubjectAnalysis[];
}

/** What is known of a step beside the scores of its targets. */
interface StepFacts {
  /** Targets that could not be scored. */
  readonly nNotScored: number;
  /** Folds in which targets have no score, and why. */
  readonly missing: readonly MissingScores[];
  /** Shares (0..1) of the chosen alphas at the ends of the range; NaN where none was chosen. */
  readonly alphaAtLowest: number;
  readonly alphaAtHighest: number;
  /** How many choices of penalties were computed again by definition, and what that found. */
  readonly audit: AuditCount;
  /** How much variance components keep; undefined in steps of versions that did not note it. */
  readonly keptVariance?: readonly KeptVariance[] | undefined;
  /** When it was computed, ISO 8601. */
  readonly date: string;
}

/** Where a step's scores are kept. */
export const scoresPath = (key: string) => `${key}.safetensors`;

/** Writes a step's scores under its key, single precision. */
export async function writeStepScores(store: Store, key: string, scores: StepScores): Promise<void> {
  const { analyses, ...rest } = scores;
  const tensors = new Map<string, Tensor>();
  analyses.forEach(({ mean, folds }, i) => {
    tensors.set(`${i}.mean`, { shape: [mean.length], data: Float32Array.from(mean) });
    if (folds) tensors.set(`${i}.folds`, { shape: [folds.nRows, folds.nColumns], data: Float32Array.from(folds.data) });
  });
  const names = analyses.map(({ analysis, layer, distance }) => ({ analysis, layer, distance }));
  await writeKept(store, scoresPath(key), key, { tensors, metadata: { scores: JSON.stringify({ ...rest, names }) } });
}

/**
 * A step that was written earlier. Its file is read once to see that it is whole, and then score by score.
 *
 * @throws NotFoundError where there is none
 * @throws FormatError where the file is not what {@link writeStepScores} writes
 */
export async function openStepScores(store: Source, key: string): Promise<KeptStep> {
  const kept = await openKept(store, scoresPath(key), key);
  const path = `${store.location}/${scoresPath(key)}`;
  const { names, ...rest } = readAbout(kept.metadata["scores"], path);
  const analyses = names.map((name, i): SubjectAnalysis => {
    const mean = kept.shapes.get(`${i}.mean`);
    const folds = kept.shapes.get(`${i}.folds`);
    if (mean?.length !== 1 || (folds && folds.length !== 2)) throw notAsWritten(path, `no scores of ${name.analysis}`);
    return {
      ...name,
      loadMean: () => kept.load(`${i}.mean`),
      loadFolds: async () => folds && Matrix.of(await kept.load(`${i}.folds`), folds[0]!, folds[1]!),
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
  keptVariance: z
    .array(
      z.object({
        ...{ analysis: z.string(), layer: ordinate, distance: ordinate },
        folds: z.union([z.array(share), z.enum(["not reduced", "not recorded"])]),
      }),
    )
    .optional(),
  audit: z.object({ nAudited: z.number(), nTies: z.number(), worstExcess: z.number(), worstR: z.number() }),
  date: z.string(),
});

function readAbout(text: string | undefined, path: string): z.output<typeof about> {
  try {
    return about.parse(JSON.parse(text ?? ""));
  } catch (cause) {
    throw notAsWritten(path, `scores that are not described (${text?.slice(0, 60)})`, { cause });
  }
}
