import { checkArgument } from "../array/arguments.ts";
import { checkChoice } from "../array/check-choice.ts";
import { checkMatrix, emptyLike, type FloatArray, joinColumns, Matrix, sliceRows } from "../array/matrix.ts";
import { factorNearOne } from "../array/near-one.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { centredBasis } from "../linear-algebra/gram-schmidt.ts";
import { cosineBasis } from "./cosine.ts";

/** What is taken out of a run's responses, and how they are scaled. */
export interface CleaningOptions {
  /** Slow changes to regress out: none (default), a straight line, or cosines of periods longer than `cutoff`. */
  readonly drift?: "none" | "linear" | "cosine" | undefined;
  /** Seconds; with `drift: "cosine"` only (default 128). */
  readonly cutoff?: number | undefined;
  /** Columns of the run's confounds table to regress out (default none). */
  readonly confounds?: readonly string[] | undefined;
  /** What to do where a confound is "n/a": refuse (default), or take zero or the column's mean over the volumes that remain. */
  readonly missingConfounds?: "error" | "zero" | "mean" | undefined;
  /** Whether each target is brought to mean 0 and standard deviation 1 (population) within the run (default false). */
  readonly standardise?: boolean | undefined;
  /** Volumes to drop at the start (default 0). */
  readonly trimStart?: number | undefined;
  /** Volumes to drop at the end (default 0). */
  readonly trimEnd?: number | undefined;
}

/** What `cleanBold` needs: confounds as numbers, and the time between volumes for cosines. */
export interface CleanBoldOptions extends Omit<CleaningOptions, "confounds" | "missingConfounds"> {
  /** Regressors, [nVolumes x nConfounds], finite, for all volumes of the run before trimming. */
  readonly confounds?: Matrix | undefined;
  /** Seconds; needed with `drift: "cosine"`. */
  readonly repetitionTime?: number | undefined;
}

/** Seconds of the longest period that a cosine drift leaves in, unless said otherwise: SPM's and fMRIPrep's. */
export const DEFAULT_CUTOFF = 128;

/** Targets that are worked on at once: 256 columns of a run in double precision fit the processor's cache. */
const COLUMNS_AT_ONCE = 256;

/** Share of a target's variance below which what is left is rounding error (the square of 1e-12). */
const NEARLY_EXPLAINED = 1e-24;

/** Rounding of numbers in single precision, as a share of their magnitude. */
const SINGLE = 2 ** -24;

/**
 * One run's responses without drift and confounds, [nVolumes - trimStart - trimEnd x nTargets], in the precision of
 * `bold`. In this order:
 *
 * 1. trims: volumes that are dropped influence nothing that follows;
 * 2. drift and confounds regressed out jointly by least squares. Regressors are centred, so that each target keeps its
 *    mean; regressors that the ones before explain add nothing;
 * 3. with `standardise`, each target minus its mean, divided by its population standard deviation.
 *
 * Arithmetic in double precision, alike for every unit that targets may be in. A target that is constant over the volumes that remain stays as it is (zeros where
 * standardised). A target that the regressors explain to rounding error (of single precision where `bold` is in it) becomes constant,
 * since what is left of it is rounding. A target that is not finite somewhere becomes NaN throughout if anything is regressed or scaled.
 *
 * @param bold - [nVolumes x nTargets]
 * @throws OptionError where drift or standardise is unknown, there are fewer than two volumes or trims leave fewer, cutoff or repetitionTime is missing or out of range, a
 * confound is not finite, or there are as many regressors as volumes
 * @throws ShapeError where the confounds have another number of volumes
 * @remarks nilearn's `signal.clean` also regresses jointly, but standardises confounds first, which changes nothing.
 */
