import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { FloatArray } from "../array/matrix.ts";
import { FormatError } from "../errors.ts";
import { hostIsLittleEndian, swapByteOrder } from "../formats/byte-order.ts";
import { type ByteStream, byteStream } from "../formats/byte-stream.ts";
import { decodeNumbers } from "../formats/number-type.ts";
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
 * Keeps arrays of double or single precision, bit for bit. The file holds, in this order:
 *
 * - 4 bytes that name the format, the length of the header (unsigned, 4 bytes), 8 bytes of zeros;
 * - the header: JSON, filled up with spaces to a multiple of 8 bytes;
 * - the arrays, each filled up with zeros to a multiple of 8 bytes;
 * - the SHA-256 of all before it.
 *
 * Numbers are little-endian.
 *
 * @param path - its last part is kept as well: a file in another's place is refused
 * @param key - names what the arrays were computed from
 */
export async function writeKeptArrays(store: Store, path: string, key: string, kept: KeptArrays): Promise<void> {
  await store.write(path, keptFileBytes(path, key, kept));
}

/** The bytes of the file that {@link writeKeptArrays} writes. */
export function keptFileBytes(path: string, key: string, kept: KeptArrays): Uint8Array<ArrayBuffer> {
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
  for (const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } of kept.arrays) {
    const raw = new Uint8Array(buffer, byteOffset, byteLength);
    bytes.set(hostIsLittleEndian ? raw : swapByteOrder(raw, BYTES_PER_ELEMENT), at);
    at += filledUp(byteLength);
  }
  bytes.set(digestBefore(bytes, at), at);
  return bytes;
}

/** Bytes of a number, and how many there are. */
type ArrayShape = readonly [size: 4 | 8, length: number];

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function filledUp(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/** The SHA-256 of all bytes before a place. */
function digestBefore(bytes: Uint8Array, end: number): Buffer {
  return createHash("sha256").update(bytes.subarray(0, end)).digest();
}

/** How {@link loadKeptArrays} reads. */
export interface LoadSettings {
  /**
   * CRC-32 of files whose digest was checked before, by where they lie: such a file is checked by it again, in a tenth of the
   * time. Others are added.
   */
  readonly checksums?: Map<string, number> | undefined;
  /** Where the bytes are to lie, if they fit: memory that is used again need not be given by the system anew. */
  readonly memory?: Uint8Array | undefined;
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
  const location = `${store.location}/${path}`;
  const refuse = refusalOf(location);
  const bytes = await store.read(path, settings.memory);
  const end = bytes.length - DIGEST;
  if (end < HEAD) throw refuse(DAMAGED);
  const checked = settings.checksums?.get(location);
  if (checked === undefined) {
    if (!digestBefore(bytes, end).equals(bytes.subarray(end))) throw refuse(OTHER_DIGEST);
    settings.checksums?.set(location, crc32(bytes));
  } else if (checked !== crc32(bytes)) throw refuse(OTHER_BYTES);
  let at = HEAD + headerLength(bytes, refuse);
  const header = parseHeader(bytes.subarray(HEAD, at), refuse);
  checkOwner(header, path, key, refuse);
  const arrays = header.arrays.map(([size, length]) => {
    const start = at;
    at += filledUp(size * length);
    return numbersOf(bytes.subarray(start, start + size * length), size, location);
  });
  return { about: header.about, arrays };
}

/** How {@link openKeptArrays} opens a file. */
export interface OpenSettings {
  /** What to do about a file that is damaged (default: to delete it, since it is computed anew). */
  readonly remedy?: string | undefined;
}

/** A file of {@link writeKeptArrays} whose arrays are read one at a time. */
export interface OpenArrays {
  readonly about: unknown;
  /** An array, read anew each time. */
  readonly load: (index: number) => Promise<FloatArray>;
}

/**
 * Opens a file of {@link writeKeptArrays}, of which one array is in memory at a time. The whole content is read once for its
 * digest, piece by piece, and arrays that are read later must be what was read then.
 *
 * @throws FormatError where the file holds anything but what was written under this key, in this place
 * @throws NotFoundError where there is none
 */
export async function openKeptArrays(
  store: Source,
  path: string,
  key: string,
  { remedy }: OpenSettings = {},
): Promise<OpenArrays> {
  const location = `${store.location}/${path}`;
  const refuse = refusalOf(location, remedy);
  const stream = byteStream(store.stream(path));
  let whole: Whole;
  try {
    whole = await readThrough(stream, refuse);
  } finally {
    await stream.close();
  }
  const { header, places } = whole;
  checkOwner(header, path, key, refuse);
  return {
    about: header.about,
    async load(index) {
      const { start, size, length, checksum } = places[index]!;
      const bytes = await store.readRange(path, start, size * length).catch((cause: unknown) => {
        throw cause instanceof FormatError ? refuse(DAMAGED, cause) : cause;
      });
      if (crc32(bytes) !== checksum) throw refuse(OTHER_BYTES);
      return numbersOf(bytes, size, location);
    },
  };
}

/** Where an array stands in its file, and the CRC-32 of its bytes. */
interface ArrayPlace {
  readonly start: number;
  readonly size: 4 | 8;
  readonly length: number;
  readonly checksum: number;
}

/** A file that has the digest that it says. */
interface Whole {
  readonly header: Header;
  readonly places: readonly ArrayPlace[];
}

/** Reads a file to its end, and checks its digest. */
async function readThrough(stream: ByteStream, refuse: Refuse): Promise<Whole> {
  const hash = createHash("sha256");
  const head = await stream.take(HEAD);
  hash.update(head);
  const text = await stream.take(headerLength(head, refuse));
  hash.update(text);
  const header = parseHeader(text, refuse);
  /** The CRC-32 of the next bytes, or of what is left of them. */
  const pass = async (length: number): Promise<number> => {
    let checksum = 0;
    for (let left = length; left > 0; ) {
      const piece = await stream.next(left);
      if (!piece) break;
      hash.update(piece);
      checksum = crc32(piece, checksum);
      left -= piece.length;
    }
    return checksum;
  };
  const places: ArrayPlace[] = [];
  for (const [size, length] of header.arrays) {
    const start = stream.position();
    places.push({ start, size, length, checksum: await pass(size * length) });
    await pass(filledUp(size * length) - size * length);
  }
  const digest = await stream.take(DIGEST);
  if (digest.length < DIGEST) throw refuse(DAMAGED);
  if (!hash.digest().equals(digest)) throw refuse(OTHER_DIGEST);
  if (await stream.next(1)) throw refuse(DAMAGED);
  return { header, places };
}

/** What stands in the header. */
interface Header {
  readonly key: string;
  readonly name: string;
  readonly about: unknown;
  readonly arrays: readonly ArrayShape[];
}

/** How long the header is, by the first bytes of a file. */
function headerLength(head: Uint8Array, refuse: Refuse): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < HEAD || view.getUint32(0, true) !== MAGIC) throw refuse(DAMAGED);
  return view.getUint32(4, true);
}

