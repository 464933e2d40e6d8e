import { OptionError } from "../errors.ts";
import { subjectPaths } from "../report/derivatives.ts";
import { groupPaths } from "../report/group-files.ts";
import type { ScoreKey } from "../report/result.ts";
import type { TargetSpace } from "../responses/target.ts";
import { checkOutputFiles } from "../sources/output-files.ts";
import { readText, type Store } from "../sources/source.ts";
import type { StudyOptions } from "./options.ts";
import type { FeatureSet } from "./plan.ts";
import { stepKeys } from "./score-step.ts";

/** Files of every run's results, whatever its options. */
const fixedPaths = ["dataset_description.json", "scores.json", "group_scores.tsv", "group_scores.json", "report.html"];

/** What the folder of results is called in messages. */
export const outputName = "<output>";

/**
 * Checks what can be known before data are read: that results may be written into a folder, and that no file stands where
 * every run writes one, but those that an earlier run wrote.
 *
 * @throws OptionError where it is a data set that cortecast did not make, or where files would be replaced that are not
 * ours, naming them
 */
export async function checkOutput(store: Store): Promise<void> {
  await checkOutputFolder(store);
  await checkOutputFiles(store, fixedPaths, { name: outputName });
}

/**
 * Checks, before anything is computed, that no file stands where a study will write one, but those that an earlier run
 * wrote.
 *
 * @throws OptionError naming the files
 */
export async function checkPlannedFiles(
  store: Store,
  study: {
    readonly options: StudyOptions;
    readonly featureSets: readonly FeatureSet[];
    readonly participants: readonly string[];
    readonly space: TargetSpace;
  },
): Promise<void> {
  const { participants, space } = study;
  const keys = plannedKeys(study);
  const ofParticipants = participants.flatMap((participant) => subjectPaths(participant, space, keys));
  await checkOutputFiles(store, [...fixedPaths, ...ofParticipants, ...groupPaths(space, keys)], { name: outputName });
}

/** Analyses, layers and distances that a study gives scores at. */
function plannedKeys({
  options,
  featureSets,
}: {
  readonly options: StudyOptions;
  readonly featureSets: readonly FeatureSet[];
}): ScoreKey[] {
  const keys = featureSets.flatMap((featureSet) => stepKeys(featureSet, options));
  const isDeep = featureSets.filter(({ kind }) => kind === "layer").length > 1 && options.distances.includes(8);
  return isDeep ? [...keys, { analysis: "forecastDepth", layer: "n/a", distance: 8 }] : keys;
}

/**
 * Checks that results may be written into a folder.
 *
 * @throws OptionError where it is a data set that cortecast did not make
 */
export async function checkOutputFolder(store: Store): Promise<void> {
  const path = "dataset_description.json";
  if (!(await store.has(path))) return;
  const text = await readText(store, path);
  let ours = false;
  try {
    const description = JSON.parse(text) as { readonly GeneratedBy?: readonly { readonly Name?: unknown }[] } | null;
    ours = description?.GeneratedBy?.some(({ Name }) => Name === "cortecast") ?? false;
  } catch {
    // What cannot be read is not ours.
  }
  // Data sets that cortecast simulated say that it made them, too.
  ours &&= !(await store.has("phantom.json"));
  if (ours) return;
  throw new OptionError(
    `<output>: the folder must be empty or hold results of cortecast, got another data set (${store.location}/${path}). Give a folder of its own.`,
  );
}
