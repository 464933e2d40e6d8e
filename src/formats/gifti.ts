import { gunzipSync } from "node:zlib";
import { FormatError } from "../errors.ts";
import { formatBytes } from "./byte-order.ts";
import {
  formatArray,
  formatMetadata,
  type GiftiArray,
  type GiftiSource,
  readArray,
  readMetadata,
  xmlSafe,
} from "./gifti-array.ts";
import type { GiftiEncoding } from "./gifti-data.ts";
import { parseCount, parseNumber } from "./number.ts";
import { parseXml, type XmlElement, xmlAttribute, xmlChildren, xmlText } from "./xml.ts";

export type { GiftiArray, GiftiCoordinateSystem } from "./gifti-array.ts";

/** A GIFTI file: data on the vertices of a surface, or the surface itself. */
export interface Gifti {
  /** What the file says of itself; of a name given twice, the last. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The label table, empty where there is none. */
  readonly labels: readonly GiftiLabel[];
  readonly arrays: readonly GiftiArray[];
}

/** One row of a label table. */
export interface GiftiLabel {
  /** The value that stands for this label in an array of intent `NIFTI_INTENT_LABEL`. */
  readonly key: number;
  readonly name: string;
  /** Red, green, blue, alpha in 0..1; NaN where the file gives none. */
  readonly rgba: readonly [number, number, number, number];
}

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

const maxUnpacked = 2 ** 31;

/**
 * The content of a GIFTI file: metadata, labels and arrays, every encoding and byte order of the standard, compressed
 * as a whole (`.gii.gz`) or not. The names `GIFTI_ENCODING_*`, `GIFTI_ENDIAN_*` and `Index` for a label's key, which
 * older programs wrote, are understood.
 *
 * @param bytes - the whole file
 * @throws FormatError where the file is not what the standard says, with the byte at fault (of the unpacked XML, in a
 * `.gii.gz`); nothing is guessed and no array is unpacked beyond what its dimensions say
 * @throws OptionError where an array lies in another file and `external` is not given
 * @see https://www.nitrc.org/frs/download.php/2871/GIFTI_Surface_Format.pdf
 */
export function readGifti(bytes: Uint8Array, options: ReadGiftiOptions = {}): Gifti {
  const path = options.path ?? "GIFTI";
  const xml = unpack(bytes, path);
  const root = parseXml(xml, path);
  if (root.name !== "GIFTI") {
    throw new FormatError(path, `the root element must be <GIFTI>, got <${root.name}>`, root.start);
  }
  const file: GiftiSource = { bytes: xml, path, external: options.external };
  const version = root.attributes.get("Version");
  if (version !== undefined && parseNumber(version) !== 1) {
    throw new FormatError(path, `Version must be 1.0, got "${version}"`, root.start);
  }
  const arrays = xmlChildren(root, "DataArray").map((element, index) => readArray(file, element, index));
  const declared = parseCount(xmlAttribute(file, root, "NumberOfDataArrays"));
  if (declared !== arrays.length) {
    const shown = root.attributes.get("NumberOfDataArrays");
    throw new FormatError(
      path,
      `NumberOfDataArrays must be the number of arrays, ${arrays.length}, got "${shown}"`,
      root.start,
    );
  }
  return { metadata: readMetadata(file, root), labels: readLabels(file, root), arrays };
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
  return Buffer.concat(lines.map((line) => Buffer.from(`${line}\n`)));
}

function unpack(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      return gunzipSync(bytes, { maxOutputLength: maxUnpacked });
    } catch (cause) {
      const tooLarge = (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
      const trouble = tooLarge
        ? "a compressed file must unpack to at most 2 GiB, got more. Unpack it first if it is what it says"
        : `a file that begins as gzip must be a whole gzip stream, got one that is not (${(cause as Error).message}). It looks truncated or damaged: fetch it again`;
      throw new FormatError(path, trouble, undefined, { cause });
    }
  }
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 64)).replace("\u00ef\u00bb\u00bf", "").trimStart();
  if (start.startsWith("<")) return bytes;
  const hint = start.startsWith("BZh") ? "It is compressed with bzip2: unpack it first" : "Is it a GIFTI file?";
  throw new FormatError(
    path,
    `a GIFTI file must be XML in UTF-8, or gzip of it, got bytes ${formatBytes(bytes)}. ${hint}`,
    0,
  );
}

function readLabels(file: GiftiSource, root: XmlElement): GiftiLabel[] {
  const elements = xmlChildren(root, "LabelTable").flatMap((table) => xmlChildren(table, "Label"));
  return elements.map((element) => {
    const key = element.attributes.get("Key") ?? element.attributes.get("Index") ?? xmlAttribute(file, element, "Key");
    if (!/^[+-]?\d+$/.test(key) || !Number.isSafeInteger(Number(key))) {
      throw new FormatError(file.path, `a label's Key must be a whole number, got "${key}"`, element.start);
    }
    const colour = (name: string) => {
      const text = element.attributes.get(name);
      const value = text === undefined ? Number.NaN : parseNumber(text);
      if (value !== undefined) return value;
      throw new FormatError(
        file.path,
        `a label's ${name} must be a number, got "${text}" (label ${key})`,
        element.start,
      );
    };
    return {
      key: Number(key),
      name: xmlText(file.bytes, element, file.path),
      rgba: [colour("Red"), colour("Green"), colour("Blue"), colour("Alpha")],
    };
  });
}

function formatLabel(label: GiftiLabel): string {
  const names = ["Red", "Green", "Blue", "Alpha"];
  const colours = label.rgba.map((value, i) => (Number.isNaN(value) ? "" : ` ${names[i]}="${value}"`));
  return `<Label Key="${label.key}"${colours.join("")}>${xmlSafe(label.name)}</Label>`;
}
