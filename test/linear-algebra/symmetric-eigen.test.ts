import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EigenvalueDecomposition, Matrix as MlMatrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { ShapeError } from "../../src/errors.ts";
import { multiply } from "../../src/graph/multiply.ts";
import { orthonormaliseRows } from "../../src/linear-algebra/gram-schmidt.ts";
import { type SymmetricEigen, symmetricEigen } from "../../src/linear-algebra/symmetric-eigen.ts";

interface OracleCase {
  readonly name: string;
  readonly n: number;
  readonly modulus: number;
  readonly values: readonly number[];
  /** Rows; none where the size would be great. */
  readonly vectors: readonly (readonly number[])[];
}

const oracle = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/symmetric-eigen.json"), "utf8")) as {
  readonly cases: readonly OracleCase[];
};

type Entry = (i: number, j: number) => number;

/** Entry (i, j) with i <= j, counted from 0, for both triangles. */
function symmetric(n: number, entry: Entry): Matrix<Float64Array> {
  const matrix = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) matrix.data[i * n + j] = matrix.data[j * n + i] = entry(i, j);
  }
  return matrix;
}

const tridiagonal = (n: number, diagonal: (i: number) => number, off: (i: number) => number) =>
  symmetric(n, (i, j) => (i === j ? diagonal(i) : j === i + 1 ? off(i) : 0));

/** A symmetric matrix with the given eigenvalues; eigenvectors are random. */
async function withEigenvalues(values: readonly number[]): Promise<Matrix<Float64Array>> {
  const n = values.length;
  const random = createRandom("eigenvectors");
  const basis = Matrix.of(
    Float64Array.from({ length: n * n }, () => random.normal()),
    n,
    n,
  );
  orthonormaliseRows(basis, []);
  const scaled = Matrix.of(
    basis.data.map((value, at) => value * values[Math.floor(at / n)]!),
    n,
    n,
  );
  const product = await multiply(basis, scaled, { transposeA: true });
  return symmetric(n, (i, j) => product.data[i * n + j]!);
}

function randomSymmetric(n: number, seed: string, size: (i: number, j: number) => number = () => 1) {
  const random = createRandom(seed);
  return symmetric(n, (i, j) => random.normal() * size(i, j));
}

/** Greatest |S v - value v| and |V'V - I|, by entries; exact products are not needed, as both are of the size of rounding. */
async function departures(matrix: Matrix<Float64Array>, { values, vectors }: SymmetricEigen) {
  const n = matrix.nRows;
  const images = await multiply(matrix, vectors);
  const products = await multiply(vectors, vectors, { transposeA: true });
  let [residual, skew] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      residual = Math.max(residual, Math.abs(images.data[i * n + j]! - values[j]! * vectors.data[i * n + j]!));
      skew = Math.max(skew, Math.abs(products.data[i * n + j]! - (i === j ? 1 : 0)));
    }
  }
  return { residual, skew };
}

function expectDescending(values: Float64Array): void {
  expect([...values]).toEqual([...values].sort((a, b) => b - a));
}

const range = (n: number, value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i));
const glued = (glue: number) =>
  tridiagonal(
    21 * 8,
    (i) => Math.abs(10 - (i % 21)),
    (i) => (i % 21 === 20 ? glue : 1),
  );

