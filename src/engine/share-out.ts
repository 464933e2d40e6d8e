/**
 * Does work on items, some at a time, in their order. Once one fails no other is begun, and those that are under way are
 * waited for, so that nothing is written once the failure is told.
 *
 * @param nAtOnce - items that are under way at the same time
 * @throws what the work threw; of several failures, one
 */
export async function shareOut<Item extends object>(
  items: readonly Item[],
  nAtOnce: number,
  work: (item: Item, index: number) => Promise<unknown>,
): Promise<void> {
  const waiting = [...items.entries()];
  const worker = async () => {
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) await work(next[1], next[0]);
    } catch (error) {
      waiting.length = 0;
      throw error;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(nAtOnce, items.length) }, worker));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}
