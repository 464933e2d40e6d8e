import { describe, expect, it } from "vitest";
import { range } from "../../src/array/indices.ts";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { AuditError } from "../../src/errors.ts";
import { auditTarget } from "../../src/ridge/audit.ts";
import { errorsByDefinition } from "../../src/ridge/by-definition.ts";
import { factorDesign } from "../../src/ridge/factor.ts";
import { ridgeCv, scoreRidge } from "../../src/ridge/ridge.ts";
import { resolveRidgeOptions } from "../../src/ridge/ridge-options.ts";

/** A design with a row that is unlike all others, and noise on it. */
function outlying(size: number, n = 30, nFeatures = 6) {
  const random = createRandom(`outlying ${size}`);
  const x = Matrix.of(
    Float64Array.from(
      { length: n * nFeatures },
      (_, at) => random.normal() * (Math.floor(at / nFeatures) === 7 ? size : 1),
    ),
    n,
    nFeatures,
  );
  const y = Matrix.of(
    Float64Array.from({ length: 2 * n }, (_, at) => random.normal() + (at < 20 ? 1 : 0)),
    n,
    2,
  );
  return { x, y };
}

/** (X'X + alpha)^-1 X'y by elimination with pivots; X and y centred. */
function coefficients(x: readonly (readonly number[])[], y: readonly number[], alpha: number): number[] {
  const f = x[0]!.length;
  const a = Array.from({ length: f }, (_, j) => [
    ...Array.from({ length: f }, (_, k) => x.reduce((sum, row) => sum + row[j]! * row[k]!, j === k ? alpha : 0)),
    x.reduce((sum, row, i) => sum + row[j]! * y[i]!, 0),
  ]);
  for (let j = 0; j < f; j++) {
    let pivot = j;
    for (let i = j; i < f; i++) if (Math.abs(a[i]![j]!) > Math.abs(a[pivot]![j]!)) pivot = i;
    [a[j], a[pivot]] = [a[pivot]!, a[j]!];
    for (let i = j + 1; i < f; i++) {
      const factor = a[i]![j]! / a[j]![j]!;
      for (let k = j; k <= f; k++) a[i]![k]! -= factor * a[j]![k]!;
    }
  }
  const b = new Array<number>(f).fill(0);
  for (let j = f - 1; j >= 0; j--) {
    let value = a[j]![f]!;
    for (let k = j + 1; k < f; k++) value -= a[j]![k]! * b[k]!;
    b[j] = value / a[j]![j]!;
  }
  return b;
}

/** Each sample predicted from a fit without it: what leave-one-out means. */
function explicitError(x: Matrix, y: Float64Array, alpha: number): number {
  let error = 0;
  for (let out = 0; out < x.nRows; out++) {
    const others = Array.from({ length: x.nRows }, (_, i) => i).filter((i) => i !== out);
    const mean = (of: (i: number) => number) => others.reduce((sum, i) => sum + of(i), 0) / others.length;
    const at = (i: number, j: number) => x.data[i * x.nColumns + j]!;
    const means = Array.from({ length: x.nColumns }, (_, j) => mean((i) => at(i, j)));
    const yMean = mean((i) => y[i]!);
    const b = coefficients(
      others.map((i) => means.map((m, j) => at(i, j) - m)),
      others.map((i) => y[i]! - yMean),
      alpha,
    );
    const predicted = b.reduce((sum, value, j) => sum + value * (at(out, j) - means[j]!), yMean);
    error += (y[out]! - predicted) ** 2 / x.nRows;
  }
  return error;
}

const column = ({ data, nRows, nColumns }: Matrix, t: number) =>
  Float64Array.from({ length: nRows }, (_, i) => data[i * nColumns + t]!);

describe("a sample of leverage near 1", () => {
  it.each([10, 1e3, 1e5, 1e6])(
    "errors by definition are those of fits without each sample, a row %d times as large (identity)",
    async (size) => {
      const { x, y } = outlying(size);
      const options = resolveRidgeOptions({ alphas: [1e-6, 1e-2, 1, 100, 1e6], precision: "float64" }, "test");
      const design = await (await factorDesign(x, x, options)).exact();
      for (const t of [0, 1]) {
        const target = column(y, t);
        const mean = target.reduce((sum, value) => sum + value / target.length, 0);
        const { errors } = errorsByDefinition(
          design,
          target.map((value) => value - mean),
        );
        options.alphas.forEach((alpha, a) => {
          const explicit = explicitError(x, target, alpha);
          // Inner products of columns with the outlying sample lose as many digits as its square has.
          expect(Math.abs(errors[a]! / explicit - 1), `alpha ${alpha}`).toBeLessThan(1e-9 + 1e-15 * size ** 2);
        });
      }
      const { error, bestAlpha } = await ridgeCv(x, y, options);
      for (const t of [0, 1]) {
        const explicit = explicitError(x, column(y, t), bestAlpha[t]!);
        expect(Math.abs(error[t]! / explicit - 1)).toBeLessThan(1e-9 + 1e-15 * size ** 2);
      }
    },
  );

  it("volumes that are silent, and as many columns as others: every penalty is that of double precision (agreement)", async () => {
    const random = createRandom("silent");
    const [n, nFeatures, nTargets] = [100, 300, 200];
    const make = (rows: number) =>
      Matrix.of(
        Float64Array.from({ length: rows * nFeatures }, (_, at) =>
          Math.floor(at / nFeatures) % 10 === 0 ? 0 : random.normal(),
        ),
        rows,
        nFeatures,
      );
    const y = Matrix.of(
      Float64Array.from({ length: n * nTargets }, () => random.normal()),
      n,
      nTargets,
    );
    const yTest = Matrix.of(
      Float64Array.from({ length: 20 * nTargets }, () => random.normal()),
      20,
      nTargets,
    );
    const [x, xTest] = [make(n), make(20)];
    for (let i = 0; i < n; i++) {
      for (let t = 0; t < nTargets; t++) y.data[i * nTargets + t]! += 0.03 * (t % 5) * x.data[i * nFeatures + t]!;
    }
    const design = await factorDesign(x, xTest);
    const single = await scoreRidge(design, y, yTest);
    const double = await scoreRidge(design, y, yTest, { precision: "float64" });
    expect(single.bestAlpha).toEqual(double.bestAlpha);
    // Several penalties are chosen: the same one everywhere would be no choice.
    expect(new Set(double.bestAlpha).size).toBeGreaterThan(2);
    for (const [t, r] of single.r.entries()) expect(Math.abs(r - double.r[t]!)).toBeLessThan(1e-6);
  });
});

