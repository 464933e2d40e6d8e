import { groupBy } from "../array/records.ts";
import type { BidsDataset } from "../bids/dataset.ts";
import { type DatasetIssue, FormatError, listSome, NotFoundError, OptionError } from "../errors.ts";
import { readTsv } from "../formats/tsv.ts";
import type { ResponseFiles } from "../responses/find.ts";
import { storyVolumes } from "../responses/load-response.ts";
import type { Source } from "../sources/source.ts";
import { describeSystemError } from "../sources/system-error.ts";
import { unreadable } from "../sources/unreadable.ts";
import { loadTranscript } from "../stimulus/load-transcript.ts";
import { readRawTranscript, type TranscriptOptions } from "../stimulus/transcript.ts";
import { checkTranscript } from "../stimulus/transcript-report.ts";
import type { TranscriptIssue } from "../stimulus/transcript-row.ts";
import { storiesAlike, type Transcript } from "../stimulus/word.ts";
import type { RunFacts, StorySummary } from "./inspection.ts";
import { type Stretch, stretchesOf } from "./stretches.ts";
import { checkWordsInStory } from "./words.ts";

/** One audio file of a data set, with the runs that play it. */
export interface StoryFacts {
  readonly story: string;
  readonly stimFile: string;
  readonly runs: readonly RunFacts[];
  /** Stretches of the audio, one list a run. */
  readonly stretches: readonly (readonly Stretch[])[];
  /** Undefined where there is none that can be read. */
  readonly transcript: Transcript | undefined;
  /** The issues of the transcript by itself. */
  readonly transcriptIssues: readonly TranscriptIssue[];
}

/** Where words come from and how their files are read. */
export interface TranscriptChoice extends Pick<TranscriptOptions, "tier" | "cues" | "noiseLabels"> {
  /** One file for every story; default: what lies in the data set's `stimuli/`. */
  readonly file?: { readonly source: Source; readonly path: string } | undefined;
}

/**
 * The audio files that runs play, each with its transcript.
 *
 * @returns the stories in the order in which runs first play them, and the issues of their transcripts
 */
export async function loadStories(
  dataset: BidsDataset,
  facts: readonly RunFacts[],
  choice: TranscriptChoice = {},
): Promise<{ readonly stories: readonly StoryFacts[]; readonly issues: readonly DatasetIssue[] }> {
  const stories: StoryFacts[] = [];
  const issues: DatasetIssue[] = [];
  const byFile = groupBy(facts, ({ files }) => files.stimFile);
  if (choice.file && byFile.size > 1) {
    const message = `all responses must be to one story, got ${byFile.size} (${listSome([...byFile.keys()])}). Choose one with \`stories\`, or put the transcripts into the data set's stimuli/.`;
    issues.push({ severity: "error", code: "transcript-of-several", path: "`transcript`", message });
  }
  for (const [stimFile, runs] of byFile) {
    const { story } = runs[0]!.files;
    const stretches: (readonly Stretch[])[] = [];
    for (const { files } of runs) {
      const events = readTsv(await dataset.source.read(files.events), { path: files.events });
      stretches.push(stretchesOf(events, stimFile, files.audioStart));
    }
    let transcript: Transcript | undefined;
    let transcriptIssues: readonly TranscriptIssue[] = [];
    try {
      const { file, ...how } = choice;
      const source = file?.source ?? dataset.source;
      transcript = await loadTranscript(source, story, { stimFile, path: file?.path, ...how });
      const { path } = transcript;
      const raw = readRawTranscript(await source.read(path), { path, story, ...how });
      transcriptIssues = checkTranscript(raw).issues;
    } catch (error) {
      issues.push(transcriptIssue(error, runs[0]!.files, (choice.file?.source ?? dataset.source).location));
    }
    stories.push({ story, stimFile, runs, stretches, transcript, transcriptIssues });
  }
  return { stories, issues };
}

function transcriptIssue(error: unknown, { events }: ResponseFiles, location: string): DatasetIssue {
  const issue = (code: string, path: string, message: string): DatasetIssue => ({
    severity: "error",
    code,
    path,
    message,
  });
  if (error instanceof OptionError) return issue("transcript-ambiguous", events, error.message);
  if (error instanceof NotFoundError && error.issueCode !== undefined)
    return issue(error.issueCode, events, error.detail);
  // A column that a table lacks, content that was not fetched: the file is there.
  if (error instanceof NotFoundError) {
    const path = error.where?.startsWith(`${location}/`) ? error.where.slice(location.length + 1) : error.where;
    return issue("transcript-unreadable", path ?? events, error.detail);
  }
  if (error instanceof FormatError) return issue("transcript-unreadable", error.path, error.detail);
  if (describeSystemError(error) === undefined) throw error;
  const { path } = error as { readonly path?: unknown };
  return unreadable(typeof path === "string" ? path : events, error, "transcript-unreadable");
}

