import { createHash } from "node:crypto";
import { FormatError } from "../errors.ts";
import { readSafetensors, type Tensor, writeSafetensors } from "../formats/safetensors.ts";
import type { Store } from "../sources/source.ts";

/** What a file of {@link writeKept} holds. */
export interface Kept {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Keeps tensors for later runs, in a safetensors file: its metadata are those given, `key`, and `sha256`, the SHA-256 of
 * everything else in the file, by which {@link loadKept} knows that nothing was changed.
 *
 * @param key - names what the tensors were computed from
 */
export async function writeKept(store: Store, path: string, key: string, { tensors, metadata }: Kept): Promise<void> {
  const named = { ...metadata, key };
  const bytes = writeSafetensors(Object.fromEntries(tensors), {
    ...named,
    sha256: digest({ tensors, metadata: named }),
  });
  await store.write(path, bytes);
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
  let content: Kept;
  try {
    content = readSafetensors(bytes, { path: location });
  } catch (cause) {
    if (cause instanceof FormatError) throw notAsWritten(location, "damaged bytes", { cause });
    throw cause;
  }
  const { sha256, ...metadata } = content.metadata;
  if (sha256 === undefined || sha256 !== digest({ tensors: content.tensors, metadata }))
    throw notAsWritten(location, `content with another SHA-256 than it says (${sha256 ?? "none"})`);
  if (metadata["key"] !== key) throw notAsWritten(location, `that of another key (${metadata["key"]})`);
  return { tensors: content.tensors, metadata };
}

/** The error for a kept file that does not hold what it should; what it held can be computed again. */
export function notAsWritten(location: string, got: string, options?: ErrorOptions): FormatError {
  const message = `the file must hold what was kept in it, got ${got}. Delete it: it is computed anew`;
  return new FormatError(location, message, undefined, options);
}

/** SHA-256 over metadata, names, shapes and numbers. */
function digest({ tensors, metadata }: Kept): string {
  const sorted = <T>(entries: Iterable<readonly [string, T]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const shapes = sorted(tensors).map(([name, { shape }]) => [name, shape]);
  const hash = createHash("sha256").update(JSON.stringify([sorted(Object.entries(metadata)), shapes]));
  for (const [, { data }] of sorted(tensors))
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest("hex");
}
