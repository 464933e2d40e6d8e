import type { Matrix } from "../array/matrix.ts";
import { listSome } from "../errors.ts";

/** Which targets of a series can be scored, and which volumes hold nothing. */
export interface SeriesContent {
  /** 1 for targets whose values are all equal, [nTargets]. */
  readonly isConstant: Uint8Array;
  /** 1 for targets with a value that is not finite, [nTargets]; these are not counted as constant. */
  readonly isNotFinite: Uint8Array;
  readonly volumes: EmptyVolumes;
}

/** Volumes that hold nothing, counted from 0; each is in one list. Looked for in the targets whose finite values vary. */
export interface EmptyVolumes {
  /** No target has a finite value. */
  readonly notFinite: readonly number[];
  /** Every target is 0. */
  readonly zero: readonly number[];
  /** All targets have the same value, which is not 0. */
  readonly constant: readonly number[];
  /** Every target has the value that it had in the volume before; with many targets, in any volume before. */
  readonly repeated: readonly number[];
}

/** Targets from which two volumes with the same numbers are no chance: whole numbers from 0 to 99 agree in eight targets once in 1e16 pairs. */
const MANY = 8;

/** Zeros of a single target from which they count: a series with mean 0 and few digits has one or two by chance. */
const ZEROS_OF_ONE = 3;

/** Targets whose numbers are the key under which equal volumes are looked for; all targets are then compared. */
const FIRST_TARGETS = 64;

/**
 * Looks at the numbers of a series: targets without variance, targets and volumes that are not finite, volumes that are
 * 0, the same in all targets, or the same as another. Programs write such volumes in place of those that they censored
 * (AFNI: zeros). Exact: no tolerance.
 *
 * @param bold - [nVolumes x nTargets]
 * @param firstVolume - what the first of these volumes counts as
 */
export function seriesContent(bold: Matrix, firstVolume = 0): SeriesContent {
  const { data, nRows, nColumns } = bold;
  const isConstant = new Uint8Array(nColumns).fill(1);
  const isNotFinite = new Uint8Array(nColumns);
  const first = new Float64Array(nColumns).fill(Number.NaN);
  for (let t = 0; t < nRows; t++) {
    const row = t * nColumns;
    for (let v = 0; v < nColumns; v++) {
      const value = data[row + v]!;
      // NaN, and infinities: their difference from themselves is NaN.
      if (value - value !== 0) isNotFinite[v] = 1;
      else if (value !== first[v]!) {
        if (Number.isNaN(first[v]!)) first[v] = value;
        else isConstant[v] = 0;
      }
    }
  }
  const varying = Int32Array.from({ length: nColumns }, (_, v) => v).filter((v) => isConstant[v] === 0);
  for (let v = 0; v < nColumns; v++) if (isNotFinite[v]) isConstant[v] = 0;
  return { isConstant, isNotFinite, volumes: emptyVolumes(bold, varying, firstVolume) };
}

/**
 * The volumes that hold nothing new: not finite, zero or constant over all varying targets, or equal to an earlier one.
 *
 * @param varying - targets whose finite values differ
 */
function emptyVolumes({ data, nRows, nColumns }: Matrix, varying: Int32Array, firstVolume: number): EmptyVolumes {
  const found = { notFinite: [] as number[], zero: [] as number[], constant: [] as number[], repeated: [] as number[] };
  if (varying.length === 0) return found;
  const at = (t: number, v: number) => data[t * nColumns + v]!;
  const all = (t: number, holds: (value: number) => boolean) => varying.every((v) => holds(at(t, v)));
  const isEqual = (s: number, t: number) => varying.every((v) => at(s, v) === at(t, v));
  const seen = new Map<string, number[]>();
  for (let t = 0; t < nRows; t++) {
    const start = at(t, varying[0]!);
    if (all(t, (value) => !Number.isFinite(value))) found.notFinite.push(firstVolume + t);
    else if (all(t, (value) => value === 0)) found.zero.push(firstVolume + t);
    else if (varying.length > 1 && all(t, (value) => value === start)) found.constant.push(firstVolume + t);
    else if (varying.length >= MANY) {
      const key = Array.from(varying.subarray(0, FIRST_TARGETS), (v) => at(t, v)).join();
      const alike = seen.get(key);
      if (alike?.some((s) => isEqual(s, t))) found.repeated.push(firstVolume + t);
      if (alike) alike.push(t);
      else seen.set(key, [t]);
    } else if (varying.length > 1 && t > 0 && isEqual(t - 1, t)) found.repeated.push(firstVolume + t);
  }
  if (varying.length === 1 && found.zero.length < ZEROS_OF_ONE) found.zero.length = 0;
  return found;
}

/** How many volumes hold nothing, those that are not finite aside: these stop a study. */
export function countEmpty({ zero, constant, repeated }: EmptyVolumes): number {
  return zero.length + constant.length + repeated.length;
}

/**
 * What holds nothing, in words: `"32 volumes are 0 in every target (volumes 0, 2, 6 and 29 more)"`; undefined where every
 * volume holds something.
 */
export function describeEmpty({ zero, constant, repeated }: EmptyVolumes): string | undefined {
  const parts = [
    describeVolumes(zero, "0 in every target"),
    describeVolumes(constant, "of one value in all targets"),
    describeVolumes(repeated, "the same as another before, number for number"),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join("; ");
}

function describeVolumes(volumes: readonly number[], what: string): string | undefined {
  if (volumes.length === 0) return undefined;
  return volumes.length === 1
    ? `volume ${volumes[0]} is ${what}`
    : `${volumes.length} volumes are ${what} (${listSome(volumes.map(String), 5)})`;
}

/**
 * Why no target of a series can be scored, and what to do, as a message without the file; undefined where one can.
 *
 * @param isTable - whether the file is a table, whose lines can be named: volume 0 is in line 2
 */
export function nothingRecorded(
  { isConstant, isNotFinite, volumes }: SeriesContent,
  isTable: boolean,
): string | undefined {
  const nTargets = isConstant.length;
  for (let v = 0; v < nTargets; v++) if (!isConstant[v] && !isNotFinite[v]) return undefined;
  const { notFinite } = volumes;
  if (notFinite.length === 0) {
    return `responses must vary, got ${nTargets} targets that are all constant or not finite. Fetch or preprocess the run again, or exclude it`;
  }
  const places = notFinite.map((t) => (isTable ? `${t} (line ${t + 2})` : String(t)));
  const which = `${notFinite.length === 1 ? "volume" : "volumes"} ${listSome(places, 5)}`;
  return `responses must be finite, got ${isTable ? "n/a" : "NaN"} in all ${nTargets} targets in ${which}, counted from 0. Have censored volumes interpolated, or drop them at an end with \`trimStart\` or \`trimEnd\`, or exclude the run`;
}
