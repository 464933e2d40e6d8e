import { expect, test } from "vitest";
import { formatEstimate, type RunEstimate } from "../../src/study/estimate.ts";

const part = {
  label: "layer 4",
  nModels: 1,
  nFolds: 5,
  nParticipants: 2,
  nStimuli: 1,
  designOperations: 1e9,
  scoreOperations: 1e9,
  designBytes: 20e6,
  scoreBytes: 3e6,
  seconds: undefined,
};
const estimate = (freeBytes: number | undefined): RunEstimate => ({
  parts: [part],
  nThreads: 1,
  wordsToRead: 0,
  responseBytes: 1e6,
  peakBytes: 1e6,
  speed: undefined,
  seconds: undefined,
  freeBytes,
});

test("formatEstimate says what is free on the disk, and nothing where it is not known (by hand)", () => {
  expect(formatEstimate(estimate(23e6))).toContain(
    "  disk: 1.0 MB of responses read, 20.0 MB of designs and 3.0 MB of scores kept; 23.0 MB are free",
  );
  expect(formatEstimate(estimate(undefined))).toContain(
    "  disk: 1.0 MB of responses read, 20.0 MB of designs and 3.0 MB of scores kept",
  );
  expect(formatEstimate({ ...estimate(6e6), parts: [] })).toEqual([]);
});
