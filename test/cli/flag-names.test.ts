import { describe, expect, it } from "vitest";
import { flagOf, withFlags } from "../../src/cli/flag-names.ts";
import { optionName } from "../../src/errors.ts";

describe("options as they are typed (by hand)", () => {
  it.each([
    [optionName("minContext"), "--min-context"],
    [optionName("hemi", "L"), "--hemi L"],
    [optionName("participants", "01,02"), "--participants 01,02"],
    [optionName("desc", '""'), '--desc ""'],
    ["`dataset` and `output`, without `cache`", "<dataset> and <output>, without --cache"],
    ["two in a `row: 1``mask`", "two in a --row 1--mask"],
  ])("%s is %s", (text, typed) => {
    expect(withFlags(text)).toBe(typed);
  });

  it("other text in backticks stays", () => {
    for (const text of ["`report.html`", "`cortecast clean`", "`A`", "`", "`a", "a `b\nc`", "`a: b\nc`"])
      expect(withFlags(text)).toBe(text);
  });

  it("an option that a line is about has its place in a study file; elsewhere, and typed, it is a flag", () => {
    const places = new Map([["layer", "study.yaml:3: layer"]]);
    const lines = ["cortecast: `layer`: no `layer: 99`", "  error: `layer`: a", "  `layer`: b", "`gap`: `layer`: c"];
    expect(withFlags(lines.join("\n"), places).split("\n")).toEqual([
      "cortecast: study.yaml:3: layer: no --layer 99",
      "  error: study.yaml:3: layer: a",
      "  study.yaml:3: layer: b",
      "--gap: --layer: c",
    ]);
  });

  it("a flag is its option's name with dashes", () => {
    expect([flagOf("json"), flagOf("innerFolds")]).toEqual(["--json", "--inner-folds"]);
  });
});
