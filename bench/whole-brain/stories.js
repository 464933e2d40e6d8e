// The stories: words and times of three recordings of Narratives, as a BIDS data set without responses.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readTsv } from "../../dist/formats.js";
import { audioStarts, folderStore, loadTranscript } from "../../dist/index.js";

/** In the order in which they are joined, each with a participant who heard it. */
const recordings = [
  { story: "notthefallintact", run: "sub-329_task-notthefallintact" },
  { story: "pieman", run: "sub-001_task-pieman_run-1" },
  { story: "shapessocial", run: "sub-200_task-shapessocial" },
];

/** Seconds. */
export const repetitionTime = 1.5;

/** Volumes after the last event, as scans run on past the audio. */
export const volumesAfter = 8;

/** `CORTECAST_SHARED` as of the tests: a folder that holds `data/narratives`. */
const narratives = join(
  resolve(process.env.CORTECAST_SHARED ?? join(import.meta.dirname, "../../../shared")),
  "data/narratives",
);

/**
 * Writes transcripts and sidecars of the data set, and gives each story with its words' onsets in seconds of scan time.
 *
 * @param dataset - the folder of the data set, made where it is missing
 * @param participants - labels with `sub-`
 */
export async function writeStories(dataset, participants) {
  const archive = join(narratives, "ds002345-sidecars.tar.gz");
  if (!existsSync(archive)) throw new Error(`${archive} must exist: set CORTECAST_SHARED to the folder above data/`);
  const put = (path, text) => {
    mkdirSync(join(dataset, path, ".."), { recursive: true });
    writeFileSync(join(dataset, path), text);
  };
  put("dataset_description.json", JSON.stringify({ Name: "whole brain", BIDSVersion: "1.8.0" }));
  put("participants.tsv", ["participant_id", ...participants, ""].join("\n"));
  const stories = [];
  for (const { story, run } of recordings) {
    const path = `./${run.slice(0, 7)}/func/${run}_events.tsv`;
    const events = execFileSync("tar", ["-xzOf", archive, path], { encoding: "utf8" });
    for (const participant of participants) put(`${participant}/func/${participant}_task-${story}_events.tsv`, events);
    put(`task-${story}_bold.json`, JSON.stringify({ TaskName: story, RepetitionTime: repetitionTime }));
    const alignment = `stimuli/gentle/${story}/align.csv`;
    mkdirSync(join(dataset, alignment, ".."), { recursive: true });
    copyFileSync(join(narratives, alignment), join(dataset, alignment));
    const table = readTsv(Buffer.from(events), { path });
    const end = Math.max(...table.rows.map(([onset, duration]) => Number(onset) + Number(duration)));
    const [audioStart] = audioStarts(table).values();
    const { words } = await loadTranscript(folderStore(dataset), story);
    stories.push({
      story,
      nVolumes: Math.ceil(end / repetitionTime) + volumesAfter,
      onsets: words.map((word) => audioStart + word.onset),
    });
  }
  return stories;
}

/** What {@link writeStories} gave when the data were made. */
export function readStories(folder) {
  return JSON.parse(readFileSync(join(folder, "stories.json"), "utf8"));
}
