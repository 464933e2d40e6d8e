import { describe, expect, test } from "vitest";
import { contiguousFolds } from "../../src/ridge/folds.ts";
import { misfits } from "../../src/study/check-fit.ts";
import type { ParticipantInputs } from "../../src/study/inputs.ts";
import { checkOptions } from "../../src/study/options.ts";

function checkFit(...given: Parameters<typeof misfits>): void {
  const [error] = misfits(...given);
  if (error) throw error;
}

const folders = { dataset: "in", output: "out" };
/** Stories of one volume a second, in each of which two words begin a second, `nWords` in all. */
const participantOf = (nWords: number, ...nVolumes: readonly number[]) =>
  ({
    participant: "sub-01",
    stories: nVolumes.map((n, i) => ({
      nVolumes: n,
      audioStart: 0,
      repetitionTime: 1,
      files: { run: `sub-01_task-${i}`, story: `story${i}`, events: `sub-01_task-${i}_events.tsv` },
      transcript: { path: "words.tsv", words: Array.from({ length: nWords }, (_, w) => ({ onset: w / 2 })) },
    })),
  }) as unknown as ParticipantInputs;
const participant = (...nVolumes: readonly number[]) => participantOf(50, ...nVolumes);

describe("options against each other", () => {
  test.each([
    [{ context: "exact", minContext: 5 }, "`minContext`: must be left out where the context is exact"],
    [{ minContext: 1024 }, "`minContext`: must be below the longest context (1024 tokens), got 1024."],
    [{ maxContext: 10, minContext: 10 }, "`minContext`: must be below the longest context (10 tokens), got 10."],
    [{ filing: "one-late", downsample: "lanczos" }, '`filing`: must be "onset" with the downsampling "lanczos"'],
  ])("refuses %j", (options, message) => {
    expect(() => checkOptions({ ...folders, ...options })).toThrow(message);
  });
});

describe("options against what was recorded", () => {
  const check = (options: object, ...nVolumes: readonly number[]) =>
    checkFit([participant(...nVolumes)], checkOptions({ ...folders, ...options }));

  test.each([
    [
      { delays: 25 },
      '`delays`: must be fewer than nVolumes (25, sub-01_task-1, story "story1"), got 25. Are they in seconds? They count volumes.',
    ],
    [
      { firstDelay: 20, delays: 6 },
      '`firstDelay`: the last of 6 delays must be smaller than nVolumes (25, sub-01_task-1, story "story1"), got 25 with first delay 20. Is it in seconds? It counts volumes.',
    ],
    [{ firstDelay: 1000 }, "`firstDelay`: the last of 6 delays must be smaller than nVolumes (40, sub-01_task-0"],
    [{ distances: "4,56" }, "`distances`: must lie within the stories (50 words in the longest, sub-01), got 56."],
    [{ distances: "-50" }, "`distances`: must lie within the stories (50 words in the longest, sub-01), got -50."],
    [
      { distances: "0,8", analyses: { forecastScoreRandomWindow: { distances: 56 } } },
      "`analyses`: distances of forecastScoreRandomWindow must lie within the stories (50 words in the longest, sub-01), got 56.",
    ],
    [
      { folds: 22 },
      "`folds`: must leave 3 volumes or more to each test chunk, got 22 folds of 65 volumes (2 in the smallest, sub-01). Take fewer.",
    ],
    [{ folds: 66 }, "got 66 folds of 65 volumes (0 in the smallest, sub-01)"],
    [
      { gap: 40 },
      "`gap`: must leave volumes to train on, got 40 on either side of 5 test chunks (65 volumes, sub-01).",
    ],
    [
      // Of 65 volumes the chunks are of 13: 13 and 7 on both sides of a middle one leave 38.
      { components: 39, gap: 7 },
      "`components`: must be at most as many as training volumes (38 in the smallest fold, sub-01), got 39.",
    ],
    [
      // A window of 7 at distance 50 ends 50 words on and begins 44 words on: of 50 words those of the words 0 to 5 hold one, which
      // begin in volumes 0 to 2, all of them in the first chunk of five.
      { distances: "4,50", stories: 1 },
      "`distances`: windows must hold words in training volumes of every fold, got none at distance 50 in fold 1 of sub-01 (25 volumes, 50 words in the longest story). Take distances nearer to 0.",
    ],
    [
      { alphaChoice: "inner-folds", innerFolds: 53 },
      "`innerFolds`: must be at most as many as training volumes (52, sub-01), got 53.",
    ],
  ])("refuses %j (by hand)", ({ stories, ...options }: Record<string, unknown>, message) => {
    expect(() => check(options, ...(stories === 1 ? [25] : [40, 25]))).toThrow(message as string);
  });

  test("by hand: test chunks of three volumes and the longest delays that fit are taken", () => {
    expect(() => check({ folds: 21 }, 40, 25)).not.toThrow();
    expect(() => check({ firstDelay: 19, delays: 6 }, 40, 25)).not.toThrow();
  });

  test("by hand: the farthest windows that hold a word are taken", () => {
    expect(() => check({ distances: "-49,55" }, 40, 25)).not.toThrow();
  });

  test("refuses a story of which no word is heard during the scan", () => {
    const late = participant(40, 25);
    const stories = late.stories.map((story) => ({ ...story, audioStart: 9999 }));
    expect(misfits([{ ...late, stories }], checkOptions({ ...folders, delays: 99, folds: 99 }))).toEqual([]);
  });

  test("identity: a gap is refused where contiguousFolds refuses it, and only there", () => {
    for (const [total, folds] of [
      [100, 2],
      [100, 4],
      [65, 5],
    ] as const) {
      for (let gap = 0; gap < 60; gap++) {
        const refuses = (work: () => void) => {
          try {
            work();
            return false;
          } catch {
            return true;
          }
        };
        const options = checkOptions({ ...folders, folds, gap, components: "none", distances: 0 });
        expect([gap, refuses(() => checkFit([participantOf(2 * total, total)], options))]).toEqual([
          gap,
          refuses(() => contiguousFolds(total, folds, { gap })),
        ]);
      }
    }
  });
});
