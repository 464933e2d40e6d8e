import { describe, expect, it } from "vitest";
import { wordRate } from "../../src/encoding/nuisance.ts";
import { OptionError } from "../../src/errors.ts";

describe("wordRate", () => {
  it("counts the words that begin in each volume (by hand)", () => {
    // Volumes of 1.5 s: 0-1.5, 1.5-3, 3-4.5, 4.5-6; one word before the run, one after it.
    const onsets = [-0.2, 0, 0.4, 1.49, 1.5, 4.6, 5.9, 6];
    const rate = wordRate(onsets, { nVolumes: 4, repetitionTime: 1.5 });
    expect([rate.nRows, rate.nColumns]).toEqual([4, 1]);
    expect([...rate.data]).toEqual([3, 1, 0, 2]);
  });

  it("files words as the activations are filed (by hand)", () => {
    const onsets = [0, 0.4, 1.6, 4.6];
    const rate = wordRate(onsets, { nVolumes: 4, repetitionTime: 1.5, filing: "one-late" });
    expect([...rate.data]).toEqual([0, 2, 1, 0]);
  });

  it("is zero where nobody speaks (by hand)", () => {
    expect([...wordRate([], { nVolumes: 3, repetitionTime: 2 }).data]).toEqual([0, 0, 0]);
  });

  it("refuses words without a time", () => {
    const count = () => wordRate([1, Number.NaN], { nVolumes: 3, repetitionTime: 2 });
    expect(count).toThrow(OptionError);
    expect(count).toThrow("every onset must be a finite number of seconds, got NaN (word 2)");
  });
});
