import { createHash } from "node:crypto";
import type { OnProgress } from "../array/progress.ts";
import type { InputSource } from "../sources/input-source.ts";
import { splitPath } from "../sources/path.ts";

/**
 * SHA-256 over files of a model, in hexadecimal: each file's name, size and the SHA-256 of its pieces, in the order given, and
 * the seed where the weights are random. Ranges that the source gives of these files are of the very bytes that the
 * fingerprint is of. Files of any size are fine: they are read piece by piece.
 *
 * @param files - paths within the source
 * @throws NotFoundError where one is missing
 * @throws FormatError where one has changed since it was first read
 */
export async function fingerprintModel(
  source: InputSource,
  files: readonly string[],
  options: { readonly seed?: number | string | undefined; readonly onProgress?: OnProgress | undefined } = {},
): Promise<string> {
  const total = await totalSize(source, files);
  const hash = createHash("sha256");
  let done = 0;
  for (const file of files) {
    const { size, pieces } = await source.identify(file, (length) => {
      done += length;
      options.onProgress?.({ label: `fingerprint of ${source.location}`, done, total: Math.max(done, total) });
    });
    hash.update(`${file}\0${size}\0${pieces.join()}\0`);
  }
  if (options.seed !== undefined) hash.update(`random weights\0${typeof options.seed}\0${options.seed}`);
  return hash.digest("hex");
}

/** Bytes of all files, as their folders list them. */
async function totalSize(source: InputSource, files: readonly string[]): Promise<number> {
  const folders = new Map<string, ReadonlyMap<string, number>>();
  let total = 0;
  for (const { folder, name } of files.map(splitPath)) {
    const sizes = folders.get(folder) ?? new Map((await source.list(folder)).map((entry) => [entry.name, entry.size]));
    folders.set(folder, sizes);
    total += sizes.get(name) ?? 0;
  }
  return total;
}
