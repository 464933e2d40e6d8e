import { FormatError, NotFoundError } from "../errors.ts";
import { readText, type Store } from "./source.ts";

/** A file to be written: where, relative to the store's root ("/" on every system), and what. */
export interface OutputFile {
  readonly path: string;
  /** Text is written as UTF-8. */
  readonly bytes: Uint8Array | string;
}

/** What writing files did. */
export interface WrittenFiles {
  /** Paths that were written or changed. */
  readonly written: readonly string[];
  /** Paths of an earlier call that this one does not have; they are removed. */
  readonly removed: readonly string[];
}

/** Lists the files that are ours; BIDS tools pass over names that begin with a dot. */
const listPath = ".cortecast-files.json";

/**
 * Brings a folder to hold these files: writes those that are not there with the same bytes, and removes those
 * that an earlier call wrote and that are none of these, so that nothing lies beside them that they do not speak of.
 * Other files are left alone. Where it is cut off, the next call does the rest: a file is in the list before it is in
 * the folder.
 *
 * @param batches - made one after the other, so that the bytes of one are in memory at a time
 * @throws FormatError where the list of files is damaged
 */
export async function writeOutputFiles(
  store: Store,
  batches: Iterable<readonly OutputFile[]> | AsyncIterable<readonly OutputFile[]>,
): Promise<WrittenFiles> {
  const earlier = await readList(store);
  const listed = new Set(earlier);
  const own = new Set<string>();
  const written: string[] = [];
  for await (const files of batches) {
    for (const { path } of files) own.add(path);
    if (files.some(({ path }) => !listed.has(path))) {
      for (const { path } of files) listed.add(path);
      await writeList(store, listed);
    }
    for (const { path, bytes } of files) {
      const wanted = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
      if (await holds(store, path, wanted)) continue;
      await store.write(path, wanted);
      written.push(path);
    }
  }
  const removed = earlier.filter((path) => !own.has(path));
  for (const path of removed) await store.remove(path);
  if (removed.length > 0) await writeList(store, own);
  return { written, removed };
}

/** Whether the file holds these bytes. One that cannot be read, such as a link to nothing, is written over. */
async function holds(store: Store, path: string, wanted: Uint8Array): Promise<boolean> {
  // Asked first: to say what is missing, reading would look through the whole folder, for every new file.
  if (!(await store.has(path))) return false;
  try {
    return Buffer.compare(await store.read(path), wanted) === 0;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

async function readList(store: Store): Promise<readonly string[]> {
  if (!(await store.has(listPath))) return [];
  try {
    const { files } = JSON.parse(await readText(store, listPath)) as { files: unknown };
    if (Array.isArray(files) && files.every((path) => typeof path === "string")) return files;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new FormatError(
    `${store.location}/${listPath}`,
    'the file must hold {"files": [paths]}, got something else. Delete it, and the files of earlier runs that are not wanted',
  );
}

function writeList(store: Store, paths: ReadonlySet<string>): Promise<void> {
  return store.write(listPath, `${JSON.stringify({ files: [...paths].sort() }, null, 2)}\n`);
}
