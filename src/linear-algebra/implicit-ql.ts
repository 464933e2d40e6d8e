import { ascendingOrder, pick } from "../array/indices.ts";
import { ShapeError } from "../errors.ts";
import type { TridiagonalEigen } from "./divide-conquer.ts";
import { rotate } from "./dot.ts";

/** Shifts before the algorithm is said not to converge: 40 times the usual two an eigenvalue. */
const MOST_SHIFTS = 80;

/**
 * All eigenvalues and eigenvectors of a small symmetric tridiagonal matrix by the QL algorithm with implicit shifts.
 *
 * @param diagonal - [n]
 * @param off - beside the diagonal, [n - 1]
 * @throws ShapeError where it does not converge, as with NaN
 * @see A. Dubrulle, R. Martin, J. Wilkinson (1968), doi:10.1007/BF02165404
 */
export function implicitQl(diagonal: Float64Array, off: Float64Array): TridiagonalEigen {
  const n = diagonal.length;
  const d = diagonal.slice();
  const e = new Float64Array(n);
  e.set(off);
  const rows = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(n);
    row[i] = 1;
    return row;
  });
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]!), Math.abs(e[i]!));
  for (let from = 0; from < n; from++) {
    for (let round = 0; ; round++) {
      let to = from;
      while (to < n - 1 && !negligible(e[to]!, d[to]!, d[to + 1]!, norm)) to++;
      if (to === from) break;
      if (round === MOST_SHIFTS) throw new ShapeError("symmetricEigen: numbers must be finite, got a NaN on the way.");
      chase(d, e, rows, from, to);
    }
  }
  const order = ascendingOrder(d);
  const vectors = new Float64Array(n * n);
  for (let j = 0; j < n; j++) vectors.set(rows[order[j]!]!, j * n);
  return { values: pick(d, order), vectors };
}

function negligible(off: number, here: number, next: number, norm: number): boolean {
  const size = Math.abs(off);
  // Absolute, and far below the rounding of the whole matrix: a test relative to neighbours that are 0 would never pass.
  return size <= Number.EPSILON * (Math.abs(here) + Math.abs(next)) || size <= Number.EPSILON ** 2 * norm;
}

/** One QL sweep over the block `from`..`to`: a bulge is chased upwards by plane rotations. */
function chase(d: Float64Array, e: Float64Array, rows: readonly Float64Array[], from: number, to: number): void {
  const half = (d[from + 1]! - d[from]!) / (2 * e[from]!);
  const root = Math.hypot(half, 1);
  let g = d[to]! - d[from]! + e[from]! / (half + (half < 0 ? -root : root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = to - 1; i >= from; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // The block has come apart here.
      d[i + 1]! -= shift;
      e[to] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1]! - shift;
    const t = (d[i]! - g) * sine + 2 * cosine * b;
    shift = sine * t;
    d[i + 1] = g + shift;
    g = cosine * t - b;
    rotate(rows[i]!, rows[i + 1]!, cosine, sine);
  }
  d[from]! -= shift;
  e[from] = g;
  e[to] = 0;
}
