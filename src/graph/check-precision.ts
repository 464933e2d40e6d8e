import { createRandom } from "../array/random.ts";

/** Summands of a trial product, and its rows and columns. */
export const [N_SUMMANDS, N_VECTORS] = [64, 32];

/**
 * The most that a product of single precision may be off by, in units of 2^-24 |a| |b|: several times what it is off by in fact,
 * whatever the order of its 64 sums. Arguments rounded to 10 bits, as of TensorFloat-32 and half precision, are off by some hundreds.
 */
const MOST_ROUNDING = 16;

/** Two matrices of the numbers to multiply, [N_VECTORS x N_SUMMANDS] and [N_SUMMANDS x N_VECTORS]. */
export function trialMatrices(): { readonly a: Float32Array; readonly b: Float32Array } {
  const random = createRandom("single precision");
  const numbers = () => Float32Array.from({ length: N_VECTORS * N_SUMMANDS }, () => random.normal());
  return { a: numbers(), b: numbers() };
}

/**
 * By how much a product of the {@link trialMatrices} is off from that in double precision at most, in units of 2^-24 |a| |b|, with
 * |a| and |b| the lengths of the row and the column.
 *
 * @param product - [N_VECTORS x N_VECTORS]
 * @returns NaN where a number is
 */
export function productRounding(product: ArrayLike<number>): number {
  const { a, b } = trialMatrices();
  let most = 0;
  for (let i = 0; i < N_VECTORS; i++) {
    for (let j = 0; j < N_VECTORS; j++) {
      let [sum, rowSquares, columnSquares] = [0, 0, 0];
      for (let k = 0; k < N_SUMMANDS; k++) {
        const [left, right] = [a[i * N_SUMMANDS + k]!, b[k * N_VECTORS + j]!];
        sum += left * right;
        rowSquares += left * left;
        columnSquares += right * right;
      }
      const off = Math.abs(product[i * N_VECTORS + j]! - sum) / Math.sqrt(rowSquares * columnSquares);
      // NaN stays NaN, which is never within the limit.
      most = Math.max(most, off * 2 ** 24);
    }
  }
  return most;
}

/** Whether a product of the {@link trialMatrices} is that of single precision. */
export function isSinglePrecision(product: ArrayLike<number>): boolean {
  return productRounding(product) <= MOST_ROUNDING;
}
