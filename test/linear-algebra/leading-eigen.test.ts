import { expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { multiply } from "../../src/graph/multiply.ts";
import { orthonormaliseRows } from "../../src/linear-algebra/gram-schmidt.ts";
import { leadingEigen } from "../../src/linear-algebra/leading-eigen.ts";
import { symmetricEigen } from "../../src/linear-algebra/symmetric-eigen.ts";

const N = 240;

/** A symmetric matrix with the given eigenvalues, [N x N]; the rest are 0. Eigenvectors are random. */
async function withEigenvalues(values: readonly number[]): Promise<Matrix<Float64Array>> {
  const random = createRandom("eigenvectors");
  const basis = Matrix.of(
    Float64Array.from({ length: N * N }, () => random.normal()),
    N,
    N,
  );
  orthonormaliseRows(basis, []);
  const scaled = Matrix.of(
    basis.data.map((value, at) => value * (values[Math.floor(at / N)] ?? 0)),
    N,
    N,
  );
  return multiply(basis, scaled, { transposeA: true });
}

const power = (exponent: number) => Array.from({ length: N }, (_, i) => (i + 1) ** -exponent);

// Each spectrum has its own difficulty: hardly any gaps; gaps of any size; equal values within and across the cut.
const spectra: readonly { readonly name: string; readonly values: readonly number[]; readonly k: number }[] = [
  { name: "slow decay", values: power(0.3), k: 20 },
  { name: "fast decay", values: power(6), k: 20 },
  { name: "a flat floor", values: [5, 4, 3, ...new Array<number>(N - 3).fill(1)], k: 10 },
  { name: "a cluster inside", values: [9, 5, 5, 5, 5 - 1e-9, 2, ...power(1).slice(6)], k: 8 },
  { name: "a cluster across the cut", values: [9, 8, ...new Array<number>(30).fill(2), ...power(1).slice(32)], k: 6 },
  { name: "rank below k", values: [3, 2, 1], k: 12 },
  { name: "rank equal to k", values: power(1).slice(0, 12), k: 12 },
  { name: "rank just over k", values: power(0.5).slice(0, 13), k: 12 },
  { name: "one giant", values: [1e9, ...power(0.5)], k: 10 },
  { name: "nothing", values: [], k: 4 },
];

test.each(spectra)("identity: planted eigenvalues, residuals and orthonormality: $name", async ({ values, k }) => {
  const matrix = await withEigenvalues(values);
  const { values: found, vectors } = await leadingEigen(matrix, k);
  const largest = values[0] ?? 0;
  const images = await multiply(matrix, vectors);
  for (let j = 0; j < k; j++) {
    // The planted values are themselves good to N eps of the largest.
    expect(Math.abs(found[j]! - (values[j] ?? 0))).toBeLessThanOrEqual(1e-12 * largest);
    let residual = 0;
    for (let i = 0; i < N; i++) residual += (images.data[i * k + j]! - found[j]! * vectors.data[i * k + j]!) ** 2;
    // The tolerance that leadingEigen promises, and as much again for the rounding of this product.
    expect(Math.sqrt(residual)).toBeLessThanOrEqual(1e-11 * found[j]! + 2 * N * Number.EPSILON * largest);
    for (let other = 0; other <= j; other++) {
      let product = 0;
      for (let i = 0; i < N; i++) product += vectors.data[i * k + j]! * vectors.data[i * k + other]!;
      // Gram-Schmidt twice leaves a few eps; rotations add as many.
      expect(Math.abs(product - (j === other ? 1 : 0))).toBeLessThan(1e-12);
    }
  }
});

test("agreement: the leading pairs of a decomposition in full, signs aside", async () => {
  const matrix = await withEigenvalues(power(0.7));
  const leading = await leadingEigen(matrix, 15);
  const full = await symmetricEigen(matrix);
  for (let j = 0; j < 15; j++) {
    expect(Math.abs(leading.values[j]! - full.values[j]!)).toBeLessThan(1e-13);
    let product = 0;
    for (let i = 0; i < N; i++) product += leading.vectors.data[i * 15 + j]! * full.vectors.data[i * N + j]!;
    // Residual 1e-11 over gaps of at least 1e-2 of the value: angles of 1e-9, whose cosine misses 1 by its square.
    expect(1 - Math.abs(product)).toBeLessThan(1e-14);
  }
});

test("identity: equal input gives equal output, bit for bit", async () => {
  const matrix = await withEigenvalues(power(1));
  const [first, second] = [await leadingEigen(matrix, 5), await leadingEigen(matrix, 5)];
  expect([...second.vectors.data]).toEqual([...first.vectors.data]);
});
