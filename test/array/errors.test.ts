import { describe, expect, it } from "vitest";
import {
  DatasetError,
  DeviceError,
  FormatError,
  issueKinds,
  listSome,
  NetworkError,
  NotFoundError,
  nearestFiles,
  nearestNames,
  OptionError,
  oneLine,
  ShapeError,
  shorten,
} from "../../src/errors.ts";

describe("nearestNames", () => {
  it.each([
    ["no names", "pieman", [], "There are none."],
    ["a slip of one letter", "piemen", ["tunnel", "pieman", "black"], 'Nearest: "pieman".'],
    ["capitals, which cost nothing", "PIEMAN", ["tunnel", "pieman"], 'Nearest: "pieman".'],
    [
      "the nearest first, equals by name",
      "sub-1",
      ["sub-21", "sub-12", "sub-3", "other"],
      'Nearest: "sub-12", "sub-21", "sub-3".',
    ],
    ["three at most", "a1", ["a2", "a3", "a4", "a5"], 'Nearest: "a2", "a3", "a4".'],
    ["half the letters wrong, which is near enough", "abcdefgh", ["abcdwxyz"], 'Nearest: "abcdwxyz".'],
    ["more than half the letters wrong", "abcdefgh", ["abcvwxyz"], 'Choices: "abcvwxyz".'],
    ["nothing near: what there is, by the letters kept", "transformer", ["lucy", "black"], 'Choices: "black", "lucy".'],
    [
      "nothing near among many: eight, and how many more",
      "transformer",
      ["a", "b", "c", "d", "e1", "f", "g", "h", "i", "j"],
      'Choices: "a", "e1", "f", "b", "c", "d", "g", "h", and 2 more.',
    ],
  ])("by hand: %s", (_, wanted, known, sentence) => {
    expect(nearestNames(wanted, known)).toBe(sentence);
  });
});

describe("listSome", () => {
  it("by hand: the first items, and how many more", () => {
    const items = ["a", "b", "c"];
    expect([listSome(items), listSome(items, 3), listSome(items, 2)]).toEqual([
      "a, b, c",
      "a, b, c",
      "a, b and 1 more",
    ]);
  });
});

describe("shorten", () => {
  it("by hand: long names are cut in the middle, and are compared in no time", () => {
    expect([shorten("abc"), shorten("abcdefg", 7), shorten("abcdefgh", 7)]).toEqual(["abc", "abcdefg", "abc…fgh"]);
    const long = "x".repeat(1e6);
    expect(nearestNames(long, [`${long}y`])).toBe(`Nearest: "${"x".repeat(49)}…${"x".repeat(48)}y".`);
  });
});

describe("errors", () => {
  it("by hand: each is an Error with a name and a kind of its own", () => {
    const errors = [
      new ShapeError("x"),
      new OptionError("x"),
      new FormatError("a.tsv", "x"),
      new NotFoundError("x"),
      new DatasetError("x", []),
      new DeviceError("x"),
      new NetworkError("x"),
    ];
    expect(errors.every((error) => error instanceof Error)).toBe(true);
    expect(errors.map((error) => [error.name, error.kind])).toEqual([
      ["ShapeError", "shape"],
      ["OptionError", "option"],
      ["FormatError", "format"],
      ["NotFoundError", "not-found"],
      ["DatasetError", "dataset"],
      ["DeviceError", "device"],
      ["NetworkError", "network"],
    ]);
  });

  it("by hand: a FormatError names the file, the byte where there is one, and its cause", () => {
    const cause = new Error("inner");
    const error = new FormatError("a.tsv", "wrong", 0, { cause });
    expect([error.message, error.path, error.byteOffset, error.cause]).toEqual([
      "a.tsv: wrong (at byte 0)",
      "a.tsv",
      0,
      cause,
    ]);
    expect(new FormatError("a.tsv", "wrong").message).toBe("a.tsv: wrong");
  });

  it("by hand: a DatasetError lists every issue", () => {
    const issues = [
      { severity: "error", code: "one", path: "a.tsv", message: "one" },
      { severity: "warning", code: "two", path: "b.tsv", message: "two" },
    ] as const;
    const error = new DatasetError("The data set cannot be used.", issues);
    expect(error.message).toBe("The data set cannot be used.\n  error: a.tsv: one\n  warning: b.tsv: two");
    expect(error.issues).toBe(issues);
  });

  it("by hand: a DatasetError tells in one line what is wrong with more than five files alike, and carries all", () => {
    const issue = (i: number, message: string) =>
      ({ severity: "error", code: "c", path: `${i}.gii`, message }) as const;
    const issues = [
      issue(0, "other"),
      ...Array.from({ length: 1800 }, (_, i) => issue(i + 1, "not fetched. Fetch it.")),
    ];
    const error = new DatasetError("x", issues);
    expect(error.message).toBe(
      "x\n  error: 0.gii: other\n  error: 1800 files (1.gii, 2.gii, 3.gii and 1797 more): not fetched. Fetch it.",
    );
    expect(error.issues).toHaveLength(1801);
    expect(new DatasetError("x", issues.slice(1, 6)).message.split("\n")).toHaveLength(6);
  });
});

