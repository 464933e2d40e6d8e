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

  it("a flag is its option's name with dashes", () => {
    expect([flagOf("json"), flagOf("innerFolds")]).toEqual(["--json", "--inner-folds"]);
  });
});