// Squares of what is predicted there overflow single precision from 1e20 on; an r of 0 would be told.
describe("a sample to predict that is far from all others", () => {
  it.each([1e10, 1e19, 1e20, 1e30, 1e37])(
    "has the r of double precision, %d times as far (agreement)",
    async (size) => {
      const { x, y } = outlying(1);
      const test = outlying(size);
      const design = await factorDesign(x, test.x);
      const single = await scoreRidge(design, y, test.y);
      const double = await scoreRidge(design, y, test.y, { precision: "float64" });
      expect(single.bestAlpha).toEqual(double.bestAlpha);
      // What docs/methods.md promises of r.
      for (const [t, r] of single.r.entries()) expect(Math.abs(r - double.r[t]!)).toBeLessThan(1e-5);
      expect(single.r.every((r) => Math.abs(r) > 0.01)).toBe(true);
    },
  );
});

describe("the audit", () => {
  // Identity: penalties that dwarf the design leave a correlation that does not depend on them.
  it.each([1e150, 1e200, 1e308])("finds nothing wrong where the only penalty is %d", async (alpha) => {
    const random = createRandom("large penalty");
    const draw = (nRows: number, nColumns: number) =>
      Matrix.of(
        Float64Array.from({ length: nRows * nColumns }, () => random.normal()),
        nRows,
        nColumns,
      );
    const [train, test, row] = [draw(45, 8), draw(15, 8), draw(1, 60)];
    const targets = (from: number, to: number) => Matrix.of(row.data.slice(from, to), to - from, 1);
    const rOf = async (only: number) =>
      (await scoreRidge(await factorDesign(train, test, { alphas: [only] }), targets(0, 45), targets(45, 60))).r[0]!;
    const r = await rOf(alpha);
    expect(Math.abs(r - (await rOf(1e30)))).toBeLessThan(1e-6);
    const design = await (await factorDesign(train, test, { alphas: [alpha] })).exact();
    const fold = { train: range(45), test: range(15, 45) };
    const found = auditTarget(design, row, fold, { bestAlpha: alpha, r, name: "target 0" });
    expect(found.worstR).toBeLessThan(1e-6);
  });

  it("stops where another penalty was chosen, or another r computed (by hand: the neighbour's, r + .001)", async () => {
    const random = createRandom("audit");
    const x = Matrix.of(
      Float64Array.from({ length: 60 * 8 }, () => random.normal()),
      60,
      8,
    );
    const row = Matrix.of(
      Float64Array.from({ length: 60 }, (_, i) => 0.5 * x.data[i * 8]! + random.normal()),
      1,
      60,
    );
    const fold = { train: range(45), test: range(15, 45) };
    const part = (from: number, to: number) => Matrix.of(x.data.slice(from * 8, to * 8), to - from, 8);
    const factored = await factorDesign(part(0, 45), part(45, 60));
    const design = await factored.exact();
    const targets = (from: number, to: number) => Matrix.of(row.data.slice(from, to), to - from, 1);
    const score = await scoreRidge(factored, targets(0, 45), targets(45, 60));
    const right = { bestAlpha: score.bestAlpha[0]!, r: score.r[0]!, name: "target 0" };
    expect(auditTarget(design, row, fold, right)).toMatchObject({ nAudited: 1, nTies: 0 });
    const told = (wrong: Partial<typeof right>) => () => auditTarget(design, row, fold, { ...right, ...wrong });
    const other = design.alphas[design.alphas.indexOf(right.bestAlpha) + 2]!;
    expect(told({ bestAlpha: other })).toThrow(AuditError);
    expect(told({ bestAlpha: other })).toThrow(
      /^audit: the chosen penalty must have the least error, got .* \(chosen: /,
    );
    expect(told({ r: right.r + 0.001 })).toThrow(
      /^audit: r must be what its definition gives \(.*\), got .*target 0\)/,
    );
    expect(told({ bestAlpha: Number.NaN })).toThrow(/^audit: a target must have a penalty where it can be used/);
  });
});
