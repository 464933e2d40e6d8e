import { type Matrix, toFloat32 } from "../array/matrix.ts";
import { type SingularRange, singularRange } from "./alpha-reach.ts";
import { type ChoiceDesign, type Choosable, choosable, overGreatest, shrinkagesOf } from "./choose-alpha.ts";
import { heldOutSets } from "./held-out.ts";
import { projectSamples, type RidgeDecomposition } from "./ridge-decomposition.ts";
import type { ResolvedRidgeOptions } from "./ridge-options.ts";
import type { Rows } from "./shortlist-graph.ts";

/**
 * A design taken apart, with other samples to predict: all that scores need of it, and nothing of its columns. In double
 * precision. Make it once for a design, use it for any number of subjects.
 */
export interface ScoringDesign extends ChoiceDesign {
  /** The samples to predict along the directions, [rank x nTest]. */
  readonly test: Matrix<Float64Array>;
}

/**
 * Brings a decomposition and the samples to predict together.
 *
 * @param xTest - [nTest x nFeatures]
 * @throws ShapeError where `xTest` has another number of columns than the design
 * @throws OptionError where inner folds are asked for and the decomposition was made without
 */
export async function scoringDesign(
  decomposition: RidgeDecomposition,
  xTest: Matrix,
  options: ResolvedRidgeOptions,
  where: string,
): Promise<ScoringDesign> {
  const { intercept, left, singularValues } = decomposition;
  const sets = await heldOutSets(decomposition, options, where);
  const test = await projectSamples(decomposition, xTest, options, where);
  flattenConstantRows(test);
  return { intercept, left, singularValues, sets, test };
}

/** Directions along which the samples to predict vary by less than this share of their magnitude are constant. */
const CONSTANT = 1e-12;

/**
 * Makes rows that vary by rounding alone constant to the last digit, in place: a prediction from nothing else is constant, and has
 * no correlation.
 *
 * @param test - the samples to predict along the directions, [rank x nTest]
 */
export function flattenConstantRows({ data, nRows, nColumns }: Matrix<Float64Array>): void {
  for (let k = 0; k < nRows; k++) {
    const row = data.subarray(k * nColumns, (k + 1) * nColumns);
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of row) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    if (greatest - least <= CONSTANT * Math.max(-least, greatest)) row.fill(least);
  }
}

/** A design as scores are computed on it. */
export interface ScorableDesign extends Choosable {
  /** What predictions in single precision need; asked for in single precision alone. */
  readonly predictor: Predictor;
  readonly singularRange: SingularRange;
  readonly exact: () => ScoringDesign | Promise<ScoringDesign>;
}

/** A design in memory. */
export function scorable(design: ScoringDesign, options: Pick<ResolvedRidgeOptions, "alphas">): ScorableDesign {
  return {
    intercept: design.intercept,
    get shortlist() {
      return choosable(design, options).shortlist;
    },
    get predictor() {
      return predictorOf(design, options);
    },
    singularRange: singularRange(design.singularValues),
    exact: () => design,
  };
}

/** What predictions in single precision need. */
export interface Predictor {
  /**
   * What takes a projection to a coefficient under each penalty, over the greatest, [nAlphas x rank]: correlation does not see
   * it, and single precision would lose the coefficients of large penalties.
   */
  readonly shrinkage: Rows;
  /** The samples to predict, less their mean, along the directions, [rank x nTest]. */
  readonly test: Rows;
  /** By how much the squares of a prediction grow where the projection is off by independent errors of mean square 1, [nAlphas]. */
  readonly sensitivity: Float64Array;
  /**
   * The greatest, over directions, of the sum of the squares of what one adds to a prediction, of a target whose length along it is
   * 1, [nAlphas]: of a target of length |y|, the squares of all summands of a prediction add up to at most |y|^2 times this.
   */
  readonly greatestSummands: Float64Array;
}

const predictors = new WeakMap<ScoringDesign, Predictor>();

/**
 * What predictions in single precision need of a design. Correlation does not see the mean of the predicted samples: it is
 * taken off in double precision, where their variation may be small beside it.
 */
function predictorOf(design: ScoringDesign, options: Pick<ResolvedRidgeOptions, "alphas">): Predictor {
  const known = predictors.get(design);
  if (known) return known;
  const { test } = design;
  const { nRows: rank, nColumns: nTest } = test;
  const shrinkages = shrinkagesOf(design, options).map(overGreatest);
  const shrinkage = new Float32Array(shrinkages.length * rank);
  for (const [a, row] of shrinkages.entries()) shrinkage.set(row, a * rank);
  const centred = new Float32Array(rank * nTest);
  for (let k = 0; k < rank; k++) {
    const row = test.data.subarray(k * nTest, (k + 1) * nTest);
    // Less the first, so that a constant row has a mean of 0 to the last digit.
    let mean = 0;
    for (const value of row) mean += (value - row[0]!) / nTest;
    for (let i = 0; i < nTest; i++) centred[k * nTest + i] = row[i]! - row[0]! - mean;
  }
  const sensitivity = new Float64Array(shrinkages.length);
  const greatestSummands = new Float64Array(shrinkages.length);
  for (let k = 0; k < rank; k++) {
    let squares = 0;
    for (let i = 0; i < nTest; i++) squares += centred[k * nTest + i]! ** 2;
    for (let a = 0; a < sensitivity.length; a++) {
      const summands = shrinkages[a]![k]! ** 2 * squares;
      sensitivity[a]! += summands;
      greatestSummands[a] = Math.max(greatestSummands[a]!, summands);
    }
  }
  const predictor = {
    sensitivity,
    greatestSummands,
    shrinkage: { data: shrinkage, nRows: shrinkages.length, nColumns: rank },
    test: toFloat32({ data: centred, nRows: rank, nColumns: nTest }),
  };
  predictors.set(design, predictor);
  return predictor;
}
