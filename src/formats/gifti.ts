import { checkArgument } from "../array/arguments.ts";
import { joinBytes } from "../platform/join-bytes.ts";
import { pathOf } from "./file-bytes.ts";
import { formatArray, formatMetadata, xmlSafe } from "./gifti-array.ts";
import { collector, deliverTo, type Gifti, withNumbers } from "./gifti-collect.ts";
import type { GiftiBlock, GiftiEncoding } from "./gifti-data.ts";
import { type BlockReader, type ByteReader, numberDecoder } from "./gifti-decode.ts";
import { checkExternal, externalNotGiven } from "./gifti-external.ts";
import { type GiftiLabel, giftiParser } from "./gifti-parser.ts";
import type { ExternalBlock } from "./gifti-tag.ts";
import { blockReader, unpackAtEnd, unpackedSize } from "./gifti-unpack.ts";
import { gunzipWhole } from "./gunzip.ts";

export type { GiftiArray, GiftiArrayHeader, GiftiCoordinateSystem } from "./gifti-array.ts";
export type { Gifti } from "./gifti-collect.ts";
export type { GiftiHeader, GiftiLabel } from "./gifti-parser.ts";

/** Settings of {@link readGifti}. */
export interface ReadGiftiOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
  /** Gives the bytes of a file that lies beside this one, for arrays that are kept apart. */
  readonly external?: ((fileName: string) => Uint8Array) | undefined;
}

/** Settings of {@link writeGifti}. */
export interface WriteGiftiOptions {
  readonly encoding?: Exclude<GiftiEncoding, "ExternalFileBinary"> | undefined;
}

/**
 * The content of a GIFTI file: metadata, labels and arrays, every encoding and byte order of the standard, compressed
 * as a whole (`.gii.gz`) or not. The names `GIFTI_ENCODING_*`, `GIFTI_ENDIAN_*` and `Index` for a label's key, which
 * older programs wrote, are understood. For files that should not be in memory as a whole there is `streamGifti`.
 *
 * @param bytes - the whole file
 * @throws FormatError where the file is not what the standard says, with the byte at fault (of the unpacked XML, in a
 * `.gii.gz`); nothing is guessed and no array is unpacked beyond what its dimensions say
 * @throws OptionError where an array lies in another file and `external` is not given
 * @see https://www.nitrc.org/frs/download.php/2871/GIFTI_Surface_Format.pdf
 */
export function readGifti(bytes: Uint8Array, options: ReadGiftiOptions = {}): Gifti {
  const path = pathOf(options, "GIFTI");
  const { sink, data } = collector(path);
  const parser = giftiParser(path, (start) => {
    const { deliver, end } = deliverTo(sink, start.tag, start.block);
    const reader = start.external
      ? externalReader(start.block, start.external, numberDecoder(start.block, deliver), options.external)
      : blockReader(start, deliver, unpackAtEnd);
    return {
      push: reader.push,
      end() {
        reader.end();
        end();
      },
    };
  });
  parser.push(gunzipWhole(bytes, path));
  return withNumbers(parser.end(), data);
}

/** The numbers of an array that lie in another file; what stands in `<Data>` itself is passed over. */
function externalReader(
  block: GiftiBlock,
  { fileName, offset }: ExternalBlock,
  numbers: ByteReader,
  external: ReadGiftiOptions["external"],
): BlockReader {
  return {
    push: () => undefined,
    end() {
      if (!external) throw externalNotGiven(block, fileName);
      const bytes = external(fileName);
      checkExternal(block, { fileName, offset }, bytes.length);
      numbers.push(bytes.subarray(offset, offset + unpackedSize(block)));
      numbers.end();
    },
  };
}

/**
 * A GIFTI file with the given content, arrays in row-major order and this machine's byte order. {@link readGifti}
 * gives the same content back, but for white space around names and values of metadata and labels.
 *
 * @param options - `encoding`: `GZipBase64Binary` (the default: smallest), `Base64Binary` or `ASCII` (all digits that
 * tell the number from its neighbours)
 * @throws ShapeError where an array's data do not fit its dimensions
 * @throws OptionError where an array's data lie in another kind of array than its data type asks for, or a text holds
 * characters that XML cannot
 */
export function writeGifti(gifti: Gifti, options: WriteGiftiOptions = {}): Uint8Array {
  checkArgument("writeGifti: gifti", gifti, "an object", { arrays: "a list", labels: "a list", metadata: "an object" });
  checkArgument("writeGifti: options", options, "an object");
  const encoding = options.encoding ?? "GZipBase64Binary";
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE GIFTI SYSTEM "http://www.nitrc.org/frs/download.php/115/gifti.dtd">',
    `<GIFTI Version="1.0" NumberOfDataArrays="${gifti.arrays.length}">`,
    ...formatMetadata(gifti.metadata),
    "<LabelTable>",
    ...gifti.labels.map(formatLabel),
    "</LabelTable>",
    ...gifti.arrays.flatMap((array, index) => formatArray(array, encoding, `writeGifti: array ${index}`)),
    "</GIFTI>",
  ];
  return joinBytes(lines.map((line) => new TextEncoder().encode(`${line}\n`)));
}

function formatLabel(label: GiftiLabel): string {
  const names = ["Red", "Green", "Blue", "Alpha"];
  const colours = label.rgba.map((value, i) => (Number.isNaN(value) ? "" : ` ${names[i]}="${value}"`));
  return `<Label Key="${label.key}"${colours.join("")}>${xmlSafe(label.name)}</Label>`;
}
