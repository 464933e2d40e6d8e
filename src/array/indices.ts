// Loops of named functions. A callback made anew for each call is compiled anew once it is hot, and the eigensolver makes
// hundreds of them for each matrix.

/** `start`, `start` + 1, .. and so on, `length` of them; from 0 unless told otherwise. */
export function range(length: number, start = 0): Int32Array {
  const indices = new Int32Array(length);
  for (let i = 0; i < length; i++) indices[i] = start + i;
  return indices;
}

/** The numbers at some places, in their order. */
export function pick(numbers: Float64Array, places: ArrayLike<number>): Float64Array {
  const picked = new Float64Array(places.length);
  for (let i = 0; i < picked.length; i++) picked[i] = numbers[places[i]!]!;
  return picked;
}

/** The places of numbers from the least to the greatest; of equal ones, the first comes first. */
export function ascendingOrder(numbers: Float64Array): Int32Array {
  const n = numbers.length;
  let sorted = range(n);
  let merged: Int32Array = new Int32Array(n);
  // Runs of 1, 2, 4, .. places in order are merged by two and two.
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) mergeRuns(numbers, sorted, merged, start, width);
    [sorted, merged] = [merged, sorted];
  }
  return sorted;
}

/** Merges two runs of places, from `start` and from `start + width` on. */
function mergeRuns(numbers: Float64Array, from: Int32Array, to: Int32Array, start: number, width: number): void {
  const middle = Math.min(start + width, from.length);
  const end = Math.min(middle + width, from.length);
  let [left, right] = [start, middle];
  for (let at = start; at < end; at++) {
    const isLeft = left < middle && !(right < end && numbers[from[right]!]! < numbers[from[left]!]!);
    to[at] = from[isLeft ? left++ : right++]!;
  }
}
