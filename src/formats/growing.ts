import { emptyLike, type FloatArray } from "../array/matrix.ts";

/** Numbers that fill up from the start. */
export interface GrowingFloats<Data extends FloatArray = Float32Array<ArrayBuffer>> {
  /**
   * Memory for at least `n` numbers, those written so far at its start. It may be other memory than was given before:
   * write to what the last call gave.
   */
  readonly reserve: (n: number) => Data;
}

/** Numbers that are set aside at once, whatever has arrived: a megabyte. */
const first = 2 ** 18;

/**
 * Memory for `length` numbers that a file says it holds, set aside as they arrive. Memory for all is set aside only once an
 * eighth is there. So a damaged length never takes more than eight times what the file holds, and a good one never more than
 * the result and an eighth.
 *
 * @param like - an array of the precision that is wanted
 */
export function growingFloats<Data extends FloatArray>(length: number, like: Data): GrowingFloats<Data> {
  const capacities = [length];
  while (capacities[0]! > first) capacities.unshift(Math.ceil(capacities[0]! / 8));
  let data = emptyLike(like, capacities[0]!);
  return {
    reserve(n) {
      const capacity = capacities.find((c) => c >= n) ?? length;
      if (capacity > data.length) {
        const grown = emptyLike(like, capacity);
        grown.set(data);
        data = grown;
      }
      return data;
    },
  };
}

/** The most numbers that an array can hold on every supported version of Node. */
export const maxNumbers: number = 2 ** 32 - 1;
