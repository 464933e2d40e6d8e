import { OptionError } from "../errors.ts";
import { simulationDefaults } from "../phantom/simulation-options.ts";
import { formatNoun } from "../report/numbers.ts";
import { checkOptions } from "../study/options.ts";
import { simulateStudy } from "../study/simulate-study.ts";
import type { Command } from "./command-line.ts";
import { type FlagSpecification, numberFlag, type Parsed } from "./flags.ts";
import { checkProvider } from "./provider.ts";
import { studyFlags } from "./study-flags.ts";

const flags: Readonly<Record<string, FlagSpecification>> = {
  participants: {
    type: "value",
    group: "simulation",
    help: `number of participants (default: ${simulationDefaults.nSubjects})`,
  },
  responses: {
    type: "value",
    group: "simulation",
    help: `what to simulate: surface, regions or both (default: ${simulationDefaults.responses})`,
  },
  vertices: {
    type: "value",
    group: "simulation",
    help: `number of vertices of a hemisphere: 42, 162, 642, 1442, or another 10 f² + 2 (default: ${simulationDefaults.nVertices})`,
  },
  repetitionTime: {
    type: "value",
    group: "simulation",
    help: `seconds between volumes (default: ${simulationDefaults.repetitionTime})`,
  },
  signalToNoise: {
    type: "value",
    group: "simulation",
    help: `factor on the signal-to-noise ratio of every region; 0 plants nothing (default: ${simulationDefaults.signalToNoise})`,
  },
  seed: {
    type: "value",
    group: "simulation",
    help: `whole number; the same seed gives the same data set (default: ${simulationDefaults.seed})`,
  },
  ...studyFlags((key) => ["model", "threads", "provider"].includes(key)),
};

/** `cortecast simulate`. */
export const simulate: Command = {
  usage: {
    name: "simulate",
    summary:
      "Writes a synthetic BIDS data set with a known answer: responses made from a language model's activations, with planted forecast distances and depths. The file phantom.json says what was planted.",
    positionals: [{ name: "output", required: true, help: "folder for the data set" }],
    flags,
  },
  async run({ parsed, terminal }) {
    const output = parsed.positionals["output"]!;
    const { model: folder, threads, provider } = parsed.values;
    const { model, ...machine } = checkOptions({ dataset: output, output, model: folder, threads, provider });
    const { onProgress } = terminal;
    checkProvider(machine.provider);
    const wanted = {
      nSubjects: numberFlag(parsed, "participants", { least: 1, most: 10_000, whole: true }),
      responses: responsesFlag(parsed),
      nVertices: verticesOf(parsed),
      repetitionTime: numberFlag(parsed, "repetitionTime", { least: 0.2, most: 10 }),
      signalToNoise: numberFlag(parsed, "signalToNoise", {}),
      seed: numberFlag(parsed, "seed", { whole: true }),
    };
    const truth = await simulateStudy(output, {
      ...wanted,
      model,
      threads: machine.threads,
      provider: machine.provider,
      onProgress,
    });
    terminal.endProgress();
    terminal.note(
      `${output}: ${formatNoun(truth.participants.length, "participant")}, stories ${truth.stories.map((story) => story.name).join(", ")}, ${formatNoun(truth.regions.length, "region")}; what is planted: ${output}/phantom.json`,
    );
    return { output, ...truth };
  },
};

function verticesOf(parsed: Parsed): number | undefined {
  const nVertices = numberFlag(parsed, "vertices", { least: 42, most: 163_842, whole: true });
  const f = Math.round(Math.sqrt(((nVertices ?? 42) - 2) / 10));
  if (nVertices === undefined || 10 * f * f + 2 === nVertices) return nVertices;
  const near = [f - 1, f, f + 1].filter((n) => n >= 2).map((n) => 10 * n * n + 2);
  throw new OptionError(`must be 10 f² + 2 for a whole f, got ${nVertices}. Take one near it: ${near.join(", ")}.`, {
    where: "--vertices",
  });
}

function responsesFlag({ values }: Parsed): "surface" | "regions" | "both" | undefined {
  const { responses } = values;
  if (responses === undefined || responses === "surface" || responses === "regions" || responses === "both")
    return responses;
  throw new OptionError(`must be surface, regions or both, got "${responses}".`, { where: "--responses" });
}
