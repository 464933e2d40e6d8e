import { expect, it } from "vitest";
import { plainJson } from "../../src/array/plain-json.ts";

it("by hand: typed arrays are arrays at every depth, NaN is null", () => {
  expect(plainJson({ a: Int32Array.of(1, 2), b: [{ c: Float64Array.of(Number.NaN, 0.5) }] })).toBe(
    '{"a":[1,2],"b":[{"c":[null,0.5]}]}',
  );
  expect(plainJson([Int8Array.of(3)], 2)).toBe("[\n  [\n    3\n  ]\n]");
});
