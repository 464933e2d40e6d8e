import { OptionError } from "../errors.ts";
import { simulateDataset } from "../phantom/simulate.ts";
import { folderStore } from "../sources/node.ts";
import { loadStudyModel } from "../study/activations.ts";
import { checkOptions } from "../study/options.ts";
import type { Command } from "./command-line.ts";
import type { FlagSpecification, Parsed } from "./flags.ts";
import { studyFlags } from "./study-flags.ts";

const flags: Readonly<Record<string, FlagSpecification>> = {
  participants: { type: "value", group: "simulation", help: "number of participants (default: 8)" },
  responses: { type: "value", group: "simulation", help: "surface, regions or both (default: both)" },
  vertices: { type: "value", group: "simulation", help: "vertices of a hemisphere, 10 f² + 2 (default: 1442)" },
  repetitionTime: { type: "value", group: "simulation", help: "seconds between volumes (default: 1.5)" },
  signalToNoise: {
    type: "value",
    group: "simulation",
    help: "multiplies every region's signal-to-noise ratio (default: 1)",
  },
  seed: { type: "value", group: "simulation", help: "the same seed gives the same data set (default: 0)" },
  ...studyFlags((key) => ["model", "threads", "provider"].includes(key)),
};

/** `cortecast simulate`. */
export const simulate: Command = {
  usage: {
    name: "simulate",
    summary:
      "A synthetic BIDS data set with a known answer: BOLD made from a language model's activations, with planted forecast distances and depths (phantom.json).",
    positionals: [{ name: "output", required: true, help: "folder for the data set" }],
    flags,
  },
  async run({ parsed, terminal }) {
    const output = parsed.positionals["output"]!;
    const { model: folder, threads, provider } = parsed.values;
    const machine = checkOptions({ dataset: output, output, model: folder, threads, provider });
    const { onProgress } = terminal;
    const model = await loadStudyModel(machine, { onProgress });
    try {
      const truth = await simulateDataset(folderStore(output), model, {
        nSubjects: number(parsed, "participants"),
        responses: responsesOf(parsed),
        nVertices: number(parsed, "vertices"),
        repetitionTime: number(parsed, "repetitionTime"),
        signalToNoise: number(parsed, "signalToNoise"),
        seed: number(parsed, "seed"),
        device: { threads: machine.threads, provider: machine.provider },
        onProgress,
      });
      terminal.endProgress();
      terminal.note(
        `${output}: ${truth.participants.length} participants, stories ${truth.stories.map((story) => story.name).join(", ")}, ${truth.regions.length} regions; what is planted: ${output}/phantom.json`,
      );
      return { output, ...truth };
    } finally {
      await model.close();
    }
  },
};

function number({ values }: Parsed, key: string): number | undefined {
  const text = values[key];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new OptionError(`--${key}: must be a number, got "${text}".`);
  return value;
}

function responsesOf({ values }: Parsed): "surface" | "regions" | "both" | undefined {
  const { responses } = values;
  if (responses === undefined || responses === "surface" || responses === "regions" || responses === "both")
    return responses;
  throw new OptionError(`--responses: must be surface, regions or both, got "${responses}".`);
}
