import type { FloatArray } from "./matrix.ts";

const { port1: drain, port2: end } = new MessageChannel();
end.close();

/**
 * Gives back the memory of arrays that are no longer read, at once: buffers that are sent to a closed port are freed. The garbage
 * collector would come only when tens of megabytes have gathered. Until then each array would be new memory, slow to get and not in
 * the processor's cache.
 *
 * @param arrays - empty afterwards, and with them every other view onto their buffers; so only the maker of an array may free it
 */
export function freeNow(...arrays: readonly FloatArray[]): void {
  const buffers = new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer));
  drain.postMessage(undefined, [...buffers]);
}
