import { deflateSync, gzipSync } from "node:zlib";

const attributes = {
  Intent: "NIFTI_INTENT_NONE",
  DataType: "NIFTI_TYPE_INT32",
  ArrayIndexingOrder: "RowMajorOrder",
  Dimensionality: "2",
  Dim0: "1",
  Dim1: "2",
  Encoding: "ASCII",
  Endian: "LittleEndian",
};

/** A file of one array, with attributes changed, or left out where undefined. */
export function xml(data: string, changes: Record<string, string | undefined> = {}, rest = ""): string {
  const given = Object.entries({ ...attributes, ...changes }).filter(([, value]) => value !== undefined);
  const tag = given.map(([name, value]) => `${name}="${value}"`).join(" ");
  return `<GIFTI NumberOfDataArrays="1"><DataArray ${tag}><Data>${data}</Data>${rest}</DataArray></GIFTI>`;
}

/** Text in UTF-8. */
export const bytes = (text: string) => new TextEncoder().encode(text);
const base64 = (raw: Uint8Array) => Buffer.from(raw).toString("base64");
const two = new Uint8Array(Int32Array.of(1, 2).buffer);
/** A file that is as it should be. */
export const good = xml("1 2");
const binary = { Encoding: "Base64Binary" };
const packed = { Encoding: "GZipBase64Binary" };
/** Attributes of an array whose numbers lie in another file. */
export const apart = { Encoding: "ExternalFileBinary", ExternalFileName: "a.dat", ExternalFileOffset: "0" };
/** Where the data begin: by hand from the text around them. */
const dataAt = (text: string) => text.indexOf("<Data>") + 6;

