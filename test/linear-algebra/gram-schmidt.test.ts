import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { centredBasis, orthonormaliseRows, subtractProjections } from "../../src/linear-algebra/gram-schmidt.ts";
import { fixture } from "./fixture.ts";

describe("subtractProjections", () => {
  it("takes off what lies along each vector (by hand)", () => {
    const vector = Float64Array.of(3, 4, 5);
    subtractProjections(vector, [Float64Array.of(1, 0, 0), Float64Array.of(0, 0.6, 0.8)]);
    // 4 and 5 less 6.4 times 0.6 and 0.8: 0.16 and -0.12, to a few roundings of 5.
    expect(vector[0]).toBe(0);
    expect(vector[1]).toBeCloseTo(0.16, 14);
    expect(vector[2]).toBeCloseTo(-0.12, 14);
  });

  it("leaves the digits of a vector of which hardly anything lies outside (identity)", () => {
    const direction = Float64Array.of(0.48, 0.64, 0.6);
    const beside = Float64Array.of(0.8, -0.6, 0);
    const vector = direction.map((value, i) => value + 1e-10 * beside[i]!);
    subtractProjections(vector, [direction]);
    // Once would leave 1e-16 along a direction that 1e-10 are beside, a millionth; twice leaves rounding of what is left.
    const along = vector.reduce((sum, value, i) => sum + value * direction[i]!, 0);
    expect(Math.abs(along)).toBeLessThan(1e-25);
  });
});

describe("orthonormaliseRows", () => {
  it("replaces rows that depend on others by directions orthogonal to all (identity)", () => {
    const rows = Matrix.fromRows([
      [1e-200, 1e-200, 0, 0],
      [2, 2, 0, 0],
      [0, 0, 0, 0],
      [0, 3, 0, 0],
    ]) as Matrix<Float64Array>;
    orthonormaliseRows(rows, []);
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        let product = 0;
        for (let i = 0; i < 4; i++) product += rows.data[a * 4 + i]! * rows.data[b * 4 + i]!;
        // Four products of numbers under 1.
        expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-14);
      }
    }
  });
});

describe("centredBasis", () => {
  it("stays orthonormal and centred for nearly dependent columns of very different size (identity)", () => {
    const random = createRandom(3);
    const n = 50;
    const base = Array.from({ length: n }, () => random.normal());
    const rows = base.map((value) => [1e8 * value, 1e-8 * (value + 1e-6 * random.normal()), 7, random.normal() + 1e6]);
    const basis = centredBasis(Matrix.fromRows(rows));
    expect(basis).toHaveLength(3);
    const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    for (const [i, a] of basis.entries()) {
      // Taken off twice: what is left of other columns is rounding error of 50 additions.
      for (const [j, b] of basis.entries()) expect(product(a, b)).toBeCloseTo(i === j ? 1 : 0, 13);
      expect(a.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 8);
    }
  });

  it("leaves out columns that are zero, constant, or there already (by hand)", () => {
    const rows = [0, 1, 2, 3, 4].map((t) => [0, 5, t, 2 * t + 3, t * t, -t]);
    expect(centredBasis(Matrix.fromRows(rows))).toHaveLength(2);
  });

  it("spans what the columns span (oracle: numpy's singular vectors)", () => {
    const { columns, rank, projector } = fixture.basis;
    const basis = centredBasis(Matrix.fromRows(columns));
    expect(basis).toHaveLength(rank);
    projector.forEach((row, i) => {
      row.forEach((expected, j) => {
        const ours = basis.reduce((sum, vector) => sum + vector[i]! * vector[j]!, 0);
        // A few roundings of numbers under 1, times the condition of five columns.
        expect(Math.abs(ours - expected)).toBeLessThan(1e-13);
      });
    });
  });
});
