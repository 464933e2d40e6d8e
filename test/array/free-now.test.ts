import { describe, expect, it } from "vitest";
import { freeNow } from "../../src/array/free-now.ts";

describe("freeNow", () => {
  it("by hand: arrays are empty afterwards, with every view of their buffers; one buffer may be given twice", () => {
    const numbers = new Float64Array(4);
    const view = numbers.subarray(1, 2);
    const other = new Float32Array(3);
    freeNow(numbers, view, other);
    expect([numbers.length, view.length, other.length]).toEqual([0, 0, 0]);
  });

  it("memory goes back before the next garbage collection: many times what there is can be made and freed (identity)", () => {
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 200; i++) freeNow(new Float64Array(2 ** 20).fill(i));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 2 ** 20);
  });
});
