import { MODELS_AT_ONCE } from "../encoding/block-scores.ts";
import { OptionError } from "../errors.ts";
import { BLOCK } from "./score-responses.ts";

/** The sizes that memory and work of a set of encoding models follow from. */
export interface SweepSize {
  readonly nTargets: number;
  /** Of all stories of a participant together, and of the longest. */
  readonly nVolumes: number;
  readonly longestStory: number;
  /** Bytes of a number of the responses: 4 in single precision, 8 in double. */
  readonly heldBytes: number;
  /** Bytes a target, at most, while a story is being read. */
  readonly readingBytes: number;
  /** Bytes of a number that scores are computed with: 4, or 8 with `precision: "float64"`. */
  readonly scoringBytes: number;
  /** Encoding models that are scored. */
  readonly nModels: number;
  readonly nFolds: number;
  /** Columns of the widest design. */
  readonly nColumns: number;
  /** Whether features are the mean responses of others: columns of targets, added up before they are reduced. */
  readonly isOfOthers: boolean;
  /** Words in a window, 0 where there is none; units of a word's vector, or columns of others' responses. */
  readonly width: number;
  readonly nUnits: number;
  readonly nThreads: number;
}

/** How memory is spent. */
export interface MemoryPlan {
  /** Targets whose responses are in memory at once. */
  readonly nLoaded: number;
  /** Bytes of designs that each thread keeps from block to block: all of them, or none. */
  readonly designBytes: number;
  /** The most bytes that are to be resident. */
  readonly peakBytes: number;
}

/**
 * Bytes that are resident beside the arrays that are counted: of the program with its libraries, and of each thread. They include
 * what the allocator has not given back. Measured on a whole brain.
 */
const PROGRAM = 250e6;
const THREAD = 250e6;
/** Memory that the allocator holds for a thread's arrays at the worst, over the size of these arrays. Measured. */
const HELD = 1.5;
/** Bytes of designs that all threads may hold together. Larger ones are read from the disk for every block: that takes little time beside scoring it. */
const MOST_DESIGNS = 500e6;
/** Targets in a batch, and arrays of a batch that are there at once. */
const [BATCH, BATCH_ARRAYS] = [512, 8];

/**
 * How many responses may be in memory so that all stays within a budget. With T volumes of all stories and T' of the longest, these
 * bytes are counted:
 *
 * - for each target that is loaded, 4 T, or 8 T where single precision does not hold the responses;
 * - for each target while a story is being read, 8 T' in single precision, up to 20 T' in double;
 * - for each target, 16 nModels nFolds of scores and penalties, and as many again when blocks are joined;
 * - on each thread, 1.5 times: a block of targets three times, its scores twice, one batch eight times, and the designs that are
 *   scored side by side, or the inner products of the words of a window.
 * - where features are the mean responses of others: for each target whose sums are made, 8 T' beside a run that is read; then the
 *   participant's own responses, the inner products of all folds, and six times a block of targets in double precision.
 *
 * @param budget - bytes
 * @throws OptionError where not even one block of targets fits, with what would
 */
export function planMemory(size: SweepSize, budget: number): MemoryPlan {
  const {
    nTargets,
    nVolumes,
    longestStory,
    heldBytes,
    readingBytes,
    scoringBytes,
    nModels,
    nFolds,
    nColumns,
    isOfOthers,
    width,
    nUnits,
    nThreads,
  } = size;
  const block = Math.min(BLOCK, nTargets);
  // In double precision; in single, half of the first and as much as the second for the weights of samples.
  const design = 8 * nColumns * nVolumes + 300 * nVolumes;
  const scoring =
    // The rows that a thread is given, and two arrays in the precision of the scores.
    (heldBytes + 2 * scoringBytes) * block * nVolumes +
    2 * 16 * block * nModels * nFolds +
    scoringBytes * BATCH_ARRAYS * Math.min(BATCH, nTargets) * nVolumes +
    (MODELS_AT_ONCE + 2) * design;
  const making = isOfOthers
    ? design
    : width > 0
      ? 8 * (width + 4) * nVolumes ** 2 + 8 * (width + 2) * nVolumes * nUnits
      : 8 * nVolumes * nUnits;
  const threads = nThreads * (THREAD + HELD * Math.max(scoring, making));
  const results = 16 * nTargets * nModels * nFolds;
  const fixed = PROGRAM + threads + results;
  const reading = readingBytes * nTargets;
  const assembling = 16 * nTargets * nModels * (nFolds + 1);
  const peak = (n: number) => {
    const isOneStory = longestStory === nVolumes && n === nTargets;
    const others = isOfOthers
      ? Math.max(
          8 * longestStory * n + 2 * reading,
          heldBytes * nVolumes * nTargets + 8 * nFolds * nVolumes ** 2 + 6 * 8 * block * nVolumes + reading,
        )
      : 0;
    // Of parts, the one before may still be there.
    const responses = (n < nTargets ? 2 : 1) * heldBytes * nVolumes * n;
    return fixed + Math.max(assembling, others, isOneStory ? reading : responses + reading);
  };
  let nLoaded = nTargets;
  while (nLoaded > BLOCK && peak(nLoaded) > budget) nLoaded = (Math.ceil(nLoaded / BLOCK) - 1) * BLOCK;
  if (peak(nLoaded) > budget) {
    const least = Math.ceil(peak(Math.min(BLOCK, nTargets)) / 1e8) / 10;
    throw new OptionError(
      `there must be ${least.toFixed(1)} GB for ${nTargets} targets of ${nVolumes} volumes, ${nModels} encoding models and ${nThreads} threads, got ${budget < 1e8 ? `${Number((budget / 1e6).toPrecision(3))} MB` : `${(budget / 1e9).toFixed(1)} GB`}. Take fewer \`distances\` or \`threads\`, or regions.`,
      { where: "`memory`" },
    );
  }
  const allDesigns = nModels * nFolds * design;
  const spare = budget - peak(nLoaded);
  const designBytes = nThreads * allDesigns <= Math.min(spare / 2, MOST_DESIGNS) ? allDesigns : 0;
  return { nLoaded, designBytes, peakBytes: peak(nLoaded) + nThreads * designBytes };
}