/** The stretches that most runs have, and a run that has them. Runs with other events have an issue of their own. */
function commonStretches({ stretches, runs }: StoryFacts): readonly [readonly Stretch[], ResponseFiles] {
  const keyOf = (own: readonly Stretch[]) => own.map(({ type, start }) => `${type} ${Math.round(start)}`).join();
  const counts = new Map<string, number>();
  for (const own of stretches) counts.set(keyOf(own), (counts.get(keyOf(own)) ?? 0) + 1);
  const [key] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  const index = stretches.findIndex((own) => keyOf(own) === key);
  return [stretches[index]!, runs[index]!.files];
}

/** The issues of a story's words beside its events, and notes on its audio. */
export function checkStory(facts: StoryFacts): readonly DatasetIssue[] {
  const { transcript, stimFile } = facts;
  const [stretches, { events }] = commonStretches(facts);
  const issues: DatasetIssue[] = [];
  for (const [type, own] of groupBy(stretches, (stretch) => stretch.type)) {
    if (own.length < 2 || type === "" || /music|silence|rest/i.test(type)) continue;
    issues.push({
      severity: "note",
      code: "several-stretches",
      path: events,
      message: `${stimFile} has ${own.length} stretches of ${type} in one run: they count as one story, told by one transcript of the whole file.`,
    });
  }
  if (transcript === undefined) return issues;
  for (const { severity, code, message, remedy } of facts.transcriptIssues) {
    // Notes on a transcript are left to `cortecast transcript`: a data set may have dozens.
    if (severity === "note" && code !== "without-time") continue;
    issues.push({
      severity,
      code: `transcript-${code}`,
      path: transcript.path,
      message: `${message}.${remedy === undefined ? "" : ` ${remedy}.`}`,
    });
  }
  return [...issues, ...checkWordsInStory(transcript, stretches, events)];
}

/** Tasks that play several audio files, which `stim_file` tells apart: each is a story of its own. */
export function checkTasks(found: readonly ResponseFiles[]): readonly DatasetIssue[] {
  return [...groupBy(found, ({ task }) => task)].flatMap(([task, runs]): DatasetIssue[] => {
    const files = [...new Set(runs.map(({ stimFile }) => stimFile))].sort();
    if (files.length < 2) return [];
    const message = `task ${task} plays ${files.length} audio files (${files.join(", ")}), told apart by stim_file: each is a story of its own.`;
    return [{ severity: "note", code: "several-audio-files", path: runs[0]!.events, message }];
  });
}

/**
 * Participants who hear an audio file several times. Their runs are joined, so that the words of a test chunk are trained on
 * as well: whatever recurs with the audio is then predicted, and looks like knowledge of language.
 */
export function checkRepeats(found: readonly ResponseFiles[]): readonly DatasetIssue[] {
  const heard = groupBy(found, ({ participant, stimFile }) => `${participant} ${stimFile}`);
  return [...heard.values()].flatMap((runs): DatasetIssue[] => {
    if (runs.length < 2) return [];
    const names = runs.map(({ participant, run }) => run.replace(`${participant}_`, ""));
    const message = `a participant must hear a story once, got ${runs[0]!.stimFile} ${runs.length} times (${listSome(names)}): its words are then trained on and tested on alike, which raises every score. Keep one run, with \`exclude\`.`;
    return [{ severity: "warning", code: "story-heard-again", path: runs[0]!.files[0]!, message }];
  });
}

/** Stories whose words and times are the same. */
export function checkStoriesAlike(facts: readonly StoryFacts[]): readonly DatasetIssue[] {
  const transcripts = facts.flatMap(({ transcript }) => transcript ?? []);
  return storiesAlike(transcripts).map(([first, ...others]): DatasetIssue => {
    const { path } = transcripts.find(({ story }) => story === first)!;
    const message = `stories must have words of their own, got the same words at the same times for ${listSome(others)}. Is one transcript a copy of another?`;
    return { severity: "warning", code: "stories-identical", path, message };
  });
}

/** A story in numbers. */
export function summariseStory({ story, stimFile, runs, transcript }: StoryFacts): StorySummary {
  const distinct = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  const nVolumes = runs.flatMap(({ nVolumes: nOfRun, nDiscarded, files }) => {
    if (nOfRun === undefined) return [];
    const { start, end } = storyVolumes(files, nOfRun, nDiscarded ?? 0);
    return [Math.max(0, Math.min(end, nOfRun) - start)];
  });
  return {
    story,
    stimFile,
    nRuns: runs.length,
    nParticipants: new Set(runs.map(({ files }) => files.participant)).size,
    audioStarts: distinct(
      runs.map(({ files, nDiscarded }) => files.audioStart - (nDiscarded ?? 0) * files.repetitionTime),
    ),
    repetitionTimes: distinct(runs.map(({ files }) => files.repetitionTime)),
    nVolumes: nVolumes.length > 0 ? [Math.min(...nVolumes), Math.max(...nVolumes)] : undefined,
    nWords: transcript?.words.length,
  };
}
