import { ownValue } from "../array/records.ts";
import { FormatError } from "../errors.ts";
import {
  type GiftiBlock,
  type GiftiDataType,
  type GiftiEncoding,
  giftiDataTypes,
  isGiftiDataType,
  numberTypeOf,
} from "./gifti-data.ts";
import { parseCount } from "./number.ts";
import { bytesOf } from "./number-type.ts";
import { type XmlElement, xmlAttribute } from "./xml.ts";

/** What a file says of an array before its numbers. */
export interface GiftiArrayTag {
  /** Its place in the file, from 0. */
  readonly index: number;
  /** How many arrays the file says it holds. */
  readonly nArrays: number;
  /** What the numbers mean: `"NIFTI_INTENT_TIME_SERIES"`, `"NIFTI_INTENT_POINTSET"`, ... */
  readonly intent: string;
  /** How the numbers are stored in the file. */
  readonly dataType: GiftiDataType;
  /** Length along each axis, up to six. */
  readonly dimensions: readonly number[];
  /** Which index runs fastest in the file: the last (`"row"` after row) or the first (`"column"` after column). */
  readonly order: "row" | "column";
}

/** Where the numbers of an array lie in another file. */
export interface ExternalBlock {
  readonly fileName: string;
  /** Bytes. */
  readonly offset: number;
}

/** What every intent is like. */
export const intentPattern: RegExp = /^NIFTI_INTENT_\w+$/;

const encodingsByName: Readonly<Record<string, GiftiEncoding>> = {
  ASCII: "ASCII",
  GIFTI_ENCODING_ASCII: "ASCII",
  Base64Binary: "Base64Binary",
  GIFTI_ENCODING_B64BIN: "Base64Binary",
  GZipBase64Binary: "GZipBase64Binary",
  GIFTI_ENCODING_B64GZ: "GZipBase64Binary",
  ExternalFileBinary: "ExternalFileBinary",
  GIFTI_ENCODING_EXTBIN: "ExternalFileBinary",
};
const endians: Readonly<Record<string, "little" | "big">> = {
  LittleEndian: "little",
  GIFTI_ENDIAN_LITTLE: "little",
  BigEndian: "big",
  GIFTI_ENDIAN_BIG: "big",
};
const indexOrders: Readonly<Record<string, "row" | "column">> = {
  RowMajorOrder: "row",
  GIFTI_IND_ORD_ROW_MAJOR: "row",
  ColumnMajorOrder: "column",
  GIFTI_IND_ORD_COL_MAJOR: "column",
};

/**
 * What the tag of a `<DataArray>` says.
 *
 * @param index - its place in the file, from 0
 * @param nArrays - how many the file says it holds
 * @throws FormatError where it is not what the standard says
 */
export function readTag(path: string, element: XmlElement, index: number, nArrays: number) {
  const where = `array ${index}`;
  const intent = xmlAttribute(path, element, "Intent");
  if (!intentPattern.test(intent)) {
    throw new FormatError(path, `Intent must begin with NIFTI_INTENT_, got "${intent}" (${where})`, element.start);
  }
  const dataType = xmlAttribute(path, element, "DataType");
  if (!isGiftiDataType(dataType)) {
    const known = `DataType must be one of ${giftiDataTypes}`;
    throw new FormatError(path, `${known}, got "${dataType}" (${where})`, element.start);
  }
  const dimensions = readDimensions(path, element, where);
  const length = dimensions.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(length * bytesOf(numberTypeOf(dataType))))
    throw arrayTooLarge(path, dimensions, where, element.start);
  const order = oneOf(path, element, "ArrayIndexingOrder", indexOrders, where);
  const encoding = oneOf(path, element, "Encoding", encodingsByName, where);
  const endian = encoding === "ASCII" ? "little" : oneOf(path, element, "Endian", endians, where);
  const tag: GiftiArrayTag = { index, nArrays, intent, dataType, dimensions, order };
  const external = encoding === "ExternalFileBinary" ? readExternal(path, element, where) : undefined;
  const isLittleEndian = endian === "little";
  const block: GiftiBlock = {
    path,
    where,
    type: numberTypeOf(dataType),
    length,
    isLittleEndian,
    tagStart: element.start,
    start: element.start,
  };
  return { tag, block, encoding, external };
}

/** The error of an array that no memory can hold. */
export function arrayTooLarge(path: string, dimensions: readonly number[], where: string, start?: number): FormatError {
  const shown = dimensions.join(" x ");
  return new FormatError(path, `the dimensions must make an array that fits in memory, got ${shown} (${where})`, start);
}

function readDimensions(path: string, element: XmlElement, where: string): number[] {
  const shown = xmlAttribute(path, element, "Dimensionality");
  const nDimensions = parseCount(shown);
  if (nDimensions === undefined || nDimensions < 1 || nDimensions > 6) {
    throw new FormatError(path, `Dimensionality must be 1 to 6, got "${shown}" (${where})`, element.start);
  }
  const dimensions: number[] = [];
  for (let d = 0; d < 6; d++) {
    const text = d < nDimensions ? xmlAttribute(path, element, `Dim${d}`) : element.attributes.get(`Dim${d}`);
    if (text === undefined) continue;
    const size = parseCount(text);
    if (size === undefined) {
      throw new FormatError(path, `Dim${d} must be a whole number from 0, got "${text}" (${where})`, element.start);
    }
    if (d < nDimensions) dimensions.push(size);
    else if (size > 1) {
      const message = `Dim${d} must not be given where Dimensionality is ${nDimensions}, got ${size} (${where})`;
      throw new FormatError(path, message, element.start);
    }
  }
  return dimensions;
}

function readExternal(path: string, element: XmlElement, where: string): ExternalBlock {
  const fileName = xmlAttribute(path, element, "ExternalFileName");
  if (fileName === "" || /^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(fileName)) {
    const message = `ExternalFileName must name a file beside this one, got "${fileName}" (${where})`;
    throw new FormatError(path, message, element.start);
  }
  const text = xmlAttribute(path, element, "ExternalFileOffset");
  const offset = parseCount(text);
  if (offset === undefined) {
    const message = `ExternalFileOffset must be a whole number from 0, got "${text}" (${where})`;
    throw new FormatError(path, message, element.start);
  }
  return { fileName, offset };
}

function oneOf<Value extends string>(
  path: string,
  element: XmlElement,
  name: string,
  values: Readonly<Record<string, Value>>,
  where: string,
): Value {
  const text = xmlAttribute(path, element, name);
  const value = ownValue(values, text);
  if (value !== undefined) return value;
  const known = Object.keys(values).filter((key) => !key.startsWith("GIFTI_"));
  throw new FormatError(path, `${name} must be one of ${known.join(", ")}, got "${text}" (${where})`, element.start);
}
