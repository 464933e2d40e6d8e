import type { OnProgress } from "../array/progress.ts";
import { countWork, type MeasuredSpeed } from "../engine/cost.ts";
import type { SweepSize } from "../engine/plan-memory.ts";
import { formatNoun, formatSize } from "../report/numbers.ts";
import { freeBytes } from "../sources/part-file.ts";
import { countAlphas, type GroupWork, missingActivations, missingWork } from "./missing-work.ts";
import type { OpenStudy } from "./open-study.ts";
import { designSettings, encodingSettings } from "./settings.ts";
import { memoryOf } from "./sizes.ts";

/** What the missing steps of a family of encoding models will take, over all participants and sets of stories. */
export interface EstimatedPart {
  /** The layer or control. */
  readonly label: string;
  readonly nModels: number;
  readonly nFolds: number;
  /** Participants whose scores are missing. */
  readonly nParticipants: number;
  /** Sets of stories that designs are made for. */
  readonly nStimuli: number;
  /** Floating-point operations of designs (double precision) and scores (single). */
  readonly designOperations: number;
  readonly scoreOperations: number;
  /** On the disk. */
  readonly designBytes: number;
  readonly scoreBytes: number;
  /** Undefined where nothing was measured. */
  readonly seconds: number | undefined;
}

/** What a run will take. */
export interface RunEstimate {
  readonly parts: readonly EstimatedPart[];
  readonly nThreads: number;
  readonly wordsToRead: number;
  /** Bytes of responses that are read, as numbers in memory. */
  readonly responseBytes: number;
  /** The most that is to be resident. */
  readonly peakBytes: number;
  /** Free bytes on the disk of the cache; undefined where no cache was given. */
  readonly freeBytes: number | undefined;
  /** What the time follows from; undefined where all is done in seconds, or nothing is to be done. */
  readonly speed: MeasuredSpeed | undefined;
  /** Seconds until all is done; undefined where nothing was measured. */
  readonly seconds: number | undefined;
}

/**
 * Operations a second in single and in double precision, far below any machine's, and seconds: a run that takes less at these rates is
 * not timed by a sample.
 */
const [SLOW_SINGLE, SLOW_DOUBLE, SHORT] = [20e9, 3e9, 30];
/** Bytes of responses read, and of scores written and made into results, in a second. */
const [READING, WRITING] = [150e6, 40e6];
/** How often responses are read where others are added up: for the sum, to be taken off it, and to be predicted. */
const READ_FOR_OTHERS = 3;
/** Seconds until the first threads compute, and until a report is there. */
const STARTING = 4;
/** Tokens a word (1.3), times how often each is read where passes overlap (1.5). */
const TOKENS = 1.3 * 1.5;

/**
 * What the missing steps of a study will take: counted from their sizes, and timed by a sample of the largest, two seconds
 * long, on all threads at once.
 *
 * @param settings.always - measure also where the run is short
 * @param settings.cache - the folder that designs and scores are kept in, to see how much space its disk has
 * @throws OptionError where the budget of memory is too small
 */
export async function estimateRun(
  study: OpenStudy,
  settings: { readonly always?: boolean; readonly cache?: string; readonly onProgress?: OnProgress } = {},
): Promise<RunEstimate> {
  const { pool } = study;
  const nAlphas = countAlphas(study);
  const groups = await missingWork(study);
  const peakBytes = groups.reduce((most, { size }) => Math.max(most, memoryOf(study, size).peakBytes), 0);
  const { nWords: wordsToRead } = await missingActivations(study, groups);
  const sum = (value: (one: (typeof groups)[number]) => number) => groups.reduce((all, one) => all + value(one), 0);
  const slow =
    (sum(({ nMembers, work }) => nMembers * work.scoreOperations) / SLOW_SINGLE +
      sum(({ work }) => work.designOperations) / SLOW_DOUBLE) /
    pool.nThreads;
  const largest = groups.toSorted((a, b) => b.size.nModels * b.size.nVolumes - a.size.nModels * a.size.nVolumes)[0];
  let speed: Awaited<ReturnType<typeof measure>> | undefined;
  if (largest && (settings.always || slow > SHORT)) {
    const tell = (done: number) => settings.onProgress?.({ label: "measuring this machine", done, total: 1 });
    tell(0);
    speed = await measure(study, sampleOf(largest.size));
    tell(1);
  }
  const labels = [...new Set(groups.map(({ group }) => group.family.label))];
  const parts = labels.map((label): EstimatedPart => {
    const own = groups.filter(({ group }) => group.family.label === label);
    const total = (value: (one: (typeof groups)[number]) => number) => own.reduce((all, one) => all + value(one), 0);
    return {
      label,
      nModels: own[0]!.size.nModels,
      nFolds: own[0]!.size.nFolds,
      nStimuli: own.length,
      nParticipants: total(({ nMembers }) => nMembers),
      designOperations: total(({ work }) => work.designOperations),
      scoreOperations: total(({ nMembers, work }) => nMembers * work.scoreOperations),
      designBytes: total(({ work }) => work.designBytes),
      scoreBytes: total(({ nMembers, work }) => nMembers * work.scoreBytes),
      seconds: speed && total((one) => secondsOf(one, { ...speed, size: sampleOf(largest!.size) }, nAlphas)),
    };
  });
  const responseBytes = sum(
    ({ nMembers, size }) =>
      (size.isOfOthers ? READ_FOR_OTHERS : 1) * size.heldBytes * nMembers * size.nVolumes * size.nTargets,
  );
  let seconds: number | undefined;
  if (speed) {
    const rate = countWork({ ...largest!.size, nTargets: 1 }, nAlphas).scoreOperations;
    const { nModels, nFolds, nThreads } = largest!.size;
    const operations = (rate / (nModels * nFolds) / speed.secondsPerTarget) * nThreads;
    const reading = (wordsToRead * TOKENS * study.model.operationsPerToken) / operations;
    const disk = responseBytes / READING + parts.reduce((all, part) => all + part.scoreBytes, 0) / WRITING;
    seconds = STARTING + reading + disk + parts.reduce((all, part) => all + part.seconds!, 0);
  }
  const free = settings.cache === undefined ? undefined : await freeBytes(settings.cache);
  return { parts, nThreads: pool.nThreads, freeBytes: free, wordsToRead, responseBytes, peakBytes, speed, seconds };
}

