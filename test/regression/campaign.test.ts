import { describe, expect, it } from "vitest";
import { range } from "../../src/array/indices.ts";
import { Matrix } from "../../src/array/matrix.ts";
import { addAudits, auditTarget, NO_AUDIT } from "../../src/regression/audit.ts";
import { scoreRidge } from "../../src/regression/ridge.ts";
import { decomposeRidge } from "../../src/regression/ridge-decomposition.ts";
import { resolveRidgeOptions } from "../../src/regression/ridge-options.ts";
import { scoringDesign } from "../../src/regression/scoring-design.ts";
import { hardRidge, N_TARGETS } from "./campaign.ts";

/** How many to try: `CORTECAST_CAMPAIGN=<first>:<n>` for more than the test does. */
const [FIRST, N_SEEDS] = (process.env["CORTECAST_CAMPAIGN"] ?? "0:120").split(":").map(Number) as [number, number];

describe("single precision against the definition in double (agreement)", () => {
  it(`${N_SEEDS} hard ridge regressions of ${N_TARGETS} targets: error within 1e-5 of the least, r within 1e-5`, async () => {
    let found = NO_AUDIT;
    const wrong: string[] = [];
    for (let seed = FIRST; seed < FIRST + N_SEEDS; seed++) {
      const { name, x, y, xTest, yTest, alphas, choice, intercept } = hardRidge(seed);
      const options = { alphas, choice, intercept, nInnerFolds: 4 };
      const decomposition = await decomposeRidge(x, options);
      const { r, bestAlpha } = await scoreRidge(decomposition, y, xTest, yTest, options);
      const resolved = resolveRidgeOptions(options, "test");
      const design = await scoringDesign(decomposition, xTest, resolved, "test");
      const fold = { train: range(y.nRows), test: range(yTest.nRows, y.nRows) };
      for (let t = 0; t < N_TARGETS; t++) {
        const row = Matrix.of(Float64Array.from([...column(y, t), ...column(yTest, t)]), 1, y.nRows + yTest.nRows);
        try {
          const score = { bestAlpha: bestAlpha[t]!, r: r[t]!, name: `${name}, ${choice}, target ${t}` };
          found = addAudits(found, auditTarget(design, row, fold, resolved, score));
        } catch (error) {
          wrong.push((error as Error).message);
        }
      }
    }
    const { nAudited, nTies, worstExcess, worstR } = found;
    console.log(
      `campaign: ${N_SEEDS} designs, ${nAudited} targets, worst excess ${worstExcess.toExponential(1)}, worst r ${worstR.toExponential(1)}, ${nTies} other penalties`,
    );
    expect(wrong.slice(0, 30)).toEqual([]);
    // Most can be used: an audit of nothing would find nothing.
    expect(nAudited).toBeGreaterThan(0.8 * N_SEEDS * N_TARGETS);
  }, 7_200_000);
});

function column({ data, nRows, nColumns }: Matrix, t: number): Float64Array {
  return Float64Array.from({ length: nRows }, (_, i) => data[i * nColumns + t]!);
}
