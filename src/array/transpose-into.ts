/** Numbers that can be written in place. */
type Numbers = Readonly<ArrayLike<number>> & {
  [index: number]: number;
  set(numbers: ArrayLike<number>, offset?: number): void;
};

/** Rows that are gathered before they are written as columns: in single precision, four lines of cache (64 bytes each). */
const blockRows = 64;
/** Numbers gathered at most, but for a single row. */
const blockLength = 2 ** 20;

/**
 * Takes a table row after row, in pieces of any length, and writes its transpose as it comes, so that the two are never
 * both in memory.
 *
 * @param target - memory for the transpose, [nColumns x nRows] row-major
 * @param make - makes memory like the target's, for a block of rows
 * @returns takes numbers of the table, [nRows x nColumns] row-major, from index `offset` on, each piece where the last
 * one ended
 */
export function transposeInto<Data extends Numbers>(
  target: Data,
  nRows: number,
  nColumns: number,
  make: (length: number) => Data,
): (offset: number, numbers: ArrayLike<number> & { subarray(start: number, end: number): ArrayLike<number> }) => void {
  const perBlock = Math.max(1, Math.min(blockRows, nRows, Math.floor(blockLength / Math.max(1, nColumns))));
  const block = make(perBlock * nColumns);

  return (offset, numbers) => {
    for (let at = 0; at < numbers.length; ) {
      const row = Math.floor((offset + at) / nColumns);
      const firstRow = row - (row % perBlock);
      const nBlockRows = Math.min(perBlock, nRows - firstRow);
      const within = offset + at - firstRow * nColumns;
      const count = Math.min(numbers.length - at, nBlockRows * nColumns - within);
      block.set(numbers.subarray(at, at + count), within);
      at += count;
      if (within + count < nBlockRows * nColumns) return;
      // Rows of the target are far apart: a few neighbours of each are written at a time, while the block is in the cache.
      for (let column = 0; column < nColumns; column++) {
        const to = column * nRows + firstRow;
        for (let i = 0; i < nBlockRows; i++) target[to + i] = block[i * nColumns + column]!;
      }
    }
  };
}
