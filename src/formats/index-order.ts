import type { NumberArray } from "./number-type.ts";

/** The numbers of an array whose first index runs fastest, put so that its last does. */
export function toRowMajor<Data extends NumberArray>(data: Data, dimensions: readonly number[]): Data {
  const ordered = data.slice() as Data;
  const index = dimensions.map(() => 0);
  const strides = dimensions.map((_, d) => dimensions.slice(0, d).reduce((product, n) => product * n, 1));
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    ordered[to] = data[from]!;
    for (let d = dimensions.length - 1; d >= 0; d--) {
      from += strides[d]!;
      index[d]!++;
      if (index[d]! < dimensions[d]!) break;
      from -= strides[d]! * dimensions[d]!;
      index[d] = 0;
    }
  }
  return ordered;
}
