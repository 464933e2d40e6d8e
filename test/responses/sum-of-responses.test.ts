import { describe, expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { AuditError } from "../../src/errors.ts";
import { addResponses, auditMean, emptySum, meanOfOthers } from "../../src/responses/sum-of-responses.ts";

/** By definition: the mean over all others who are finite in every volume. */
function byDefinition(people: readonly Matrix[], own: number): Float64Array {
  const { nRows, nColumns } = people[0]!;
  const mean = new Float64Array(nRows * nColumns);
  for (let t = 0; t < nColumns; t++) {
    const others = people.filter(
      ({ data }, p) =>
        p !== own && Array.from({ length: nRows }, (_, i) => data[i * nColumns + t]!).every(Number.isFinite),
    );
    for (let i = 0; i < nRows; i++) {
      const sum = others.reduce((total, { data }) => total + data[i * nColumns + t]!, 0);
      mean[i * nColumns + t] = others.length === 0 ? Number.NaN : sum / others.length;
    }
  }
  return mean;
}

function sumOf(people: readonly Matrix[]) {
  const { nRows, nColumns } = people[0]!;
  const sum = emptySum(nRows, nColumns);
  for (const bold of people) addResponses(sum, bold, 0);
  return sum;
}

function deviation(column: readonly number[]): number {
  const mean = column.reduce((a, b) => a + b, 0) / column.length;
  return Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length);
}

/** Targets that a single column of a made-up participant may look like. */
const shapes: readonly ((random: ReturnType<typeof createRandom>, i: number) => number)[] = [
  (random) => random.normal(),
  (random) => 1e4 + 50 * random.normal(),
  () => 0,
  () => 5.3,
  (random, i) => (i === 3 ? 1e30 : random.normal()),
  (random) => 1e-30 * random.normal(),
  (random) => 1e35 * random.normal(),
  (random, i) => (i === 0 ? Number.NaN : random.normal()),
  (random, i) => (i === 5 ? Number.POSITIVE_INFINITY : random.normal()),
];

describe("meanOfOthers", () => {
  test("agreement: the mean of the others by definition, to a small share of its deviation, where no target is unsure", () => {
    const random = createRandom("sum of responses");
    let nSure = 0;
    let nUnsure = 0;
    for (let trial = 0; trial < 400; trial++) {
      const [n, nRows] = [2 + Math.floor(6 * random.uniform()), 8 + Math.floor(40 * random.uniform())];
      const people = Array.from({ length: n }, () => {
        const shape = shapes[Math.floor(shapes.length * random.uniform())]!;
        return Matrix.of(
          Float32Array.from({ length: nRows }, (_, i) => shape(random, i)),
          nRows,
          1,
        );
      });
      const own = Math.floor(n * random.uniform());
      const found = meanOfOthers(sumOf(people), { bold: people[own]!, from: 0 });
      const expected = byDefinition(people, own);
      if (found.nUnsure > 0) {
        nUnsure++;
        continue;
      }
      nSure++;
      const most = 6e-11 * deviation([...expected]);
      for (const [i, value] of expected.entries()) {
        if (Number.isNaN(value)) expect(found.mean.data[i]).toBeNaN();
        else expect(Math.abs(found.mean.data[i]! - value)).toBeLessThanOrEqual(most + 1e-15 * Math.abs(value));
      }
    }
    // Both happen: the test looks at something.
    expect(nSure).toBeGreaterThan(200);
    expect(nUnsure).toBeGreaterThan(20);
  });

  test("by hand: one's own spike of 1e30 hides the others' responses, and is said to", () => {
    const ordinary = Matrix.of(Float32Array.of(1, 2, 3, 4), 4, 1);
    const spiked = Matrix.of(Float32Array.of(1, 1e30, 3, 4), 4, 1);
    expect(meanOfOthers(sumOf([ordinary, spiked]), { bold: spiked, from: 0 }).nUnsure).toBe(1);
    expect(meanOfOthers(sumOf([ordinary, spiked]), { bold: ordinary, from: 0 }).nUnsure).toBe(0);
  });

  test("by hand: others that are constant stay so, or are unsure: rounding is never taken for a response", () => {
    const constant = Matrix.of(Float32Array.of(5.3, 5.3, 5.3), 3, 1);
    const own = Matrix.of(Float32Array.of(1.7, -2.9, 1e4), 3, 1);
    const { mean, nUnsure } = meanOfOthers(sumOf([constant, own, constant]), { bold: own, from: 0 });
    const isConstant = mean.data.every((value) => value === mean.data[0]);
    expect(isConstant || nUnsure === 1).toBe(true);
  });

  test("by hand: a target that a participant lacks is of the others; that of nobody else is NaN; later volumes are left out", () => {
    const a = Matrix.of(Float64Array.of(1, 10, 2, Number.NaN, 9, 9), 3, 2);
    const b = Matrix.of(Float64Array.of(3, 30, 6, 60), 2, 2);
    const c = Matrix.of(Float64Array.of(5, Number.NaN, 10, 100), 2, 2);
    const sum = emptySum(2, 2);
    for (const bold of [a, b, c]) addResponses(sum, bold, 0);
    expect([...sum.counts]).toEqual([3, 1]);
    expect([...meanOfOthers(sum, { bold: b, from: 0 }).mean.data]).toEqual([3, Number.NaN, 6, Number.NaN]);
    expect([...meanOfOthers(sum, { bold: a, from: 0 }).mean.data]).toEqual([4, 30, 8, 60]);
  });
});

describe("auditMean", () => {
  const people = [3, 4, 5].map((seed) => {
    const random = createRandom(`audit ${seed}`);
    return Matrix.of(
      Float32Array.from({ length: 60 }, (_, i) => (seed === 4 && i === 1 ? Number.NaN : 100 + random.normal())),
      20,
      3,
    );
  });
  const own = people[1]!;
  const { mean } = meanOfOthers(sumOf(people), { bold: own, from: 0 });
  const added = meanOfOthers(sumOf([people[0]!, people[2]!]), undefined).mean;

  test("agreement: what was taken off is what is added up without it", () => {
    expect(() => auditMean(mean, added, "sub-01")).not.toThrow();
  });

  test.each([
    ["a billionth of the deviation off", 7, 1e-9],
    ["missing in one alone", 8, Number.NaN],
  ])("refuses a value that is %s, and says which", (_, at, more) => {
    const wrong = mean.data.slice();
    wrong[at]! += more;
    expect(() => auditMean(Matrix.of(wrong, 20, 3), added, "sub-01, targets from 0")).toThrow(AuditError);
    expect(() => auditMean(Matrix.of(wrong, 20, 3), added, "sub-01, targets from 0")).toThrow(
      `(sub-01, targets from 0, volume 2, target ${at % 3} of them)`,
    );
  });
});
