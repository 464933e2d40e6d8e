import { describe, expect, it } from "vitest";
import { DatasetError, FormatError, NotFoundError, OptionError, oneLine } from "../src/errors.ts";

describe("messages of errors (by hand)", () => {
  const name = "a\nfault of cortecast\r\u2028b.tsv";
  const shown = "a\\u000afault of cortecast\\u000d\\u2028b.tsv";

  it("a name that holds ends of lines does not make lines of its own", () => {
    expect(oneLine(name)).toBe(shown);
    for (const error of [new OptionError(name), new NotFoundError(name)]) expect(error.message).toBe(shown);
    expect(new FormatError(name, "must be whole", 3).message).toBe(`${shown}: must be whole (at byte 3)`);
  });

  it("a data set's issues have a line each, whatever their files are called", () => {
    const issue = { severity: "error", code: "x", path: "a", message: name, remedy: "Rename it." } as const;
    expect(new DatasetError("it must be sound", [issue]).message.split("\n")).toHaveLength(2);
  });
});
