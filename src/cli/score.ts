import { join } from "node:path";
import { listSome } from "../errors.ts";
import { describeKept } from "../report/kept-variance.ts";
import { formatNoun } from "../report/numbers.ts";
import { listScores } from "../report/score-list.ts";
import { runStudy, type StudyRun } from "../study/run.ts";
import type { Command } from "./command-line.ts";
import { studyFlags, studyOptionsOf } from "./study-flags.ts";
import type { Terminal } from "./terminal.ts";

/** `cortecast score`. */
export const score: Command = {
  usage: {
    name: "score",
    summary: "Computes brain scores and forecast scores of a BIDS data set. Writes tables, maps and a report.",
    positionals: [
      {
        name: "dataset",
        required: false,
        help: "BIDS folder with responses, events and stimuli (or in the study file)",
      },
      { name: "output", required: false, help: "folder for the results (or in the study file)" },
    ],
    flags: {
      study: {
        type: "value",
        group: "study file",
        help: "YAML file with any of these options; a flag replaces the file's value",
      },
      ...studyFlags(),
    },
  },
  async run({ parsed, places, terminal, commandLine, date, signal }) {
    const options = await studyOptionsOf({ parsed, places });
    const { onProgress } = terminal;
    const onNote = (line: string) => terminal.note(line);
    const run = await runStudy(options, { onProgress, onNote, date, command: commandLine, signal });
    showRun(run, options.output, terminal);
    return parsed.switches.has("json") ? describeRun(run, options.output) : undefined;
  },
};

/** Prints what came out and where it lies. */
export function showRun(run: StudyRun, output: string, terminal: Terminal): void {
  terminal.endProgress();
  for (const line of run.summary) terminal.result(line);
  terminal.note("");
  terminal.note(
    run.nComputed === 0 && run.written.length + run.removed.length === 0
      ? `Nothing to do: all ${formatNoun(run.nReused, "step")} were there.`
      : `Computed ${formatNoun(run.nComputed, "step")}, reused ${run.nReused}, wrote ${formatNoun(run.written.length, "file")}.`,
  );
  if (run.removed.length > 0)
    terminal.note(
      `Removed ${formatNoun(run.removed.length, "file")} that an earlier run, with other options or of an earlier version, had written.`,
    );
  if (run.kept.length > 0)
    terminal.note(
      `Left ${listSome(run.kept)}, of an earlier run, with other options or of an earlier version: changed since cortecast wrote them.`,
    );
  const kinds = [...new Set(run.warnings.map(({ code }) => code))];
  if (kinds.length > 0) terminal.note(`Warnings, told above and in the report: ${kinds.join(", ")}.`);
  const { subjects } = run.result;
  const nOthers = subjects.length - run.participants.length;
  if (nOthers > 0)
    terminal.note(
      `The group is of ${subjects.length}: ${formatNoun(nOthers, "participant")} more were scored into the folder before.`,
    );
  noteOldPlaces(run.inOldPlace, terminal);
  terminal.note(`Kept for the next run: ${run.cache}`);
  const report = reportPath(run, output);
  terminal.note(report === undefined ? `The group's files: cortecast report ${output}` : `Report: ${report}`);
}

/** Tells which participants' files are not where the others' are. */
export function noteOldPlaces(participants: readonly string[], terminal: Terminal): void {
  if (participants.length === 0) return;
  const [first] = participants;
  terminal.note(
    `Left where an earlier version wrote them: tables and maps of ${listSome(participants)}, in ${first}/, not ${first}/func/. Score ${participants.length === 1 ? "this participant" : "these"} again to move them; what the cache holds is not computed anew.`,
  );
}

const reportPath = ({ report }: StudyRun, output: string) => (report === undefined ? undefined : join(output, report));

/** The object that `--json` prints: what came out, with the scores, and where it lies. */
export async function describeRun(run: StudyRun, output: string): Promise<object> {
  const { subjects, notes } = run.result;
  return {
    report: reportPath(run, output),
    output,
    participants: run.participants,
    nParticipants: subjects.length,
    absent: run.result.absent,
    nTargets: subjects[0]?.targets.length ?? 0,
    nComputed: run.nComputed,
    nReused: run.nReused,
    written: run.written,
    removed: run.removed,
    kept: run.kept,
    cache: run.cache,
    quality: Object.fromEntries(subjects.map((subject) => [subject.participant, subject.quality])),
    keptVariance: Object.fromEntries(
      subjects.map(({ participant, keptVariance = [] }) => [
        participant,
        keptVariance.map(({ folds, ...key }) => ({ ...key, ...describeKept(folds) })),
      ]),
    ),
    notes,
    ...(await listScores(run.result, run.participants)),
  };
}
