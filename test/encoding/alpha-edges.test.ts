import { expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { alphaAtEdges } from "../../src/encoding/alpha-edges.ts";

const alphas = [10, 0.1, 1];

test("by hand: targets with a score of zero, below zero or none do not count", () => {
  // Targets a to e in two folds. Above zero: a (0.1, 10) and b (1, 10): one of four lowest, two highest.
  const chosen = Matrix.of(Float64Array.of(0.1, 1, 10, 10, Number.NaN, 10, 10, 10, 10, Number.NaN), 2, 5);
  const score = Float64Array.of(0.3, 1e-9, 0, -0.2, Number.NaN);
  expect(alphaAtEdges(chosen, score, alphas)).toEqual({ lowest: 1 / 4, highest: 2 / 4 });
});

test("by hand: NaN where no target has a score above zero", () => {
  const none = { lowest: Number.NaN, highest: Number.NaN };
  expect(alphaAtEdges(Matrix.of(Float64Array.of(10, 0.1), 1, 2), Float64Array.of(-0.1, Number.NaN), alphas)).toEqual(
    none,
  );
});

test("by hand: with a single alpha every choice lies at both ends", () => {
  expect(alphaAtEdges(Matrix.of(Float64Array.of(1, 1), 1, 2), Float64Array.of(0.1, -1), [1])).toEqual({
    lowest: 1,
    highest: 1,
  });
});
