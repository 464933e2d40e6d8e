import { describe, expect, test } from "vitest";
import { Matrix, sliceColumns, sliceRows, toFloat32, transpose } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { pearsonColumns } from "../../src/linear-algebra/correlation.ts";
import { orthonormaliseRows } from "../../src/linear-algebra/gram-schmidt.ts";
import { factorDesign } from "../../src/ridge/factor.ts";
import { fitRidge, predictRidge, ridgeCv, scoreRidge } from "../../src/ridge/ridge.ts";
import { oracle, type RidgeCase } from "./ridge-oracle.ts";

const PRECISIONS = ["float32", "float64"] as const;

/** |a - b| / |b| of column t. */
function columnDistance(a: Matrix, b: Matrix, t: number): number {
  let distance = 0;
  let length = 0;
  for (let j = 0; j < b.nRows; j++) {
    distance += (a.data[j * a.nColumns + t]! - b.data[j * b.nColumns + t]!) ** 2;
    length += b.data[j * b.nColumns + t]! ** 2;
  }
  return Math.sqrt(distance / length);
}

/** Errors of each penalty for target t, and the index of the least. */
function expectLeast(errors: readonly (readonly number[])[], alphas: readonly number[], t: number, alpha: number) {
  const own = errors.map((row) => row[t]!);
  const least = Math.min(...own);
  const chosen = own[alphas.indexOf(alpha)]!;
  // Another penalty than the oracle's may win only by what the methods allow: errors that differ by under 1e-5.
  expect(chosen / least - 1).toBeLessThan(1e-5);
  return chosen;
}

const titled = oracle.cases.flatMap((ridge) =>
  PRECISIONS.map((precision) => ({
    ...ridge,
    precision,
    title: `${ridge.name}, ${ridge.fitIntercept ? "with" : "without"} intercept, ${precision}`,
  })),
);

describe("oracle: scikit-learn's RidgeCV(alpha_per_target=True)", () => {
  test.each(titled)("$title", async ({ precision, ...ridge }) => {
    const fit = await ridgeCv(Matrix.fromRows(ridge.x), Matrix.fromRows(ridge.y), {
      alphas: ridge.alphas,
      intercept: ridge.fitIntercept,
      precision,
    });
    const coefficients = Matrix.fromRows(ridge.coefficients);
    let nSame = 0;
    ridge.alpha.forEach((alpha, t) => {
      const error = expectLeast(ridge.leaveOneOut, ridge.alphas, t, fit.bestAlpha[t]!);
      // Single precision holds 7 digits, of which sums over tens of samples cost one; double precision is limited by
      // the squares of the Gram matrix: eps times the condition (under 1e8 in these designs).
      expect(Math.abs(fit.error[t]! / error - 1)).toBeLessThan(precision === "float32" ? 1e-5 : 1e-8);
      if (fit.bestAlpha[t] !== alpha) return;
      nSame++;
      const tolerance = precision === "float32" ? 1e-4 : 1e-8;
      expect(columnDistance(fit.coefficients, coefficients, t)).toBeLessThan(tolerance);
      // The constant absorbs errors of coefficients times the means of columns, up to 3e3 in these designs.
      const scale = Math.sqrt(error) + Math.abs(ridge.intercept[t]!) + 3e3 * Math.hypot(...column(coefficients, t));
      expect(Math.abs(fit.intercept[t]! - ridge.intercept[t]!)).toBeLessThan(tolerance * scale);
    });
    // Near-ties are the exception in these fixtures.
    expect(nSame).toBeGreaterThanOrEqual(ridge.alpha.length - 2);
  });
});

const column = (matrix: Matrix, t: number): number[] =>
  Array.from({ length: matrix.nRows }, (_, j) => matrix.data[j * matrix.nColumns + t]!);

