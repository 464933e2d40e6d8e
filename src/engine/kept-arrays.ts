import { createHash } from "node:crypto";
import { FormatError } from "../errors.ts";
import type { Store } from "../sources/source.ts";

/** What a file of {@link writeKeptArrays} holds. */
export interface KeptArrays {
  /** Anything that JSON can say. */
  readonly about: unknown;
  readonly arrays: readonly Float64Array[];
}

const MAGIC = 0x31_6b_63_63; // "cck1"
const HEAD = 16;
const DIGEST = 32;

/**
 * Keeps arrays of double precision, bit for bit: 4 bytes that say so, the length of the header (unsigned, 4 bytes), 8 of
 * zeros, the header (JSON, filled up with spaces to a multiple of 8 bytes), the arrays, and the SHA-256 of all before it.
 * Numbers are little-endian.
 *
 * @param key - names what the arrays were computed from
 */
export async function writeKeptArrays(store: Store, path: string, key: string, kept: KeptArrays): Promise<void> {
  const lengths = kept.arrays.map((array) => array.length);
  const header = new TextEncoder().encode(JSON.stringify({ key, about: kept.about, lengths }));
  const nHeader = Math.ceil(header.length / 8) * 8;
  const nNumbers = lengths.reduce((sum, length) => sum + length, 0);
  const bytes = new Uint8Array(HEAD + nHeader + 8 * nNumbers + DIGEST);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, nHeader, true);
  bytes.fill(32, HEAD, HEAD + nHeader);
  bytes.set(header, HEAD);
  const numbers = new Float64Array(bytes.buffer, HEAD + nHeader, nNumbers);
  let at = 0;
  for (const array of kept.arrays) {
    numbers.set(array, at);
    at += array.length;
  }
  bytes.set(digestOf(bytes), bytes.length - DIGEST);
  await store.write(path, bytes);
}

/**
 * What {@link writeKeptArrays} kept in a file, as views onto its bytes.
 *
 * @param settings.isTrusted - leave the digest out: the file was checked before, by whoever asks
 * @param settings.room - where the bytes are to lie, if they fit: memory that is used again need not be given by the system anew
 * @throws FormatError where the file holds anything but what was written under this key
 * @throws NotFoundError where there is none
 */
export async function loadKeptArrays(
  store: Store,
  path: string,
  key: string,
  settings: { readonly isTrusted?: boolean; readonly room?: Uint8Array | undefined } = {},
): Promise<KeptArrays> {
  const location = `${store.location}/${path}`;
  const bytes = settings.room ? await readInto(settings.room, store, path) : await store.read(path);
  const fail = (got: string) =>
    new FormatError(location, `the file must hold what was kept in it, got ${got}. Delete it: it is computed anew`);
  // Views need the numbers at a multiple of 8 bytes.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength);
  if (aligned.length < HEAD + DIGEST || view.getUint32(0, true) !== MAGIC) throw fail(`${bytes.length} other bytes`);
  if (!settings.isTrusted) {
    const isWhole = digestOf(aligned).equals(aligned.subarray(aligned.length - DIGEST));
    if (!isWhole) throw fail("content with another SHA-256 than it says");
  }
  const nHeader = view.getUint32(4, true);
  if (HEAD + nHeader + DIGEST > aligned.length) throw fail(`${bytes.length} bytes, fewer than its header says`);
  const header = new TextDecoder().decode(aligned.subarray(HEAD, HEAD + nHeader));
  const { key: found, about, lengths } = JSON.parse(header) as { key: string; about: unknown; lengths: number[] };
  if (found !== key) throw fail(`that of another key (${found})`);
  let start = aligned.byteOffset + HEAD + nHeader;
  const arrays = lengths.map((length) => {
    const array = new Float64Array(aligned.buffer, start, length);
    start += 8 * length;
    return array;
  });
  return { about, arrays };
}

async function readInto(room: Uint8Array, store: Store, path: string): Promise<Uint8Array> {
  let at = 0;
  for await (const piece of store.stream(path)) {
    if (at + piece.length > room.length) return store.read(path);
    room.set(piece, at);
    at += piece.length;
  }
  return room.subarray(0, at);
}

/** The SHA-256 of all but the last bytes, where it is kept. */
function digestOf(bytes: Uint8Array): Buffer {
  return createHash("sha256")
    .update(bytes.subarray(0, bytes.length - DIGEST))
    .digest();
}
