import { join } from "node:path";
import { listSome } from "../errors.ts";
import { formatNoun } from "../report/numbers.ts";
import { reportStudy } from "../study/group-level.ts";
import type { Command } from "./command-line.ts";
import { noteOldPlaces } from "./score.ts";

/** `cortecast report`. */
export const report: Command = {
  usage: {
    name: "report",
    summary:
      "Writes the group's tables, maps and report, from the participants' results that score wrote into a folder.",
    positionals: [{ name: "output", required: true, help: "folder that score wrote into" }],
    flags: {},
  },
  async run({ parsed, terminal, signal }) {
    const folder = parsed.positionals["output"]!;
    const onNote = (line: string) => terminal.note(line);
    const { result, summary, written, removed, kept, changed, missing, inOldPlace, ...rest } = await reportStudy(
      folder,
      {
        onProgress: terminal.onProgress,
        onNote,
        signal,
      },
    );
    terminal.endProgress();
    for (const line of summary) terminal.result(line);
    for (const line of describeAltered(changed, missing)) terminal.result(line);
    terminal.note("");
    const { subjects, notes, absent } = result;
    const participants = subjects.map(({ participant }) => participant);
    terminal.note(
      written.length + removed.length === 0
        ? `Nothing to do: the group of ${formatNoun(subjects.length, "participant")} was there.`
        : `Joined ${formatNoun(subjects.length, "participant")} (${listSome(participants)}), wrote ${formatNoun(written.length, "file")}.`,
    );
    noteOldPlaces(inOldPlace, terminal);
    const path = join(folder, rest.report);
    terminal.note(`Report: ${path}`);
    return {
      report: path,
      output: folder,
      participants,
      absent,
      nTargets: subjects[0]!.targets.length,
      written,
      removed,
      kept,
      changed,
      missing,
      notes,
    };
  },
};

/** Participants' files that are not what the group is made of. */
function describeAltered(changed: readonly string[], missing: readonly string[]): string[] {
  const lines: string[] = [];
  if (changed.length > 0) lines.push(`Changed since cortecast wrote them: ${listSome(changed)}.`);
  if (missing.length > 0) lines.push(`Removed since cortecast wrote them: ${listSome(missing)}.`);
  if (lines.length === 0) return lines;
  return ["", ...lines, "The group is made from the record of each participant, which is whole, not from these files."];
}