describe("oracle: the other choices of alpha, from their formulas and from scikit-learn's Ridge in each inner fold", () => {
  test.each(titled)("$title", async ({ precision, ...ridge }) => {
    const options = { alphas: ridge.alphas, intercept: ridge.fitIntercept, precision } as const;
    const [x, y] = [Matrix.fromRows(ridge.x), Matrix.fromRows(ridge.y)];
    const nInnerFolds = oracle.nInnerFolds;
    for (const [choice, errors] of [
      ["generalised", ridge.generalised],
      ["inner-folds", ridge.innerFolds],
    ] as const) {
      const fit = await ridgeCv(x, y, { ...options, choice, nInnerFolds });
      fit.bestAlpha.forEach((alpha, t) => {
        const error = expectLeast(errors, ridge.alphas, t, alpha);
        // 1e-5 as above. The formula of the generalised error subtracts numbers that agree to trace(H)/n in its own
        // right, which costs the oracle digits where the penalty is tiny.
        expect(Math.abs(fit.error[t]! / error - 1)).toBeLessThan(1e-5);
      });
    }
  });
});

/** Mean squared leave-one-out errors by leaving each sample out and solving the normal equations, [nAlphas][nTargets]. */
async function leaveOneOutPlainly(ridge: Pick<RidgeCase, "x" | "y" | "alphas">): Promise<number[][]> {
  const errors: number[][] = [];
  for (const alpha of ridge.alphas) {
    const sums = new Array<number>(ridge.y[0]!.length).fill(0);
    for (let left = 0; left < ridge.x.length; left++) {
      const others = <T>(rows: readonly T[]) => rows.filter((_, i) => i !== left);
      const fit = await ridgeCv(Matrix.fromRows(others(ridge.x)), Matrix.fromRows(others(ridge.y)), {
        alphas: [alpha],
        precision: "float64",
      });
      const predicted = await predictRidge(fit, Matrix.fromRows([ridge.x[left]!]));
      for (let t = 0; t < sums.length; t++) sums[t]! += (ridge.y[left]![t]! - predicted.data[t]!) ** 2 / ridge.x.length;
    }
    errors.push(sums);
  }
  return errors;
}

