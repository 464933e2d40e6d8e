import { groupBy } from "../array/records.ts";
import { type DatasetIssue, listSome } from "../errors.ts";
import { formatNoun, formatShare } from "../report/numbers.ts";
import type { ReportedInputs } from "./assemble-result.ts";
import { wordsOutside } from "./features.ts";
import type { StudyInputs } from "./inputs.ts";
import type { StudyOptions } from "./options.ts";
import { stimulusOf } from "./story-stimulus.ts";

/** Share of a story's words that may lie outside the scan without a note. A choice: recordings often end a little early. */
const mostOutside = 0.05;

/** Volumes of a test chunk under which a note says so: the standard error of r, about 1 / sqrt(n), is then above .22. */
const fewTested = 20;

/**
 * Warnings before scores are computed: words outside of the scan, and stories that a participant heard several
 * times.
 */
export function warningsOn({ participants }: Pick<StudyInputs, "participants">): string[] {
  const far = participants.flatMap(({ stories }) =>
    stories.flatMap((story) => {
      const share = wordsOutside(stimulusOf(story)) / story.transcript.words.length;
      return share > mostOutside ? [`${story.files.run} "${story.files.story}" ${formatShare(share)}`] : [];
    }),
  );
  const warnings = far.length === 0 ? [] : [wordsOutsideScan(far)];
  const again = participants.flatMap(({ participant, stories }) => {
    const files = stories.map((story) => story.files.stimFile);
    return [...new Set(files)].flatMap((file) => {
      const n = files.filter((other) => other === file).length;
      return n > 1 ? [`${participant} ${file} ${n} times`] : [];
    });
  });
  return again.length === 0 ? warnings : [...warnings, heardAgain(again)];
}

const wordsOutsideScan = (far: readonly string[]) =>
  `Words outside the scan: ${listSome(far)}. Do events, transcript and responses belong together?`;

const heardAgain = (again: readonly string[]) =>
  `Heard several times: ${listSome(again)}. Words of the test chunks are trained on as well, so that whatever recurs with the audio is predicted and every score is too high. Keep one run of each story, with \`exclude\`.`;

/**
 * What a reader of the report should know of how the data and the options were: one sentence or two each.
 *
 * @param warnings - of the inspection
 */
export function notesOn(
  inputs: Pick<ReportedInputs, "participants" | "transcripts" | "leftOut">,
  options: StudyOptions,
  warnings: readonly DatasetIssue[] = [],
): string[] {
  const notes = [...warningsOn(inputs), ...notesOnWarnings(warnings)];
  for (const { story, nInterpolated, words } of inputs.transcripts) {
    if (nInterpolated === 0) continue;
    notes.push(
      `Story ${story}: ${nInterpolated} of ${words.length} words have no time in the transcript; their onsets are interpolated.`,
    );
  }
  notes.push(...notesOnDiscarded(inputs.participants));
  notes.push(...notesOnExclusions(inputs));
  notes.push(...notesOnFewerStories(inputs.participants));
  const odd = inputs.participants.flatMap(({ stories }) => stories.flatMap(({ files }) => files.notes));
  notes.push(...new Set(odd));
  const tested = inputs.participants.map(({ participant, stories }) => ({
    participant,
    n: Math.floor(stories.reduce((sum, story) => sum + story.nVolumes, 0) / options.folds),
  }));
  const short = tested.reduce((least, one) => (one.n < least.n ? one : least));
  if (short.n < fewTested) {
    notes.push(
      `Test chunks are short, ${short.n} volumes in the smallest (${short.participant}, ${options.folds} folds): correlations over so few volumes are mostly chance. Fewer folds make them longer.`,
    );
  }
  const recommended = options.firstDelay + options.delays + 1;
  if (options.gap < recommended) {
    notes.push(
      `The gap between training volumes and test chunks is ${formatNoun(options.gap, "volume")}${options.gap === 0 ? ", as in the paper" : ""}. Delayed features and slow responses reach over it: a gap of ${recommended} (\`gap\`) keeps them apart.`,
    );
  }
  if (options.filing !== "onset")
    notes.push('Words are filed one volume late (filing "one-late"): for comparison only.');
  if (options.edge === "zero")
    notes.push(
      'Delays bring in the training mean from before a story, where silence was (edge "zero"): for comparison only.',
    );
  if (options.edge === "wrap") notes.push('Delays wrap around (edge "wrap"): for comparison only.');
  return notes;
}

/** Which runs lack volumes at their start that their events count, and what says so. */
function notesOnDiscarded(participants: StudyInputs["participants"]): string[] {
  const stories = participants.flatMap((one) => one.stories).filter(({ nDiscarded }) => nDiscarded > 0);
  if (stories.length === 0) return [];
  const shown = stories.map(({ files, nDiscarded, discardedBy }) => `${files.run} ${nDiscarded}, by ${discardedBy}`);
  return [
    `Responses lack volumes at their start that the events count; words are placed earlier by as much: ${listSome([...new Set(shown)], 5)}.`,
  ];
}

/** Kinds of warnings that are told in other words, with a run's own notes, or with the group's. */
const toldOtherwise = new Set([
  "participant-missing",
  "participant-without-responses",
  "words-outside-scan",
  "story-heard-again",
  "events-unlike-others",
  "repetition-time-of-file",
  "model-asks-more",
]);

/** What the inspection warns of, a kind a note. */
function notesOnWarnings(warnings: readonly DatasetIssue[]): string[] {
  const rest = warnings.filter(({ code }) => !toldOtherwise.has(code));
  return [...groupBy(rest, ({ code }) => code).values()].map((alike) => {
    const [{ path, message }, ...others] = alike as readonly [DatasetIssue, ...DatasetIssue[]];
    const elsewhere = [...new Set(others.map((other) => other.path))].filter((other) => other !== path);
    const nHere = others.filter((other) => other.path === path).length;
    // A file with several issues is listed once.
    const left = [...(nHere > 0 ? [`${nHere} more in this file`] : []), ...elsewhere];
    const more = left.length === 0 ? "" : ` So too ${listSome(left)}: see cortecast check.`;
    return `${path}: ${message}${more}`;
  });
}

/** Which runs of the data set were left out, and by what. */
function notesOnExclusions({ leftOut }: Pick<ReportedInputs, "leftOut">): string[] {
  const reasons = [...new Set(leftOut.values())];
  return reasons.map((reason) => {
    const runs = [...leftOut].filter(([, why]) => why === reason).map(([run]) => run);
    return `Left out by ${reason}: ${formatNoun(runs.length, "run")} (${listSome(runs, 20)}).`;
  });
}

/** Participants who are scored on fewer stories: by design, or because files are missing unnoticed. */
function notesOnFewerStories(participants: StudyInputs["participants"]): string[] {
  const most = Math.max(...participants.map(({ stories }) => stories.length));
  const fewer = participants.filter(({ stories }) => stories.length < most);
  if (fewer.length === 0) return [];
  const shown = fewer.map(({ participant, stories }) => `${participant} ${stories.length}`);
  return [`Scored on fewer stories than others, who have ${most}: ${listSome(shown, 20)}.`];
}
