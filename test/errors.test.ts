import { describe, expect, it } from "vitest";
import { ChangedFileError, detailOf, FormatError, NetworkError, NotFoundError, OptionError } from "../src/errors.ts";

// A name with the mark that stands behind a place in messages, and one that ends a line.
const odd = "a: b\nc.tsv";

describe("errors say as values what their messages say (by hand)", () => {
  it("where, and the rest", () => {
    const error = new NotFoundError("the file must exist.", { where: odd, issueCode: "file-missing" });
    expect(error.message).toBe("a: b\\u000ac.tsv: the file must exist.");
    expect(error).toMatchObject({ where: odd, detail: "the file must exist.", issueCode: "file-missing" });
    expect(detailOf(error)).toBe("the file must exist.");
  });

  it("nowhere, where a message is about an argument", () => {
    const error = new OptionError("hrf: n must be 1 or more, got 0.");
    expect(error).toMatchObject({ where: undefined, detail: error.message, issueCode: undefined });
  });

  it("lines: the place stands before the first", () => {
    const error = new OptionError(["one", "two"], { where: "--a" });
    expect([error.message, error.detail]).toEqual(["--a: one\ntwo", "one\ntwo"]);
  });

  it("a place in the bytes of a file", () => {
    const error = new FormatError(odd, "it must hold, got otherwise", 5);
    expect(error).toMatchObject({
      message: "a: b\\u000ac.tsv: it must hold, got otherwise (at byte 5)",
      where: odd,
      path: odd,
      byteOffset: 5,
      detail: "it must hold, got otherwise (at byte 5)",
      problem: "it must hold, got otherwise",
    });
  });

  it("a file that changed is a file that cannot be read, of a class of its own", () => {
    const [changed, other] = [new ChangedFileError("a", "must stay"), new FormatError("a", "must stay")];
    expect([changed instanceof FormatError, changed.kind]).toEqual([true, "format"]);
    expect([changed instanceof ChangedFileError, other instanceof ChangedFileError]).toEqual([true, false]);
  });

  it("a cause, beside what the network says", () => {
    const cause = new Error("b");
    const error = new NetworkError("a", { status: 404 }, { where: "https://x.org", cause });
    expect(error).toMatchObject({ cause, status: 404, message: "https://x.org: a" });
  });

  it("of what is no error of ours, its message", () => {
    expect([detailOf(new Error("a: b")), detailOf("c")]).toEqual(["a: b", "c"]);
  });
});
