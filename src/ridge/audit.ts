import { Matrix } from "../array/matrix.ts";
import { AuditError } from "../errors.ts";
import { correlateRows } from "../linear-algebra/correlation.ts";
import { dot, sumOfSquares } from "../linear-algebra/dot.ts";
import { errorsByDefinition, predictByDefinition } from "./by-definition.ts";
import { type ExactDesign, overGreatest, shrinkage } from "./factored-design.ts";
import type { Fold } from "./folds.ts";
import { observedRows } from "./score-targets.ts";
import { prepareTargets } from "./targets.ts";

/** What an audit of targets found: how many were computed again by definition, and how far they were off. */
export interface AuditCount {
  readonly nAudited: number;
  /** Of these, targets whose error is least under another penalty, which is a near-tie. */
  readonly nTies: number;
  /** By how much of the least the error of a chosen penalty was above it, at most. */
  readonly worstExcess: number;
  /** By how much a correlation was off, at most. */
  readonly worstR: number;
}

/** The count of an audit before any target. */
export const NO_AUDIT: AuditCount = { nAudited: 0, nTies: 0, worstExcess: 0, worstR: 0 };

/** Two audits as one. */
export function addAudits(a: AuditCount, b: AuditCount): AuditCount {
  return {
    nAudited: a.nAudited + b.nAudited,
    nTies: a.nTies + b.nTies,
    worstExcess: Math.max(a.worstExcess, b.worstExcess),
    worstR: Math.max(a.worstR, b.worstR),
  };
}

/** A target's choice and correlation in a fold, as they were computed. */
export interface AuditedScore {
  readonly bestAlpha: number;
  readonly r: number;
  /** Names the target, the encoding model and the fold, for the message. */
  readonly name: string;
}

/** Errors that differ by less than this share are ties, and r may be off by this much: the promises of docs/methods.md. */
const [TIE, R_OFF] = [1e-5, 1e-5];

/** Rounding of sums in double precision, as a share: 64 times 2^-52, for sums of thousands of terms whose roundings have random signs. */
const DOUBLE = 2 ** -46;

/**
 * Computes the penalty and the correlation of one target again, by definition in double precision, and compares.
 *
 * The rounding of double precision itself is allowed for: that of the data, raised by the weights of samples of
 * high leverage, and that of a prediction that is small beside its summands.
 *
 * @param row - the responses of the target, all volumes, [nVolumes]
 * @throws AuditError where the chosen penalty has an error above the least by more than near-ties differ, or r is off
 */
export function auditTarget(
  design: ExactDesign,
  row: Matrix,
  { train, test }: Pick<Fold, "train" | "test">,
  { bestAlpha, r, name }: AuditedScore,
): AuditCount {
  const block = prepareTargets(row, train, design.intercept, new Float64Array(0));
  const observed = observedRows(row, test, { precision: "float64" });
  const isUsable = block.scale[0]! > 0;
  const chosen = design.alphas.indexOf(bestAlpha);
  if (!isUsable || chosen === -1) {
    if (!isUsable && chosen === -1) return NO_AUDIT;
    throw new AuditError(
      `audit: a target must have a penalty where it can be used, and none elsewhere, got ${bestAlpha} for one that ${isUsable ? "can" : "cannot"} be used (${name}). Please report this.`,
    );
  }
  const { errors, greatestWeights } = errorsByDefinition(design, block.data);
  let best = chosen;
  for (let a = 0; a < errors.length; a++) if (errors[a]! < errors[best]!) best = a;
  const excess = errors[chosen]! / errors[best]! - 1;
  const weight = Math.max(greatestWeights[chosen]!, greatestWeights[best]!);
  const open = DOUBLE * Math.sqrt((block.squares[0]! * weight) / errors[best]!);
  // A target that is explained to the last digit has errors of rounding alone; their relative difference is NaN where they are 0.
  if (excess > TIE + open) {
    throw new AuditError(
      `audit: the chosen penalty must have the least error, got ${excess.toExponential(1)} of it above that of ${design.alphas[best]} (chosen: ${bestAlpha}; ${name}). Please report this; \`precision: float64\` computes without the fast path.`,
    );
  }
  const defined = correlationByDefinition(design, block.data, observed, bestAlpha);
  const isSame = Number.isNaN(defined.r) && Number.isNaN(r);
  const off = isSame ? 0 : Math.abs(r - defined.r);
  // NaN where one prediction is constant and the other is not: where both are rounding alone, either may happen.
  if (!isSame && !(off <= R_OFF + 2 * defined.open) && !(Number.isNaN(off) && defined.open > 1)) {
    throw new AuditError(
      `audit: r must be what its definition gives (${defined.r}), got ${r} (penalty ${bestAlpha}; ${name}). Please report this; \`precision: float64\` computes without the fast path.`,
    );
  }
  return {
    nAudited: 1,
    nTies: best === chosen ? 0 : 1,
    worstExcess: open < TIE ? excess : 0,
    worstR: defined.open < R_OFF ? off : 0,
  };
}

/**
 * Pearson r of what the definition predicts with what was observed, NaN where the prediction is constant; and by how much r is `open` to
 * the rounding of double precision: that of the prediction, as a share of its length.
 */
function correlationByDefinition(design: ExactDesign, target: Float64Array, observed: Matrix, alpha: number) {
  const { left, singularValues, test } = design;
  const { nRows: rank, nColumns: nTest } = test;
  const predicted = predictByDefinition(design, target, alpha);
  const shrunk = overGreatest(shrinkage(singularValues, alpha));
  const length = sumOfSquares(target);
  let noise = 0;
  for (let k = 0; k < rank; k++) {
    const projection = dot(left.data.subarray(k * target.length, (k + 1) * target.length), target);
    const squares = sumOfSquares(test.data.subarray(k * nTest, (k + 1) * nTest));
    noise += (length + projection ** 2) * shrunk[k]! ** 2 * squares;
  }
  const mean = predicted.reduce((sum, value) => sum + value / nTest, 0);
  const deviations = predicted.map((value) => value - mean);
  const [r] = correlateRows(Matrix.of(predicted, 1, nTest), observed);
  return { r: r!, open: DOUBLE * Math.sqrt(noise / sumOfSquares(deviations)) };
}
