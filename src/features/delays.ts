import { checkChoice } from "../array/check-choice.ts";
import { emptyLike, formatShape, Matrix } from "../array/matrix.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { checkStoryLengths } from "./story-lengths.ts";

/** Copies of the features, unless said otherwise: at 1.5 s a volume they reach from 0 to 7.5 s, past the response's peak at about 5 s. */
export const DEFAULT_DELAYS = 6;

/** Volumes by which the first copy is late, unless said otherwise: none, so that the volume that a word is heard in is among them. */
export const DEFAULT_FIRST_DELAY = 0;

/** What delays bring in from before a story's first volume. */
export const EDGES = ["silence", "zero", "wrap"] as const;

/** What comes before a story, unless said otherwise. */
export const DEFAULT_EDGE: (typeof EDGES)[number] = "silence";

/** How features are spread over the volumes after a word (a finite impulse response). */
export interface DelayOptions {
  /** Volumes of each story, in the order in which they are joined. */
  readonly storyLengths: readonly number[];
  /** Copies of the features (default 6). */
  readonly nDelays?: number | undefined;
  /** Volumes by which the first copy is late (default 0). 1 imitates public code, for comparison only. */
  readonly firstDelay?: number | undefined;
  /**
   * What comes before a story's first volume. `"silence"` (default): what a volume without words gives, since nothing was
   * said before. For comparison only: `"zero"`, the mean over the training volumes, from which a silent start then jumps;
   * `"wrap"`, the story's own end, as in public code. Silence is the zero vector of the features as they are given: for
   * features that were centred before, take `"zero"`.
   */
  readonly edge?: "silence" | "zero" | "wrap" | undefined;
  /**
   * Volumes before each story's first of which features are given (default none): words that were spoken just before the first
   * volume, as where volumes were discarded, still evoke responses in it. With `"silence"` alone; before these there is silence. Their
   * rows lie below the volumes of all stories, story by story, in order of time.
   */
  readonly volumesBefore?: readonly number[] | undefined;
}

/** What {@link delayColumns} works by. */
export interface DelayColumnsOptions extends DelayOptions {
  /** What a volume without words gives in these columns, [nFeatures] (default zeros, as in features that were not centred). */
  readonly silence?: ArrayLike<number> | undefined;
}

/**
 * Delayed copies of the columns of `x`, within each story: row t of the copy for delay k is row t - k of the same story.
 * Columns are ordered by delay: all columns at `firstDelay`, then all one volume later, and so on.
 *
 * @param x - all stories, one after the other, [nVolumes x nFeatures], and below them the `volumesBefore`
 * @returns [nVolumes x (nDelays * nFeatures)] in the precision of `x`; the first k volumes of a story hold, at delay k, the
 * `volumesBefore`, and before these what `edge` says: `silence`, zeros, or the last k volumes of the story
 * @throws ShapeError where the story lengths do not add up to nVolumes, or `silence` is not one number a feature
 * @throws OptionError where a delay is not a whole number or reaches over a whole story, `edge` is unknown, or is
 * another than `silence` with `volumesBefore`
 * @remarks `edge: "wrap"` is a circular shift within each story. The first author's public code shifts circularly too, but
 * shifts the training volumes as one series and the test volumes as another, so that there the end of one story also
 * enters the start of the next. Both put the end of a series before its start; neither should be used to report.
 * @see https://doi.org/10.1038/s41562-022-01516-2, Methods, "Brain score"
 */
export function delayColumns<Data extends Matrix["data"]>(x: Matrix<Data>, options: DelayColumnsOptions): Matrix<Data> {
  const { storyLengths, nDelays = DEFAULT_DELAYS, firstDelay = DEFAULT_FIRST_DELAY, edge = DEFAULT_EDGE } = options;
  const { silence, volumesBefore } = options;
  checkStoryLengths("delayColumns", storyLengths, x.nRows, `features ${formatShape(x)}`, volumesBefore);
  checkDelays(storyLengths, nDelays, firstDelay);
  checkChoice("delayColumns: edge", edge, EDGES);
  checkBefore("delayColumns", options);
  const { nColumns } = x;
  if (silence && silence.length !== nColumns) {
    throw new ShapeError(
      `delayColumns: silence must be one number a feature (${nColumns}), got ${silence.length} (features ${formatShape(x)}).`,
    );
  }
  const before = edge === "silence" ? silence : undefined;
  const width = nDelays * nColumns;
  const nVolumes = storyLengths.reduce((sum, length) => sum + length, 0);
  const data = emptyLike(x.data, nVolumes * width);
  let start = 0;
  // The row below the last of the volumes before the story's first.
  let endBefore = nVolumes;
  for (const [story, length] of storyLengths.entries()) {
    const nBefore = volumesBefore?.[story] ?? 0;
    endBefore += nBefore;
    for (let t = 0; t < length; t++) {
      for (let k = 0; k < nDelays; k++) {
        let source = t - firstDelay - k;
        const to = (start + t) * width + k * nColumns;
        if (source < 0 && source >= -nBefore) {
          const from = (endBefore + source) * nColumns;
          data.set(x.data.subarray(from, from + nColumns), to);
          continue;
        }
        if (source < 0 && edge !== "wrap") {
          if (before) data.set(before, to);
          continue;
        }
        if (source < 0) source += length;
        const from = (start + source) * nColumns;
        data.set(x.data.subarray(from, from + nColumns), to);
      }
    }
    start += length;
  }
  return Matrix.of(data, nVolumes, width);
}

/**
 * Refuses volumes before stories where they would have no effect.
 *
 * @throws OptionError where there are such, and what comes before a story is not silence
 */
export function checkBefore(where: string, { edge = DEFAULT_EDGE, volumesBefore = [] }: DelayOptions): void {
  if (edge === "silence" || volumesBefore.every((n) => n === 0)) return;
  throw new OptionError(
    `${where}: edge must be "silence" where features of volumes before stories are given (${volumesBefore.join(", ")}), got "${edge}". Leave volumesBefore out.`,
  );
}

function checkDelays(storyLengths: readonly number[], nDelays: number, firstDelay: number): void {
  if (!(Number.isInteger(nDelays) && nDelays >= 1)) {
    throw new OptionError(`delayColumns: nDelays must be a whole number from 1, got ${nDelays}. It counts volumes.`);
  }
  if (!(Number.isInteger(firstDelay) && firstDelay >= 0)) {
    throw new OptionError(
      `delayColumns: firstDelay must be a whole number from 0, got ${firstDelay}. It counts volumes after the word.`,
    );
  }
  const reach = Math.max(nDelays, firstDelay + nDelays - 1);
  const story = storyLengths.findIndex((length) => reach >= length);
  if (story < 0) return;
  throw new OptionError(
    `delayColumns: delays must be smaller than nVolumes (${storyLengths[story]}), got ${reach} ` +
      `(story ${story + 1} of ${storyLengths.length}). Are they in seconds? They count volumes.`,
  );
}