describe("identities", () => {
  const random = createRandom("ridge");
  const normal = (nRows: number, nColumns: number) =>
    Matrix.of(
      Float64Array.from({ length: nRows * nColumns }, () => random.normal()),
      nRows,
      nColumns,
    );
  const rowsOf = (matrix: Matrix) =>
    Array.from({ length: matrix.nRows }, (_, i) => [...sliceRows(matrix, i, i + 1).data]);

  test.each([
    ["tall", 14, 4],
    ["wide", 9, 20],
  ])("leave-one-out in closed form equals leaving out each sample: %s", async (_, n, f) => {
    const [x, y] = [normal(n, f), normal(n, 3)];
    const alphas = [0.01, 1, 100];
    const plain = await leaveOneOutPlainly({ x: rowsOf(x), y: rowsOf(y), alphas });
    for (const [a, alpha] of alphas.entries()) {
      const { error } = await ridgeCv(x, y, { alphas: [alpha], precision: "float64" });
      // Rounding at eps, over residual leverages of at least 1e-3 here.
      for (let t = 0; t < 3; t++) expect(Math.abs(error[t]! / plain[a]![t]! - 1)).toBeLessThan(1e-10);
    }
  });

  test("alpha to 0 is least squares: residuals are orthogonal to the columns and to a constant", async () => {
    const [x, y] = [normal(30, 5), normal(30, 4)];
    const fit = await ridgeCv(x, y, { alphas: [1e-12], precision: "float64" });
    const predicted = await predictRidge(fit, x);
    for (let t = 0; t < 4; t++) {
      let sum = 0;
      const along = [0, 0, 0, 0, 0];
      for (let i = 0; i < 30; i++) {
        const residual = y.data[i * 4 + t]! - predicted.data[i * 4 + t]!;
        sum += residual;
        for (let j = 0; j < 5; j++) along[j]! += residual * x.data[i * 5 + j]!;
      }
      // 1e-12 of penalty times coefficients of order 1, and rounding of 30 terms.
      for (const value of [sum, ...along]) expect(Math.abs(value)).toBeLessThan(1e-11);
    }
  });

  test("primal equals kernel: x with zero columns added past the number of samples gives the same fit", async () => {
    const [x, y] = [normal(20, 12), normal(20, 6)];
    const padded = Matrix.zeros(20, 30);
    for (let i = 0; i < 20; i++) padded.data.set(sliceRows(x, i, i + 1).data, i * 30);
    for (const choice of ["leave-one-out", "generalised", "inner-folds"] as const) {
      const primal = await ridgeCv(x, y, { precision: "float64", choice });
      const kernel = await ridgeCv(padded, y, { precision: "float64", choice });
      expect([...kernel.bestAlpha]).toEqual([...primal.bestAlpha]);
      for (let t = 0; t < 6; t++) {
        expect(columnDistance(sliceRows(kernel.coefficients, 0, 12), primal.coefficients, t)).toBeLessThan(1e-11);
        expect(Math.abs(kernel.error[t]! / primal.error[t]! - 1)).toBeLessThan(1e-11);
      }
    }
  });

  test("the block size changes nothing beyond rounding, whatever remains in the last block", async () => {
    const [x, y] = [normal(40, 10), normal(40, 23)];
    const design = await factorDesign(x, undefined);
    const whole = await fitRidge(design, y, { targetBlock: 23 });
    for (const targetBlock of [1, 7, 22, 1000]) {
      const fit = await fitRidge(design, y, { targetBlock });
      // Products over blocks of other widths may add in another order, in single precision: of penalties whose errors are
      // equal but for that, either may be chosen.
      for (let t = 0; t < 23; t++) {
        expect(Math.abs(fit.error[t]! / whole.error[t]! - 1)).toBeLessThan(3e-6);
        if (fit.bestAlpha[t] === whole.bestAlpha[t])
          expect(columnDistance(fit.coefficients, whole.coefficients, t)).toBeLessThan(1e-5);
      }
      expect(fit.bestAlpha.filter((alpha, t) => alpha === whole.bestAlpha[t]).length).toBeGreaterThan(20);
    }
  });

  test("scores are those of fit, prediction and correlation, and test samples change no penalty", async () => {
    const x = normal(50, 8);
    const signal = await predictRidge(await ridgeCv(x, normal(50, 9)), x);
    const y = Matrix.of(
      signal.data.map((value) => value + 0.3 * random.normal()),
      50,
      9,
    );
    const [train, test] = [sliceRows(x, 0, 38), sliceRows(x, 38, 50)];
    const [yTrain, yTest] = [sliceRows(y, 0, 38), sliceRows(y, 38, 50)];
    const fit = await fitRidge(await factorDesign(train, undefined), yTrain);
    const score = await scoreRidge(await factorDesign(train, test), yTrain, yTest);
    const expected = pearsonColumns(await predictRidge(fit, test), yTest);
    expect([...score.bestAlpha]).toEqual([...fit.bestAlpha]);
    // Predictions in single precision.
    score.r.forEach((r, t) => {
      expect(Math.abs(r - expected[t]!)).toBeLessThan(1e-6);
    });
    const other = await scoreRidge(await factorDesign(train, normal(12, 8)), yTrain, normal(12, 9));
    expect([...other.bestAlpha]).toEqual([...score.bestAlpha]);
  });

  test("scale and offset of the data scale and offset the fit, in any magnitude", async () => {
    const [x, y] = [normal(30, 6), normal(30, 5)];
    const plain = await ridgeCv(x, y, { precision: "float64" });
    for (const [scale, offset] of [
      [1e-150, 0],
      [1e120, 0],
      [1, 1e5],
    ] as const) {
      const moved = Matrix.of(
        y.data.map((value) => value * scale + offset),
        30,
        5,
      );
      for (const precision of PRECISIONS) {
        // Coefficients in single precision cannot hold these.
        if (precision === "float32" && scale !== 1) {
          await expect(ridgeCv(x, moved, { precision })).rejects.toThrow("coefficients must fit into float32");
          continue;
        }
        const fit = await ridgeCv(x, moved, { precision, alphas: [1, 10] });
        const base = await ridgeCv(x, y, { precision: "float64", alphas: [1, 10] });
        expect([...fit.bestAlpha]).toEqual([...base.bestAlpha]);
        const unscaled = { ...fit.coefficients, data: fit.coefficients.data.map((value) => value / scale) };
        for (let t = 0; t < 5; t++) expect(columnDistance(unscaled, base.coefficients, t)).toBeLessThan(1e-5);
      }
    }
    expect(plain.bestAlpha.every(Number.isFinite)).toBe(true);
  });
});