export function cleanBold<Data extends FloatArray>(bold: Matrix<Data>, options: CleanBoldOptions = {}): Matrix<Data> {
  checkArgument("cleanBold: options", options, "an object");
  const { drift = "none", standardise = false, trimStart = 0, trimEnd = 0 } = options;
  checkMatrix(bold, "cleanBold: bold");
  if (options.confounds) checkMatrix(options.confounds, "cleanBold: confounds");
  checkChoice("cleanBold: drift", drift, ["none", "linear", "cosine"]);
  checkChoice("cleanBold: standardise", standardise, [true, false]);
  const kept = trimmed(bold, trimStart, trimEnd);
  const basis = regressors(kept.nRows, bold.nRows, options);
  if (basis.length === 0 && !standardise) return Matrix.of(kept.data.slice() as Data, kept.nRows, kept.nColumns);
  if (basis.length >= kept.nRows - 1) {
    throw new OptionError(
      `cleanBold: regressors must be fewer than volumes less one (${kept.nRows - 1}), got ${basis.length} (drift "${drift}" and confounds). Nothing would be left of the responses: regress out fewer.`,
    );
  }
  const { nRows, nColumns } = kept;
  const data = emptyLike(kept.data, kept.data.length);
  for (let start = 0; start < nColumns; start += COLUMNS_AT_ONCE) {
    const width = Math.min(COLUMNS_AT_ONCE, nColumns - start);
    const block = new Float64Array(nRows * width);
    for (let i = 0; i < nRows; i++) {
      block.set(kept.data.subarray(i * nColumns + start, i * nColumns + start + width), i * width);
    }
    cleanBlock(block, nRows, width, { basis, standardise, isSingle: kept.data instanceof Float32Array });
    for (let i = 0; i < nRows; i++) data.set(block.subarray(i * width, (i + 1) * width), i * nColumns + start);
  }
  return Matrix.of(data, nRows, nColumns);
}

/** Cleans [nRows x width] in place. */
function cleanBlock(
  block: Float64Array,
  nRows: number,
  width: number,
  {
    basis,
    standardise,
    isSingle,
  }: { readonly basis: readonly Float64Array[]; readonly standardise: boolean; readonly isSingle: boolean },
): void {
  const factors = bringNearOne(block, nRows, width);
  const means = new Float64Array(width);
  const largest = new Float64Array(width);
  const isConstant = new Uint8Array(width).fill(1);
  for (let i = 0; i < nRows; i++) {
    for (let v = 0; v < width; v++) {
      const value = block[i * width + v]!;
      means[v]! += value / nRows;
      if (value !== block[v]!) isConstant[v] = 0;
      largest[v] = Math.max(largest[v]!, Math.abs(value));
    }
  }
  for (let v = 0; v < width; v++) if (isConstant[v]) means[v] = block[v]!;
  for (let i = 0; i < nRows; i++) for (let v = 0; v < width; v++) block[i * width + v]! -= means[v]!;
  const before = columnSumsOfSquares(block, nRows, width);
  const shares = new Float64Array(width);
  for (const q of basis) {
    shares.fill(0);
    for (let i = 0; i < nRows; i++) {
      const weight = q[i]!;
      for (let v = 0; v < width; v++) shares[v]! += weight * block[i * width + v]!;
    }
    for (let i = 0; i < nRows; i++) {
      const weight = q[i]!;
      for (let v = 0; v < width; v++) block[i * width + v]! -= weight * shares[v]!;
    }
  }
  // Where regressors explain a target to rounding error, standardising would turn rounding into unit variance.
  const rest = columnSumsOfSquares(block, nRows, width);
  const isExplained = rest.map((squares, v) => {
    const rounding = isSingle ? nRows * (SINGLE * largest[v]!) ** 2 : 0;
    return squares <= Math.max(before[v]! * NEARLY_EXPLAINED, basis.length > 0 ? rounding : 0) ? 1 : 0;
  });
  if (!standardise) {
    for (let i = 0; i < nRows; i++) for (let v = 0; v < width; v++) if (isExplained[v]) block[i * width + v] = 0;
    for (let i = 0; i < nRows; i++) for (let v = 0; v < width; v++) block[i * width + v]! += means[v]!;
    if (factors) for (let i = 0; i < block.length; i++) block[i]! /= factors[i % width]!;
    return;
  }
  const scale = rest.map((squares, v) => (isExplained[v] ? Number.POSITIVE_INFINITY : Math.sqrt(squares / nRows)));
  for (let i = 0; i < nRows; i++) for (let v = 0; v < width; v++) block[i * width + v]! /= scale[v]!;
}

