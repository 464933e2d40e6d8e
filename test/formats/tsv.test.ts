import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { numericColumn, readTsv, textColumn, writeTsv } from "../../src/formats/tsv.ts";
import { describeWithShared, shared } from "../support/shared.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readTsv(bytes(text), { path: "a.tsv" });

describe("readTsv", () => {
  it("by hand: a byte order mark, CRLF, quotes, empty cells and a missing last line end", () => {
    const plain = {
      columns: ["onset", "duration", "word"],
      rows: [
        ["0.5", "1e-1", "\"it's"],
        ["n/a", "-2", ""],
      ],
      path: "a.tsv",
    };
    expect(read("onset\tduration\tword\n0.5\t1e-1\t\"it's\nn/a\t-2\t\n")).toEqual(plain);
    expect(read("\uFEFFonset\tduration\tword\r\n0.5\t1e-1\t\"it's\r\nn/a\t-2\t")).toEqual(plain);
  });

  it("by hand: a header alone is a table without rows", () => {
    expect(read("a\tb\n")).toEqual({ columns: ["a", "b"], rows: [], path: "a.tsv" });
  });

  it.each([
    ["no bytes", "", "the file must not be empty, got 0 bytes. Fetch or copy it again", 0],
    ["an empty first line", "\na\tb\n", "the first line must name the columns, got an empty one", 0],
    ["a column without a name", "a\t\tb\n", "every column must have a name, got none for column 2", 0],
    ["two columns of one name", "a\tb\ta\n", 'columns must have different names, got "a" for columns 1 and 3', 0],
    ["a short row", "é\tb\n1\t2\n3\n", "every line must have as many cells as the first, 2, got 1 in line 3", 9],
    ["a long row", "a\tb\r\n1\t2\t3\r\n", "every line must have as many cells as the first, 2, got 3 in line 2", 5],
    [
      "lines that end with CR alone",
      "\uFEFFé\tb\r1\t2\r",
      "lines must end with LF or CRLF, got CR alone, as old Macintosh programs write it. Convert the file, for example with tr '\\r' '\\n'",
      7,
    ],
    ["a blank line", "\uFEFFa\tb\n\n1\t2\n", "every line must have as many cells as the first, 2, got 1 in line 2", 7],
  ])("by hand: refuses %s", (_, text, message, byteOffset) => {
    const whole = `a.tsv: ${message} (at byte ${byteOffset})`;
    expect(() => read(text)).toThrow(expect.objectContaining({ name: "FormatError", byteOffset, message: whole }));
  });

  it("by hand: refuses bytes that are not UTF-8, and names the first", () => {
    const latin = Uint8Array.of(0x61, 0x0a, 0xc3, 0xa9, 0x0a, 0xe9, 0x0a);
    const message = "a.tsv: the text must be in UTF-8, got byte e9. Convert it, for example with iconv (at byte 5)";
    expect(() => readTsv(latin, { path: "a.tsv" })).toThrow(expect.objectContaining({ name: "FormatError", message }));
  });
});

describe("columns", () => {
  const table = read("onset\tword\n1.5\ta\n-2E3\tb\nn/a\tc\nNaN\td\n-inf\te\n.5\tf\n");

  it("by hand: numbers, n/a and nan as NaN", () => {
    expect(numericColumn(table, "onset")).toEqual(Float64Array.of(1.5, -2000, Number.NaN, Number.NaN, -Infinity, 0.5));
    expect(textColumn(table, "word")).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  it("by hand: a missing column is refused with the nearest names", () => {
    const message = 'a.tsv: there must be a column "onsets". Nearest: "onset".';
    for (const column of [numericColumn, textColumn]) {
      expect(() => column(table, "onsets")).toThrow(expect.objectContaining({ name: "NotFoundError", message }));
    }
  });

  it.each(["", " 1", "0x10", "1,5", "1.5s", "N/A", "--1", "1e", "."])("by hand: %j is no number", (cell) => {
    const message = `a.tsv: column "x" must hold numbers or n/a, got ${JSON.stringify(cell)} in line 3`;
    const odd = read(`x\ty\n1\t1\n${cell}\t1\n`);
    expect(() => numericColumn(odd, "x")).toThrow(expect.objectContaining({ name: "FormatError", message }));
  });
});

describe("writeTsv", () => {
  it("by hand: the text", () => {
    const text = writeTsv(
      ["a", "b"],
      [
        [1.5, "x"],
        [Number.NaN, ""],
        [-Infinity, "n/a"],
      ],
    );
    expect(text).toBe("a\tb\n1.5\tx\nn/a\t\n-inf\tn/a\n");
  });

  it("identity: reading what was written gives the same numbers, to the last bit", () => {
    const random = createRandom(1);
    const numbers = Float64Array.from({ length: 500 }, () => random.normal() * 10 ** (random.integer(600) - 300));
    const table = read(
      writeTsv(
        ["x"],
        Array.from(numbers, (value) => [value]),
      ),
    );
    expect(numericColumn(table, "x")).toEqual(numbers);
  });

  it.each([
    [
      "a short row",
      ["a", "b"],
      [["1", "2"], ["3"]],
      "ShapeError",
      "writeTsv: rows must have as many cells as there are columns (2), got 1 (row 1).",
    ],
    ["a tab", ["a"], [["x\ty"]], "OptionError", 'writeTsv: texts must hold no tab and no end of line, got "x\\ty".'],
    [
      "a line end in a name",
      ["a\n"],
      [],
      "OptionError",
      'writeTsv: texts must hold no tab and no end of line, got "a\\n".',
    ],
    [
      "two columns of one name",
      ["a", "a"],
      [],
      "OptionError",
      'writeTsv: columns must have different names, none empty, got ["a","a"].',
    ],
    ["no columns", [], [], "OptionError", "writeTsv: columns must have different names, none empty, got []."],
  ])("by hand: refuses %s", (_, columns, rows, name, message) => {
    expect(() => writeTsv(columns, rows)).toThrow(expect.objectContaining({ name, message }));
  });
});

describeWithShared("readTsv on Alice", "data/alice", () => {
  it("oracle: 362 volumes of six regions, and the scan that begins 20 s into the story", () => {
    const folder = "data/alice/sub-18/func/sub-18_task-alice";
    const series = readTsv(readFileSync(shared(`${folder}_atlas-brennan6mm_timeseries.tsv`)));
    expect([series.rows.length, series.columns]).toEqual([362, ["LATL", "RATL", "LPTL", "LIPL", "LPreM", "LIFG"]]);
    expect(numericColumn(series, "LATL")[0]).toBe(80.890972);
    expect(numericColumn(readTsv(readFileSync(shared(`${folder}_events.tsv`))), "onset")).toEqual(Float64Array.of(-20));
  });
});
