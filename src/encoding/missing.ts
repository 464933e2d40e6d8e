import type { Matrix } from "../array/matrix.ts";
import type { Fold } from "../ridge/folds.ts";

/** How many targets have no score in a fold, and why. */
export interface MissingScores {
  /** The outer fold, counted from 0. */
  readonly fold: number;
  /**
   * - `"response-not-finite"`: the response holds NaN or an infinity in the test chunk; the target is scored in no fold;
   * - `"response-constant"`: all its values are equal in the `part`; the target is scored in no fold;
   * - `"prediction-constant"`: the response is sound, but its prediction does not vary over the test chunk, because the
   *   design does not: no word falls into the chunk or shortly before it. The target has scores in other folds, but no mean of them.
   */
  readonly reason: "response-not-finite" | "response-constant" | "prediction-constant";
  /** Which volumes of the fold are in trouble. */
  readonly part: "training" | "test";
  /** From 1. */
  readonly nTargets: number;
}

/** Which targets can be scored, and why the others cannot. */
export interface JudgedTargets {
  /** Rows whose values are finite everywhere and constant in no training or test chunk, ascending. */
  readonly scorable: Int32Array;
  /** By fold; a target is counted once a fold, under the first of: test not finite, test constant, training constant. */
  readonly missing: readonly MissingScores[];
}

/** Reasons that lie in the responses, in the order in which they count. */
const reasons = [
  { reason: "response-not-finite", part: "test" },
  { reason: "response-constant", part: "test" },
  { reason: "response-constant", part: "training" },
] as const;

/**
 * Looks for responses that have no correlation with anything in some fold.
 *
 * @param rows - one row a target, [nTargets x nVolumes]
 * @param folds - whose test chunks cover all volumes
 */
export function judgeTargets(rows: Matrix, folds: readonly Fold[]): JudgedTargets {
  const { data, nRows, nColumns } = rows;
  const counts = folds.map(() => [0, 0, 0]);
  const scorable: number[] = [];
  for (let t = 0; t < nRows; t++) {
    const row = data.subarray(t * nColumns, (t + 1) * nColumns);
    const isSound = row.every(Number.isFinite);
    let isGood = isSound;
    for (const [index, { train, test }] of folds.entries()) {
      // A volume that is not finite in training is in the test chunk of another fold, and counted there.
      const trouble =
        !isSound && test.some((i) => !Number.isFinite(row[i]!))
          ? 0
          : isConstant(row, test)
            ? 1
            : isConstant(row, train)
              ? 2
              : undefined;
      if (trouble === undefined) continue;
      counts[index]![trouble]!++;
      isGood = false;
    }
    if (isGood) scorable.push(t);
  }
  const missing = folds.flatMap(({ index: fold }, i) =>
    reasons.map((reason, k): MissingScores => ({ fold, ...reason, nTargets: counts[i]![k]! })),
  );
  return { scorable: Int32Array.from(scorable), missing: missing.filter(({ nTargets }) => nTargets > 0) };
}

function isConstant(row: Matrix["data"], places: Int32Array): boolean {
  const first = row[places[0] ?? 0]!;
  for (let i = 0; i < places.length; i++) if (row[places[i]!] !== first) return false;
  return true;
}

/** The sums of counts of the same fold, reason and part, in the order of {@link judgeTargets}. */
export function addMissing(lists: readonly (readonly MissingScores[])[]): MissingScores[] {
  const sums = new Map<string, MissingScores>();
  for (const entry of lists.flat()) {
    const key = `${entry.fold} ${entry.reason} ${entry.part}`;
    sums.set(key, { ...entry, nTargets: entry.nTargets + (sums.get(key)?.nTargets ?? 0) });
  }
  const place = ({ reason, part }: MissingScores) => reasons.findIndex((r) => r.reason === reason && r.part === part);
  return [...sums.values()].sort((a, b) => a.fold - b.fold || place(a) - place(b));
}

/**
 * Folds in which sound responses have no score, since their prediction is constant.
 *
 * @param foldScores - [nFolds x nTargets]
 * @param isScorable - 1 for targets whose responses are sound, [nTargets]
 */
export function constantPredictions(foldScores: Matrix, isScorable: Uint8Array): MissingScores[] {
  return Array.from({ length: foldScores.nRows }, (_, fold): MissingScores => {
    const nTargets = isScorable.reduce(
      (n, good, j) => n + (good && Number.isNaN(foldScores.data[fold * foldScores.nColumns + j]!) ? 1 : 0),
      0,
    );
    return { fold, reason: "prediction-constant", part: "test", nTargets };
  }).filter(({ nTargets }) => nTargets > 0);
}

/**
 * What is missing of several analyses of the same responses, as one list: of each fold, reason and part, and the same volumes where
 * these are told, the most targets, ordered by fold.
 */
export function mergeMissing<One extends MissingScores & { readonly volumes?: readonly [number, number] }>(
  lists: readonly (readonly One[])[],
): One[] {
  const merged = new Map<string, One>();
  for (const entry of lists.flat()) {
    const { fold, reason, part, volumes = [] } = entry;
    const key = [fold, reason, part, ...volumes].join(" ");
    const known = merged.get(key);
    if (!known || known.nTargets < entry.nTargets) merged.set(key, entry);
  }
  return [...merged.values()].sort((a, b) => a.fold - b.fold);
}
