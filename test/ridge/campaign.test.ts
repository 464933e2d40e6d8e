import { describe, expect, it } from "vitest";
import { factorDesign } from "../../src/ridge/factor.ts";
import { scoreRidge } from "../../src/ridge/ridge.ts";
import {
  auditHardRidge,
  describeAudit,
  hardOptions,
  hardRidge,
  joinAudits,
  N_TARGETS,
  NOTHING_AUDITED,
} from "./campaign.ts";

/** How many to try: `CORTECAST_CAMPAIGN=<first>:<n>` for more than the test does. */
const [FIRST, N_SEEDS] = (process.env["CORTECAST_CAMPAIGN"] ?? "0:120").split(":").map(Number) as [number, number];

describe("single precision against the definition in double (agreement)", () => {
  it(`${N_SEEDS} hard ridge regressions of ${N_TARGETS} targets: error within 1e-5 of the least, r within 1e-5`, async () => {
    let audit = NOTHING_AUDITED;
    for (let seed = FIRST; seed < FIRST + N_SEEDS; seed++) {
      const hard = hardRidge(seed);
      const { x, y, xTest, yTest } = hard;
      const options = hardOptions(hard);
      const scores = await scoreRidge(await factorDesign(x, xTest, options), y, yTest, options);
      audit = joinAudits(audit, await auditHardRidge(hard, scores));
    }
    console.log(describeAudit(N_SEEDS, audit.found));
    expect(audit.wrong.slice(0, 30)).toEqual([]);
    // Most can be used: an audit of nothing would find nothing.
    expect(audit.found.nAudited).toBeGreaterThan(0.8 * N_SEEDS * N_TARGETS);
  }, 7_200_000);
});
