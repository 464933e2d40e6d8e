import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { FormatError } from "../errors.ts";
import {
  decodeTensor,
  readSafetensors,
  readSafetensorsHeader,
  type SafetensorsHeader,
  safetensorsHeaderLength,
  type Tensor,
  writeSafetensors,
} from "../formats/safetensors.ts";
import type { Source, Store } from "../sources/source.ts";

/** What a file of {@link writeKept} holds. */
export interface Kept {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file of {@link writeKept} whose tensors are read one at a time. */
export interface KeptFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** Shapes of the tensors, by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The numbers of a tensor that is among them; read anew each time. */
  readonly load: (name: string) => Promise<Float32Array>;
}

/** How a kept file is opened. */
interface KeptOptions {
  readonly remedy?: string | undefined;
}

/** A kept file in messages: where it lies, and what to do where it is damaged. */
interface Place extends KeptOptions {
  readonly location: string;
}

/**
 * Keeps tensors for later runs, in a safetensors file: its metadata are those given, `key`, and `sha256`, the SHA-256 of
 * everything else in the file, by which {@link loadKept} knows that nothing was changed.
 *
 * @param key - names what the tensors were computed from
 */
export async function writeKept(store: Store, path: string, key: string, kept: Kept): Promise<void> {
  await store.write(path, await keptBytes(key, kept));
}

/** The bytes of a file of {@link writeKept}. */
export async function keptBytes(key: string, { tensors, metadata }: Kept): Promise<Uint8Array> {
  const named = { ...metadata, key };
  return writeSafetensors(Object.fromEntries(tensors), {
    ...named,
    sha256: await digestOf({ tensors, metadata: named }),
  });
}

/**
 * What was kept in a file, or undefined where there is none. Numbers that somebody or a failing disk changed would pass for
 * results: the whole content must have the digest that was written with it.
 *
 * @param key - that the file was written with
 * @throws FormatError where the file holds anything but what {@link writeKept} wrote under this key
 */
export async function loadKept(store: Store, path: string, key: string): Promise<Kept | undefined> {
  if (!(await store.has(path))) return undefined;
  const location = `${store.location}/${path}`;
  const bytes = await store.read(path);
  const content = await whole({ location }, () => readSafetensors(bytes, { path: location }));
  const metadata = await checkContent({ location }, key, content.metadata, (named) =>
    digestOf({ tensors: content.tensors, metadata: named }),
  );
  return { tensors: content.tensors, metadata };
}

/**
 * Opens a file of tensors that were kept, of which one is in memory at a time. The whole content is read once for its
 * digest, as {@link loadKept} does.
 *
 * @param key - that the file was written with
 * @param options.remedy - what to do about a file that is damaged (default: to delete it, since it is computed anew)
 * @throws NotFoundError where there is no such file
 * @throws FormatError where the file holds anything but what {@link writeKept} wrote under this key
 */
export async function openKept(
  store: Source,
  path: string,
  key: string,
  { remedy }: KeptOptions = {},
): Promise<KeptFile> {
  const place = { location: `${store.location}/${path}`, remedy };
  const { metadata: all, tensors } = await whole(place, () => readHeader(store, path));
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  const load = tensorLoader(store, path, { tensors, remedy });
  const metadata = await checkContent(place, key, all, (named) => digest(named, shapes, load));
  return { metadata, shapes, load };
}

/** Reads tensors of a file, which must not change in between. Who keeps it keeps no metadata, which may be large. */
function tensorLoader(
  store: Source,
  path: string,
  { tensors, remedy }: Pick<SafetensorsHeader, "tensors"> & KeptOptions,
): KeptFile["load"] {
  const location = `${store.location}/${path}`;
  const checksums = new Map<string, number>();
  return (name) =>
    whole({ location, remedy }, async () => {
      const entry = tensors.get(name)!;
      const { start, end } = entry;
      const bytes = await store.readRange(path, start, end - start);
      // The digest is of what was read first.
      const checksum = crc32(bytes);
      const before = checksums.get(name) ?? checksum;
      if (checksum !== before) throw new FormatError(location, `tensor "${name}" has changed since it was read first`);
      checksums.set(name, checksum);
      return decodeTensor(entry, bytes);
    });
}

/** The header of a safetensors file that does not go on behind its last tensor. */
async function readHeader(store: Source, path: string): Promise<SafetensorsHeader> {
  const length = safetensorsHeaderLength(await store.readRange(path, 0, 8));
  const header = readSafetensorsHeader(await store.readRange(path, 0, 8 + length));
  const end = [...header.tensors.values()].reduce((last, entry) => Math.max(last, entry.end), 8 + length);
  const more = await store.readRange(path, end, 1).catch((error: unknown) => {
    if (error instanceof FormatError) return undefined;
    throw error;
  });
  if (!more) return header;
  throw new FormatError(`${store.location}/${path}`, "the file must end with its last tensor, got more bytes", end);
}

/** What is read from a kept file; bytes that cannot be read are no longer what was kept. */
async function whole<T>({ location, remedy }: Place, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof FormatError) throw notAsWritten(location, "damaged bytes", { remedy, cause });
    throw cause;
  }
}

/** The metadata without the digest, where digest and key are as they should be. */
async function checkContent(
  { location, remedy }: Place,
  key: string,
  { sha256, ...metadata }: Readonly<Record<string, string>>,
  digestWith: (metadata: Kept["metadata"]) => Promise<string>,
): Promise<Kept["metadata"]> {
  if (sha256 === undefined || sha256 !== (await digestWith(metadata)))
    throw notAsWritten(location, `content with another SHA-256 than it says (${sha256 ?? "none"})`, { remedy });
  if (metadata["key"] !== key) throw notAsWritten(location, `that of another key (${metadata["key"]})`, { remedy });
  return metadata;
}

/**
 * The error for a kept file that does not hold what it should; what it held can be computed again.
 *
 * @param options.remedy - see {@link openKept}
 */
export function notAsWritten(
  location: string,
  got: string,
  { remedy = "Delete it: it is computed anew", ...options }: KeptOptions & ErrorOptions = {},
): FormatError {
  const message = `the file must hold what was kept in it, got ${got}. ${remedy}`;
  return new FormatError(location, message, undefined, options);
}

/** SHA-256 over metadata, names, shapes and numbers, which are asked for tensor by tensor. */
async function digest(
  metadata: Kept["metadata"],
  shapes: KeptFile["shapes"],
  load: (name: string) => Float32Array | Promise<Float32Array>,
): Promise<string> {
  const sorted = <T>(entries: Iterable<readonly [string, T]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256").update(JSON.stringify([sorted(Object.entries(metadata)), sorted(shapes)]));
  for (const [name] of sorted(shapes)) {
    const { buffer, byteOffset, byteLength } = await load(name);
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}

function digestOf({ tensors, metadata }: Kept): Promise<string> {
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  return digest(metadata, shapes, (name) => tensors.get(name)!.data);
}
