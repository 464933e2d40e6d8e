import { transcriptExtensions } from "../stimulus/transcript-formats.ts";
import { writeStudyActivations } from "../study/write-activations.ts";
import type { Command } from "./command-line.ts";
import { studyFlags, studyOptionsOf } from "./study-flags.ts";

/** `cortecast activations`. */
export const activations: Command = {
  usage: {
    name: "activations",
    summary:
      "Writes a language model's activations for every word: one safetensors file a story, with tensors layer-<k> [nWords x nUnits].",
    positionals: [
      {
        name: "dataset",
        required: true,
        help: `BIDS folder with transcripts in stimuli/, or one transcript (${transcriptExtensions.join(", ")})`,
      },
      { name: "output", required: true, help: "folder for the activations" },
    ],
    flags: {
      ...studyFlags(
        (key, group) =>
          (group === "model" && key !== "activations") ||
          ["stories", "tier", "cues", "noiseLabels", "seed", "threads", "provider"].includes(key),
      ),
      stories: {
        type: "value",
        group: "data",
        help: "transcripts to read, by name of the story (default: all in stimuli/)",
      },
      layer: {
        type: "value",
        group: "model",
        help: "layers to write, 0 = embedding output: 8, or 0,4,8, or 0:12 (default: all)",
      },
      seed: { type: "value", group: "model", help: "seed of the random weights (default: 0)" },
      randomWeights: {
        type: "switch",
        group: "model",
        help: "take random weights (see --seed) in place of the trained ones",
      },
    },
  },
  async run({ parsed, places, terminal, signal }) {
    const options = await studyOptionsOf({ parsed, places });
    return writeStudyActivations(options, {
      randomWeights: parsed.switches.has("randomWeights"),
      onProgress: terminal.onProgress,
      onNote: (line) => terminal.note(line),
      signal,
    });
  },
};