describe("agreement: single with double precision", () => {
  // From data as brains give them to data so clean that single precision alone chooses wrong penalties (by 1e7 in the
  // error) and loses coefficients (2e-2): those must be seen and done again. `decay` makes columns unequal, `top` is how
  // many of them carry signal.
  const TINY = [1e-9, 1e-7, 1e-5, 1e-3, 0.1, 1, 10, 100];
  const PATH = Array.from({ length: 10 }, (_, i) => 10 ** (i - 1));
  test.each([
    { title: "weak signal, as in brain data", n: 320, f: 240, decay: 0.5, noise: 10, top: 240, alphas: PATH },
    { title: "two samples more than columns", n: 82, f: 80, decay: 0.5, noise: 1, top: 80, alphas: PATH },
    { title: "more columns than samples", n: 60, f: 90, decay: 0.5, noise: 1, top: 90, alphas: PATH },
    { title: "hardly any noise", n: 400, f: 20, decay: 2, noise: 1e-4, top: 20, alphas: TINY },
    { title: "no noise", n: 120, f: 60, decay: 1, noise: 0, top: 60, alphas: TINY },
    { title: "no noise, steep columns", n: 120, f: 60, decay: 3, noise: 0, top: 60, alphas: TINY },
    { title: "no noise, wide, few columns matter", n: 60, f: 64, decay: 3, noise: 0, top: 3, alphas: TINY },
  ])("$title", async ({ n, f, decay, noise, top, alphas }) => {
    const random = createRandom(`precision ${n} ${f}`);
    const nTargets = 300;
    const x = Matrix.zeros(n, f);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < f; j++) x.data[i * f + j] = 30 * random.normal() * (1 + j) ** -decay;
    }
    const y = Matrix.zeros(n, nTargets);
    for (let t = 0; t < nTargets; t++) {
      const weights = Array.from({ length: f }, (_, j) => (j < top ? random.normal() : 0));
      for (let i = 0; i < n; i++) {
        const signal = weights.reduce((sum, weight, j) => sum + weight * x.data[i * f + j]!, 0);
        y.data[i * nTargets + t] = 500 + signal + 30 * noise * random.normal();
      }
    }
    for (const choice of ["leave-one-out", "inner-folds"] as const) {
      const design = await factorDesign(x, undefined, { alphas, choice });
      const single = await fitRidge(design, y);
      const double = await fitRidge(design, y, { precision: "float64" });
      let worstTie = 0;
      let worstDistance = 0;
      for (let t = 0; t < nTargets; t++) {
        if (single.bestAlpha[t] !== double.bestAlpha[t]) {
          worstTie = Math.max(worstTie, Math.abs(single.error[t]! / double.error[t]! - 1));
        } else {
          worstDistance = Math.max(worstDistance, columnDistance(single.coefficients, double.coefficients, t));
        }
      }
      // The promise of ridgeCv: the same penalty unless the errors differ by less than 1e-5.
      expect(worstTie).toBeLessThan(1e-5);
      expect(worstDistance).toBeLessThan(1e-4);
    }
  });
});

test("agreement: coefficients along a faint direction that the data do not use, where the choice itself is certain", async () => {
  const random = createRandom("faint");
  const n = 40;
  const basis = Matrix.of(
    Float64Array.from({ length: 4 * n }, () => random.normal()),
    4,
    n,
  );
  basis.data.fill(1, 0, n);
  orthonormaliseRows(basis, []);
  const along = (k: number, i: number) => basis.data[k * n + i]!;
  const x = Matrix.zeros(n, 2);
  const y = Matrix.zeros(n, 1);
  for (let i = 0; i < n; i++) {
    x.data.set([along(1, i), 1e-4 * along(2, i)], 2 * i);
    y.data[i] = along(1, i) + 0.5 * along(3, i);
  }
  const alphas = [1e-10, 10];
  const single = await ridgeCv(x, y, { alphas });
  const double = await ridgeCv(x, y, { alphas, precision: "float64" });
  expect(single.bestAlpha[0]).toBe(double.bestAlpha[0]);
  // Single precision alone is off by 6e-8 / 1e-4 = 6e-4.
  expect(columnDistance(single.coefficients, double.coefficients, 0)).toBeLessThan(1e-4);
});

