import type { FloatArray } from "./matrix.ts";

const { port1: drain, port2: end } = new MessageChannel();
end.close();

/**
 * Gives memory of arrays back that nobody reads any more: what is sent to a port that is closed is gone at once. The garbage
 * collector comes when tens of megabytes have gathered, so that each array is new memory, slow to get and cold, in place of
 * that of the one before, and comes all the more often the more is made.
 *
 * @param arrays - empty afterwards, and with them every other view onto their buffers; so that only who made an array frees it
 */
export function freeNow(...arrays: readonly FloatArray[]): void {
  const buffers = new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer));
  drain.postMessage(undefined, [...buffers]);
}
