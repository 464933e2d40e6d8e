import type { NumberArray } from "./number-type.ts";

/**
 * Takes numbers in the order in which the first index runs fastest, in pieces of any length, and writes each to where it
 * stands in row-major order (last index fastest).
 *
 * @param target - as long as the dimensions make
 */
export function rowMajorWriter(target: NumberArray, dimensions: readonly number[]): (numbers: NumberArray) => void {
  const index = dimensions.map(() => 0);
  const strides = dimensions.map((_, d) => dimensions.slice(d + 1).reduce((product, n) => product * n, 1));
  let to = 0;
  return (numbers) => {
    for (const value of numbers) {
      target[to] = value;
      for (let d = 0; d < dimensions.length; d++) {
        to += strides[d]!;
        index[d]!++;
        if (index[d]! < dimensions[d]!) break;
        to -= strides[d]! * dimensions[d]!;
        index[d] = 0;
      }
    }
  };
}

/** The numbers of an array whose first index runs fastest, put so that its last does. */
export function toRowMajor<Data extends NumberArray>(data: Data, dimensions: readonly number[]): Data {
  const ordered = data.slice() as Data;
  rowMajorWriter(ordered, dimensions)(data);
  return ordered;
}
