import { Matrix } from "../array/matrix.ts";
import type { Expression } from "../graph/expression.ts";
import { multiply } from "../graph/multiply.ts";
import {
  add,
  gather,
  gemm,
  input,
  matmul,
  multiplyElements,
  reduceSum,
  squeeze,
  subtract,
  unsqueeze,
} from "../graph/operators.ts";
import type { TensorValue } from "../graph/session.ts";
import type { Workspace } from "../graph/workspace.ts";
import type { HeldOutSet } from "./held-out.ts";

/** The errors of one set for a block of targets. */
export interface HeldOutErrors {
  /** The targets along the directions of the fit, [nTargets x rank]. */
  readonly projection: Matrix<Float64Array>;
  /** The weighted sum of squared errors, [nAlphas x nTargets]. */
  readonly errors: Matrix<Float64Array>;
}

/**
 * The errors of a set (see {@link HeldOutSet}) for a block of targets under every penalty, as one compiled graph.
 *
 * 2 nAlphas rank nTest operations a target in the product dominate; sums of squares are taken by a product as well.
 *
 * @param targets - [nTargets x nTrain]
 * @param tested - [nTargets x nTest] where the base of the set is "tested"
 */
export async function runHeldOut(
  set: HeldOutSet,
  targets: Matrix<Float64Array>,
  tested: Matrix<Float64Array> | undefined,
  workspace: Workspace,
): Promise<HeldOutErrors> {
  const { base } = set;
  const session = await workspace.session(`held-out ${base}`, () => heldOutGraph(base));
  const { projection, errors } = await session.run({
    targets: value(targets),
    fit: value(set.fit),
    damping: value(set.damping),
    weights: value(set.weights),
    ...(base === "tested" ? { predict: value(set.predict), tested: value(tested!) } : {}),
    ...outsideValue(set),
  });
  return {
    projection: Matrix.of(projection!.data as Float64Array, targets.nRows, set.fit.nRows),
    errors: Matrix.of(errors!.data as Float64Array, set.weights.nRows, targets.nRows),
  };
}

/** Targets under penalties: pair i is target `rows[i]` under penalty `penalties[i]`. */
export interface TargetPenalties {
  readonly rows: Int32Array;
  readonly penalties: Int32Array;
}

/**
 * The same errors for some pairs of a target and a penalty only, of a set whose samples are all fitted and predicted.
 *
 * 4 rank nSamples operations a target, and 2 rank nSamples a pair.
 *
 * @param targets - [nTargets x nSamples]
 * @returns `projection` [nTargets x rank] and the error of each pair, [nPairs]
 */
export async function runHeldOutPairs(
  set: HeldOutSet,
  targets: Matrix<Float64Array>,
  { rows, penalties }: TargetPenalties,
  workspace: Workspace,
): Promise<{ readonly projection: Matrix<Float64Array>; readonly errors: Float64Array }> {
  const { base } = set;
  // Without pairs there is nothing to compute: the graph would form the residuals of all targets.
  if (rows.length === 0) {
    const projection = await multiply(targets, set.fit, { transposeB: true, device: workspace.device });
    return { projection, errors: new Float64Array(0) };
  }
  const session = await workspace.session(`held-out pairs ${base}`, () => pairsGraph(base));
  const indices = (data: Int32Array): TensorValue => ({ type: "int32", shape: [data.length], data });
  const { projection, errors } = await session.run({
    targets: value(targets),
    fit: value(set.fit),
    damping: value(set.damping),
    weights: value(set.weights),
    rows: indices(rows),
    penalties: indices(penalties),
    ...outsideValue(set),
  });
  return {
    projection: Matrix.of(projection!.data as Float64Array, targets.nRows, set.fit.nRows),
    errors: errors!.data as Float64Array,
  };
}

function value({ nRows, nColumns, data }: Matrix): TensorValue {
  return { type: "float64", shape: [nRows, nColumns], data };
}

function outsideValue({ outside }: HeldOutSet): Record<string, TensorValue> {
  if (!outside) return {};
  const { isFar, nearlyInside, places } = outside;
  return {
    isFar: { type: "float64", shape: [isFar.length], data: isFar },
    nearlyInside: value(nearlyInside),
    places: value(places),
  };
}

/** What of targets lies outside of all directions: see `OutsideBase`. */
function outside(targets: Expression, projection: Expression, fit: Expression): Expression {
  const isFar = input("isFar", "float64", ["nSamples"]);
  const nearlyInside = input("nearlyInside", "float64", ["nNear", "nSamples"]);
  const places = input("places", "float64", ["nNear", "nSamples"]);
  const far = multiplyElements(subtract(targets, matmul(projection, fit)), isFar);
  return add(far, matmul(gemm(targets, nearlyInside, undefined, { transposeB: true }), places));
}

function heldOutGraph(base: HeldOutSet["base"]): Record<string, Expression> {
  const nTest = base === "tested" ? "nTest" : "nSamples";
  const targets = input("targets", "float64", ["nTargets", "nSamples"]);
  const fit = input("fit", "float64", ["rank", "nSamples"]);
  const predict = base === "tested" ? input("predict", "float64", ["rank", nTest]) : fit;
  const damping = input("damping", "float64", ["nAlphas", "rank"]);
  const weights = input("weights", "float64", ["nAlphas", nTest]);
  const projection = gemm(targets, fit, undefined, { transposeB: true });
  const damped = multiplyElements(unsqueeze(projection, 0), unsqueeze(damping, 1)); // [nAlphas, nTargets, rank]
  const fitted = matmul(damped, predict); // [nAlphas, nTargets, nTest]
  const error =
    base === "nothing"
      ? fitted
      : base === "tested"
        ? add(fitted, input("tested", "float64", ["nTargets", nTest]))
        : add(fitted, outside(targets, projection, fit));
  const errors = squeeze(matmul(multiplyElements(error, error), unsqueeze(weights, 2)), 2);
  return { projection, errors };
}

function pairsGraph(base: HeldOutSet["base"]): Record<string, Expression> {
  const targets = input("targets", "float64", ["nTargets", "nSamples"]);
  const fit = input("fit", "float64", ["rank", "nSamples"]);
  const damping = input("damping", "float64", ["nAlphas", "rank"]);
  const weights = input("weights", "float64", ["nAlphas", "nSamples"]);
  const rows = input("rows", "int32", ["nPairs"]);
  const penalties = input("penalties", "int32", ["nPairs"]);
  const projection = gemm(targets, fit, undefined, { transposeB: true });
  const fitted = matmul(multiplyElements(gather(projection, rows), gather(damping, penalties)), fit);
  const error = base === "nothing" ? fitted : add(fitted, gather(outside(targets, projection, fit), rows));
  const errors = reduceSum(multiplyElements(multiplyElements(error, error), gather(weights, penalties)), [1], false);
  return { projection, errors };
}
