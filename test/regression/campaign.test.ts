import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { correlateRows } from "../../src/regression/correlate.ts";
import { definedErrors } from "../../src/regression/definition.ts";
import { heldOutSets, shrinkage } from "../../src/regression/held-out.ts";
import { scoreRidge } from "../../src/regression/ridge.ts";
import { decomposeRidge } from "../../src/regression/ridge-decomposition.ts";
import { resolveRidgeOptions } from "../../src/regression/ridge-options.ts";
import { observedRows } from "../../src/regression/score-targets.ts";
import { scoringDesign } from "../../src/regression/scoring-design.ts";
import { hardRidge, N_TARGETS } from "./campaign.ts";

/** How many to try: `CORTECAST_CAMPAIGN=<first>:<n>` for more than the test does. */
const [FIRST, N_SEEDS] = (process.env["CORTECAST_CAMPAIGN"] ?? "0:150").split(":").map(Number) as [number, number];

/** What single precision may cost: the excess of the chosen error over the least, and r at the chosen penalty. */
const [MOST_EXCESS, MOST_R] = [1e-5, 1e-5];

describe("single precision against the definition in double (agreement)", () => {
  it(`${N_SEEDS} hard ridge regressions of ${N_TARGETS} targets: the least error, the same r`, async () => {
    const worst = { excess: 0, r: 0 };
    let [nTargets, nOther, nUndefined] = [0, 0, 0];
    const wrong: string[] = [];
    for (let seed = FIRST; seed < FIRST + N_SEEDS; seed++) {
      const { name, x, y, xTest, yTest, alphas, choice, intercept } = hardRidge(seed);
      const options = { alphas, choice, intercept, nInnerFolds: 4 };
      const resolved = resolveRidgeOptions({ ...options, precision: "float64" }, "test");
      const decomposition = await decomposeRidge(x, options);
      const { r, bestAlpha } = await scoreRidge(decomposition, y, xTest, yTest, options);
      const design = await scoringDesign(decomposition, xTest, resolved, "test");
      expect(heldOutSets(decomposition, resolved, "test").length).toBe(design.sets.length);
      for (let t = 0; t < N_TARGETS; t++) {
        const target = column(y, t);
        const mean = intercept ? target.reduce((sum, value) => sum + value / target.length, 0) : 0;
        const centred = target.map((value) => value - mean);
        const length = centred.reduce((sum, value) => sum + value ** 2, 0);
        if (Number.isNaN(bestAlpha[t]!)) {
          nUndefined++;
          const [least, greatest] = [Math.min(...target), Math.max(...target)];
          // Constant to the last digits of double precision.
          expect(greatest - least).toBeLessThanOrEqual(1e-14 * Math.abs(greatest));
          continue;
        }
        nTargets++;
        const errors = definedErrors(design, centred, resolved);
        const least = Math.min(...errors.filter((error) => !Number.isNaN(error)));
        const chosen = alphas.indexOf(bestAlpha[t]!);
        if (errors[chosen] !== least) nOther++;
        // The part that double precision leaves open: its rounding, also of the mean, as the weights of the samples raise it.
        const raw = length + target.length * mean ** 2;
        const open = 2 ** -48 * Math.sqrt((raw * greatestWeight(design, alphas[chosen]!)) / least);
        const excess = errors[chosen]! / least - 1;
        if (open < MOST_EXCESS) worst.excess = Math.max(worst.excess, excess);
        if (!(excess < MOST_EXCESS + open))
          wrong.push(
            `${name}, target ${t}, ${choice}: excess ${excess} (open ${open}), ${bestAlpha[t]} for ${alphas[errors.indexOf(least)]}`,
          );
        const defined = definedCorrelation(design, centred, column(yTest, t), alphas[chosen]!);
        const off = Math.abs(r[t]! - defined);
        if (off > worst.r) worst.r = off;
        if (!(off < MOST_R || (Number.isNaN(r[t]!) && Number.isNaN(defined))))
          wrong.push(`${name}, target ${t}, ${choice}: r ${r[t]} for ${defined}, alpha ${bestAlpha[t]}`);
      }
    }
    console.log(
      `campaign: ${N_SEEDS} designs, ${nTargets} targets (${nUndefined} that cannot be used), worst excess ${worst.excess.toExponential(1)}, worst r ${worst.r.toExponential(1)}, ${nOther} other penalties`,
    );
    expect(wrong.slice(0, 20)).toEqual([]);
  }, 3_600_000);
});

function column({ data, nRows, nColumns }: Matrix, t: number): Float64Array {
  return Float64Array.from({ length: nRows }, (_, i) => data[i * nColumns + t]!);
}

/** The greatest 1 / (n (1 - H_ii)^2) of a design under a penalty; 1 where chunks are held out. */
function greatestWeight(design: Awaited<ReturnType<typeof scoringDesign>>, alpha: number): number {
  const { left, singularValues, sets, intercept } = design;
  if (sets[0]!.samples) return 1;
  let greatest = 0;
  for (let i = 0; i < left.nColumns; i++) {
    let free = intercept ? 1 - 1 / left.nColumns : 1;
    for (let k = 0; k < left.nRows; k++) {
      const s = singularValues[k]! ** 2;
      free -= (s / (s + alpha)) * left.data[k * left.nColumns + i]! ** 2;
    }
    greatest = Math.max(greatest, 1 / (left.nColumns * Math.max(free, 1e-16) ** 2));
  }
  return greatest;
}

/** r of the prediction at a penalty and the data, by loops in double precision. */
function definedCorrelation(
  { left, singularValues, test }: Awaited<ReturnType<typeof scoringDesign>>,
  target: Float64Array,
  observed: Float64Array,
  alpha: number,
): number {
  const shrunk = shrinkage(singularValues, alpha);
  const predicted = new Float64Array(test.nColumns);
  for (let k = 0; k < left.nRows; k++) {
    let projection = 0;
    for (let i = 0; i < target.length; i++) projection += left.data[k * target.length + i]! * target[i]!;
    for (let i = 0; i < test.nColumns; i++)
      predicted[i]! += projection * shrunk[k]! * test.data[k * test.nColumns + i]!;
  }
  const rows = observedRows(Matrix.of(observed, 1, observed.length), undefined, { precision: "float64" });
  return correlateRows(Matrix.of(predicted, 1, predicted.length), rows)[0]!;
}
