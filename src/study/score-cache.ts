import { z } from "zod";
import { Matrix } from "../array/matrix.ts";
import type { EncodingScore } from "../encoding/brain-score.ts";
import type { MissingScores } from "../encoding/missing.ts";
import type { KeptShares } from "../encoding/prepared.ts";
import { FormatError } from "../errors.ts";
import { openKeptArrays, writeKeptArrays } from "../keep/kept-arrays.ts";
import type { AuditCount } from "../ridge/audit.ts";
import type { Source, Store } from "../sources/source.ts";

/** Facts of one participant's scores by one encoding model, beside the scores. */
export interface ScoreFacts {
  /** Targets that could not be scored. */
  readonly nNotScored: number;
  /** Folds in which targets have no score, and why. */
  readonly missing: readonly MissingScores[];
  /** Shares (0..1) of the chosen alphas at the ends of the range; NaN where none was chosen. */
  readonly alphaAtLowest: number;
  readonly alphaAtHighest: number;
  /** How many choices of penalties were computed again by definition, and what that found. */
  readonly audit: AuditCount;
  /** How much variance components keep of what the model's last band adds. */
  readonly keptVariance: KeptShares;
  /** When it was computed, ISO 8601. */
  readonly date: string;
}

/** Scores that are kept: read when they are asked for, in double precision. */
export interface KeptScores extends ScoreFacts {
  /** [nTargets]: over the folds, as the options say. */
  readonly loadMean: () => Promise<Float64Array>;
  /** [nFolds x nTargets] */
  readonly loadFolds: () => Promise<Matrix<Float64Array>>;
}

/** Where the scores of an encoding model are kept. */
export const scoresPath = (key: string) => `${key}.scores`;

/** Keeps one participant's scores by one encoding model, bit for bit. */
export async function writeScores(
  store: Store,
  key: string,
  { score, foldScores, nNotScored, missing, alphaAtEdges }: EncodingScore,
  { audit, keptVariance, date }: Pick<ScoreFacts, "audit" | "keptVariance" | "date">,
): Promise<void> {
  const facts: ScoreFacts = {
    nNotScored,
    missing,
    alphaAtLowest: alphaAtEdges.lowest,
    alphaAtHighest: alphaAtEdges.highest,
    audit,
    keptVariance,
    date,
  };
  const arrays = [score, Float64Array.from(foldScores.data)];
  await writeKeptArrays(store, scoresPath(key), key, { about: { ...facts, nFolds: foldScores.nRows }, arrays });
}

/**
 * Scores that were kept by {@link writeScores}. The file is read once to see that it is whole, and then when scores are
 * asked for.
 *
 * @throws NotFoundError where there are none
 * @throws FormatError where the file is not what was written
 */
export async function openScores(store: Source, key: string): Promise<KeptScores> {
  const { about, load } = await openKeptArrays(store, scoresPath(key), key);
  const found = describedScores.safeParse(about);
  if (!found.success) {
    const got = JSON.stringify(about).slice(0, 60);
    const message = `the file must hold scores, got what is not described as such (${got}). Delete it: it is computed anew`;
    throw new FormatError(`${store.location}/${scoresPath(key)}`, message, undefined, { cause: found.error });
  }
  const { nFolds, ...facts } = found.data;
  return {
    ...facts,
    loadMean: async () => (await load(0)) as Float64Array,
    async loadFolds() {
      const data = (await load(1)) as Float64Array;
      return Matrix.of(data, nFolds, data.length / nFolds);
    },
  };
}

/** JSON has null for NaN. */
const share = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const describedScores = z.object({
  nFolds: z.number(),
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
  keptVariance: z.union([z.array(share), z.literal("not reduced")]),
  audit: z.object({ nAudited: z.number(), nTies: z.number(), worstExcess: z.number(), worstR: z.number() }),
  date: z.string(),
});
