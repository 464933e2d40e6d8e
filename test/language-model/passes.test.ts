import { describe, expect, it } from "vitest";
import { planExactPasses, planPasses, type TokenRange } from "../../src/language-model/passes.ts";

describe("planPasses", () => {
  it("ten tokens, context 4, at least 2 before: passes every 2 tokens (by hand)", () => {
    expect(planPasses(10, 4, 2)).toEqual([
      { start: 0, end: 4, from: 0, to: 4 },
      { start: 2, end: 6, from: 4, to: 6 },
      { start: 4, end: 8, from: 6, to: 8 },
      { start: 6, end: 10, from: 8, to: 10 },
    ]);
  });

  it("the last pass is shorter where the tokens run out (by hand)", () => {
    expect(planPasses(9, 8, 3)).toEqual([
      { start: 0, end: 8, from: 0, to: 8 },
      { start: 5, end: 9, from: 8, to: 9 },
    ]);
  });

  it("a story that fits is one pass, no tokens are none (by hand)", () => {
    expect(planPasses(8, 8, 4)).toEqual([{ start: 0, end: 8, from: 0, to: 8 }]);
    expect(planPasses(0, 8, 4)).toEqual([]);
  });

  it("every token is given once, with minContext tokens before it, by a pass that what follows cannot change (identity)", () => {
    for (let maxContext = 1; maxContext <= 9; maxContext++) {
      for (let minContext = 0; minContext < maxContext; minContext++) {
        const longest = planPasses(40, maxContext, minContext);
        for (let nTokens = 0; nTokens <= 40; nTokens++) {
          const passes = planPasses(nTokens, maxContext, minContext);
          const given = passes.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
          expect(given).toEqual(Array.from({ length: nTokens }, (_, i) => i));
          for (const [k, { start, end, from, to }] of passes.entries()) {
            expect(end - start).toBeLessThanOrEqual(maxContext);
            expect(end).toBe(to);
            expect(from - start).toBeGreaterThanOrEqual(Math.min(from, minContext));
            expect([longest[k]!.start, longest[k]!.from]).toEqual([start, from]);
          }
        }
      }
    }
  });

  it.each([
    [0, 0, "maxContext must be a whole number of tokens from 1, got 0."],
    [1.5, 0, "maxContext must be a whole number of tokens from 1, got 1.5."],
    [4, 4, "minContext must be a whole number of tokens in 0..3 (below maxContext), got 4."],
    [4, -1, "minContext must be a whole number of tokens in 0..3 (below maxContext), got -1."],
    [4, Number.NaN, "minContext must be a whole number of tokens in 0..3 (below maxContext), got NaN."],
  ])("refuses maxContext %d with minContext %d", (maxContext, minContext, message) => {
    expect(() => planPasses(10, maxContext, minContext)).toThrow(
      expect.objectContaining({ name: "OptionError", message: `context: ${message}` }),
    );
  });
});

describe("planExactPasses", () => {
  const words: TokenRange[] = [
    { first: 0, last: 1 },
    { first: 2, last: 2 },
    { first: 3, last: 4 },
    { first: 5, last: 5 },
  ];

  it("words within the context share a pass, each later one has its own window (by hand)", () => {
    expect(planExactPasses(words, 4)).toEqual([
      { start: 0, end: 3, from: 0, to: 3 },
      { start: 1, end: 5, from: 3, to: 5 },
      { start: 2, end: 6, from: 5, to: 6 },
    ]);
    expect(planExactPasses(words, 6)).toEqual([{ start: 0, end: 6, from: 0, to: 6 }]);
    expect(planExactPasses([], 6)).toEqual([]);
  });

  it("a first word of just the context is one pass (by hand)", () => {
    expect(planExactPasses(words.slice(0, 2), 2)).toEqual([
      { start: 0, end: 2, from: 0, to: 2 },
      { start: 1, end: 3, from: 2, to: 3 },
    ]);
  });

  it("refuses a word that is longer than the context", () => {
    expect(() => planExactPasses(words, 1)).toThrow(
      expect.objectContaining({
        name: "OptionError",
        message:
          "planExactPasses: maxContext must hold every word, got 1 (word 0 has 2 tokens). Set `maxContext` higher.",
      }),
    );
  });
});
