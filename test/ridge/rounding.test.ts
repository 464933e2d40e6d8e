import { describe, expect, it } from "vitest";
import { openWorkspace } from "../../src/graph/workspace.ts";
import { runRows } from "../../src/ridge/by-bounds-graphs.ts";
import { coarseness } from "../../src/ridge/rounding.ts";
import { allowancesUsed, roundingCases, roundingInputs, runGraphs } from "./rounding-cases.ts";

describe("what single precision is off by, against the allowances that are written down (agreement with double)", () => {
  it.each(roundingCases([60, 290, 800, 3000]))("%s samples, %s", async (n, shape) => {
    const made = await roundingInputs([n, shape]);
    const numbers = await runGraphs({ runRows, openWorkspace }, made.inputs, "cpu");
    const used = await allowancesUsed(made, numbers, coarseness("cpu", n, made.left.nRows));
    for (const share of Object.values(used)) expect(share).toBeLessThan(1);
  });
});

it("allowances of sums that are added up one after the other grow with their length, those of the CPU do not (by hand)", () => {
  expect(coarseness("cpu", 3000, 200)).toBe(1);
  // No more summands than a panel has.
  expect(coarseness("webgpu", 60, 50)).toBe(1);
  // sqrt(3000 / 128) = 4.84, (16 + 750) / (16 + 128) = 5.32, (16 + 50) / 32 = 2.06
  expect(coarseness("webgpu", 3000, 200)).toBeCloseTo(766 / 144, 12);
  // sqrt(800 / 128) = 2.5, (16 + 200) / 144 = 1.5, (16 + 60) / 32 = 2.375
  expect(coarseness("cuda", 800, 240)).toBeCloseTo(2.5, 12);
});
