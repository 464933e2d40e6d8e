import { join } from "node:path";
import { checkWritable, folderStore } from "../sources/node.ts";
import { cachePlace, checkCachePlace } from "../study/cache-place.ts";
import { checkOutput } from "../study/check-output.ts";
import { checkOptions } from "../study/options.ts";
import { runStudy } from "../study/run.ts";
import { simulateStudy } from "../study/simulate-study.ts";
import type { Command } from "./command-line.ts";
import { checkProvider } from "./provider.ts";
import { describeRun, showRun } from "./score.ts";
import { studyFlags } from "./study-flags.ts";

/** `cortecast demo`. */
export const demo: Command = {
  usage: {
    name: "demo",
    summary:
      "Shows the whole way in about a minute: simulates a data set with planted forecast distances, scores it with the embedded model, and writes a report.",
    positionals: [
      { name: "folder", required: false, help: "folder for the data set and the results (default: cortecast-demo)" },
    ],
    flags: studyFlags((key) => ["threads", "provider"].includes(key)),
  },
  async run({ parsed, terminal, commandLine, date, signal }) {
    const folder = parsed.positionals["folder"] ?? "cortecast-demo";
    const { onProgress } = terminal;
    const onNote = (line: string) => terminal.note(line);
    const dataset = join(folder, "data");
    const output = join(folder, "results");
    const machine = checkOptions({ dataset, output, ...parsed.values });
    await checkWritable(folder, "[folder]");
    await checkOutput(folderStore(output));
    await checkCachePlace(await cachePlace(machine), output);
    checkProvider(machine.provider);
    const truth = await simulateStudy(dataset, {
      nSubjects: 9,
      responses: "surface",
      nVertices: 492,
      threads: machine.threads,
      provider: machine.provider,
      name: "[folder]",
      onProgress,
      onReady: () => onNote("Simulating nine participants who listen to two stories …"),
    });
    const { L, R } = truth.surfaces;
    const options = checkOptions({
      dataset,
      output,
      distances: "0,4,8,10,12,16",
      controls: "word-rate,random-window",
      regions: [join(dataset, L.labels), join(dataset, R.labels)],
      surfaces: [join(dataset, L.inflated), join(dataset, R.inflated)],
      ...parsed.values,
    });
    const run = await runStudy(options, { onProgress, onNote, date, command: commandLine, signal });
    showRun(run, options.output, terminal);
    terminal.note(`What was planted: ${join(dataset, "phantom.json")}`);
    if (!parsed.switches.has("json")) return undefined;
    return { ...(await describeRun(run, options.output)), data: dataset, planted: truth.regions };
  },
};
