import { describe, expect, test } from "vitest";
import { escapeHtml, html, trusted } from "../../src/report/markup.ts";
import {
  formatCount,
  formatInterval,
  formatList,
  formatNoun,
  formatNumber,
  formatProbability,
  formatShare,
  formatSize,
} from "../../src/report/numbers.ts";

describe("numbers as text, by hand", () => {
  test.each([
    [0.0343, 3, "0.034"],
    [-0.0343, 3, "\u22120.034"],
    [-0.0001, 3, "0.000"],
    [8, 0, "8"],
    [Number.NaN, 3, "n/a"],
    [Number.POSITIVE_INFINITY, 3, "n/a"],
  ])("formatNumber(%d, %d) is %s", (value, decimals, text) => {
    expect(formatNumber(value, decimals)).toBe(text);
  });

  test.each([
    [0, "0 B"],
    // Of an estimate.
    [0.2, "1 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [999_949, "999.9 kB"],
    [999_950, "1.0 MB"],
    [548_105_171, "548.1 MB"],
    [6.5e12, "6.5 TB"],
    [6.5e15, "6500.0 TB"],
  ])("formatSize(%d) is %s", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  test.each([
    [81924, "81\u202f924"],
    [1234567, "1\u202f234\u202f567"],
    [-3, "\u22123"],
    [0, "0"],
    [Number.NaN, "n/a"],
  ])("formatCount(%d) is %s", (value, text) => {
    expect(formatCount(value)).toBe(text);
  });

  test("small probabilities and shares never read as zero", () => {
    expect(formatProbability(0.0000004)).toBe("< 0.001");
    expect(formatProbability(0.04249)).toBe("0.042");
    expect(formatProbability(Number.NaN)).toBe("n/a");
    expect(formatShare(0.0004)).toBe("< 0.1 %");
    expect(formatShare(0)).toBe("0.0 %");
    expect(formatShare(0.2)).toBe("20.0 %");
  });

  test("intervals, nouns and lists read as sentences do", () => {
    expect(formatInterval(-0.01, 0.02)).toBe("\u22120.010 to 0.020");
    expect(formatInterval(Number.NaN, 0.02)).toBe("n/a");
    expect(formatNoun(1, "story", "stories")).toBe("1 story");
    expect(formatNoun(2, "story", "stories")).toBe("2 stories");
    expect(formatList([])).toBe("");
    expect(formatList(["a"])).toBe("a");
    expect(formatList(["a", "b", "c"])).toBe("a, b and c");
  });
});

describe("html, by hand", () => {
  test("escapes text, keeps markup, joins lists, leaves out false and undefined", () => {
    expect(html`<p>${"<b>"}${trusted("<i>")}${[1, html`<u>${"&"}</u>`]}${false}${undefined}</p>`.markup).toBe(
      "<p>&#60;b&#62;<i>1<u>&#38;</u></p>",
    );
  });

  test("escapes what could end an attribute", () => {
    expect(escapeHtml(`"'`)).toBe("&#34;&#39;");
  });
});
