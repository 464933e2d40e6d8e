import { FormatError, OptionError, ShapeError } from "../errors.ts";
import { hostIsLittleEndian } from "./byte-order.ts";
import {
  bytesPerNumber,
  decodeAscii,
  decodeBinary,
  decodeNumbers,
  encodeNumbers,
  type GiftiBlock,
  type GiftiData,
  type GiftiDataType,
  type GiftiEncoding,
  giftiDataTypes,
  isGiftiDataType,
} from "./gifti-data.ts";
import { toRowMajor } from "./index-order.ts";
import { parseCount, parseNumber } from "./number.ts";
import { escapeXml, type XmlElement, type XmlSource, xmlAttribute, xmlChildren, xmlChildText } from "./xml.ts";

/** One array: a time point, a map, coordinates or triangles. */
export interface GiftiArray {
  /** What the numbers mean: `"NIFTI_INTENT_TIME_SERIES"`, `"NIFTI_INTENT_POINTSET"`, ... */
  readonly intent: string;
  /** How the numbers are stored in the file. */
  readonly dataType: GiftiDataType;
  /** Length along each axis, up to six. */
  readonly dimensions: readonly number[];
  /**
   * The numbers, row-major (last index fastest) whatever the file's order, in this machine's byte order. 64-bit whole
   * numbers lie in a Float64Array, exactly.
   */
  readonly data: GiftiData;
  readonly metadata: Readonly<Record<string, string>>;
  readonly coordinateSystems: readonly GiftiCoordinateSystem[];
}

/** How coordinates of one space become those of another. */
export interface GiftiCoordinateSystem {
  /** `"NIFTI_XFORM_TALAIRACH"`, ... */
  readonly dataSpace: string;
  readonly transformedSpace: string;
  /** The affine transform, [4 x 4] row-major. */
  readonly matrix: readonly number[];
}

/** A GIFTI file being read. */
export interface GiftiSource extends XmlSource {
  /** Gives the bytes of a file that lies beside this one. */
  readonly external: ((fileName: string) => Uint8Array) | undefined;
}

const intentPattern = /^NIFTI_INTENT_\w+$/;

const encodings: Readonly<Record<string, GiftiEncoding>> = {
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
 * The array that a `<DataArray>` stands for.
 *
 * @param index - its place in the file, from 0, for messages
 * @throws FormatError where its tag or its data are not what the standard says
 * @throws OptionError where its numbers lie in another file and `external` is not given
 */
export function readArray(file: GiftiSource, element: XmlElement, index: number): GiftiArray {
  const { path } = file;
  const where = `array ${index}`;
  const intent = xmlAttribute(file, element, "Intent");
  if (!intentPattern.test(intent)) {
    throw new FormatError(path, `Intent must begin with NIFTI_INTENT_, got "${intent}" (${where})`, element.start);
  }
  const dataType = xmlAttribute(file, element, "DataType");
  if (!isGiftiDataType(dataType)) {
    const known = `DataType must be one of ${giftiDataTypes}`;
    throw new FormatError(path, `${known}, got "${dataType}" (${where})`, element.start);
  }
  const dimensions = readDimensions(file, element, where);
  const length = dimensions.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(length * bytesPerNumber(dataType))) {
    const shown = dimensions.join(" x ");
    throw new FormatError(
      path,
      `the dimensions must make an array that fits in memory, got ${shown} (${where})`,
      element.start,
    );
  }
  const order = oneOf(file, element, "ArrayIndexingOrder", indexOrders, where);
  const data = readData(file, element, where, dataType, length);
  return {
    intent,
    dataType,
    dimensions,
    data: order === "column" && dimensions.length > 1 ? toRowMajor(data, dimensions) : data,
    metadata: readMetadata(file, element),
    coordinateSystems: xmlChildren(element, "CoordinateSystemTransformMatrix").map((system) =>
      readSystem(file, system),
    ),
  };
}

