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

let compared: Float64Array = new Float64Array(0);
const byNumber = (a: number, b: number) => compared[a]! - compared[b]! || a - b;

/** The places of numbers from the least to the greatest; of equal ones, the first comes first. */
export function ascendingOrder(numbers: Float64Array): Int32Array {
  compared = numbers;
  return range(numbers.length).sort(byNumber);
}
