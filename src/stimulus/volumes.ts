import { checkArgument } from "../array/arguments.ts";
import { checkChoice } from "../array/check-choice.ts";
import { freeNow } from "../array/free-now.ts";
import { checkMatrix, emptyLike, type FloatArray, Matrix } from "../array/matrix.ts";
import { OptionError, ShapeError } from "../errors.ts";

/** What the vectors of a volume's words become, unless said otherwise: their sum, as in the paper. */
export const DEFAULT_DOWNSAMPLE = "sum";

/** Which volume a word belongs to, unless said otherwise: that in which it begins. */
export const DEFAULT_FILING = "onset";

/** How words become volumes. */
export interface VolumesOptions {
  /** Volumes of the run. */
  readonly nVolumes: number;
  /**
   * Volumes before the first that are given as well, above the others (default 0): of words that were spoken while nobody was
   * scanned, whose responses last into the run.
   */
  readonly nBefore?: number | undefined;
  /** Seconds. */
  readonly repetitionTime: number;
  /** What a volume gets of the words in it (default "sum"). */
  readonly downsample?: "sum" | "mean" | "lanczos" | undefined;
  /** Which volume a word belongs to (default "onset"); "one-late" is for comparison with public code only. */
  readonly filing?: "onset" | "one-late" | undefined;
}

/**
 * Seconds that are added to an onset before it is filed. Aligners write a whole hundredth as 20.999999 (Gentle), and
 * sums such as 4.5 + 16.5 may end below the border between two volumes; ten microseconds bring both back over it and
 * are a thousandth of the aligners' own resolution (10 ms). In Narratives 3 of 42,200 words with times move by it, each of them a
 * truncated border.
 */
export const FILING_TOLERANCE = 1e-5;

/**
 * How many volumes before one are needed so that it holds all that `wordsToVolumes` brings into it: words reach beyond their
 * own volume with "lanczos", by its lobes, and with "one-late".
 */
export function volumesReached({ downsample, filing }: Pick<VolumesOptions, "downsample" | "filing">): number {
  if (downsample === "lanczos") return LANCZOS_LOBES;
  return filing === "one-late" ? 1 : 0;
}

/** Lobes of the Lanczos window on each side of its centre: as in Huth et al. (2016). */
const LANCZOS_LOBES = 3;

/**
 * The words' vectors brought to the volumes of the scan, [(nBefore + nVolumes) x nUnits], in the precision of `activations`.
 *
 * - `"sum"` (default): volume t is the sum over the words with `t = floor((onset + 1e-5) / repetitionTime)`
 *   ({@link FILING_TOLERANCE}); zero where no word begins.
 * - `"mean"`: that sum divided by the number of these words; zero where no word begins.
 * - `"lanczos"`: volume t is the sum over all words of `w((t + 0.5) - onset / repetitionTime)` times the word's vector,
 *   where `w(x) = sinc(x) sinc(x / 3)` for `|x| <= 3`, else 0, and `sinc(x) = sin(pi x) / (pi x)`: a low-pass filter at
 *   half the sampling rate, 1 / (2 repetitionTime), with three lobes, centred on the middle of the volume.
 *
 * Words outside of these volumes, `onset < -nBefore * repetitionTime` or `onset >= nVolumes * repetitionTime` (to the same
 * tolerance), are left out whatever the option; {@link countWordsOutside} counts them. NaN in a vector makes its volume NaN.
 *
 * @param activations - [nWords x nUnits]
 * @param onsets - seconds of scan time (audio start plus word onset), one a word; any order
 * @throws ShapeError where there are not as many onsets as rows, or so many volumes cannot be held
 * @throws OptionError where an onset is not finite, an option is out of range, or "lanczos" is to be filed "one-late"
 * @remarks `filing: "one-late"` puts each word one volume later and drops those of the last volume, as
 * `onset // TR + 1` in public code does. Lanczos follows the Huth lab's `lanczosinterp2D` (window 3, cut-off multiplier
 * 1): no division by the sum of weights, volumes at their centres. That code takes words at the middle of their
 * duration: pass `onset + duration / 2` for it; and it lets words outside the run ring into the run, which here only those
 * of the volumes before do.
 * @see https://doi.org/10.1038/nature17637 (Huth et al. 2016), Methods
 */
