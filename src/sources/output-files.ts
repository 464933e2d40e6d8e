import { FormatError, listSome, NotFoundError, OptionError } from "../errors.ts";
import { digestOf } from "./checksum.ts";
import { readText, type Source, type Store } from "./source.ts";

/** A file to be written: where, relative to the store's root ("/" on every system), and what. */
export interface OutputFile {
  readonly path: string;
  /** Text is written as UTF-8. */
  readonly bytes: Uint8Array | string;
}

/** The outcome of writing files. */
export interface WrittenFiles {
  /** Paths that were written or changed. */
  readonly written: readonly string[];
  /** Paths of an earlier call that this one does not have; they are removed. */
  readonly removed: readonly string[];
  /** Paths of an earlier call that this one does not have, and that somebody changed since: they are left, and no longer ours. */
  readonly kept: readonly string[];
}

/** Which files are written, and which list names them. */
export interface OutputFilesOptions {
  /** What the folder is called in messages: `` `output` ``. Default: by its location alone. */
  readonly name?: string | undefined;
  /** The list of the files, relative to the root. BIDS tools pass over names that begin with a dot. */
  readonly list?: string | undefined;
  /** Whether files of earlier calls that this one does not have stay, and in the list. Default: they are removed. */
  readonly adds?: boolean | undefined;
  /** The file that vouches for all others: it goes before another of its batch is changed, and comes last. */
  readonly seal?: string | undefined;
}

/** The list of a folder's files, where no other is named. */
export const filesList = ".cortecast-files.json";

/**
 * SHA-256 of the bytes that we wrote, by path. While a file is replaced it has two, of the bytes before and after: either
 * may be found where the writing was cut off.
 */
type Listed = Map<string, readonly string[]>;

/**
 * Checks that these files may be written: each is absent, or in the list of what we wrote with the digest that it has now.
 *
 * @throws OptionError that names every file that is not ours, or was changed since
 * @throws FormatError where the list is damaged
 */
export function checkOutputFiles(
  store: Store,
  paths: Iterable<string>,
  options: OutputFilesOptions = {},
): Promise<void> {
  return checkListedFiles(store, [{ list: options.list ?? filesList, paths }], options);
}

/**
 * {@link checkOutputFiles}, of several lists.
 *
 * @throws OptionError, FormatError as there
 */
export async function checkListedFiles(
  store: Store,
  lists: Iterable<{ readonly list: string; readonly paths: Iterable<string> }>,
  options: Pick<OutputFilesOptions, "name"> = {},
): Promise<void> {
  const others: string[] = [];
  for (const { list, paths } of lists) {
    const listed = await readList(store, { list });
    for (const path of paths) {
      const found = await inspect(store, path, listed);
      if (found.kind === "other") others.push(describeOther(path, listed));
    }
  }
  refuse(store, others, options);
}

/**
 * Writes files into a folder: those that are not there with the same bytes. Removes files that an earlier call wrote and that
 * are none of these. Only
 * what stands in the list with the digest that it has is ever replaced or removed; other files are left alone. Where it
 * is cut off, the next call does the rest: a file is in the list before it is in the folder.
 *
 * @param batches - made one after the other, so that the bytes of one are in memory at a time
 * @throws OptionError where a file of that name is not ours, or was changed since, as {@link checkOutputFiles}
 * @throws FormatError where the list of files is damaged
 */
export async function writeOutputFiles(
  store: Store,
  batches: Iterable<readonly OutputFile[]> | AsyncIterable<readonly OutputFile[]>,
  options: OutputFilesOptions = {},
): Promise<WrittenFiles> {
  const listed = await readList(store, options);
  const own = new Map<string, readonly string[]>();
  const written: string[] = [];
  for await (const files of batches) {
    const wanted = await Promise.all(files.map(async (file) => ({ ...file, digest: await digestOfBytes(file.bytes) })));
    const others: string[] = [];
    const missing: typeof wanted = [];
    let isNew = false;
    for (const file of wanted) {
      const { path, digest } = file;
      own.set(path, [digest]);
      const found = await inspect(store, path, listed);
      if (found.kind === "other") others.push(describeOther(path, listed));
      else if (found.digest !== digest) missing.push(file);
      const known = listed.get(path) ?? [];
      if (!known.includes(digest)) isNew = true;
      listed.set(path, found.kind === "ours" && found.digest !== digest ? [found.digest, digest] : [digest]);
    }
    refuse(store, others, options);
    if (isNew) await writeList(store, listed, options);
    const { seal } = options;
    if (seal !== undefined && missing.length > 0 && own.has(seal)) {
      await store.remove(seal);
      const sealed = wanted.find(({ path }) => path === seal);
      if (sealed && !missing.includes(sealed)) missing.push(sealed);
      missing.sort((a, b) => Number(a.path === seal) - Number(b.path === seal));
    }
    for (const { path, bytes } of missing) {
      await store.write(path, bytes);
      written.push(path);
    }
  }
  if (options.adds) {
    for (const [path, digests] of listed) if (!own.has(path)) own.set(path, digests);
  }
  const { removed, kept } = await removeOthers(store, listed, own);
  await writeList(store, own, options);
  return { written, removed, kept };
}

/** A folder's files that a list names. */
export interface ListedFiles {
  /** Those that are there as we wrote them. */
  readonly ours: readonly string[];
  /** Those that somebody changed since. */
  readonly changed: readonly string[];
  /** Those that somebody removed since. */
  readonly absent: readonly string[];
}

