import { formatNoun } from "../report/numbers.ts";
import { cachePlace, isCacheThere } from "../study/cache-place.ts";
import { cleanStudy } from "../study/clean-results.ts";
import type { Command } from "./command-line.ts";

/** `cortecast clean`. */
export const clean: Command = {
  usage: {
    name: "clean",
    summary:
      "Removes results from a folder: files that cortecast wrote and nobody changed since. Without --yes it lists them and removes none.",
    positionals: [{ name: "output", required: true, help: "folder that score wrote into" }],
    flags: {
      participants: {
        type: "value",
        group: "data",
        help: "participants whose files to remove, with or without sub- (default: all, and the group's)",
      },
      yes: { type: "switch", group: "output", help: "remove the files; without it they are only listed" },
    },
  },
  async run({ parsed, terminal, signal }) {
    const folder = parsed.positionals["output"]!;
    const removes = parsed.switches.has("yes");
    const labels = parsed.values["participants"]?.split(",").map((label) => label.trim());
    const onNote = (line: string) => terminal.note(line);
    const { ours, changed } = await cleanStudy(folder, { participants: labels, removes, onNote, signal });
    if (!parsed.switches.has("json")) for (const path of ours) terminal.print(path);
    for (const path of changed) terminal.note(`${path} stays: it was changed since cortecast wrote it.`);
    terminal.note(
      removes
        ? `Removed ${formatNoun(ours.length, "file")} from ${folder}.`
        : `${formatNoun(ours.length, "file")} would be removed from ${folder}. Add --yes to remove them.`,
    );
    if (removes && labels !== undefined && ours.length > 0)
      terminal.note(`The group's files are as before: cortecast report ${folder} makes them anew.`);
    const cache = await cachePlace({ output: folder, cache: undefined });
    if (labels === undefined && (await isCacheThere(cache)))
      terminal.note(`What is kept for the next run stays: ${cache.folder}. Delete it as you like.`);
    return { output: folder, [removes ? "removed" : "wouldRemove"]: ours, changed };
  },
};
