import { expect, test } from "vitest";
import { factorNearOne } from "../../src/array/near-one.ts";

test("by hand: 1 for what is near enough, for 0 and for what is no number", () => {
  for (const largest of [1, 2 ** 400, 2 ** -400, 1e38, 0, Number.NaN, Number.POSITIVE_INFINITY])
    expect(factorNearOne(largest)).toBe(1);
});

test("by hand: else a power of two that brings it to 1, as far as its inverse is finite too", () => {
  expect(factorNearOne(1.5 * 2 ** 500)).toBe(2 ** -500);
  expect(factorNearOne(1.5 * 2 ** -500)).toBe(2 ** 500);
  for (const largest of [5e-324, 1e-311, 1e-170, 1e170, Number.MAX_VALUE]) {
    const factor = factorNearOne(largest);
    expect(Number.isInteger(Math.log2(factor))).toBe(true);
    expect(Number.isFinite(1 / factor)).toBe(true);
    // Powers of two lose no digit: what is multiplied comes back to the bit.
    expect((largest * factor) / factor).toBe(largest);
    expect((largest * factor) ** 2).toBeGreaterThan(1e-100);
    expect(largest * factor).toBeLessThanOrEqual(2);
  }
});
