import { expect, test } from "vitest";
import { NO_AUDIT } from "../../src/ridge/audit.ts";
import { joinFacts } from "../../src/study/collect-scores.ts";

const facts = (alphaAtLowest: number, alphaAtHighest: number, more: object = {}) => ({
  nNotScored: 0,
  missing: [],
  alphaAtLowest,
  alphaAtHighest,
  audit: NO_AUDIT,
  date: "2026-01-01",
  ...more,
});

test("by hand: shares of alphas at the edge are the mean over the models with a score above zero, NaN without any", () => {
  const none = facts(Number.NaN, Number.NaN);
  expect(joinFacts([facts(0, 0.5), none, facts(0.5, 0.25)])).toMatchObject({
    alphaAtLowest: 0.25,
    alphaAtHighest: 0.375,
  });
  expect(joinFacts([none, none])).toMatchObject({ alphaAtLowest: Number.NaN, alphaAtHighest: Number.NaN });
});

test("by hand: the most targets without a score, all audits, the newest date", () => {
  const audited = { ...NO_AUDIT, nAudited: 3, worstR: 1e-6 };
  const joined = joinFacts([
    facts(0, 0, { nNotScored: 2, audit: audited }),
    facts(0, 0, { nNotScored: 1, audit: audited, date: "2026-01-02" }),
  ]);
  expect(joined).toMatchObject({ nNotScored: 2, audit: { nAudited: 6, worstR: 1e-6 }, date: "2026-01-02" });
});