/** The size that a sample is made of: of others' responses after they are reduced. */
function sampleOf(size: SweepSize): SweepSize {
  return size.isOfOthers ? { ...size, nUnits: size.nColumns } : size;
}

/** Seconds of a group, from those of the sample in proportion to operations. */
function secondsOf(
  { nMembers, size, work }: GroupWork,
  { secondsPerDesign, secondsPerTarget, size: measured }: MeasuredSpeed & { readonly size: SweepSize },
  nAlphas: number,
): number {
  const sample = countWork({ ...measured, nTargets: 1 }, nAlphas);
  const nOfSample = measured.nModels * measured.nFolds;
  const perDesign = (secondsPerDesign * work.designOperations) / (sample.designOperations / nOfSample);
  const perTarget = (secondsPerTarget * work.scoreOperations * nMembers) / (sample.scoreOperations / nOfSample);
  // A participant of one block keeps one thread busy; several are done side by side.
  return (perDesign + perTarget) / size.nThreads;
}

async function measure({ pool, options }: OpenStudy, size: SweepSize): Promise<MeasuredSpeed> {
  const job = { kind: "measure", size, options: encodingSettings(designSettings(options), 1) } as const;
  const all = await Promise.all(Array.from({ length: pool.nThreads }, () => pool.run(job)));
  const mean = (value: (one: MeasuredSpeed) => number) => all.reduce((sum, one) => sum + value(one), 0) / all.length;
  return {
    secondsPerDesign: mean((one) => one.secondsPerDesign),
    secondsPerTarget: mean((one) => one.secondsPerTarget),
  };
}

/** The estimate as lines of text; none where nothing is to be done. */
export function formatEstimate(estimate: RunEstimate): readonly string[] {
  const { parts, nThreads, freeBytes: free, wordsToRead, peakBytes, speed, seconds, responseBytes } = estimate;
  if (parts.length === 0) return [];
  const sum = (value: (part: EstimatedPart) => number) => parts.reduce((all, part) => all + value(part), 0);
  const models = parts.map(({ label, nModels, nFolds, nParticipants }) => {
    const runs = `${formatNoun(nModels, "model")} x ${nFolds} folds x ${formatNoun(nParticipants, "participant")}`;
    return `  ${label}: ${runs}`;
  });
  const reading = wordsToRead > 0 ? `, ${wordsToRead} words to read by the model` : "";
  const measured =
    speed &&
    ` (measured: ${(speed.secondsPerTarget * 1e6).toFixed(1)} µs a target, model, fold and thread; ${(speed.secondsPerDesign * 1e3).toFixed(0)} ms a design and thread)`;
  const time = seconds === undefined ? "about a minute or less" : `about ${formatTime(seconds)}${measured}`;
  const space = free === undefined ? "" : `; ${formatSize(free)} are free`;
  return [
    "To compute:",
    ...models,
    `  work: ${formatOperations(sum((p) => p.designOperations))} for designs (double precision), ${formatOperations(sum((p) => p.scoreOperations))} for scores (single)${reading}`,
    `  disk: ${formatSize(responseBytes)} of responses read, ${formatSize(sum((p) => p.designBytes))} of designs and ${formatSize(sum((p) => p.scoreBytes))} of scores kept${space}`,
    `  memory: ${formatSize(peakBytes)} at most`,
    `  time: ${time}, on ${formatNoun(nThreads, "thread")}`,
  ];
}

function formatOperations(n: number): string {
  const [factor, unit] = n >= 1e15 ? [1e15, "PFLOP"] : n >= 1e12 ? [1e12, "TFLOP"] : [1e9, "GFLOP"];
  return `${(n / factor).toPrecision(3)} ${unit}`;
}

/** `"4 min 10 s"`, to two parts. */
export function formatTime(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 6000) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}
