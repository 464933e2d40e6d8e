import { OptionError, oneLine } from "../errors.ts";
import { formatInspection } from "../inspection/format.ts";
import { countIssues, type Inspection } from "../inspection/inspection.ts";
import { cachePlace } from "../study/cache-place.ts";
import { checkStudy } from "../study/check-study.ts";
import { storesIn } from "../study/plan-inspected.ts";
import type { Command } from "./command-line.ts";
import { studyFlags, studyOptionsOf } from "./study-flags.ts";

const ways = ["auto", "whole", "headers"] as const;

/** Where nobody says where results go, nothing is said of that folder. */
const notGiven = "(no output folder)";

/** `cortecast check`. */
export const check: Command = {
  usage: {
    name: "check",
    summary:
      "Everything that is wrong, doubtful or worth knowing of a data set and a study of it, before anything is computed: what stops score is an error.",
    positionals: [
      { name: "dataset", required: false, help: "BIDS folder (or in the study file)" },
      { name: "output", required: false, help: "folder for the results, to see whether they may be written there" },
    ],
    flags: {
      study: { type: "value", group: "study file", help: "YAML with any of these options; flags hold over it" },
      read: {
        type: "value",
        group: "check",
        help: "responses whole, their headers alone, or whole where they come to less than 1 GiB (auto, whole or headers; default: auto)",
      },
      all: { type: "switch", group: "check", help: "every file that is concerned (default: three of each kind)" },
      ...studyFlags(),
    },
  },
  async run({ parsed, terminal }) {
    const { read = "auto", ...values } = parsed.values;
    const way = ways.find((known) => known === read);
    if (way === undefined)
      throw new OptionError(`must be one of ${ways.join(", ")}, got "${read}".`, { where: "--read" });
    const options = await studyOptionsOf({ ...parsed, values }, { output: notGiven });
    const cache = await cachePlace(options);
    const { activations } = storesIn(cache.folder);
    const inspection = await checkStudy(options, {
      activations,
      cache,
      writes: options.output !== notGiven,
      read: way,
      onProgress: terminal.onProgress,
    });
    terminal.endProgress();
    for (const line of formatInspection(inspection, { all: parsed.switches.has("all") }))
      terminal.result(oneLine(line));
    return inspection;
  },
  hasFailed: (result) => countIssues((result as Inspection).issues).error > 0,
};