function parseHeader(bytes: Uint8Array, refuse: Refuse): Header {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw cause instanceof SyntaxError ? refuse(DAMAGED, cause) : cause;
  }
  if (isHeader(header)) return header;
  throw refuse(DAMAGED);
}

/** By hand: threads that read designs have no other use for a library that checks. */
function isHeader(value: unknown): value is Header {
  if (typeof value !== "object" || value === null) return false;
  const { key, name, arrays } = value as { readonly [Key in keyof Header]?: unknown };
  return typeof key === "string" && typeof name === "string" && Array.isArray(arrays) && arrays.every(isShape);
}

function isShape(value: unknown): value is ArrayShape {
  if (!Array.isArray(value)) return false;
  const [size, length] = value as unknown[];
  return (size === 4 || size === 8) && Number.isSafeInteger(length) && (length as number) >= 0;
}

/** Checks that a file, which is whole, was written under this key and name. */
function checkOwner(header: Header, path: string, key: string, refuse: Refuse): void {
  if (header.key !== key) throw refuse(`that of another key (${header.key})`);
  if (header.name !== nameOf(path)) throw refuse(`that of another key (${header.key} ${header.name})`);
}

/** The numbers of an array: a view onto its bytes where they lie as this machine needs them. */
function numbersOf(bytes: Uint8Array, size: 4 | 8, path: string): FloatArray {
  const type = size === 4 ? "float32" : "float64";
  return decodeNumbers(bytes, { path, type, isLittleEndian: true, start: 0 }) as FloatArray;
}

const DAMAGED = "damaged bytes";
const OTHER_DIGEST = "content with another SHA-256 than it says";
const OTHER_BYTES = "other bytes than when it was read first";

/** The error for a file that does not hold what was kept in it. */
type Refuse = (got: string, cause?: unknown) => FormatError;

/**
 * The error for a kept file that holds something else, made of what it holds.
 *
 * @param remedy - what to do about it (default: to delete it, since it is computed anew)
 */
export function refusalOf(location: string, remedy = "Delete it: it is computed anew"): Refuse {
  return (got, cause) => {
    const message = `the file must hold what was kept in it, got ${got}. ${remedy}`;
    return new FormatError(location, message, undefined, cause === undefined ? undefined : { cause });
  };
}
