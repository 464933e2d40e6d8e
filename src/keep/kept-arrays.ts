import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { FloatArray } from "../array/matrix.ts";
import { FormatError } from "../errors.ts";
import type { Source, Store } from "../sources/source.ts";

/** What a file of {@link writeKeptArrays} holds. */
export interface KeptArrays {
  /** Anything that JSON can say. */
  readonly about: unknown;
  readonly arrays: readonly FloatArray[];
}

const MAGIC = 0x32_6b_63_63; // "cck2"
const HEAD = 16;
const DIGEST = 32;

/**
 * Keeps arrays of double or single precision, bit for bit: 4 bytes that say so, the length of the header (unsigned, 4
 * bytes), 8 of zeros, the header (JSON, filled up with spaces to a multiple of 8 bytes), the arrays, each filled up with
 * zeros to a multiple of 8 bytes, and the SHA-256 of all before it. Numbers are little-endian.
 *
 * @param path - its last part is kept as well: a file in another's place is refused
 * @param key - names what the arrays were computed from
 */
export async function writeKeptArrays(store: Store, path: string, key: string, kept: KeptArrays): Promise<void> {
  const shapes = kept.arrays.map((array): ArrayShape => [array instanceof Float32Array ? 4 : 8, array.length]);
  const header = new TextEncoder().encode(
    JSON.stringify({ key, name: nameOf(path), about: kept.about, arrays: shapes }),
  );
  const nHeader = filledUp(header.length);
  const nNumbers = kept.arrays.reduce((sum, array) => sum + filledUp(array.byteLength), 0);
  const bytes = new Uint8Array(HEAD + nHeader + nNumbers + DIGEST);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, nHeader, true);
  bytes.fill(32, HEAD, HEAD + nHeader);
  bytes.set(header, HEAD);
  let at = HEAD + nHeader;
  for (const array of kept.arrays) {
    bytes.set(bytesOf(array), at);
    at += filledUp(array.byteLength);
  }
  bytes.set(digestOf(bytes), bytes.length - DIGEST);
  await store.write(path, bytes);
}

/** Bytes of a number, and how many there are. */
type ArrayShape = readonly [size: 4 | 8, length: number];

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function filledUp(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/** How {@link loadKeptArrays} reads. */
export interface LoadSettings {
  /**
   * CRC-32 of files whose digest was checked before, by where they lie: such a file is checked by it again, in a tenth of the
   * time. Others are added.
   */
  readonly checksums?: Map<string, number> | undefined;
  /** Where the bytes are to lie, if they fit: memory that is used again need not be given by the system anew. */
  readonly room?: Uint8Array | undefined;
}

/** A file of {@link writeKeptArrays} whose arrays are read one at a time. */
export interface OpenArrays {
  readonly about: unknown;
  /** How many numbers each array has. */
  readonly lengths: readonly number[];
  /** An array, read anew each time. */
  readonly load: (index: number) => Promise<FloatArray>;
}

/**
 * Opens a file of {@link writeKeptArrays}, of which one array is in memory at a time. The whole content is read once for its
 * digest, and arrays that are read later must be what was read then.
 *
 * @throws FormatError where the file holds anything but what was written under this key, in this place
 * @throws NotFoundError where there is none
 */
export async function openKeptArrays(store: Source, path: string, key: string): Promise<OpenArrays> {
  const { about, arrays, first } = await readWhole(store, path, key, {});
  const start = arrays[0]?.byteOffset ?? 0;
  const places = arrays.map((array) => ({
    start: first + array.byteOffset - start,
    nBytes: array.byteLength,
    isSingle: array instanceof Float32Array,
    checksum: crc32(bytesOf(array)),
  }));
  return {
    about,
    lengths: arrays.map(({ length }) => length),
    async load(index) {
      const place = places[index]!;
      const bytes = await store.readRange(path, place.start, place.nBytes);
      if (crc32(bytes) !== place.checksum)
        throw new FormatError(`${store.location}/${path}`, `array ${index} has changed since it was read first`);
      const own = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
      return place.isSingle
        ? new Float32Array(own.buffer, own.byteOffset, place.nBytes / 4)
        : new Float64Array(own.buffer, own.byteOffset, place.nBytes / 8);
    },
  };
}

/**
 * What {@link writeKeptArrays} kept in a file, as views onto its bytes.
 *
 * @throws FormatError where the file holds anything but what was written under this key, in this place
 * @throws NotFoundError where there is none
 */
export async function loadKeptArrays(
  store: Source,
  path: string,
  key: string,
  settings: LoadSettings = {},
): Promise<KeptArrays> {
  const { about, arrays } = await readWhole(store, path, key, settings);
  return { about, arrays };
}

/** Arrays with the place of the first of them in the file. */
async function readWhole(
  store: Source,
  path: string,
  key: string,
  settings: LoadSettings,
): Promise<KeptArrays & { readonly first: number }> {
  const location = `${store.location}/${path}`;
  const bytes = await store.read(path, settings.room);
  const fail = (got: string) =>
    new FormatError(location, `the file must hold what was kept in it, got ${got}. Delete it: it is computed anew`);
  // Views need the numbers at a multiple of 8 bytes.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength);
  if (aligned.length < HEAD + DIGEST || view.getUint32(0, true) !== MAGIC) throw fail(`${bytes.length} other bytes`);
  const checked = settings.checksums?.get(location);
  if (checked === undefined) {
    const isWhole = digestOf(aligned).equals(aligned.subarray(aligned.length - DIGEST));
    if (!isWhole) throw fail("content with another SHA-256 than it says");
    settings.checksums?.set(location, crc32(aligned));
  } else if (checked !== crc32(aligned)) throw fail("other bytes than when it was read first");
  const nHeader = view.getUint32(4, true);
  if (HEAD + nHeader + DIGEST > aligned.length) throw fail(`${bytes.length} bytes, fewer than its header says`);
  const header = new TextDecoder().decode(aligned.subarray(HEAD, HEAD + nHeader));
  const found = JSON.parse(header) as { key: string; name: string; about: unknown; arrays: ArrayShape[] };
  if (found.key !== key) throw fail(`that of another key (${found.key})`);
  if (found.name !== nameOf(path)) throw fail(`that of another key (${found.key} ${found.name})`);
  let start = aligned.byteOffset + HEAD + nHeader;
  const arrays = found.arrays.map(([size, length]) => {
    const from = start;
    start += filledUp(size * length);
    return size === 4 ? new Float32Array(aligned.buffer, from, length) : new Float64Array(aligned.buffer, from, length);
  });
  return { about: found.about, arrays, first: HEAD + nHeader };
}

function bytesOf({ buffer, byteOffset, byteLength }: FloatArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The SHA-256 of all but the last bytes, where it is kept. */
function digestOf(bytes: Uint8Array): Buffer {
  return createHash("sha256")
    .update(bytes.subarray(0, bytes.length - DIGEST))
    .digest();
}
