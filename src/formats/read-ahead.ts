/**
 * Pieces as they come, but asked for before they are wanted, so that a disk reads while the last ones are looked at.
 *
 * @param depth - pieces that are asked for in advance
 */
export async function* readAhead<Piece>(
  pieces: AsyncIterable<Piece>,
  depth: number,
): AsyncGenerator<Piece, void, undefined> {
  const iterator = pieces[Symbol.asyncIterator]();
  const asked: Promise<IteratorResult<Piece, unknown>>[] = [];
  const ask = () => {
    const piece = iterator.next();
    // Told of when it is its turn.
    piece.catch(() => undefined);
    asked.push(piece);
  };
  try {
    for (let i = 0; i < depth; i++) ask();
    for (;;) {
      const { value, done } = await asked.shift()!;
      if (done) return;
      ask();
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
