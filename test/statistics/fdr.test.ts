import { expect, test } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { benjaminiHochberg } from "../../src/statistics/fdr.ts";
import { fixture } from "./fixture.ts";

test.each(fixture.fdr)("oracle: scipy.stats.false_discovery_control %#", ({ p, adjusted }) => {
  benjaminiHochberg(p).forEach((ours, i) => {
    // One product and one quotient each.
    expect(Math.abs(ours - adjusted[i]!)).toBeLessThan(1e-15);
  });
});

test("by hand: NaN stays and does not count", () => {
  expect([...benjaminiHochberg([0.02, Number.NaN, 0.5])]).toEqual([0.04, Number.NaN, 0.5]);
  expect([...benjaminiHochberg([])]).toEqual([]);
  expect([...benjaminiHochberg([Number.NaN])]).toEqual([Number.NaN]);
});

test.each([1.01, -1e-9, Number.POSITIVE_INFINITY])("refused: %d", (p) => {
  expect(() => benjaminiHochberg([0.5, p])).toThrow(
    new OptionError(`benjaminiHochberg: p-values must lie in 0..1, got ${p} (index 1).`),
  );
});