function readDimensions(file: GiftiSource, element: XmlElement, where: string): number[] {
  const shown = xmlAttribute(file, element, "Dimensionality");
  const nDimensions = parseCount(shown);
  if (nDimensions === undefined || nDimensions < 1 || nDimensions > 6) {
    throw new FormatError(file.path, `Dimensionality must be 1 to 6, got "${shown}" (${where})`, element.start);
  }
  const dimensions: number[] = [];
  for (let d = 0; d < 6; d++) {
    const text = d < nDimensions ? xmlAttribute(file, element, `Dim${d}`) : element.attributes.get(`Dim${d}`);
    if (text === undefined) continue;
    const size = parseCount(text);
    if (size === undefined) {
      throw new FormatError(
        file.path,
        `Dim${d} must be a whole number from 0, got "${text}" (${where})`,
        element.start,
      );
    }
    if (d < nDimensions) dimensions.push(size);
    else if (size > 1) {
      const message = `Dim${d} must not be given where Dimensionality is ${nDimensions}, got ${size} (${where})`;
      throw new FormatError(file.path, message, element.start);
    }
  }
  return dimensions;
}

function readData(
  file: GiftiSource,
  element: XmlElement,
  where: string,
  type: GiftiDataType,
  length: number,
): GiftiData {
  const { bytes, path } = file;
  const encoding = oneOf(file, element, "Encoding", encodings, where);
  const endian = encoding === "ASCII" ? "little" : oneOf(file, element, "Endian", endians, where);
  const [content, second] = xmlChildren(element, "Data");
  if (!content || second) {
    const got = second ? "more" : "none";
    throw new FormatError(path, `an array must have one <Data>, got ${got} (${where})`, (second ?? element).start);
  }
  const start = content.text[0]?.start ?? content.start;
  const block: GiftiBlock = { path, where, type, length, isLittleEndian: endian === "little", start };
  if (encoding === "ASCII") return decodeAscii(block, bytes, content.text);
  if (encoding !== "ExternalFileBinary") {
    return decodeBinary(block, bytes, content.text, encoding === "GZipBase64Binary");
  }
  return decodeNumbers(block, externalBytes(file, element, where, length * bytesPerNumber(type)));
}

function externalBytes(file: GiftiSource, element: XmlElement, where: string, nBytes: number): Uint8Array {
  const { path, external } = file;
  const name = xmlAttribute(file, element, "ExternalFileName");
  if (name === "" || /^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(name)) {
    const message = `ExternalFileName must name a file beside this one, got "${name}" (${where})`;
    throw new FormatError(path, message, element.start);
  }
  const text = xmlAttribute(file, element, "ExternalFileOffset");
  const offset = parseCount(text);
  if (offset === undefined) {
    const message = `ExternalFileOffset must be a whole number from 0, got "${text}" (${where})`;
    throw new FormatError(path, message, element.start);
  }
  if (!external) {
    throw new OptionError(
      `${path}: the numbers of ${where} lie in "${name}". Give \`external\`, which reads that file.`,
    );
  }
  const bytes = external(name);
  if (offset + nBytes > bytes.length) {
    throw new FormatError(
      path,
      `"${name}" must hold ${nBytes} bytes from byte ${offset}, got ${Math.max(0, bytes.length - offset)} (${where}). It looks truncated: fetch it again`,
      element.start,
    );
  }
  return bytes.subarray(offset, offset + nBytes);
}

/** The names and values below an element's `<MetaData>`; of a name given twice, the last. */
export function readMetadata(file: GiftiSource, parent: XmlElement): Readonly<Record<string, string>> {
  const pairs = xmlChildren(parent, "MetaData").flatMap((table) => xmlChildren(table, "MD"));
  return Object.fromEntries(
    pairs.map((pair) => [
      xmlChildText(file, pair, "Name"),
      xmlChildren(pair, "Value").length === 0 ? "" : xmlChildText(file, pair, "Value"),
    ]),
  );
}

