import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Inspection } from "../../src/inspection/inspection.ts";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { type SimulateOptions, simulateDataset } from "../../src/phantom/simulate.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { folderStore } from "../../src/sources/node.ts";
import type { Source } from "../../src/sources/source.ts";
import { checkStudy } from "../../src/study/check-study.ts";
import { inspectStudy, readStudy } from "../../src/study/inspect-study.ts";
import { checkOptions, type StudyOptions } from "../../src/study/options.ts";
import { runStudy, type StudyRun } from "../../src/study/run.ts";
import { smallModelFiles } from "../language-model/small-models.ts";
import { tinyStory } from "../phantom/tiny.ts";

/** A folder with a model of two layers and a simulated data set of one short story, scored in a moment. */
export interface TinyStudy {
  /** A path within the folder, which holds `model/` and `data/`. */
  readonly at: (...parts: string[]) => string;
  /** Scores the data into the folder `out`, but for what the options say; hands on what is told meanwhile. */
  readonly run: (options?: Readonly<Record<string, unknown>>, onNote?: (line: string) => void) => Promise<StudyRun>;
  readonly remove: () => void;
}

/** What `check` finds of a study that nothing is written of. */
export function checkOf(options: Readonly<Record<string, unknown>>): Promise<Inspection> {
  return checkStudy(checkOptions(options), { writes: false });
}

/** What `score` works on, where nothing stands against it, and what it warns of. */
export async function readInputs(options: StudyOptions, source?: Source) {
  const study = await inspectStudy(options, { activations: memoryStore(), writes: false, source });
  try {
    study.found.refuse("data");
    const participants = await readStudy(study, options);
    study.found.refuse("data");
    const transcripts = [...study.transcripts.values()];
    const { excluded } = study.opened!;
    return {
      participants,
      transcripts,
      excluded,
      warnings: study.found.issues.filter(({ severity }) => severity === "warning"),
    };
  } finally {
    await study.close();
  }
}

/** Options with which a tiny study is scored: few distances and components, for as little computing as possible. */
export const tinyOptions = { layer: "1", distances: "-1,8", components: "3" } as const;

/** Writes a {@link TinyStudy} into a temporary folder; two participants, 42 vertices, unless said otherwise. */
export async function createTinyStudy(simulation: SimulateOptions = {}): Promise<TinyStudy> {
  const folder = mkdtempSync(join(tmpdir(), "cortecast-study-"));
  const at = (...parts: string[]) => join(folder, ...parts);
  const files = await smallModelFiles({ n_positions: 256 });
  for (const [path, content] of Object.entries(files)) await folderStore(at("model")).write(path, content);
  const model = await loadLanguageModel(at("model"));
  await simulateDataset(folderStore(at("data")), model, {
    nSubjects: 2,
    stories: [tinyStory],
    nVertices: 42,
    responses: "surface",
    ...simulation,
  });
  await model.close();
  return {
    at,
    run: (options = {}, onNote = () => {}) => {
      const folders = { dataset: at("data"), output: at("out"), model: at("model") };
      const environment = { onProgress: () => {}, onNote, date: () => new Date(0) };
      return runStudy(checkOptions({ ...folders, ...tinyOptions, ...options }), environment);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
