import { FormatError, OptionError, ShapeError } from "../errors.ts";
import { hostIsLittleEndian } from "./byte-order.ts";
import { encodeNumbers, type GiftiData, type GiftiDataType, type GiftiEncoding } from "./gifti-data.ts";
import { intentPattern } from "./gifti-tag.ts";
import { parseNumber } from "./number.ts";
import { safeXml, type XmlElement, xmlChildren, xmlChildText } from "./xml.ts";

/** What a file says of an array beside its numbers. */
export interface GiftiArrayHeader {
  /** What the numbers mean: `"NIFTI_INTENT_TIME_SERIES"`, `"NIFTI_INTENT_POINTSET"`, ... */
  readonly intent: string;
  /** How the numbers are stored in the file. */
  readonly dataType: GiftiDataType;
  /** Length along each axis, up to six. */
  readonly dimensions: readonly number[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly coordinateSystems: readonly GiftiCoordinateSystem[];
}

/** One array: a time point, a map, coordinates or triangles. */
export interface GiftiArray extends GiftiArrayHeader {
  /**
   * The numbers, row-major (last index fastest) whatever the file's order, in this machine's byte order. 64-bit whole
   * numbers lie in a Float64Array, exactly.
   */
  readonly data: GiftiData;
}

/** How coordinates of one space become those of another. */
export interface GiftiCoordinateSystem {
  /** `"NIFTI_XFORM_TALAIRACH"`, ... */
  readonly dataSpace: string;
  readonly transformedSpace: string;
  /** The affine transform, [4 x 4] row-major. */
  readonly matrix: readonly number[];
}

/** The names and values below an element's `<MetaData>`; of a name given twice, the last. */
export function readMetadata(path: string, parent: XmlElement): Readonly<Record<string, string>> {
  const pairs = xmlChildren(parent, "MetaData").flatMap((table) => xmlChildren(table, "MD"));
  return Object.fromEntries(
    pairs.map((pair) => [
      xmlChildText(path, pair, "Name"),
      xmlChildren(pair, "Value").length === 0 ? "" : xmlChildText(path, pair, "Value"),
    ]),
  );
}

/**
 * A coordinate system of an array.
 *
 * @throws FormatError where it is not sixteen numbers and two spaces
 */
export function readSystem(path: string, element: XmlElement): GiftiCoordinateSystem {
  const texts = xmlChildText(path, element, "MatrixData").split(/\s+/);
  const matrix = texts.map((text) => {
    const value = parseNumber(text);
    if (value !== undefined) return value;
    throw new FormatError(path, `MatrixData must hold numbers, got ${JSON.stringify(text)}`, element.start);
  });
  if (matrix.length !== 16) {
    throw new FormatError(path, `MatrixData must hold 16 numbers, got ${matrix.length}`, element.start);
  }
  return {
    dataSpace: xmlChildText(path, element, "DataSpace"),
    transformedSpace: xmlChildText(path, element, "TransformedSpace"),
    matrix,
  };
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
  return safeXml(text, "writeGifti");
}