/**
 * The files that a list names, by whether they are as we wrote them.
 *
 * @throws FormatError where the list is damaged
 */
export async function listOutputFiles(store: Store, options: OutputFilesOptions = {}): Promise<ListedFiles> {
  const files = { ours: [] as string[], changed: [] as string[], absent: [] as string[] };
  const listed = await readList(store, options);
  for (const path of [...listed.keys()].sort()) {
    const found = await inspect(store, path, listed);
    files[found.kind === "other" ? "changed" : found.kind].push(path);
  }
  return files;
}

/**
 * Removes the files that a list names and that are there as we wrote them, and the list.
 *
 * @returns what was removed, and what stays since somebody changed it
 * @throws FormatError where the list is damaged
 */
export async function removeOutputFiles(
  store: Store,
  options: OutputFilesOptions = {},
): Promise<Pick<WrittenFiles, "removed" | "kept">> {
  const outcome = await removeOthers(store, await readList(store, options), new Map());
  await store.remove(options.list ?? filesList);
  return outcome;
}

async function removeOthers(
  store: Store,
  listed: Listed,
  own: Listed,
): Promise<Pick<WrittenFiles, "removed" | "kept">> {
  const [removed, kept]: [string[], string[]] = [[], []];
  for (const path of [...listed.keys()].sort()) {
    if (own.has(path)) continue;
    const found = await inspect(store, path, listed);
    if (found.kind === "ours") {
      await store.remove(path);
      removed.push(path);
    } else if (found.kind === "other") kept.push(path);
  }
  return { removed, kept };
}

type Found = { readonly kind: "absent" | "other"; readonly digest?: undefined } | { kind: "ours"; digest: string };

/** Whether a file is there, and is one that we wrote. */
async function inspect(store: Store, path: string, listed: Listed): Promise<Found> {
  if (!(await store.has(path))) return { kind: "absent" };
  const known = listed.get(path);
  if (known === undefined) return { kind: "other" };
  try {
    const digest = await digestOf("sha256", 0, store.stream(path));
    return known.includes(digest) ? { kind: "ours", digest } : { kind: "other" };
  } catch (error) {
    // A link to nothing, a pipe: not what we wrote.
    if (error instanceof NotFoundError) return { kind: "other" };
    throw error;
  }
}

function describeOther(path: string, listed: Listed): string {
  const known = listed.get(path);
  if (known === undefined) return `${path} (not written by cortecast)`;
  if (known.length === 0) return `${path} (written by an earlier version, which noted no digest)`;
  return `${path} (changed since cortecast wrote it)`;
}

function refuse(store: Store, others: readonly string[], { name }: OutputFilesOptions): void {
  if (others.length === 0) return;
  const [where, place] = name === undefined ? [store.location, ""] : [name, ` in ${store.location}`];
  throw new OptionError(
    `files that cortecast did not write, or that were changed since, must not be replaced, got ${listSome(others)}${place}. Move them away, or give another folder.`,
    { where },
  );
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

function digestOfBytes(bytes: Uint8Array | string): Promise<string> {
  const encoded = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  return digestOf("sha256", encoded.length, once(encoded));
}

/**
 * Paths, from the source's root, of the files that the list in a folder names.
 *
 * @param folder - the one that holds the list, which is at its root or at a participant's of the results: `"results/sub-01"`
 * @throws FormatError where the list is damaged
 */
export async function listedPaths(source: Source, folder: string): Promise<readonly string[]> {
  const listed = await readList(source, { list: `${folder}/${filesList}` });
  // Lists of participants name files from the root of the results.
  const own = folder.slice(folder.lastIndexOf("/") + 1);
  const above = folder.slice(0, -own.length);
  return [...listed.keys()].map((path) => (path.startsWith(`${own}/`) ? `${above}${path}` : `${folder}/${path}`));
}

async function readList(store: Source, { list = filesList }: OutputFilesOptions): Promise<Listed> {
  if (!(await store.has(list))) return new Map();
  const isDigests = (value: unknown): value is string | string[] =>
    [value].flat().every((digest) => typeof digest === "string");
  try {
    const { files } = JSON.parse(await readText(store, list)) as { files: unknown };
    // Lists of the first versions have no digests: whether somebody changed a file since cannot be told.
    if (Array.isArray(files) && isDigests(files)) return new Map(files.map((path) => [path, []]));
    if (typeof files === "object" && files !== null && !Array.isArray(files)) {
      const entries = Object.entries(files);
      if (entries.every(([, value]) => isDigests(value)))
        return new Map(entries.map(([path, value]) => [path, [value as string | string[]].flat()]));
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new FormatError(
    `${store.location}/${list}`,
    'the file must hold {"files": {path: SHA-256}}, got something else. Delete it, and the files of earlier runs that are not wanted',
  );
}

async function writeList(store: Store, listed: Listed, { list = filesList }: OutputFilesOptions): Promise<void> {
  const sorted = [...listed].sort(([a], [b]) => (a < b ? -1 : 1));
  // A record without a prototype: paths may be called like its fields.
  const files = Object.fromEntries(
    sorted.map(([path, digests]) => [path, digests.length === 1 ? digests[0]! : digests]),
  );
  const text = `${JSON.stringify({ files }, null, 2)}\n`;
  if ((await store.has(list)) && (await readText(store, list)) === text) return;
  await store.write(list, text);
}
