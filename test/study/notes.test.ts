import { describe, expect, test } from "vitest";
import { notesOn, warningsOn } from "../../src/study/notes.ts";
import { checkOptions } from "../../src/study/options.ts";

const options = checkOptions({ dataset: "in", output: "out", gap: "7" });

/** Participants who heard so many stories each, or one so many times: 100 words, one a second, in scans of `nVolumes` seconds. */
function inputsOf(counts: readonly number[], nVolumes = 100, again = false) {
  const story = {
    nVolumes,
    audioStart: 0,
    repetitionTime: 1,
    transcript: { words: Array.from({ length: 100 }, (_, onset) => ({ onset })) },
  };
  const participants = counts.map((n, i) => ({
    participant: `sub-${i + 1}`,
    stories: Array.from({ length: n }, (_, k) => ({
      ...story,
      files: { run: `sub-${i + 1}_task-x`, story: "x", stimFile: again ? "x.wav" : `x${k}.wav`, notes: [] },
    })),
  }));
  return { participants, transcripts: [], leftOut: new Map() } as unknown as Parameters<typeof notesOn>[0];
}
const notes = (counts: readonly number[], nVolumes?: number) => notesOn(inputsOf(counts, nVolumes), options);

describe("notesOn (by hand)", () => {
  test("nothing where nothing is odd", () => {
    expect(notes([2, 2])).toEqual([]);
  });

  test("participants with fewer stories than others", () => {
    expect(notes([2, 1, 2, 1])).toEqual(["Scored on fewer stories than others, who have 2: sub-2 1, sub-4 1."]);
    expect(notes([9, ...Array(22).fill(1)])[0]).toMatch(/^Scored on .* sub-21 1 and 2 more\.$/);
  });

  test("a story of which more than 5 % of the words lie outside the scan", () => {
    expect(notes([1], 95)).toEqual([
      "Test chunks are short, 19 volumes in the smallest (sub-1, 5 folds): correlations over so few volumes are mostly chance. Fewer folds make them longer.",
    ]);
    const line =
      'Words outside the scan: sub-1_task-x "x" 6.0 %, sub-2_task-x "x" 6.0 %. Do events, transcript and responses belong together?';
    expect(notes([1, 1], 94)[0]).toBe(line);
    expect(warningsOn(inputsOf([1, 1], 94))).toEqual([line]);
    expect(warningsOn(inputsOf([1, 1], 95))).toEqual([]);
  });

  test("a story that a participant heard several times", () => {
    const line =
      "Heard several times: sub-1 x.wav 2 times. Words of the test chunks are trained on as well, so that whatever recurs with the audio is predicted and every score is too high. Keep one run of each story, with `exclude`.";
    expect(warningsOn(inputsOf([2, 1], 100, true))).toEqual([line]);
    expect(warningsOn(inputsOf([1, 1], 100, true))).toEqual([]);
  });

  test("what delays bring in from before a story, where that is not silence", () => {
    const notesOf = (edge: string) =>
      notesOn(inputsOf([2]), checkOptions({ dataset: "in", output: "out", gap: 7, edge }));
    expect(notesOf("silence")).toEqual([]);
    expect(notesOf("zero")).toEqual([
      'Delays bring in the training mean from before a story, where silence was (edge "zero"): for comparison only.',
    ]);
    expect(notesOf("wrap")).toEqual(['Delays wrap around (edge "wrap"): for comparison only.']);
  });

  test("warnings of one kind: each file once, however much is wrong with it", () => {
    const warn = (path: string, message: string) => ({ severity: "warning", code: "odd", path, message }) as const;
    const told = (...paths: string[]) =>
      notesOn(
        inputsOf([2]),
        options,
        paths.map((path, i) => warn(path, `wrong ${i}.`)),
      );
    expect(told("a")).toEqual(["a: wrong 0."]);
    expect(told("a", "a", "a")).toEqual(["a: wrong 0. So too 2 more in this file: see cortecast check."]);
    expect(told("a", "b", "a", "b", "c")).toEqual([
      "a: wrong 0. So too 1 more in this file, b, c: see cortecast check.",
    ]);
  });

  test("test chunks under 20 volumes", () => {
    expect(notes([1], 99)[0]).toMatch(/^Test chunks are short, 19 volumes in the smallest \(sub-1, 5 folds\)/);
    expect(notes([1], 100)).toEqual([]);
  });
});
