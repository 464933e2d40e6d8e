import { writeTsv } from "../formats/tsv.ts";
import { type PhantomStory, type SpokenWord, wordsTable } from "./story.ts";
import type { PhantomTruth } from "./truth.ts";

/** Name of a story's audio file in `events.tsv`. No audio is written. */
export const stimFileOf = (story: string) => `${story}_audio.wav`;

/**
 * Everything but responses and surfaces: description, README, participants, sidecars, transcripts, and the truth.
 *
 * @returns path to content
 */
export function textFiles(
  truth: PhantomTruth,
  stories: readonly { readonly story: PhantomStory; readonly words: readonly SpokenWord[] }[],
): ReadonlyMap<string, string> {
  const files = new Map<string, string>([
    [
      "dataset_description.json",
      json({
        Name: "Phantom: synthetic responses to spoken stories",
        BIDSVersion: "1.10.0",
        DatasetType: "derivative",
        GeneratedBy: [
          { Name: "cortecast", Description: `Simulated from activations of ${truth.model.name}, seed ${truth.seed}` },
        ],
        License: "CC0",
      }),
    ],
    ["README", phantomReadme(truth)],
    [
      "participants.tsv",
      writeTsv(
        ["participant_id"],
        truth.participants.map(({ participant }) => [participant]),
      ),
    ],
    ["phantom.json", json(truth)],
  ]);
  for (const { story, words } of stories) {
    const sidecar = json({ TaskName: story.name, RepetitionTime: truth.repetitionTime });
    files.set(`task-${story.name}_bold.json`, sidecar);
    files.set(`task-${story.name}_timeseries.json`, sidecar);
    files.set(`stimuli/${story.name}_words.tsv`, wordsTable(words));
  }
  return files;
}

/** `events.tsv` of a run: the music at the head of the audio file, if there is any, and the story. */
export function eventsTable(story: PhantomStory, words: readonly SpokenWord[]): string {
  const last = words.at(-1)!;
  const stimFile = stimFileOf(story.name);
  const start = story.audioStart + story.music;
  const end = story.audioStart + last.onset + last.duration;
  const rows: (string | number)[][] = [[start, rounded(end - start), "story", stimFile]];
  if (story.music > 0) rows.unshift([story.audioStart, story.music, "music", stimFile]);
  return writeTsv(["onset", "duration", "trial_type", "stim_file"], rows);
}

function phantomReadme(truth: PhantomTruth): string {
  const planted = truth.regions
    .filter(({ hemi }) => hemi === "L")
    .map(({ name, content, layer, distance }) => {
      if (content === "noise") return `- ${name}: noise alone`;
      const forecast = distance === null ? "no forecast" : `forecast distance ${distance} words`;
      return `- ${name}: layer ${layer} of ${truth.model.nLayers}, ${forecast}`;
    });
  return [
    "Phantom: a synthetic data set with a known answer.",
    "",
    `${truth.participants.length} simulated participants heard ${truth.stories.map(({ name }) => name).join(" and ")}. No brain was measured:`,
    `responses are activations of the language model ${truth.model.name}, convolved with a haemodynamic response, and noise.`,
    "The cortex, its folds and its regions are drawings, no anatomy; region names are borrowed to read familiarly.",
    "",
    "Planted (both hemispheres; the right one is weaker):",
    ...planted,
    "",
    "phantom.json holds the known answer: what was planted. Audio files named in events.tsv do not exist.",
    "The stories were written for this data set. CC0.",
    "",
  ].join("\n");
}

const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
const rounded = (seconds: number) => Math.round(seconds * 1000) / 1000;
