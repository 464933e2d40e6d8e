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

  // A row a million times as large as all others, columns of unlike size: the definition once took directions off too few times.
  it.each([1_400_227, 1_400_307])(
    "the definition has the digits to judge by where one row is far from all (seed %i)",
    async (seed) => {
      const hard = hardRidge(seed);
      const options = hardOptions(hard);
      const scores = await scoreRidge(await factorDesign(hard.x, hard.xTest, options), hard.y, hard.yTest, options);
      const { found, wrong } = await auditHardRidge(hard, scores);
      expect(wrong).toEqual([]);
      expect(found.nAudited).toBeGreaterThan(0);
    },
  );
});
