/**
 * A value as JSON, typed arrays as arrays, numbers that are not finite as null.
 *
 * @param indent - spaces a level (default: none, one line)
 */
export function plainJson(value: unknown, indent?: number): string {
  const plain = (_: string, entry: unknown) => (ArrayBuffer.isView(entry) ? Array.from(entry as Float64Array) : entry);
  return JSON.stringify(value, plain, indent);
}