// Each has its own difficulty: sizes about the edges of blocks and leaves; nothing, or all, to deflate; equal and close
// eigenvalues; magnitudes that span the range of numbers.
const matrices: readonly {
  readonly name: string;
  readonly make: () => Matrix<Float64Array> | Promise<Matrix<Float64Array>>;
}[] = [
  ...[1, 2, 3, 4, 15, 16, 17, 18, 31, 32, 33, 34, 63, 64, 65, 66, 129, 257, 301].map((n) => ({
    name: `random, ${n}`,
    make: () => randomSymmetric(n, `random ${n}`),
  })),
  { name: "zeros", make: () => Matrix.zeros(70, 70) },
  { name: "the identity", make: () => symmetric(70, (i, j) => (i === j ? 1 : 0)) },
  { name: "minus the identity", make: () => symmetric(70, (i, j) => (i === j ? -1 : 0)) },
  { name: "ones", make: () => symmetric(70, () => 1) },
  { name: "diagonal, in no order", make: () => symmetric(90, (i, j) => (i === j ? (i * 37) % 90 : 0)) },
  {
    name: "second differences",
    make: () =>
      tridiagonal(
        130,
        () => 2,
        () => -1,
      ),
  },
  {
    name: "zero but beside the diagonal",
    make: () =>
      tridiagonal(
        101,
        () => 0,
        () => 1,
      ),
  },
  { name: "anti-diagonal", make: () => symmetric(75, (i, j) => (i + j === 74 ? 1 : 0)) },
  { name: "an arrow", make: () => symmetric(80, (i, j) => (i === 0 ? 1 : i === j ? i : 0)) },
  {
    name: "Wilkinson's W21+",
    make: () =>
      tridiagonal(
        21,
        (i) => Math.abs(10 - i),
        () => 1,
      ),
  },
  {
    name: "Wilkinson's W201+",
    make: () =>
      tridiagonal(
        201,
        (i) => Math.abs(100 - i),
        () => 1,
      ),
  },
  { name: "glued Wilkinson, 1e-4", make: () => glued(1e-4) },
  { name: "glued Wilkinson, 1e-8", make: () => glued(1e-8) },
  { name: "glued Wilkinson, 1e-14", make: () => glued(1e-14) },
  {
    name: "blocks of zeros between blocks",
    make: () => randomSymmetric(96, "blocks", (i, j) => (i >> 4 === j >> 4 && i & 16 ? 1 : 0)),
  },
  { name: "Hilbert's", make: () => symmetric(100, (i, j) => 1 / (i + j + 1)) },
  { name: "rank 5", make: () => withEigenvalues(range(120, (i) => (i < 5 ? 5 - i : 0))) },
  { name: "two values, 60 times each", make: () => withEigenvalues(range(120, (i) => (i < 60 ? 3 : -1))) },
  { name: "a cluster 1e-15 wide", make: () => withEigenvalues(range(120, (i) => (i < 40 ? 1 + i * 1e-15 : i / 10))) },
  { name: "all within 1e-12", make: () => withEigenvalues(range(120, (i) => 1 + i * 1e-14)) },
  { name: "values from 1 to 1e-16", make: () => withEigenvalues(range(120, (i) => 10 ** ((-16 * i) / 119))) },
  {
    name: "plus and minus the same",
    make: () => withEigenvalues(range(120, (i) => (i % 2 ? -1 : 1) * (1 + (i >> 1)))),
  },
  { name: "graded down 1e16", make: () => randomSymmetric(110, "graded", (i, j) => 10 ** ((-8 * (i + j)) / 109)) },
  { name: "graded up 1e16", make: () => randomSymmetric(110, "graded", (i, j) => 10 ** ((8 * (i + j)) / 109 - 16)) },
  {
    name: "graded down 1e600",
    make: () => randomSymmetric(110, "graded", (i, j) => 10 ** (300 - (300 * (i + j)) / 109)),
  },
  {
    name: "graded up 1e600",
    make: () => randomSymmetric(110, "graded", (i, j) => 10 ** ((300 * (i + j)) / 109 - 300)),
  },
  { name: "about 1e300", make: () => randomSymmetric(70, "large", () => 1e300) },
  { name: "about 1e-300", make: () => randomSymmetric(70, "small", () => 1e-300) },
  {
    name: "a giant in a corner",
    make: () => randomSymmetric(90, "giant", (i, j) => (i === 89 && j === 89 ? 1e30 : 1)),
  },
  ...[1e-20, 1e-100, 1e-119, 1e-121, 1e-170, 1e-310].map((size) => ({
    name: `tridiagonal, ${size} beside the diagonal`,
    make: () =>
      tridiagonal(
        80,
        (i) => (i === 0 ? 1 : 0),
        () => size,
      ),
  })),
  {
    name: "tridiagonal, from 1 to 1e-320",
    make: () =>
      tridiagonal(
        80,
        (i) => 10 ** (-4 * i),
        (i) => 10 ** (-4 * i - 2),
      ),
  },
];

describe("identity: S V = V diag(values) and V'V = I to rounding", () => {
  test.each(matrices)("$name", async ({ make }) => {
    const matrix = await make();
    const n = matrix.nRows;
    const eigen = await symmetricEigen(matrix);
    expectDescending(eigen.values);
    // In units in which the largest entry is about 1, so that no product overflows or vanishes.
    const unit =
      2 ** Math.floor(Math.log2(matrix.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1));
    const scaled = Matrix.of(
      matrix.data.map((value) => value / unit),
      n,
      n,
    );
    const values = eigen.values.map((value) => value / unit);
    const { residual, skew } = await departures(scaled, { values, vectors: eigen.vectors });
    const norm = Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
    // Backward stability promises a modest multiple of n eps; 5 leaves room for the sums of this test.
    expect(residual).toBeLessThanOrEqual(5 * n * Number.EPSILON * norm);
    expect(skew).toBeLessThanOrEqual(5 * n * Number.EPSILON);
  });
});

