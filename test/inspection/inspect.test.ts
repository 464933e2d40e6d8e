import { describe, expect, it } from "vitest";
import type { DatasetIssue } from "../../src/errors.ts";
import { formatInspection } from "../../src/inspection/format.ts";
import { countIssues } from "../../src/inspection/inspection.ts";
import { eventsHead, functional, inspect, responsePath, toyFiles } from "./toy.ts";

type Files = Record<string, string | Uint8Array>;

const events = (sub: string) => `sub-${sub}/func/sub-${sub}_task-tale_events.tsv`;
const words = (onsets: readonly (number | "n/a")[]) =>
  `onset\tduration\tword\n${onsets.map((onset) => `${onset}\tn/a\tword`).join("\n")}\n`;
/** Both hemispheres of the second participant: other bytes, or none. */
function setBoth(files: Files, make: (() => Uint8Array) | undefined): void {
  for (const hemi of ["L", "R"]) {
    if (make) files[responsePath("2", hemi)] = make();
    else delete files[responsePath("2", hemi)];
  }
}
/** Whole seconds from one to before another. */
const seconds = (from: number, to: number): (number | "n/a")[] => Array.from({ length: to - from }, (_, n) => from + n);
const spoil = (change: (files: Files) => void): Files => {
  const files = toyFiles();
  change(files);
  return files;
};

