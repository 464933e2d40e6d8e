import { describe, expect, it } from "vitest";
import { ascendingOrder, pick, range } from "../../src/array/indices.ts";

describe("indices", () => {
  it("by hand: range counts from 0", () => {
    expect([...range(3)]).toEqual([0, 1, 2]);
    expect(range(0)).toHaveLength(0);
  });

  it("by hand: pick takes numbers in the order of their places, more than once where asked", () => {
    expect([...pick(Float64Array.of(5, 6, 7), [2, 0, 0])]).toEqual([7, 5, 5]);
  });

  it("by hand: ascendingOrder puts the first of equal numbers first, and orders call after call anew", () => {
    expect([...ascendingOrder(Float64Array.of(2, -1, 2, 0))]).toEqual([1, 3, 0, 2]);
    expect([...ascendingOrder(Float64Array.of(1, 0))]).toEqual([1, 0]);
  });
});