describe("data that cannot be fitted", () => {
  const random = createRandom("degenerate");
  const n = 24;
  const x = Matrix.of(
    Float64Array.from({ length: n * 5 }, () => random.normal()),
    n,
    5,
  );
  const y = Matrix.of(
    Float64Array.from({ length: n * 6 }, () => random.normal() + 100),
    n,
    6,
  );
  const broken = Matrix.of(Float64Array.from(y.data), n, 6);
  for (let i = 0; i < n; i++) broken.data[i * 6 + 1] = 0.1;
  broken.data[3 * 6 + 2] = Number.NaN;
  broken.data[5 * 6 + 4] = Number.NEGATIVE_INFINITY;

  test.each(PRECISIONS)(
    "identity: NaN for constant and not finite targets, the others untouched: %s",
    async (precision) => {
      for (const choice of ["leave-one-out", "generalised", "inner-folds"] as const) {
        for (const intercept of [true, false]) {
          const options = { precision, choice, intercept };
          const whole = await ridgeCv(x, y, options);
          const fit = await ridgeCv(x, broken, options);
          for (let t = 0; t < 6; t++) {
            const bad = t === 1 || t === 2 || t === 4;
            const same = (a: number, b: number) => expect(a).toBe(bad ? Number.NaN : b);
            same(fit.bestAlpha[t]!, whole.bestAlpha[t]!);
            same(fit.error[t]!, whole.error[t]!);
            same(fit.intercept[t]!, whole.intercept[t]!);
            for (let j = 0; j < 5; j++) same(fit.coefficients.data[j * 6 + t]!, whole.coefficients.data[j * 6 + t]!);
          }
        }
      }
    },
  );

  test("identity: a test chunk that is constant or not finite has NaN for r and keeps its penalty", async () => {
    const design = await factorDesign(x, x);
    const { r, bestAlpha } = await scoreRidge(design, y, broken);
    expect(Array.from(r, Number.isNaN)).toEqual([false, true, true, false, true, false]);
    expect(Array.from(bestAlpha, Number.isNaN)).toEqual(new Array(6).fill(false));
    const trained = await scoreRidge(design, broken, y);
    expect(Array.from(trained.bestAlpha, Number.isNaN)).toEqual([false, true, true, false, true, false]);
    expect(Array.from(trained.r, Number.isNaN)).toEqual([false, true, true, false, true, false]);
  });

  test("by hand: a design that is constant predicts the mean, with the first penalty", async () => {
    const constant = Matrix.of(new Float64Array(n * 3).fill(2), n, 3);
    const fit = await ridgeCv(constant, y, { alphas: [5, 1] });
    expect([...fit.bestAlpha]).toEqual(new Array(6).fill(5));
    expect(fit.coefficients.data.every((value) => value === 0)).toBe(true);
    const predicted = await predictRidge(fit, constant);
    const mean = sliceColumns(y, 0, 1).data.reduce((sum, value) => sum + value, 0) / n;
    expect(predicted.data[0]).toBeCloseTo(mean, 11);
    const { r } = await scoreRidge(await factorDesign(constant, constant), y, y);
    expect(r.every(Number.isNaN)).toBe(true);
  });

  test("identity: transposed and single-precision input are read as such", async () => {
    const turned = transpose(transpose(x));
    const single = await ridgeCv(toFloat32(turned), toFloat32(y), { precision: "float64" });
    const double = await ridgeCv(x, y, { precision: "float64" });
    // The data rounded to single precision at 100: 1e-5 of their spread.
    for (let t = 0; t < 6; t++) expect(columnDistance(single.coefficients, double.coefficients, t)).toBeLessThan(1e-3);
  });
});
