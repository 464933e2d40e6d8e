import { expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { openWorkspace } from "../../src/graph/workspace.ts";
import { runHeldOut, runHeldOutPairs } from "../../src/ridge/by-errors-graphs.ts";
import { factorDesign } from "../../src/ridge/factor.ts";

const random = createRandom("pairs");
const normal = (nRows: number, nColumns: number) =>
  Matrix.of(
    Float64Array.from({ length: nRows * nColumns }, () => random.normal()),
    nRows,
    nColumns,
  );
const x = normal(40, 5);
const workspace = openWorkspace();
const design = await (await factorDesign(x, normal(10, 5))).exact();
const set = design.sets[0]!;
const targets = normal(7, 40);
const pairs = (some: readonly [number, number][]) => ({
  rows: Int32Array.from(some, ([row]) => row),
  penalties: Int32Array.from(some, ([, penalty]) => penalty),
});

it("agreement: the error of each pair of a target and a penalty is that among all targets and penalties", async () => {
  const all = await runHeldOut(set, targets, undefined, workspace);
  const some = pairs([
    [0, 0],
    [6, 9],
    [3, 4],
    [3, 5],
  ]);
  const { projection, errors } = await runHeldOutPairs(set, targets, some, workspace);
  expect(projection.data).toEqual(all.projection.data);
  for (const [i, error] of errors.entries()) {
    const same = all.errors.data[some.penalties[i]! * targets.nRows + some.rows[i]!]!;
    expect(Math.abs(error / same - 1)).toBeLessThan(1e-13);
  }
});

it("agreement: without a pair the projection is the same, and there are no errors", async () => {
  const all = await runHeldOut(set, targets, undefined, workspace);
  const { projection, errors } = await runHeldOutPairs(set, targets, pairs([]), workspace);
  expect(projection).toEqual(all.projection);
  expect(errors).toHaveLength(0);
});
