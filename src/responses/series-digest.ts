import type { Matrix } from "../array/matrix.ts";

/** What tells the numbers of a series from others. */
export interface SeriesDigest {
  /** Equal for files that hold the same numbers; "" where no target varies. One a file. */
  readonly files: readonly string[];
  /** Targets whose numbers are those of an earlier one: `[earlier, later]`, at most {@link MOST_TWINS}. */
  readonly twins: readonly (readonly [number, number])[];
  /** How many targets have an earlier one with the same numbers. */
  readonly nTwins: number;
}

/** Pairs of equal targets that are listed: messages show three, and thousands would fill the memory. */
const MOST_TWINS = 20;

/**
 * Digests of the numbers of a run's files, and its targets that are equal, number for number. Constant targets are
 * not compared with one another.
 *
 * A target's digest is two hashes of 32 bits over the bits of its values; a file's, those of its targets in order. Two different
 * files have the same one with a chance of 2^-64; equal targets of a run are compared number by number.
 *
 * @param bold - [nVolumes x nTargets], the files side by side
 * @param nTargets - of each file; their sum is that of `bold`
 */
export function seriesDigest(bold: Matrix, nTargets: readonly number[]): SeriesDigest {
  const { nRows, nColumns } = bold;
  const [one, two] = columnHashes(bold);
  const isVarying = varyingColumns(bold);
  let start = 0;
  const files = nTargets.map((n) => {
    const [from, to] = [start, start + n];
    start = to;
    if (!isVarying.subarray(from, to).includes(1)) return "";
    let [a, b] = [nRows, n];
    for (let v = from; v < to; v++) {
      a = mixFirst(a, one[v]!);
      b = mixSecond(b, two[v]!);
    }
    return `${nRows} ${n} ${a >>> 0} ${b >>> 0}`;
  });
  const seen = new Map<string, number>();
  const twins: (readonly [number, number])[] = [];
  let nTwins = 0;
  for (let v = 0; v < nColumns; v++) {
    if (!isVarying[v]) continue;
    const key = `${one[v]} ${two[v]}`;
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, v);
    else if (isEqualColumn(bold, earlier, v)) {
      nTwins++;
      if (twins.length < MOST_TWINS) twins.push([earlier, v]);
    }
  }
  return { files, twins, nTwins };
}

/**
 * Names of what has the same digest, each group of two or more in the order given, each name once.
 *
 * @param items - those with the digest "" are like nothing
 */
export function namesAlike(
  items: readonly { readonly name: string; readonly digest: string }[],
): readonly (readonly string[])[] {
  const groups = new Map<string, Set<string>>();
  for (const { name, digest } of items) {
    if (digest !== "") groups.set(digest, (groups.get(digest) ?? new Set()).add(name));
  }
  return [...groups.values()].filter((names) => names.size > 1).map((names) => [...names]);
}

/** Two hashes of each column's values, [nColumns] each. */
function columnHashes({ data, nRows, nColumns }: Matrix): readonly [Int32Array, Int32Array] {
  const words = new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  const perValue = data.BYTES_PER_ELEMENT / 4;
  const one = new Int32Array(nColumns);
  const two = new Int32Array(nColumns);
  for (let t = 0; t < nRows; t++) {
    const row = t * nColumns * perValue;
    for (let v = 0; v < nColumns; v++) {
      for (let part = 0; part < perValue; part++) {
        const word = words[row + v * perValue + part]!;
        one[v] = mixFirst(one[v]!, word);
        two[v] = mixSecond(two[v]!, word);
      }
    }
  }
  return [one, two];
}

// Multipliers whose bits spread well: MurmurHash3's and that of T. Wang's hash of whole numbers.
const mixFirst = (hash: number, word: number) => {
  const mixed = Math.imul(hash ^ word, 0x85ebca6b);
  return ((mixed ^ (mixed >>> 13)) + 0x7ed55d16) | 0;
};
const mixSecond = (hash: number, word: number) => {
  const mixed = Math.imul((hash << 5) ^ (hash >>> 27) ^ word, 0x27d4eb2d);
  return mixed ^ (mixed >>> 15);
};

function varyingColumns({ data, nRows, nColumns }: Matrix): Uint8Array {
  const isVarying = new Uint8Array(nColumns);
  for (let t = 1; t < nRows; t++) {
    for (let v = 0; v < nColumns; v++) if (data[t * nColumns + v] !== data[v]) isVarying[v] = 1;
  }
  return isVarying;
}

function isEqualColumn({ data, nRows, nColumns }: Matrix, a: number, b: number): boolean {
  for (let t = 0; t < nRows; t++) {
    const [x, y] = [data[t * nColumns + a]!, data[t * nColumns + b]!];
    if (!Object.is(x, y)) return false;
  }
  return true;
}