describe("inspectDataset", () => {
  it("has nothing to say of a data set in which nothing is wrong, and says what there is (by hand)", async () => {
    const { inspection, told } = await inspect(toyFiles());
    expect(told).toEqual([]);
    expect(inspection).toMatchObject({
      name: "Toy",
      nParticipants: 3,
      nRuns: 3,
      nPairs: 3,
      nExcluded: 0,
      read: "whole",
    });
    expect(inspection.stories).toEqual([
      {
        story: "tale",
        stimFile: "tale_audio.wav",
        nRuns: 3,
        nParticipants: 3,
        audioStarts: [4],
        repetitionTimes: [2],
        nVolumes: [25, 25],
        nWords: 35,
      },
    ]);
  });

  // By hand: one thing is spoilt, and that alone is told.
  it.each<[string, (files: Files) => void, string]>([
    [
      "events missing",
      (files) => delete files[events("2")],
      `error events-missing ${responsePath("2")}: one file sub-2_task-tale_events.tsv must say when the audio starts, got none. Add it with onset, duration and stim_file.`,
    ],
    [
      "a hemisphere missing",
      (files) => delete files[responsePath("2", "R")],
      `error hemisphere-missing ${responsePath("2")}: sub-2_task-tale must have both hemispheres, got L alone: there is no ${responsePath("2", "R")}. Add it, exclude the run, or score one hemisphere with \`hemi: L\`.`,
    ],
    [
      "another repetition time",
      (files) => (files["sub-2/func/sub-2_task-tale_bold.json"] = '{"RepetitionTime": 2.1}'),
      `warning repetition-time-differs ${responsePath("2")}: the repetition time must be that of other runs of task tale (2 s, 2 of 3 runs), got 2.1 s. Check the sidecar against the scanner's protocol: every word's volume depends on it.`,
    ],
    [
      "more volumes than the others",
      (files) => setBoth(files, () => functional(28)),
      `warning volumes-differ ${responsePath("2")}: the run must have as many volumes as others with tale_audio.wav (25, 2 of 3 runs), got 28. Was the scan stopped early, or are volumes missing at its start?`,
    ],
    [
      "other vertices",
      (files) => (files[responsePath("2", "R")] = functional(25, 4)),
      `error targets-differ ${responsePath("2")}: all runs must have the same vertices, voxels or regions (L 3, R 3, 2 of 3 runs), got L 3, R 4. Choose one space, or exclude the run.`,
    ],
    [
      "a constant vertex and one that is not finite",
      (files) =>
        (files[responsePath("2")] = functional(25, 3, (data) => {
          data.fill(7, 0, 25);
          data[30] = Number.NaN;
        })),
      `warning empty-targets ${responsePath("2")}: responses must vary and be finite, got 1 targets of 6 that are constant and 1 with values that are not finite. They get no score: look at the run, or exclude it.`,
    ],
    [
      "nothing recorded",
      (files) => setBoth(files, () => functional(25, 3, (data) => data.fill(0))),
      `error nothing-recorded ${responsePath("2")}: responses must vary, got 6 targets that are all constant or not finite. Fetch or preprocess the run again, or exclude it.`,
    ],
    [
      "volumes of zeros",
      (files) =>
        setBoth(files, () =>
          functional(25, 3, (data) => {
            for (const vertex of [0, 1, 2]) for (const volume of [4, 7]) data[vertex * 25 + volume] = 0;
          }),
        ),
      `warning volumes-empty ${responsePath("2")}: each of the 25 volumes must hold responses, got otherwise: 2 volumes are 0 in every target (4, 7). Programs write such volumes in place of censored ones, and they are scored like all others. Have them interpolated, or exclude the run.`,
    ],
    [
      "the left hemisphere copied to the right",
      (files) => (files[responsePath("2", "R")] = files[responsePath("2", "L")]!),
      `warning responses-identical ${responsePath("2")}: files must hold numbers of their own, got the same in ${responsePath("2", "R")}. Was one copied under another name? Make it anew, or exclude the copies.`,
    ],
    [
      "a hemisphere of another participant",
      (files) => (files[responsePath("2", "R")] = files[responsePath("1", "R")]!),
      `warning responses-identical ${responsePath("1", "R")}: files must hold numbers of their own, got the same in ${responsePath("2", "R")}. Was one copied under another name? Make it anew, or exclude the copies.`,
    ],
    [
      "a vertex twice",
      (files) => (files[responsePath("2")] = functional(25, 3, (data) => data.copyWithin(50, 0, 25))),
      `note targets-identical ${responsePath("2")}: 1 of 6 targets have the same numbers as another (0 (L) and 2 (L)), as where a coarser grid was resampled to a finer one.`,
    ],
    [
      "a medial wall in every run",
      (files) => {
        for (const sub of ["1", "2", "3"]) files[responsePath(sub)] = functional(25, 3, (data) => data.fill(0, 0, 25));
      },
      `note empty-everywhere ${responsePath("1")}: 1 of 6 targets are constant or not finite in all 3 runs: a medial wall, or what lies outside of the mask. They get no score.`,
    ],
    [
      "a file that is cut off",
      (files) => (files[responsePath("2")] = (files[responsePath("2")] as Uint8Array).subarray(0, 300)),
      `error unreadable ${responsePath("2")}: XML must close what it opens, got no end of`,
    ],
    [
      "hemispheres of unlike length",
      (files) => (files[responsePath("2", "R")] = functional(24)),
      `error unreadable ${responsePath("2", "R")}: hemispheres must have equally many volumes, got 24 here and 25 in ${responsePath("2")}. One of them is truncated: fetch it again`,
    ],
    [
      "confounds of another length",
      (files) => (files["sub-2/func/sub-2_task-tale_desc-confounds_timeseries.tsv"] = "csf\n1\n2\n"),
      `warning confounds-of-other-length sub-2/func/sub-2_task-tale_desc-confounds_timeseries.tsv: confounds must have a row for each of the 25 volumes of ${responsePath("2")}, got 2. Do they belong to another run?`,
    ],
    [
      "no transcript",
      (files) => delete files["stimuli/tale_words.tsv"],
      `error transcript-missing ${events("1")}: a transcript of the story "tale" must exist`,
    ],
    [
      "a transcript that cannot be read",
      (files) => (files["stimuli/tale_words.tsv"] = words([9, 8])),
      "error transcript-unreadable stimuli/tale_words.tsv: onsets must not decrease, got 8 s after 9 s",
    ],
    [
      "a transcript that lacks a column",
      (files) => (files["stimuli/tale_words.tsv"] = "onset\tduration\n6\t1\n"),
      'error transcript-unreadable stimuli/tale_words.tsv: there must be a column "word".',
    ],
    [
      "words without time",
      (files) => (files["stimuli/tale_words.tsv"] = words(seconds(5, 40).with(3, "n/a"))),
      "note transcript-without-time stimuli/tale_words.tsv: every word should have a time, got 1 of 35 without",
    ],
    [
      "a word during the music",
      (files) => (files["stimuli/tale_words.tsv"] = words([3, ...seconds(5, 40)])),
      `warning words-outside-story stimuli/tale_words.tsv: words must be heard while the events have a story (5 to 40 s of the audio, ${events("1")}), got 1 of 36 outside (word 1, "word", at 3 s, during music). Correct their times, or the events.`,
    ],
    [
      "a participant that is listed and is not there",
      (files) => (files["participants.tsv"] += "sub-4\n"),
      "warning participant-missing participants.tsv: every participant must have files, got none of sub-4. Fetch them, or take the row out.",
    ],
    [
      "a participant that is listed twice, once without the prefix",
      (files) => (files["participants.tsv"] = "participant_id\nsub-1\nsub-2\nsub-3\n1\n"),
      "warning participant-twice participants.tsv: every participant must have one row, got 2 for sub-1 (lines 2, 5). No score depends on the table; if two people go by one name, their files were mixed up. Take out all rows but one, or correct the names.",
    ],
    [
      "a participant that is there and is not listed",
      (files) => (files["participants.tsv"] = "participant_id\nsub-1\nsub-2\n"),
      "note participant-unlisted participants.tsv: every participant should have a row, got none for sub-3. Add it.",
    ],
    [
      "a list of participants that is none",
      (files) => (files["participants.tsv"] = "name\nsub-1\n"),
      "warning participants-unreadable participants.tsv:",
    ],
    [
      "a participant without responses",
      (files) => setBoth(files, undefined),
      "warning participant-without-responses sub-2: the participant must have responses to be scored, got none. Fetch or preprocess its runs, or leave it so knowingly.",
    ],
    [
      "a run without responses",
      (files) => (files["sub-2/func/sub-2_task-poem_events.tsv"] = `${eventsHead}0\t5\tstory\tpoem_audio.wav\n`),
      "warning run-without-responses sub-2/func/sub-2_task-poem_events.tsv: the run must have responses, as others of sub-2 do, got none of sub-2_task-poem. Fetch or preprocess them, or leave the run out knowingly.",
    ],
  ])("%s", async (_, change, expected) => {
    const { told } = await inspect(spoil(change));
    expect(told).toHaveLength(1);
    expect(told[0]!.slice(0, expected.length)).toBe(expected);
  });

  it("participants that are listed without sub- are there (by hand)", async () => {
    const { told } = await inspect(spoil((files) => (files["participants.tsv"] = "participant_id\n1\n2\nsub-3\n")));
    expect(told).toEqual([]);
  });

  it("a scan that ends before its story loses words (by hand: 20 volumes of 2 s, audio from 4 s to 44 s, words at 4 + 5..39 s)", async () => {
    const short = spoil((files) => {
      for (const sub of ["1", "2", "3"]) for (const hemi of ["L", "R"]) files[responsePath(sub, hemi)] = functional(20);
    });
    const { told } = await inspect(short, { participants: ["1"] });
    expect(told).toEqual([
      `warning scan-ends-early ${responsePath("1")}: the scan must last as long as its audio, which ends at 44 s by ${events("1")}, got 20 volumes, 40 s. Is the file cut off, or its repetition time wrong?`,
      `warning words-outside-scan ${responsePath("1")}: words must be heard during the scan (20 volumes, 40 s; audio from 4 s), got 4 of 35 of stimuli/tale_words.tsv outside (0 before, 4 after). Check the audio's start, the word times and the length of the run.`,
    ]);
  });

  it("words that are late as a whole look shifted (by hand: first 10 s after the story's start, last 10.5 s after its end)", async () => {
    const late = Array.from({ length: 35 }, (_, n) => 15 + n);
    const { told } = await inspect(
      spoil((files) => {
        files["stimuli/tale_words.tsv"] = words(late).replaceAll("n/a", "1.5");
      }),
      { participants: ["1"] },
    );
    const issue = told.find((line) => line.includes("words-outside-story"))!;
    expect(issue).toContain('got 9 of 35 outside (word 27, "word", at 41 s).');
    expect(issue).toContain(
      "The first word begins 10 s after the start and the last ends 10.5 s after the end: all words look shifted by about 10.25 s.",
    );
  });

  it("events unlike those of other runs, and repetition times that differ within a participant", async () => {
    const { told } = await inspect(
      spoil((files) => {
        files[events("2")] = `${eventsHead}4\t5\tmusic\ttale_audio.wav\n12\t35\tstory\ttale_audio.wav\n`;
        for (const hemi of ["L", "R"]) {
          files[responsePath("3", hemi).replace("task-tale", "task-poem")] = functional(25);
        }
        files["sub-3/func/sub-3_task-poem_events.tsv"] = `${eventsHead}4\t40\tstory\ttale_audio.wav\n`;
        files["task-poem_bold.json"] = '{"RepetitionTime": 1}';
      }),
    );
    const codes = told.map((line) => line.split(" ", 2).join(" "));
    expect(codes).toContain("warning events-unlike-others");
    expect(codes).toContain("error repetition-times-of-participant");
  });

  it("tells of excluded runs with the reason, and of tasks with several audio files (by hand)", async () => {
    const { inspection, told } = await inspect(
      spoil((files) => {
        files[events("3")] = (files[events("3")] as string).replaceAll("tale_audio", "talevodka_audio");
        files["stimuli/talevodka_words.tsv"] = (files["stimuli/tale_words.tsv"] as string).replaceAll(
          "0.5\tword",
          "0.5\tother",
        );
      }),
      { excluded: new Map([["sub-1_task-tale", "code/scan_exclude.json"]]) },
    );
    expect(inspection).toMatchObject({ nParticipants: 2, nExcluded: 1 });
    expect(told).toEqual([
      `note several-audio-files ${events("2")}: task tale plays 2 audio files (tale_audio.wav, talevodka_audio.wav), told apart by stim_file: each is a story of its own.`,
      "note excluded sub-1_task-tale: left out by code/scan_exclude.json.",
    ]);
  });

  it("warns of participants who heard a story several times, whose test words would be trained on (by hand)", async () => {
    const again = spoil((files) => {
      files["task-rest_bold.json"] = files["task-tale_bold.json"]!;
      for (const sub of ["1", "2", "3"]) {
        files[events(sub).replace("tale", "rest")] = files[events(sub)]!;
        for (const hemi of ["L", "R"]) files[responsePath(sub, hemi).replace("tale", "rest")] = functional(25);
      }
    });
    const { told, inspection } = await inspect(again);
    const message =
      "a participant must hear a story once, got tale_audio.wav 2 times (task-rest, task-tale): its words are then trained on and tested on alike, which raises every score. Keep one run, with `exclude`.";
    expect(told).toEqual(
      ["1", "2", "3"].map(
        (sub) => `warning story-heard-again ${responsePath(sub).replace("tale", "rest")}: ${message}`,
      ),
    );
    expect(formatInspection(inspection)).toContain("WARNING story-heard-again, 3 times");
    const left = new Map(["1", "2", "3"].map((sub) => [`sub-${sub}_task-rest`, "`exclude`"]));
    expect((await inspect(again, { excluded: left })).told.filter((line) => !line.startsWith("note"))).toEqual([]);
  });

  it("counts the volumes of each story where a run has several (by hand: 25 volumes of 2 s, cut at 24 s)", async () => {
    const { inspection } = await inspect(
      spoil((files) => {
        for (const sub of ["1", "2", "3"])
          files[events(sub)] = `${eventsHead}4\t18\tstory\ttale_audio.wav\n24\t20\tstory\tpoem_audio.wav\n`;
      }),
    );
    // From the volume in which a story starts to the one in which the next event does: 2 to 12, and 12 to 25.
    expect(inspection.stories.map(({ story, nVolumes }) => [story, nVolumes])).toEqual([
      ["tale", [10, 10]],
      ["poem", [13, 13]],
    ]);
  });

  it("reads headers only where it is told to, and says so", async () => {
    const { inspection, told } = await inspect(
      spoil((files) => (files[responsePath("2")] = functional(25, 3, (data) => data.fill(0)))),
      { read: "headers" },
    );
    expect(inspection.read).toBe("headers");
    expect(told).toEqual([
      "note headers-only .: responses were read for their size alone (0.0 GiB in all): values that are constant or not finite, volumes without responses and copies were not looked for. Read them whole with `read: whole`.",
    ]);
  });

  it("a data set without responses is told of, not refused", async () => {
    const { told } = await inspect(
      spoil((files) => {
        for (const path of Object.keys(files)) if (path.endsWith(".gii")) delete files[path];
      }),
    );
    expect(told[0]).toMatch(/^error no-responses \.: responses must be files sub-\*_task-\*_timeseries\.tsv/);
  });

  it("refuses what was asked for and is not there", async () => {
    await expect(inspect(toyFiles(), { participants: ["9"] })).rejects.toMatchObject({ name: "NotFoundError" });
  });
});