describe("by hand: eigenvalues that are known", () => {
  // Weyl: a computed value is as far from the true one as the residual at most, some n eps of the largest.
  const expectValues = async (matrix: Matrix<Float64Array>, expected: readonly number[]) => {
    const { values } = await symmetricEigen(matrix);
    const largest = Math.max(...expected.map(Math.abs));
    const sorted = [...expected].sort((a, b) => b - a);
    values.forEach((value, j) => {
      expect(Math.abs(value - sorted[j]!)).toBeLessThanOrEqual(2 * expected.length * Number.EPSILON * largest);
    });
  };

  test("second differences: 2 - 2 cos(j pi / (n + 1))", async () => {
    const n = 150;
    const expected = range(n, (j) => 2 - 2 * Math.cos(((j + 1) * Math.PI) / (n + 1)));
    await expectValues(
      tridiagonal(
        n,
        () => 2,
        () => -1,
      ),
      expected,
    );
  });

  test("Clement's matrix: n - 1, n - 3, .., 1 - n", async () => {
    const n = 100;
    const matrix = tridiagonal(
      n,
      () => 0,
      (i) => Math.sqrt((i + 1) * (n - 1 - i)),
    );
    await expectValues(
      matrix,
      range(n, (j) => n - 1 - 2 * j),
    );
  });

  test("ones: n, and 0 n - 1 times", async () => {
    await expectValues(
      symmetric(90, () => 1),
      range(90, (j) => (j === 0 ? 90 : 0)),
    );
  });

  test("1 x 1 and 2 x 2", async () => {
    expect(await symmetricEigen(Matrix.fromRows([[-3]]))).toEqual({
      values: Float64Array.of(-3),
      vectors: Matrix.fromRows([[1]]),
    });
    await expectValues(
      Matrix.fromRows([
        [2, 2],
        [2, -1],
      ]),
      [3, -2],
    );
  });

  test("0 x 0 has none", async () => {
    expect((await symmetricEigen(Matrix.zeros(0, 0))).values).toHaveLength(0);
  });
});

test("recovery: planted eigenvalues that span 1e16 with repetitions", async () => {
  const planted = [1e8, 1e8, 1e4, 1, 1, 1, 1e-8, ...new Array<number>(93).fill(0)];
  const { values } = await symmetricEigen(await withEigenvalues(planted));
  // The planted matrix is itself good to n eps of the largest value.
  planted.forEach((value, j) => {
    expect(Math.abs(values[j]! - value)).toBeLessThanOrEqual(2 * 100 * Number.EPSILON * 1e8);
  });
});

test.each(oracle.cases)("oracle: numpy.linalg.eigh: $name", async ({ n, modulus, values, vectors }) => {
  const matrix = symmetric(n, (row, column) => {
    const [i, j] = [row + 1, column + 1];
    return (((i * i + j * j) * (i + j) + 7 * i * j) % modulus) - Math.floor(modulus / 2);
  });
  const found = await symmetricEigen(matrix);
  const norm = Math.max(values[0]!, -values.at(-1)!);
  values.forEach((value, j) => {
    // Both are off by some n eps of the norm.
    expect(Math.abs(found.values[j]! - value)).toBeLessThanOrEqual(4 * n * Number.EPSILON * norm);
  });
  vectors.forEach((vector, j) => {
    const cosine = vector.reduce((sum, value, i) => sum + value * found.vectors.data[i * n + j]!, 0);
    // Values lie a hundredth of the norm apart or more: angles are n eps over that, and cosines miss 1 by rounding.
    expect(Math.abs(Math.abs(cosine) - 1)).toBeLessThan(1e-14);
  });
});

test("agreement: ml-matrix, signs aside", async () => {
  const n = 140;
  const matrix = randomSymmetric(n, "agreement");
  const found = await symmetricEigen(matrix);
  const plain = new EigenvalueDecomposition(MlMatrix.from1DArray(n, n, matrix.data), { assumeSymmetric: true });
  const order = plain.realEigenvalues
    .map((_, j) => j)
    .sort((a, b) => plain.realEigenvalues[b]! - plain.realEigenvalues[a]!);
  order.forEach((from, j) => {
    // Values are of up to 24: both off by some n eps of that.
    expect(Math.abs(found.values[j]! - plain.realEigenvalues[from]!)).toBeLessThan(1e-12);
    let cosine = 0;
    for (let i = 0; i < n; i++) cosine += plain.eigenvectorMatrix.get(i, from) * found.vectors.data[i * n + j]!;
    // Gaps of 1e-3 or more: angles under 1e-9.
    expect(Math.abs(Math.abs(cosine) - 1)).toBeLessThan(1e-12);
  });
});

test("identity: equal input gives equal output, bit for bit, and is not changed", async () => {
  const matrix = randomSymmetric(130, "twice");
  const before = matrix.data.slice();
  const [first, second] = [await symmetricEigen(matrix), await symmetricEigen(matrix)];
  expect(matrix.data).toEqual(before);
  expect(second.values).toEqual(first.values);
  expect(second.vectors.data).toEqual(first.vectors.data);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %s", async (value) => {
  const matrix = symmetric(3, (i) => (i === 1 ? value : 0));
  const attempt = symmetricEigen(matrix);
  await expect(attempt).rejects.toThrow(ShapeError);
  await expect(attempt).rejects.toThrow(`symmetricEigen: numbers must be finite, got ${value}.`);
});
