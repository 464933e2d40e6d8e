import { checkArgument } from "../array/arguments.ts";
import { checkMatrix, Matrix } from "../array/matrix.ts";
import { factorNearOne } from "../array/near-one.ts";
import { columnMeans, requireColumns } from "../linear-algebra/centre.ts";
import { requireFinite, requireSamples } from "./requirements.ts";

/** What takes the columns of a matrix to mean 0 and variance 1. */
export interface Standardisation {
  /** The mean of each column, [nColumns]. */
  readonly mean: Float64Array;
  /** What each centred column is divided by, [nColumns]: its standard deviation, 1 where it is constant. */
  readonly scale: Float64Array;
}

/**
 * The mean and the standard deviation of every column, in double precision.
 *
 * The variance is the population's (divided by the number of rows). A column whose variance cannot be told from
 * rounding, variance <= n eps variance + (n mean eps)^2, counts as constant and gets scale 1, so that it becomes zeros.
 * Both are as in scikit-learn's StandardScaler.
 *
 * @remarks Columns whose squares overflow or vanish (magnitudes beyond 2^400 or below 2^-400) are standardised as all others are; in
 * scikit-learn they become NaN or count as constant.
 *
 * @param x - [nSamples x nColumns], any precision
 * @throws ShapeError where `x` has no rows or columns, or holds NaN or an infinity
 */
export function fitStandardise(x: Matrix): Standardisation {
  checkMatrix(x, "fitStandardise: x");
  requireSamples(x, 1, "fitStandardise", "x");
  requireFinite(x, "fitStandardise", "x");
  const factors = factorsNearOne(x);
  if (factors) return fitScaled(x, factors);
  const { data, nRows, nColumns } = x;
  const mean = columnMeans(x);
  const squares = new Float64Array(nColumns);
  const remainders = new Float64Array(nColumns);
  for (let i = 0, at = 0; i < nRows; i++) {
    for (let j = 0; j < nColumns; j++, at++) {
      const deviation = data[at]! - mean[j]!;
      squares[j]! += deviation * deviation;
      remainders[j]! += deviation;
    }
  }
  const scale = new Float64Array(nColumns);
  for (let j = 0; j < nColumns; j++) {
    // The deviations from a rounded mean do not quite sum to 0: take the square of what is left over off again.
    const variance = Math.max(0, (squares[j]! - remainders[j]! ** 2 / nRows) / nRows);
    const rounding = nRows * Number.EPSILON * variance + (nRows * mean[j]! * Number.EPSILON) ** 2;
    scale[j] = variance <= rounding ? 1 : Math.sqrt(variance);
  }
  return { mean, scale };
}

/** What brings each column near 1, as {@link factorNearOne}; undefined where none needs it. */
function factorsNearOne({ data, nColumns }: Matrix): Float64Array | undefined {
  // All numbers of single precision have squares in double.
  if (data instanceof Float32Array) return undefined;
  const largest = new Float64Array(nColumns);
  for (let from = 0; from < data.length; from += nColumns)
    for (let j = 0; j < nColumns; j++) largest[j] = Math.max(largest[j]!, Math.abs(data[from + j]!));
  const factors = largest.map(factorNearOne);
  return factors.every((factor) => factor === 1) ? undefined : factors;
}

/** Fits columns multiplied by factors, and gives mean and scale of the columns as they are. */
function fitScaled({ data, nRows, nColumns }: Matrix, factors: Float64Array): Standardisation {
  const scaled = data.map((value, i) => value * factors[i % nColumns]!);
  const { mean, scale } = fitStandardise(Matrix.of(scaled, nRows, nColumns));
  return { mean: mean.map((value, j) => value / factors[j]!), scale: scale.map((value, j) => value / factors[j]!) };
}

/**
 * (x - mean) / scale for every column, as a new matrix in double precision.
 *
 * @param x - [nSamples x nColumns], any precision; NaN stays NaN
 * @throws ShapeError where `x` has another number of columns than the standardisation was fitted on
 */
export function applyStandardise(x: Matrix, standardisation: Standardisation): Matrix<Float64Array> {
  checkMatrix(x, "applyStandardise: x");
  const fields = { mean: "a list of numbers", scale: "a list of numbers" } as const;
  checkArgument("applyStandardise: standardisation", standardisation, "an object", fields);
  const { mean, scale } = standardisation;
  requireColumns(x, mean, "applyStandardise");
  const result = Matrix.zeros(x.nRows, x.nColumns);
  const { data: source, nColumns } = x;
  const { data } = result;
  for (let from = 0; from < data.length; from += nColumns) {
    for (let j = 0; j < nColumns; j++) data[from + j] = (source[from + j]! - mean[j]!) / scale[j]!;
  }
  return result;
}
