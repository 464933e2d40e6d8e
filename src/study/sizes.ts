import { totalmem } from "node:os";
import { usesOthers } from "../analyses/encoding-model.ts";
import type { ModelFamily } from "../analyses/families.ts";
import { type MemoryPlan, planMemory, type SweepSize } from "../engine/plan-memory.ts";
import { type DatasetIssue, OptionError } from "../errors.ts";
import { resolveDevice } from "../graph/device.ts";
import { formatSize } from "../report/numbers.ts";
import type { ActivationSource } from "./activation-source.ts";
import type { HeardStory } from "./inputs.ts";
import type { StudyOptions } from "./options.ts";
import { plannedFamilies } from "./plan.ts";

/** The fields of a study that the sizes of its work follow from. */
export interface SizedStudy {
  readonly options: StudyOptions;
  readonly model: Pick<ActivationSource, "layers" | "nLayers" | "nUnits">;
  readonly pool: { readonly nThreads: number };
}

/** A participant by what the sizes of the work follow from. */
export interface SizedParticipant {
  readonly stories: readonly Pick<HeardStory, "nVolumes" | "bytes">[];
  readonly targets: { readonly length: number };
}

/** The sizes of the work on a family of encoding models, for one participant. */
export function sizeOf(
  { options, pool, model }: SizedStudy,
  { base, window, members }: ModelFamily,
  participant: SizedParticipant,
): SweepSize {
  const { components, reduction, delays, folds, precision } = options;
  const { stories } = participant;
  const volumes = stories.map((story) => story.nVolumes);
  const nVolumes = volumes.reduce((sum, n) => sum + n, 0);
  const isWordRate = base.bands.some(({ kind }) => kind === "word-rate");
  const isOfOthers = usesOthers(base);
  const nTargets = participant.targets.length;
  const nUnits = isWordRate ? 1 : isOfOthers ? nTargets : model.nUnits;
  const nDelays = isOfOthers ? 1 : delays;
  const width = window?.width ?? 0;
  const nModels = members.length;
  const columns = (nFeatures: number) =>
    components === "none" || isWordRate
      ? nFeatures * nDelays
      : Math.min(components, nFeatures) * (reduction === "before-delays" ? nDelays : 1);
  const nColumns = columns(nUnits) + (window ? columns(width * nUnits) : 0);
  return {
    nTargets,
    nVolumes,
    nModels,
    nFolds: folds,
    isOfOthers,
    // If one story needs double precision, all are held in it.
    heldBytes: Math.max(...stories.map(({ bytes }) => bytes.held)),
    readingBytes: Math.max(...stories.map(({ nVolumes: n, bytes }) => n * bytes.reading)),
    scoringBytes: precision === "float64" ? 8 : 4,
    longestStory: Math.max(...volumes),
    nColumns: Math.min(nColumns, nVolumes),
    width,
    nUnits,
    nThreads: pool.nThreads,
  };
}

/** Bytes that a study takes at least by default: a third of a machine with 2 GB would be too little for the program itself. */
const LEAST_DEFAULT = 1e9;

/** How a participant's scores of a group fit into memory: a third of the machine's, unless the options say otherwise. */
export function memoryOf({ options }: Pick<SizedStudy, "options">, size: SweepSize): MemoryPlan {
  return planMemory(size, budgetOf(options));
}

/** Bytes that a study may take. */
export function budgetOf({ memory }: Pick<StudyOptions, "memory">): number {
  return memory ?? Math.floor(Math.max(totalmem() / 3, LEAST_DEFAULT));
}

/** As many threads as the options say; else as many as there are cores, and as memory allows. */
function fittingThreads(options: StudyOptions, sizes: (nThreads: number) => readonly SweepSize[]): number {
  let nThreads = options.provider === "cpu" ? resolveDevice(options).threads : 1;
  const fits = () => {
    try {
      for (const size of sizes(nThreads)) memoryOf({ options }, size);
      return true;
    } catch (error) {
      if (error instanceof OptionError) return false;
      throw error;
    }
  };
  if (options.threads === undefined) while (nThreads > 1 && !fits()) nThreads--;
  return nThreads;
}

/** How many threads a study of these participants works on, whatever of it is there already. */
export function threadsOf(
  participants: readonly SizedParticipant[],
  study: Pick<SizedStudy, "options" | "model">,
): number {
  return fittingThreads(study.options, (nThreads) => sizesOf(participants, { ...study, pool: { nThreads } }));
}

/**
 * Checks that the work of every participant fits into memory.
 *
 * @returns the most bytes that are to be resident
 * @throws OptionError where it does not, with what would
 */
export function checkMemory(
  participants: readonly SizedParticipant[],
  study: Pick<SizedStudy, "options" | "model">,
): number {
  const pool = { nThreads: threadsOf(participants, study) };
  return sizesOf(participants, { ...study, pool }).reduce(
    (most, size) => Math.max(most, memoryOf(study, size).peakBytes),
    0,
  );
}

/** An issue where a run may take more memory than the machine has; none where it does not. */
export function memoryIssues(peakBytes: number, machine = totalmem()): readonly DatasetIssue[] {
  if (peakBytes <= machine) return [];
  const message = `the machine must have ${formatSize(peakBytes)} for what a run may take, got ${formatSize(machine)}. The system may end it, or slow it down: give less.`;
  return [{ severity: "warning", code: "memory-too-small", path: "`memory`", message }];
}

/** The sizes of all work; participants who heard equally long stories are alike. */
function sizesOf(participants: readonly SizedParticipant[], study: SizedStudy): readonly SweepSize[] {
  const key = ({ stories, targets }: SizedParticipant) =>
    [targets.length, ...stories.flatMap(({ nVolumes, bytes }) => [nVolumes, bytes.held, bytes.reading])].join();
  const distinct = [...new Map(participants.map((participant) => [key(participant), participant])).values()];
  return plannedFamilies(study.model, study.options).flatMap((family) =>
    distinct.map((participant) => sizeOf(study, family, participant)),
  );
}
