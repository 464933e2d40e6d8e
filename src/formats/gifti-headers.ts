import { pathOf } from "./file-bytes.ts";
import { type GiftiHeader, giftiParser } from "./gifti-parser.ts";
import type { GiftiArrayTag } from "./gifti-tag.ts";
import { gunzipped } from "./gunzip.ts";

/** Settings of {@link readGiftiHeader} and {@link readGiftiStart}. */
export interface ReadGiftiHeaderOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

/**
 * Everything that a GIFTI file of any size holds but its numbers, which are passed over and not checked.
 *
 * @param pieces - the file, from its start to its end
 * @throws FormatError as `streamGifti`, but for what is wrong with numbers
 */
export async function readGiftiHeader(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: ReadGiftiHeaderOptions = {},
): Promise<GiftiHeader> {
  const path = pathOf(options, "GIFTI");
  const parser = giftiParser(path, () => undefined);
  for await (const piece of gunzipped(pieces, path)) parser.push(piece);
  return parser.end();
}

/** What a GIFTI file says before its first numbers. */
export interface GiftiStart extends GiftiArrayTag {
  /** Of the file and of its first array; where both say it, the array. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * What a GIFTI file says of its first array and how many it holds; undefined where it holds none. Of a file of any size
 * no more is read than what stands before the first numbers, so that what comes after them may be damaged.
 *
 * @param pieces - the file from its start; left where the first numbers begin
 * @throws FormatError where what is read is not what the standard says
 */
export async function readGiftiStart(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: ReadGiftiHeaderOptions = {},
): Promise<GiftiStart | undefined> {
  const path = pathOf(options, "GIFTI");
  let first: GiftiStart | undefined;
  const parser = giftiParser(path, ({ tag, metadata }) => {
    first ??= { ...tag, metadata: metadata() };
    return undefined;
  });
  for await (const piece of gunzipped(pieces, path)) {
    parser.push(piece);
    if (first) return first;
  }
  parser.end();
  return first;
}