function readSystem(file: GiftiSource, element: XmlElement): GiftiCoordinateSystem {
  const texts = xmlChildText(file, element, "MatrixData").split(/\s+/);
  const matrix = texts.map((text) => {
    const value = parseNumber(text);
    if (value !== undefined) return value;
    throw new FormatError(file.path, `MatrixData must hold numbers, got ${JSON.stringify(text)}`, element.start);
  });
  if (matrix.length !== 16) {
    throw new FormatError(file.path, `MatrixData must hold 16 numbers, got ${matrix.length}`, element.start);
  }
  return {
    dataSpace: xmlChildText(file, element, "DataSpace"),
    transformedSpace: xmlChildText(file, element, "TransformedSpace"),
    matrix,
  };
}

function oneOf<Value extends string>(
  file: GiftiSource,
  element: XmlElement,
  name: string,
  values: Readonly<Record<string, Value>>,
  where: string,
): Value {
  const text = xmlAttribute(file, element, name);
  const value = Object.hasOwn(values, text) ? values[text] : undefined;
  if (value !== undefined) return value;
  const known = Object.keys(values).filter((key) => !key.startsWith("GIFTI_"));
  throw new FormatError(
    file.path,
    `${name} must be one of ${known.join(", ")}, got "${text}" (${where})`,
    element.start,
  );
}

/**
 * The lines of a `<DataArray>`.
 *
 * @param where - which array of what, for messages
 * @throws ShapeError where data and dimensions do not fit together
 * @throws OptionError where data and data type do not, or a text holds characters that XML cannot
 */
export function formatArray(
  array: GiftiArray,
  encoding: Exclude<GiftiEncoding, "ExternalFileBinary">,
  where: string,
): string[] {
  const { dimensions, intent } = array;
  if (dimensions.length < 1 || dimensions.length > 6 || !dimensions.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ShapeError(
      `${where}: dimensions must be one to six whole numbers from 0, got [${dimensions.join(", ")}].`,
    );
  }
  if (!intentPattern.test(intent)) {
    throw new OptionError(`${where}: intent must begin with NIFTI_INTENT_, got ${JSON.stringify(intent)}.`);
  }
  const sizes = dimensions.map((size, d) => `Dim${d}="${size}"`).join(" ");
  const systems = array.coordinateSystems.map(
    ({ dataSpace, transformedSpace, matrix }) =>
      `<CoordinateSystemTransformMatrix><DataSpace>${xmlSafe(dataSpace)}</DataSpace><TransformedSpace>${xmlSafe(transformedSpace)}</TransformedSpace><MatrixData>${formatMatrix(matrix)}</MatrixData></CoordinateSystemTransformMatrix>`,
  );
  return [
    `<DataArray Intent="${intent}" DataType="${array.dataType}" ArrayIndexingOrder="RowMajorOrder" Dimensionality="${dimensions.length}" ${sizes} Encoding="${encoding}" Endian="${hostIsLittleEndian ? "LittleEndian" : "BigEndian"}" ExternalFileName="" ExternalFileOffset="">`,
    ...formatMetadata(array.metadata),
    ...systems,
    `<Data>${encodeNumbers(array.data, array.dataType, dimensions, encoding, where)}</Data>`,
    "</DataArray>",
  ];
}

/** Four lines of four: as one line, nibabel takes it for a vector. */
function formatMatrix(matrix: readonly number[]): string {
  return [0, 4, 8, 12].map((i) => matrix.slice(i, i + 4).join(" ")).join("\n");
}

/** The lines of a `<MetaData>`. */
export function formatMetadata(metadata: Readonly<Record<string, string>>): string[] {
  const pairs = Object.entries(metadata);
  return [
    "<MetaData>",
    ...pairs.map(([name, value]) => `<MD><Name>${xmlSafe(name)}</Name><Value>${xmlSafe(value)}</Value></MD>`),
    "</MetaData>",
  ];
}

/**
 * Text as it may stand in XML.
 *
 * @throws OptionError where it holds characters that XML 1.0 cannot
 */
export function xmlSafe(text: string): string {
  if (!/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u.test(text)) {
    throw new OptionError(`writeGifti: texts must hold characters that XML can, got ${JSON.stringify(text)}.`);
  }
  return escapeXml(text);
}
