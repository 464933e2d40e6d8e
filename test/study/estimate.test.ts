import { describe, expect, test } from "vitest";
import { formatEstimate, type RunEstimate } from "../../src/study/estimate.ts";

const part = {
  ...{ label: "layer 4", nModels: 1, nFolds: 5, nParticipants: 2, nStimuli: 1 },
  ...{ designOperations: 1e9, scoreOperations: 1e9, designBytes: 20e6, scoreBytes: 3e6, seconds: undefined },
};
const estimate = (freeBytes: number | undefined): RunEstimate => ({
  ...{ parts: [part], nThreads: 1, wordsToRead: 0, responseBytes: 1e6, peakBytes: 1e6 },
  ...{ speed: undefined, seconds: undefined, freeBytes },
});

describe("formatEstimate: room on the disk (by hand: 20 MB and 3 MB are 23 MB)", () => {
  const isShort = (line: string) => line.startsWith("WARNING disk-too-small: ");

  test("says what is free, and nothing where it is not known", () => {
    expect(formatEstimate(estimate(23e6))).toContain(
      "  disk: 1 MB of responses read, 20 MB of designs and 3 MB of scores kept; 23 MB are free",
    );
    expect(formatEstimate(estimate(undefined))).toContain(
      "  disk: 1 MB of responses read, 20 MB of designs and 3 MB of scores kept",
    );
  });

  test("warns where it does not fit, and only there", () => {
    expect(formatEstimate(estimate(6e6)).filter(isShort)).toEqual([
      "WARNING disk-too-small: the disk must have room for 23 MB of designs and scores, got 6 MB that are free. The run will stop when it is full: make room, or name a folder on another disk with --cache.",
    ]);
    expect(formatEstimate(estimate(23e6)).filter(isShort)).toEqual([]);
    expect(formatEstimate({ ...estimate(6e6), parts: [] })).toEqual([]);
  });
});