describe("formatInspection (by hand)", () => {
  it("shows stories, three files of each kind, and counts", async () => {
    const { inspection } = await inspect(
      spoil((files) => {
        files["participants.tsv"] += "sub-4\nsub-5\nsub-6\nsub-7\n";
        delete files[responsePath("2", "R")];
      }),
    );
    expect(formatInspection(inspection)).toEqual([
      "Toy: 2 participants, 2 runs, 2 pairs of participant and story",
      "",
      "story  runs  participants  volumes  TR (s)  audio starts at (s)  words",
      "tale      2             2       25       2                    4     35",
      "",
      "ERROR   hemisphere-missing",
      `  ${responsePath("2")}: sub-2_task-tale must have both hemispheres, got L alone: there is no ${responsePath("2", "R")}. Add it, exclude the run, or score one hemisphere with \`hemi: L\`.`,
      "",
      "WARNING participant-missing, 4 times",
      ...[4, 5, 6].map(
        (n) =>
          `  participants.tsv: every participant must have files, got none of sub-${n}. Fetch them, or take the row out.`,
      ),
      "  and 1 more: `all`, or `json`",
      "",
      "1 error, 4 warnings, 0 notes. Errors stop a study; mend them, or exclude the runs.",
    ]);
    expect(formatInspection(inspection, { all: true })).toHaveLength(formatInspection(inspection).length);
    expect(countIssues(inspection.issues)).toEqual({ error: 1, warning: 4, note: 0 });
  });

  it("tells in one line what is wrong with many files alike", async () => {
    const { inspection } = await inspect(toyFiles());
    const issues = Array.from({ length: 1800 }, (_, i): DatasetIssue => {
      return { severity: "error", code: "file-unreadable", path: `${i}.gii`, message: "not fetched. Fetch it." };
    });
    const lines = (some: readonly DatasetIssue[], all = false) =>
      formatInspection({ ...inspection, stories: [], issues: some }, { all }).slice(2, -2);
    expect(lines(issues)).toEqual([
      "ERROR   file-unreadable, 1800 times",
      "  0.gii, 1.gii, 2.gii and 1797 more: not fetched. Fetch it.",
      "  every one of them: `all`, or `json`",
    ]);
    expect(lines(issues.slice(0, 2))).toEqual([
      "ERROR   file-unreadable, 2 times",
      "  0.gii, 1.gii: not fetched. Fetch it.",
    ]);
    expect(lines(issues, true)).toHaveLength(1801);
  });
});

