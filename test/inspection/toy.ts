import { loadDataset } from "../../src/bids/dataset.ts";
import { writeGifti } from "../../src/formats/gifti.ts";
import { type InspectOptions, inspectDataset } from "../../src/inspection/inspect.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";

let nMade = 0;

/** A functional GIFTI, [nVertices x nVolumes], each with numbers of its own; `change` may spoil values. */
export function functional(
  nVolumes: number,
  nVertices = 3,
  change: (data: Float32Array) => void = () => {},
): Uint8Array {
  const first = nMade++;
  const data = Float32Array.from({ length: nVertices * nVolumes }, (_, i) => Math.sin(i * i + first));
  change(data);
  const array = { intent: "NIFTI_INTENT_TIME_SERIES", dataType: "NIFTI_TYPE_FLOAT32" as const, metadata: {} };
  return writeGifti({
    metadata: {},
    labels: [],
    arrays: [{ ...array, dimensions: [nVertices, nVolumes], data, coordinateSystems: [] }],
  });
}

export const eventsHead = "onset\tduration\ttrial_type\tstim_file\n";

/** Files of a data set of three participants who hear "tale" for 40 s from second 4 on, in 25 volumes of 2 s; nothing is wrong. */
export function toyFiles(): Record<string, string | Uint8Array> {
  const files: Record<string, string | Uint8Array> = {
    "dataset_description.json": '{"Name": "Toy", "BIDSVersion": "1.10.0"}',
    "participants.tsv": "participant_id\nsub-1\nsub-2\nsub-3\n",
    "task-tale_bold.json": '{"RepetitionTime": 2}',
    "stimuli/tale_words.tsv": `onset\tduration\tword\n${Array.from({ length: 35 }, (_, n) => `${5 + n}\t0.5\tword`).join("\n")}\n`,
  };
  for (const sub of ["1", "2", "3"]) {
    files[`sub-${sub}/func/sub-${sub}_task-tale_events.tsv`] =
      `${eventsHead}4\t5\tmusic\ttale_audio.wav\n9\t35\tstory\ttale_audio.wav\n`;
    for (const hemi of ["L", "R"]) files[responsePath(sub, hemi)] = functional(25);
  }
  return files;
}

/** Where the toy's responses lie. */
export const responsePath = (sub: string, hemi = "L"): string =>
  `derivatives/clean/sub-${sub}/func/sub-${sub}_task-tale_hemi-${hemi}_space-toy_desc-clean.func.gii`;

/** The inspection of these files, and its issues as `severity code path: message`. */
export async function inspect(files: Record<string, string | Uint8Array>, options: InspectOptions = {}) {
  const inspection = await inspectDataset(await loadDataset(memoryStore(files, "toy")), options);
  const told = inspection.issues.map((issue) => `${issue.severity} ${issue.code} ${issue.path}: ${issue.message}`);
  return { inspection, told };
}
