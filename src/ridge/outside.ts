import { Matrix, takeRows } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import { multiply } from "../graph/multiply.ts";

/** What of each sample lies outside of all that a design and an intercept span. */
export interface Outside {
  /** The squared length of what is left of the sample's unit vector, 1 - 1/n - sum_k U_ki^2, [nSamples]. */
  readonly remaining: Float64Array;
  /** What a residual is made of beside the directions that a penalty damps. */
  readonly base: OutsideBase;
}

/**
 * What lies outside of all directions, for targets y with projections p:
 * isFar (y - p fit) + (y nearlyInside') places.
 */
export interface OutsideBase {
  /** 1 for samples of which more than a millionth lies outside, whose differences keep their digits; 0 for the others, [nSamples]. */
  readonly isFar: Float64Array;
  /** What is left of the unit vectors of samples that lie nearly inside; a row of zeros where there are none, [nNear x nSamples]. */
  readonly nearlyInside: Matrix<Float64Array>;
  /** Which sample each of these is: a row of zeros with one 1, [nNear x nSamples]. */
  readonly places: Matrix<Float64Array>;
}

/** Below this the difference 1 - H_ii has lost more than six of its sixteen digits. */
export const FEW_DIGITS = 1e-6;
/** What is left of a unit vector after three projections, at most, where it lies inside: rounding of double precision. */
export const INSIDE = 1e-13;

/**
 * What a sample is left when all directions of a design are taken off. Where it is little, as of a volume that is unlike all
 * others, the difference 1 - H_ii cancels, as does that of a target and its projections there: both follow from the unit vector less
 * its projections, which are taken off three times.
 *
 * @param left - orthonormal rows, [rank x nSamples]
 */
export async function outsideOf(
  left: Matrix<Float64Array>,
  intercept: boolean,
  device: Device | undefined,
): Promise<Outside> {
  const { data, nRows: rank, nColumns: n } = left;
  const remaining = new Float64Array(n).fill(intercept ? 1 - 1 / n : 1);
  for (let k = 0, at = 0; k < rank; k++) for (let i = 0; i < n; i++, at++) remaining[i]! -= data[at]! * data[at]!;
  const isFar = new Float64Array(n).fill(1);
  const some: number[] = [];
  for (let i = 0; i < n; i++) if (remaining[i]! < FEW_DIGITS) some.push(i);
  const none = () => Matrix.zeros(1, n);
  if (some.length === 0) return { remaining, base: { isFar, nearlyInside: none(), places: none() } };
  let rest = Matrix.zeros(some.length, n);
  for (const [row, i] of some.entries()) rest.data[row * n + i] = 1;
  for (let pass = 0; pass < 3; pass++) {
    if (intercept) centreRows(rest);
    const along = await multiply(rest, left, { transposeB: true, device }); // [nSome x rank]
    const inside = await multiply(along, left, { device }); // [nSome x nSamples]
    for (let at = 0; at < inside.data.length; at++) inside.data[at] = rest.data[at]! - inside.data[at]!;
    rest = inside;
  }
  const near: number[] = [];
  for (const [row, i] of some.entries()) {
    let squares = 0;
    for (let at = row * n; at < (row + 1) * n; at++) squares += rest.data[at]! ** 2;
    const isInside = squares <= INSIDE ** 2;
    remaining[i] = isInside ? 0 : squares;
    isFar[i] = 0;
    if (!isInside) near.push(row);
  }
  if (near.length === 0) return { remaining, base: { isFar, nearlyInside: none(), places: none() } };
  const places = Matrix.zeros(near.length, n);
  for (const [at, row] of near.entries()) places.data[at * n + some[row]!] = 1;
  return { remaining, base: { isFar, nearlyInside: takeRows(rest, Int32Array.from(near)), places } };
}

function centreRows({ data, nRows, nColumns }: Matrix<Float64Array>): void {
  for (let row = 0; row < nRows; row++) {
    let mean = 0;
    for (let i = 0; i < nColumns; i++) mean += data[row * nColumns + i]! / nColumns;
    for (let i = 0; i < nColumns; i++) data[row * nColumns + i]! -= mean;
  }
}
