import { expect, test } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { checkOptions } from "../../src/study/options.ts";

const memory = (value: unknown) => checkOptions({ dataset: "d", output: "o", memory: value }).memory;

test.each([
  ["8GB", 8e9],
  ["500 MB", 5e8],
  ["1.5GiB", 1.5 * 2 ** 30],
  ["64kib", 65_536],
  ["2T", 2e12],
  ["123000000", 123e6],
  [4e9, 4e9],
])("`memory` %s is so many bytes (by hand)", (value, bytes) => {
  expect(memory(value)).toBe(bytes);
});

test.each(["", "lots", "0", "-1GB", "8 gigs", "1e9", 0, -5])("`memory` %s is refused", (value) => {
  expect(() => memory(value)).toThrow(OptionError);
  expect(() => memory(value)).toThrow(/^`memory`: must be an amount of memory like "8GB", got /);
});

test("a bare number too small to be bytes is refused with what may be meant (by hand)", () => {
  expect(() => memory("8")).toThrow(
    "`memory`: must be an amount of memory with its unit, got 8 bytes; write 8GB or 8MB.",
  );
  expect(() => memory(123)).toThrow("got 123 bytes");
});

test("without it there is no limit of its own", () => {
  expect(checkOptions({ dataset: "d", output: "o" }).memory).toBe(undefined);
});
