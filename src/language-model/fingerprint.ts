import { createHash } from "node:crypto";
import type { OnProgress } from "../array/progress.ts";
import type { Source } from "../sources/source.ts";

/**
 * SHA-256 over files of a model, in hexadecimal: each file's name, size and bytes, in the order given, and the seed
 * where the weights are random. Reads 64 MiB at a time, so files of any size are fine.
 *
 * @param files - paths within the source
 * @throws NotFoundError where one is missing
 */
export async function fingerprintModel(
  source: Source,
  files: readonly string[],
  options: { readonly seed?: number | string | undefined; readonly onProgress?: OnProgress | undefined } = {},
): Promise<string> {
  const sizes = new Map((await source.list("")).map((entry) => [entry.name, entry.size]));
  const total = files.reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
  const hash = createHash("sha256");
  let done = 0;
  for (const file of files) {
    // A file that is not listed is read whole, which throws where it is missing.
    const size = sizes.get(file) ?? (await source.read(file)).length;
    hash.update(`${file}\0${size}\0`);
    for (let start = 0; start < size; start += blockLength) {
      const length = Math.min(blockLength, size - start);
      hash.update(await source.readRange(file, start, length));
      done += length;
      options.onProgress?.({ label: `fingerprint of ${source.location}`, done, total });
    }
  }
  if (options.seed !== undefined) hash.update(`random weights\0${typeof options.seed}\0${options.seed}`);
  return hash.digest("hex");
}

const blockLength = 2 ** 26;
