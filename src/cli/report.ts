import { join } from "node:path";
import { formatNoun } from "../report/numbers.ts";
import { reportFolder } from "../study/group-level.ts";
import type { Command } from "./command-line.ts";
import { noteOldPlaces } from "./score.ts";

/** `cortecast report`. */
export const report: Command = {
  usage: {
    name: "report",
    summary:
      "The group level: group tables, maps and the report, from the results of all participants that score wrote into a folder.",
    positionals: [{ name: "output", required: true, help: "folder that score wrote into" }],
    flags: {},
  },
  async run({ parsed, terminal, signal }) {
    const folder = parsed.positionals["output"]!;
    const onNote = (line: string) => terminal.note(line);
    const { result, findings, summary, written, removed, kept, inOldPlace, ...rest } = await reportFolder(folder, {
      ...{ onProgress: terminal.onProgress, onNote, signal },
    });
    terminal.endProgress();
    for (const line of summary) terminal.result(line);
    terminal.note("");
    const { subjects, notes } = result;
    terminal.note(
      written.length + removed.length === 0
        ? `Nothing to do: the group of ${formatNoun(subjects.length, "participant")} was there.`
        : `Joined ${formatNoun(subjects.length, "participant")}, wrote ${formatNoun(written.length, "file")}.`,
    );
    noteOldPlaces(inOldPlace, terminal);
    const path = join(folder, rest.report);
    terminal.note(`Report: ${path}`);
    const participants = subjects.map(({ participant }) => participant);
    return {
      report: path,
      output: folder,
      participants,
      nTargets: findings.group.targets.length,
      written,
      removed,
      kept,
      notes,
    };
  },
};