/** GIFTI files that are refused: what is wrong, the text, the message behind "a.gii: ", and the byte. */
export const malformedGifti: readonly (readonly [string, string | Uint8Array, string, number | undefined])[] = [
  ["nothing", "", "the file must not be empty, got 0 bytes. Fetch or copy it again", 0],
  [
    "another format",
    "P6\n3 3",
    "a GIFTI file must be XML in UTF-8, or gzip of it, got bytes 50 36 0a 33 20 33. Is it a GIFTI file?",
    0,
  ],
  [
    "half a gzip file",
    gzipSync(bytes(good)).subarray(0, 60),
    "a file that begins as gzip must be a whole gzip stream, got one that is not (unexpected end of file). It looks truncated or damaged: fetch it again",
    undefined,
  ],
  ["another root", "<svg/>", "the root element must be <GIFTI>, got <svg>", 0],
  ["an unknown version", '<GIFTI Version="2.0" NumberOfDataArrays="0"/>', 'Version must be 1.0, got "2.0"', 0],
  [
    "fewer arrays than said",
    '<GIFTI NumberOfDataArrays="2"></GIFTI>',
    'NumberOfDataArrays must be the number of arrays, 0, got "2"',
    0,
  ],
  ["no number of arrays", "<GIFTI></GIFTI>", "<GIFTI> must have the attribute NumberOfDataArrays, got none", 0],
  [
    "an end within the data",
    good.slice(0, dataAt(good) + 2),
    "XML must close what it opens, got no end of <Data>. The file looks truncated: fetch it again",
    dataAt(good) + 2,
  ],
  [
    "crossed elements",
    "<GIFTI><a></GIFTI></a>",
    "XML must close elements in the order it opened them: </a>, got </GIFTI>",
    10,
  ],
  [
    "another character set",
    '<?xml version="1.0" encoding="ISO-8859-1"?><GIFTI NumberOfDataArrays="0"/>',
    'XML must be in UTF-8, got "ISO-8859-1". Convert it, for example with iconv',
    0,
  ],
  [
    "an attribute missing",
    xml("1 2", { DataType: undefined }),
    "<DataArray> must have the attribute DataType, got none",
    30,
  ],
  ["an unknown intent", xml("1 2", { Intent: "1" }), 'Intent must begin with NIFTI_INTENT_, got "1" (array 0)', 30],
  [
    "an unknown data type",
    xml("1 2", { DataType: "NIFTI_TYPE_RGB24" }),
    'DataType must be one of NIFTI_TYPE_INT8, NIFTI_TYPE_UINT8, NIFTI_TYPE_INT16, NIFTI_TYPE_UINT16, NIFTI_TYPE_INT32, NIFTI_TYPE_UINT32, NIFTI_TYPE_INT64, NIFTI_TYPE_UINT64, NIFTI_TYPE_FLOAT32, NIFTI_TYPE_FLOAT64, got "NIFTI_TYPE_RGB24" (array 0)',
    30,
  ],
  [
    "an unknown encoding",
    xml("1 2", { Encoding: "Base85" }),
    'Encoding must be one of ASCII, Base64Binary, GZipBase64Binary, ExternalFileBinary, got "Base85" (array 0)',
    30,
  ],
  [
    "an unknown index order",
    xml("1 2", { ArrayIndexingOrder: "C" }),
    'ArrayIndexingOrder must be one of RowMajorOrder, ColumnMajorOrder, got "C" (array 0)',
    30,
  ],
  [
    "an unknown byte order",
    xml(base64(two), { ...binary, Endian: "Middle" }),
    'Endian must be one of LittleEndian, BigEndian, got "Middle" (array 0)',
    30,
  ],
  [
    "no byte order for bytes",
    xml(base64(two), { ...binary, Endian: undefined }),
    "<DataArray> must have the attribute Endian, got none",
    30,
  ],
  ["seven dimensions", xml("1 2", { Dimensionality: "7" }), 'Dimensionality must be 1 to 6, got "7" (array 0)', 30],
  ["a dimension missing", xml("1 2", { Dim1: undefined }), "<DataArray> must have the attribute Dim1, got none", 30],
  [
    "a dimension that is no number",
    xml("1 2", { Dim0: "-1" }),
    'Dim0 must be a whole number from 0, got "-1" (array 0)',
    30,
  ],
  [
    "a dimension too many",
    xml("1 2", { Dimensionality: "1" }),
    "Dim1 must not be given where Dimensionality is 1, got 2 (array 0)",
    30,
  ],
  [
    "dimensions beyond all memory",
    xml("1 2", { Dim0: "9007199254740991" }),
    "the dimensions must make an array that fits in memory, got 9007199254740991 x 2 (array 0)",
    30,
  ],
  ["no data", xml("1 2").replace("<Data>1 2</Data>", ""), "an array must have one <Data>, got none (array 0)", 30],
  [
    "data twice",
    xml("1 2", {}, "<Data/>"),
    "an array must have one <Data>, got more (array 0)",
    xml("1 2").indexOf("</Data>") + 7,
  ],
  ["too few numbers", xml("1"), "array 0 must hold 2 numbers, as its dimensions say, got 1", dataAt(good)],
  ["too many numbers", xml("1 2 3"), "array 0 must hold 2 numbers, as its dimensions say, got 3", dataAt(good)],
  [
    "far fewer numbers than a large dimension",
    xml("1 2", { Dim0: "1000000000000" }),
    "array 0 must hold 2000000000000 numbers, as its dimensions say, got 2",
    dataAt(xml("1 2", { Dim0: "1000000000000" })),
  ],
  ["a word among the numbers", xml("1 two"), 'array 0 must hold numbers, got "two"', dataAt(good) + 2],
  [
    "a number of 75 characters, whose end would be lost",
    xml(`1 1.${"0".repeat(70)}e10`),
    "array 0 must hold numbers of 64 characters at most, got 1.0000000000000000000000...",
    dataAt(good) + 2,
  ],
  ["a hexadecimal number", xml("1 0x2"), 'array 0 must hold numbers, got "0x2"', dataAt(good) + 2],
  [
    "a fraction among whole numbers",
    xml("1 2.5"),
    "array 0 must hold numbers that fit NIFTI_TYPE_INT32, got 2.5",
    dataAt(good) + 2,
  ],
  [
    "a number out of the type's range",
    xml("1 2147483648"),
    "array 0 must hold numbers that fit NIFTI_TYPE_INT32, got 2147483648",
    dataAt(good) + 2,
  ],
  [
    "not a number among whole numbers",
    xml("nan 1"),
    "array 0 must hold numbers that fit NIFTI_TYPE_INT32, got nan",
    dataAt(good),
  ],
  [
    "a character that base64 has not",
    xml("AQAA*AIAAAA=", binary),
    'base64 text must hold A-Z, a-z, 0-9, +, / and white space only, got "*". The file looks damaged: fetch it again',
    dataAt(xml("", binary)) + 4,
  ],
  [
    "base64 that goes on after its padding",
    xml("AQ==AQ==", binary),
    'base64 text must end with its padding ("=", one or two, filling up the last group of four), got "A". The file looks damaged: fetch it again',
    dataAt(xml("", binary)) + 4,
  ],
  [
    "base64 cut within a group",
    xml("AQAAAAI", binary),
    "base64 text must come in groups of four characters, got 3 in the last. It looks truncated: fetch the file again",
    dataAt(xml("", binary)) + 7,
  ],
  [
    "fewer bytes than said",
    xml(base64(two.subarray(0, 4)), binary),
    "array 0 must hold 2 numbers of 4 bytes, as its dimensions and data type say, got 4 bytes",
    dataAt(xml("", binary)),
  ],
  [
    "no bytes",
    xml("", binary),
    "array 0 must hold 2 numbers of 4 bytes, as its dimensions and data type say, got 0 bytes",
    dataAt(xml("", binary)) - 6,
  ],
  [
    "a stream that is not compressed",
    xml(base64(two), packed),
    "array 0 must be a zlib or gzip stream, got bytes 01 00 00 00 02 00 00 00 (incorrect header check). The file looks damaged: fetch it again",
    dataAt(xml("", packed)),
  ],
  [
    "a compressed stream that ends early",
    xml(base64(deflateSync(two).subarray(0, 9)), packed),
    "array 0 must be a whole compressed stream, got one that ends early. The file looks truncated: fetch it again",
    dataAt(xml("", packed)),
  ],
  [
    "a stream that unpacks to less",
    xml(base64(deflateSync(two.subarray(0, 4))), packed),
    "array 0 must hold 2 numbers of 4 bytes, as its dimensions and data type say, got 4 bytes",
    dataAt(xml("", packed)),
  ],
  [
    "a stream that unpacks to a thousand times more",
    xml(base64(deflateSync(new Uint8Array(1e7))), packed),
    "array 0 must unpack to 8 bytes, as its dimensions and data type say, got more",
    dataAt(xml("", packed)),
  ],
  [
    "a whole number beyond 2^53",
    xml(base64(new Uint8Array(BigInt64Array.of(2n ** 53n).buffer)), {
      ...binary,
      DataType: "NIFTI_TYPE_INT64",
      Dim1: "1",
    }),
    "array 0 must hold whole numbers within 2^53, exact in a double, got 9007199254740992. Store them as NIFTI_TYPE_FLOAT64, or as NIFTI_TYPE_INT32 where they fit",
    dataAt(xml("", { ...binary, DataType: "NIFTI_TYPE_INT64", Dim1: "1" })),
  ],
  [
    "an external file without a name",
    xml("", { ...apart, ExternalFileName: "" }),
    'ExternalFileName must name a file beside this one, got "" (array 0)',
    30,
  ],
  [
    "an external file elsewhere",
    xml("", { ...apart, ExternalFileName: "../../passwords" }),
    'ExternalFileName must name a file beside this one, got "../../passwords" (array 0)',
    30,
  ],
  [
    "an external file without an offset",
    xml("", { ...apart, ExternalFileOffset: "" }),
    'ExternalFileOffset must be a whole number from 0, got "" (array 0)',
    30,
  ],
  [
    "an external file that is too short",
    xml("", { ...apart, ExternalFileOffset: "6" }),
    '"a.dat" must hold 8 bytes from byte 6, got 4 (array 0). It looks truncated: fetch it again',
    30,
  ],
  [
    "a transform of fifteen numbers",
    xml(
      "1 2",
      {},
      "<CoordinateSystemTransformMatrix><DataSpace/><TransformedSpace/><MatrixData>1 2 3</MatrixData></CoordinateSystemTransformMatrix>",
    ),
    "MatrixData must hold 16 numbers, got 3",
    good.indexOf("</Data>") + 7,
  ],
  [
    "a transform without its spaces",
    xml(
      "1 2",
      {},
      `<CoordinateSystemTransformMatrix><MatrixData>${"1 ".repeat(16)}</MatrixData></CoordinateSystemTransformMatrix>`,
    ),
    "<CoordinateSystemTransformMatrix> must hold <DataSpace>, got none",
    good.indexOf("</Data>") + 7,
  ],
  [
    "a transform with a word",
    xml("1 2", {}, "<CoordinateSystemTransformMatrix><MatrixData>1 x</MatrixData></CoordinateSystemTransformMatrix>"),
    'MatrixData must hold numbers, got "x"',
    good.indexOf("</Data>") + 7,
  ],
  [
    "a label without a key",
    '<GIFTI NumberOfDataArrays="0"><LabelTable><Label>a</Label></LabelTable></GIFTI>',
    "<Label> must have the attribute Key, got none",
    42,
  ],
  [
    "a label whose key is no whole number",
    '<GIFTI NumberOfDataArrays="0"><LabelTable><Label Key="1.5">a</Label></LabelTable></GIFTI>',
    'a label\'s Key must be a whole number, got "1.5"',
    42,
  ],
  [
    "a label whose colour is no number",
    '<GIFTI NumberOfDataArrays="0"><LabelTable><Label Key="1" Red="red">a</Label></LabelTable></GIFTI>',
    'a label\'s Red must be a number, got "red" (label 1)',
    42,
  ],
  [
    "metadata without a name",
    '<GIFTI NumberOfDataArrays="0"><MetaData><MD><Value>1</Value></MD></MetaData></GIFTI>',
    "<MD> must hold <Name>, got none",
    40,
  ],
];
