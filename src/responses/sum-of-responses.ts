import { type FloatArray, Matrix } from "../array/matrix.ts";
import { AuditError } from "../errors.ts";

/** Responses of several participants to one story, added up. */
export interface SummedResponses {
  /** In double precision, [nVolumes x nTargets]. */
  readonly sum: Matrix<Float64Array>;
  /** How many participants each target's sum is of: those of whom it is finite in every volume, [nTargets]. */
  readonly counts: Float64Array;
  /** The sum over participants of the greatest magnitude of each target, [nTargets]: rounding is in proportion to it. */
  readonly reach: Float64Array;
}

/** The unit of rounding of double precision. */
const DOUBLE_UNIT = 2 ** -53;

/**
 * A mean of others may be off by this share of its standard deviation: a thousandth of what single precision, in which
 * responses come, leaves unknown.
 */
const MOST_MEAN_ROUNDING = 6e-11;

/** Sums of no participant yet. */
export function emptySum(nVolumes: number, nTargets: number): SummedResponses {
  return {
    sum: Matrix.zeros(nVolumes, nTargets, "emptySum"),
    counts: new Float64Array(nTargets),
    reach: new Float64Array(nTargets),
  };
}

/**
 * Adds a participant's responses to a sum, in place. A target that is not finite in every volume is left out, whole.
 *
 * @param bold - [at least nVolumes x nColumns]; later volumes are left out
 * @param from - the column of `bold` that is the sum's first
 */
export function addResponses({ sum, counts, reach }: SummedResponses, bold: Matrix, from: number): void {
  const { nRows, nColumns: nTargets } = sum;
  const greatest = greatestOf(bold, { nRows, from, nTargets });
  for (let t = 0; t < nTargets; t++) {
    if (!Number.isFinite(greatest[t])) continue;
    counts[t]! += 1;
    reach[t]! += greatest[t]!;
  }
  for (let i = 0; i < nRows; i++) {
    const row = bold.data.subarray(i * bold.nColumns + from, i * bold.nColumns + from + nTargets);
    const to = sum.data.subarray(i * nTargets, (i + 1) * nTargets);
    for (let t = 0; t < nTargets; t++) if (Number.isFinite(greatest[t])) to[t]! += row[t]!;
  }
}

/** The greatest magnitude of each target, NaN or infinite where a volume is, [nTargets]. */
function greatestOf(
  { data, nColumns }: Matrix,
  { nRows, from, nTargets }: { readonly nRows: number; readonly from: number; readonly nTargets: number },
): Float64Array {
  const greatest = new Float64Array(nTargets);
  for (let i = 0; i < nRows; i++) {
    const row = data.subarray(i * nColumns + from, i * nColumns + from + nTargets);
    // Of NaN and a number, Math.max gives NaN.
    for (let t = 0; t < nTargets; t++) greatest[t] = Math.max(greatest[t]!, Math.abs(row[t]!));
  }
  return greatest;
}

/** The mean of others, and whether its rounding error is small enough. */
export interface MeanOfOthers {
  /** [nVolumes x nTargets]; NaN where no other participant has the target. */
  readonly mean: Matrix<Float64Array>;
  /** Targets of which rounding could be more than {@link MOST_MEAN_ROUNDING} of their deviation: to be summed without the participant. */
  readonly nUnsure: number;
}

/**
 * The mean responses of all participants of a sum but one: (sum - own) / (n - 1).
 *
 * With n participants and |y_i| the greatest magnitude of each, the sum is off by at most (n - 1) u sum |y_i| in any volume, with
 * u = 2^-53, and taking the own responses off adds u times the same: n u sum |y_i| in all. Where that is more than a small share of the standard deviation over volumes
 * of what is left, as where one's own responses are far greater than all others', the target is unsure.
 *
 * @param own - the participant's own responses, as they were added; undefined where they were not
 */
export function meanOfOthers(
  { sum, counts, reach }: SummedResponses,
  own: { readonly bold: Matrix; readonly from: number } | undefined,
): MeanOfOthers {
  const { nRows, nColumns: nTargets } = sum;
  const mean = Matrix.zeros(nRows, nTargets, "meanOfOthers");
  const ownGreatest = own && greatestOf(own.bold, { nRows, from: own.from, nTargets });
  const nOthers = counts.map((count, t) => count - (ownGreatest && Number.isFinite(ownGreatest[t]) ? 1 : 0));
  for (let i = 0; i < nRows; i++) {
    const start = own ? i * own.bold.nColumns + own.from : 0;
    const row: FloatArray | undefined = own?.bold.data.subarray(start, start + nTargets);
    for (let t = 0, at = i * nTargets; t < nTargets; t++, at++) {
      const isIn = nOthers[t] !== counts[t];
      mean.data[at] = (isIn ? sum.data[at]! - row![t]! : sum.data[at]!) / nOthers[t]!;
    }
  }
  let nUnsure = 0;
  for (let t = 0; t < nTargets; t++) {
    if (!(nOthers[t]! > 0)) {
      for (let i = 0; i < nRows; i++) mean.data[i * nTargets + t] = Number.NaN;
      continue;
    }
    if (nOthers[t] === counts[t]) continue;
    const rounding = (counts[t]! * DOUBLE_UNIT * reach[t]!) / nOthers[t]!;
    if (rounding > MOST_MEAN_ROUNDING * deviationOf(mean, t)) nUnsure++;
  }
  return { mean, nUnsure };
}

/** The standard deviation over volumes of a target. */
function deviationOf({ data, nRows, nColumns }: Matrix, t: number): number {
  let mean = 0;
  for (let i = 0; i < nRows; i++) mean += data[i * nColumns + t]! / nRows;
  let squares = 0;
  for (let i = 0; i < nRows; i++) squares += (data[i * nColumns + t]! - mean) ** 2;
  return Math.sqrt(squares / nRows);
}

/**
 * Compares a mean of others from which the own responses were taken off with the others added up without them.
 *
 * @param where - which they are, for the message
 * @throws AuditError where they differ by more than twice the rounding that is allowed for, or a value is missing in one alone
 */
export function auditMean(mean: Matrix, added: Matrix, where: string): void {
  for (let t = 0; t < added.nColumns; t++) {
    const most = 2 * MOST_MEAN_ROUNDING * deviationOf(added, t);
    for (let i = 0; i < added.nRows; i++) {
      const at = i * added.nColumns + t;
      const [got, expected] = [mean.data[at]!, added.data[at]!];
      // Where neither varies, both are rounded at the last digit.
      const isSame = Math.abs(got - expected) <= most + 4 * Number.EPSILON * Math.abs(expected);
      if (isSame || (Number.isNaN(got) && Number.isNaN(expected))) continue;
      throw new AuditError(
        `the mean responses of others must be what adding them up gives, ${expected}, got ${got} (${where}, volume ${i}, target ${t} of them). Please report this.`,
      );
    }
  }
}
