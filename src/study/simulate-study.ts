import { checkArgument } from "../array/arguments.ts";
import { OptionError } from "../errors.ts";
import { type SimulateOptions, simulateDataset } from "../phantom/simulate.ts";
import { simulationSettings } from "../phantom/simulation-options.ts";
import type { PhantomTruth } from "../phantom/truth.ts";
import { withLock } from "../sources/lock.ts";
import { checkWritable, folderStore, removeAbandoned } from "../sources/node.ts";
import { outputName } from "./check-output.ts";
import { checkPlace } from "./check-place.ts";
import { loadStudyModel } from "./model-activations.ts";
import type { StudyOptions } from "./options.ts";

/** How a synthetic data set is made in a folder. */
export interface SimulateStudyOptions
  extends Omit<SimulateOptions, "device">,
    Partial<Pick<StudyOptions, "model" | "threads" | "provider">> {
  /** Is told when the folder was found fit, before anything is computed. */
  readonly onReady?: (() => void) | undefined;
}

/**
 * A synthetic BIDS data set with a known answer in a folder, as `simulateDataset` makes it, with the language model of a
 * folder (`model`; default: the embedded one). What an earlier call wrote and this one does not is removed.
 *
 * @returns what is planted: regions, stories, layers; `phantom.json` holds the same
 * @throws OptionError where an option cannot be used, where another run writes there, or where the folder is another data
 * set, which would be written over
 * @throws NotFoundError, FormatError where the model cannot be read
 */
export async function simulateStudy(folder: string, options: SimulateStudyOptions = {}): Promise<PhantomTruth> {
  checkArgument("simulateStudy: folder", folder, "a text");
  checkArgument("simulateStudy: options", options, "an object");
  const { model: checkpoint, threads, provider = "cpu", onReady, ...simulation } = options;
  simulationSettings(simulation);
  const name = simulation.name ?? outputName;
  await checkWritable(folder, name);
  await checkPlace(folder, name, { sourcedata: true });
  const store = folderStore(folder);
  if ((await store.has("dataset_description.json")) && !(await store.has("phantom.json"))) {
    throw new OptionError(
      `the folder must be empty or hold a simulated data set, got another data set (${folder}). Give a folder of its own.`,
      { where: name },
    );
  }
  return withLock(folder, name, async () => {
    await removeAbandoned(folder);
    onReady?.();
    const model = await loadStudyModel({ model: checkpoint, threads, provider }, simulation);
    try {
      return await simulateDataset(store, model, { ...simulation, name, device: { threads, provider } });
    } finally {
      await model.close();
    }
  });
}