export function wordsToVolumes<Data extends FloatArray>(
  activations: Matrix<Data>,
  onsets: ArrayLike<number>,
  options: VolumesOptions,
): Matrix<Data> {
  checkArgument("wordsToVolumes: options", options, "an object", { nVolumes: "a number", repetitionTime: "a number" });
  checkArgument("wordsToVolumes: onsets", onsets, "a list of numbers");
  checkMatrix(activations, "wordsToVolumes: activations");
  const { nBefore = 0, downsample = DEFAULT_DOWNSAMPLE, filing = DEFAULT_FILING, repetitionTime } = options;
  const { nRows: nWords, nColumns: nUnits } = activations;
  if (onsets.length !== nWords) {
    throw new ShapeError(
      `wordsToVolumes: onsets must be as many as words (${nWords}), got ${onsets.length}. Each row of activations is a word.`,
    );
  }
  checkChoice("wordsToVolumes: downsample", downsample, ["sum", "mean", "lanczos"]);
  if (downsample === "lanczos" && filing === "one-late") {
    throw new OptionError(
      'wordsToVolumes: filing "one-late" must go with downsample "sum" or "mean", got "lanczos", which files no word in a single volume. Leave filing out.',
    );
  }
  const rows = fileWords(onsets, options);
  const nRows = nBefore + options.nVolumes;
  // Sums in double precision whatever the precision of the activations.
  const { data: sums } = Matrix.zeros(nRows, nUnits, "wordsToVolumes");
  const counts = new Float64Array(nRows);
  const source = activations.data;
  const add = (row: number, word: number, weight: number) => {
    const to = row * nUnits;
    const from = word * nUnits;
    for (let u = 0; u < nUnits; u++) sums[to + u]! += weight * source[from + u]!;
    counts[row]! += 1;
  };
  for (let word = 0; word < nWords; word++) {
    const row = rows[word]!;
    if (row < 0) continue;
    if (downsample !== "lanczos") {
      add(row, word, 1);
      continue;
    }
    const position = onsets[word]! / repetitionTime - 0.5 + nBefore;
    const first = Math.max(0, Math.ceil(position - LANCZOS_LOBES));
    const last = Math.min(nRows - 1, Math.floor(position + LANCZOS_LOBES));
    for (let t = first; t <= last; t++) add(t, word, lanczos(t - position));
  }
  const data = emptyLike(activations.data, sums.length);
  for (let t = 0; t < nRows; t++) {
    const divisor = downsample === "mean" && counts[t]! > 0 ? counts[t]! : 1;
    for (let u = 0; u < nUnits; u++) data[t * nUnits + u] = sums[t * nUnits + u]! / divisor;
  }
  freeNow(sums);
  return Matrix.of(data, nRows, nUnits);
}

/**
 * How many words `wordsToVolumes` leaves out: those outside the run, and with `filing: "one-late"` those of the last
 * volume.
 *
 * @param onsets - seconds of scan time
 * @throws OptionError where an onset is not finite or an option is out of range
 */
export function countWordsOutside(onsets: ArrayLike<number>, options: VolumesOptions): number {
  return fileWords(onsets, options).reduce((count, volume) => count + (volume < 0 ? 1 : 0), 0);
}

/**
 * The row of `wordsToVolumes` that each word belongs to, which is its volume where there are none before; -1 for words that
 * belong to none.
 *
 * @param onsets - seconds of scan time
 * @throws OptionError where an onset is not finite or an option is out of range
 */
export function fileWords(onsets: ArrayLike<number>, options: VolumesOptions): Int32Array {
  const { nVolumes, nBefore = 0, repetitionTime, filing = DEFAULT_FILING } = options;
  checkChoice("wordsToVolumes: filing", filing, ["onset", "one-late"]);
  if (!(Number.isInteger(nBefore) && nBefore >= 0)) {
    throw new OptionError(`wordsToVolumes: nBefore must be a whole number from 0, got ${nBefore}. It counts volumes.`);
  }
  if (!(Number.isInteger(nVolumes) && nVolumes >= 0)) {
    throw new OptionError(`wordsToVolumes: nVolumes must be a whole number from 0, got ${nVolumes}.`);
  }
  if (!(repetitionTime > 0 && Number.isFinite(repetitionTime))) {
    throw new OptionError(
      `wordsToVolumes: repetitionTime must be a positive number of seconds, got ${repetitionTime}. The sidecar's RepetitionTime has it.`,
    );
  }
  const rows = new Int32Array(onsets.length);
  for (let word = 0; word < onsets.length; word++) {
    const onset = onsets[word]!;
    if (!Number.isFinite(onset)) {
      throw new OptionError(
        `wordsToVolumes: every onset must be a finite number of seconds, got ${onset} (word ${word + 1}). Interpolate words without a time first.`,
      );
    }
    const volume = Math.floor((onset + FILING_TOLERANCE) / repetitionTime);
    const inside = volume >= -nBefore && volume < nVolumes;
    const filed = filing === "one-late" ? volume + 1 : volume;
    rows[word] = inside && filed < nVolumes ? filed + nBefore : -1;
  }
  return rows;
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  const a = Math.PI * x;
  return (Math.sin(a) / a) * (Math.sin(a / LANCZOS_LOBES) / (a / LANCZOS_LOBES));
}
