import { looseText } from "../bids/identity.ts";
import { storyOfStimFile } from "../bids/stim-file.ts";
import { type DatasetIssue, listSome, optionName } from "../errors.ts";
import type { CandidateRun, VersionChoice } from "./candidates.ts";

/** What was asked for, and what the runs that fit turned out to play. */
interface Asked {
  readonly choice: VersionChoice;
  readonly stories: readonly string[] | undefined;
  readonly storiesOfTask: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Runs that have responses, and none of the version that was asked for: they are left out, and with them perhaps a
 * participant.
 *
 * @param all - the runs of participants who are asked for, with any version
 * @param fitting - those with the version
 */
export function notChosen(
  all: readonly CandidateRun[],
  fitting: readonly CandidateRun[],
  { choice, stories, storiesOfTask }: Asked,
): readonly DatasetIssue[] {
  const there = new Set(fitting.map(({ key }) => key));
  const isAsked = (task: string) =>
    stories === undefined || stories.some((story) => story === task || (storiesOfTask.get(task)?.has(story) ?? true));
  const asked = Object.entries(choice).flatMap(([key, label]) =>
    label === undefined ? [] : [optionName(key, label || '""')],
  );
  const without = all.filter(({ key, entities }) => !there.has(key) && isAsked(entities["task"]!));
  return without.map(({ name, versions }) => ({
    severity: "warning",
    code: "run-not-chosen",
    path: versions[0]!.files[0]!.path,
    message: `a run must have responses of ${asked.join(" ")} to be scored, got others (${name}: ${listSome(
      versions.map(({ kind, files }) => `${kind} ${files[0]!.path.replace(/^.*\//, "")}`),
      2,
    )}). It is left out: choose another version, or fetch or preprocess this one.`,
  }));
}

/**
 * Audio files of one name in several folders: they are one story by name and look for one transcript, though they may be
 * different recordings.
 *
 * @param stimFiles - every audio file that is heard
 */
export function audioAlike(stimFiles: Iterable<string>): readonly DatasetIssue[] {
  const byStory = new Map<string, string[]>();
  for (const stimFile of new Set(stimFiles)) {
    const story = storyOfStimFile(stimFile);
    byStory.set(story, [...(byStory.get(story) ?? []), stimFile]);
  }
  return [...byStory].flatMap(([story, files]): DatasetIssue[] => {
    if (files.length < 2) return [];
    const message = `audio files must have names of their own, got ${listSome(files)}, which all tell the story "${story}": they may be read with one transcript. Rename them in stim_file where they are not one recording.`;
    return [{ severity: "warning", code: "audio-alike", path: ".", message }];
  });
}

/** Stories that are left out, or counted as others, though their names are nearly the same as one that is asked for or is there. */
export function nearlySameStories(
  storiesOfTask: ReadonlyMap<string, ReadonlySet<string>>,
  asked: readonly string[] | undefined,
): readonly DatasetIssue[] {
  const heard = [...new Set([...storiesOfTask.values()].flatMap((stories) => [...stories]))].sort();
  const tasks = [...storiesOfTask.keys()];
  return heard.flatMap((story, i): DatasetIssue[] => {
    const others = [...heard.slice(0, i), ...(asked ?? [])];
    const like = others.find((other) => other !== story && looseText(other) === looseText(story));
    // A story that is asked for by its task is the same by other means.
    if (like === undefined || tasks.includes(like)) return [];
    const message = `stories must have names that differ by more than case, zeros, signs or accents, got "${story}" and "${like}" (by stim_file). They count as two stories: make their audio's names the same where one is meant.`;
    return [{ severity: "warning", code: "stories-alike", path: ".", message }];
  });
}