describe("issues of one kind (by hand)", () => {
  const issue = (code: string, path: string, message: string) => ({ severity: "error", code, path, message }) as const;

  it("are together, and among them those that say the same", () => {
    const [a, b, c, d] = [issue("x", "1", "m"), issue("y", "2", "m"), issue("x", "3", "n"), issue("x", "4", "m")];
    expect(issueKinds([a, b, c, d])).toEqual([
      { severity: "error", code: "x", members: [a, c, d], alike: [[a, d], [c]] },
      { severity: "error", code: "y", members: [b], alike: [[b]] },
    ]);
  });

  it("take twenty lines of an error at most, which says how many more there are", () => {
    const many = Array.from({ length: 300 }, (_, i) => issue("x", `${i}.tsv`, `wrong ${i}`));
    const lines = new DatasetError("where", [...many, issue("y", "other", "m")]).message.split("\n");
    expect(lines).toHaveLength(1 + 20 + 1 + 1);
    expect(lines[20]).toBe("  error: 19.tsv: wrong 19");
    expect(lines[21]).toBe("  error: and 280 more like these (x): cortecast check `all` lists them.");
    expect(lines[22]).toBe("  error: other: m");
  });
});

describe("nearestFiles", () => {
  // By hand.
  it.each([
    ["the same ending", "lh.gii", [".git", "lh.annot", "rh.gii", "README"], 'Nearest: "rh.gii".'],
    ["a name that begins as it does", "a.nii", ["a.nii.gz", "b.tsv"], 'Nearest: "a.nii.gz".'],
    ["nothing like it", "lh.gii", [".git", "README"], "No file there is called like it: check the path."],
    ["hidden files only for one", ".x.json", ["x.json", ".y.json"], 'Nearest: ".y.json".'],
    ["no ending", "README", ["READM", "CHANGES", "a.tsv"], 'Nearest: "READM".'],
  ])("takes files with %s", (_, wanted, files, message) => {
    expect(nearestFiles(wanted, files)).toBe(message);
  });
});

describe("messages of errors (by hand)", () => {
  const name = "a\nfault of cortecast\r\u2028b.tsv";
  const shown = "a\\u000afault of cortecast\\u000d\\u2028b.tsv";

  it("a name that holds ends of lines does not make lines of its own", () => {
    expect(oneLine(name)).toBe(shown);
    for (const error of [new OptionError(name), new NotFoundError(name)]) expect(error.message).toBe(shown);
    expect(new FormatError(name, "must be whole", 3).message).toBe(`${shown}: must be whole (at byte 3)`);
  });

  it("lines that are meant are lines", () => {
    expect(new OptionError(["first", name]).message).toBe(`first\n${shown}`);
    expect(new FormatError("x", ["first", "second"]).message).toBe("x: first\nsecond");
    expect(new NetworkError([name, "second"]).message).toBe(`${shown}\nsecond`);
  });

  it("a data set's issues have a line each, whatever their files are called", () => {
    const issue = { severity: "error", code: "x", path: "a", message: name, remedy: "Rename it." } as const;
    expect(new DatasetError("it must be sound", [issue]).message.split("\n")).toHaveLength(2);
  });
});