describe("columns of tables of regions that count (by hand)", () => {
  const base = "derivatives/tables/sub-1/func/sub-1_task-tale_timeseries.tsv";
  const table = (name: string, column: (t: number) => number) => ({
    "dataset_description.json": '{"Name": "Toy", "BIDSVersion": "1.10.0"}',
    "task-tale_bold.json": '{"RepetitionTime": 2}',
    "sub-1/func/sub-1_task-tale_events.tsv": `${eventsHead}4\t40\tstory\ttale_audio.wav\n`,
    "stimuli/tale_words.tsv": `onset\tduration\tword\n${Array.from({ length: 35 }, (_, n) => `${n}\t0.5\tword`).join("\n")}\n`,
    [base]: `${name}\tA\n${Array.from({ length: 25 }, (_, t) => `${column(t)}\t${Math.sin(t * t)}`).join("\n")}\n`,
  });
  const codes = async (column: (t: number) => number) =>
    (await inspect(table("index", column))).told.filter((line) => line.includes("targets-counting"));

  it.each<[string, (t: number) => number]>([
    ["rows", (t) => t],
    ["seconds", (t) => 0.7 + 1.5 * t],
    ["backwards", (t) => -3 * t],
  ])("%s are told", async (_, column) => {
    expect(await codes(column)).toEqual([
      `warning targets-counting ${base}: columns must be regions, got "index", whose numbers go by one step from volume to volume. Row numbers or times are scored like all others: take them out of the table.`,
    ]);
  });

  it.each<[string, (t: number) => number]>([
    ["a drift with noise", (t) => t + 0.001 * Math.sin(t * t)],
    ["a step", (t) => (t < 12 ? 0 : 1)],
    ["a constant", () => 3],
  ])("%s is not", async (_, column) => {
    expect(await codes(column)).toEqual([]);
  });
});