/**
 * Brings targets whose squares overflow or vanish near 1, in place, as {@link factorNearOne}.
 *
 * @returns what each target was multiplied by; undefined where none was
 */
function bringNearOne(block: Float64Array, nRows: number, width: number): Float64Array | undefined {
  const largest = new Float64Array(width);
  for (let i = 0; i < nRows; i++)
    for (let v = 0; v < width; v++) largest[v] = Math.max(largest[v]!, Math.abs(block[i * width + v]!));
  const factors = largest.map(factorNearOne);
  if (factors.every((factor) => factor === 1)) return undefined;
  for (let i = 0; i < block.length; i++) block[i]! *= factors[i % width]!;
  return factors;
}

function columnSumsOfSquares(block: Float64Array, nRows: number, width: number): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < nRows; i++) for (let v = 0; v < width; v++) sums[v]! += block[i * width + v]! ** 2;
  return sums;
}

function trimmed<Data extends FloatArray>(bold: Matrix<Data>, trimStart: number, trimEnd: number): Matrix<Data> {
  for (const [name, value] of Object.entries({ trimStart, trimEnd })) {
    if (!(Number.isInteger(value) && value >= 0)) {
      throw new OptionError(`cleanBold: ${name} must be a whole number of volumes from 0, got ${value}.`);
    }
  }
  if (bold.nRows < 2) {
    throw new OptionError(
      `cleanBold: bold must have two volumes or more, got ${bold.nRows}. Is it a time series? A reference image (_boldref) is none.`,
    );
  }
  if (trimStart + trimEnd > bold.nRows - 2) {
    throw new OptionError(
      `cleanBold: trims must leave at least two of ${bold.nRows} volumes, got ${trimStart} at the start (\`trimStart\`) and ${trimEnd} at the end (\`trimEnd\`). Are they in seconds? They count volumes.`,
    );
  }
  return sliceRows(bold, trimStart, bold.nRows - trimEnd);
}

function regressors(nKept: number, nVolumes: number, options: CleanBoldOptions): Float64Array[] {
  const { drift = "none", cutoff = DEFAULT_CUTOFF, confounds, repetitionTime, trimStart = 0 } = options;
  const parts: Matrix[] = [];
  if (drift === "linear")
    parts.push(
      Matrix.of(
        Float64Array.from({ length: nKept }, (_, t) => t),
        nKept,
        1,
      ),
    );
  if (drift === "cosine") {
    if (repetitionTime === undefined) {
      throw new OptionError(
        'cleanBold: repetitionTime must be given with drift "cosine", got none. Give it in seconds.',
      );
    }
    parts.push(cosineBasis(nKept, repetitionTime, cutoff));
  }
  if (confounds) {
    if (confounds.nRows !== nVolumes) {
      throw new ShapeError(
        `cleanBold: confounds must have as many rows as the responses have volumes (${nVolumes}), got ${confounds.nRows}. Do they belong to another run?`,
      );
    }
    const rows = sliceRows(confounds, trimStart, trimStart + nKept);
    const bad = rows.data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new OptionError(
        `cleanBold: confounds must be finite, got ${rows.data[bad]} (column ${bad % rows.nColumns}, volume ${trimStart + Math.floor(bad / rows.nColumns)}). Leave the column out, or fill what is missing.`,
      );
    }
    parts.push(rows);
  }
  return parts.length === 0 ? [] : centredBasis(joinColumns(parts));
}
