import { describe, expect, it } from "vitest";
import { readCifti, streamCifti } from "../../src/formats/cifti.ts";
import { niftiHeaderBytes } from "../../src/formats/nifti-write.ts";
import { inPieces } from "../support/pieces.ts";

/** Where the XML begins: behind the header, four bytes, and the extension's size and code. */
const xmlAt = 540 + 4 + 8;

const series =
  '<MatrixIndicesMap AppliesToMatrixDimension="0" IndicesMapToDataType="CIFTI_INDEX_TYPE_SERIES" NumberOfSeriesPoints="2" SeriesExponent="0" SeriesStart="0" SeriesStep="1" SeriesUnit="SECOND"/>';
const volume =
  '<Volume VolumeDimensions="2,3,4"><TransformationMatrixVoxelIndicesIJKtoXYZ MeterExponent="-3">1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1</TransformationMatrixVoxelIndicesIJKtoXYZ></Volume>';
const surface =
  '<BrainModel IndexOffset="0" IndexCount="2" ModelType="CIFTI_MODEL_TYPE_SURFACE" BrainStructure="CIFTI_STRUCTURE_CORTEX_LEFT" SurfaceNumberOfVertices="5"><VertexIndices>1 4</VertexIndices></BrainModel>';
const voxels =
  '<BrainModel IndexOffset="2" IndexCount="1" ModelType="CIFTI_MODEL_TYPE_VOXELS" BrainStructure="CIFTI_STRUCTURE_BRAIN_STEM"><VoxelIndicesIJK>1 2 3</VoxelIndicesIJK></BrainModel>';
const dense = `<MatrixIndicesMap AppliesToMatrixDimension="1" IndicesMapToDataType="CIFTI_INDEX_TYPE_BRAIN_MODELS">${volume}${surface}${voxels}</MatrixIndicesMap>`;
const parcels = `<MatrixIndicesMap AppliesToMatrixDimension="1" IndicesMapToDataType="CIFTI_INDEX_TYPE_PARCELS">${volume}<Surface BrainStructure="CIFTI_STRUCTURE_CORTEX_LEFT" SurfaceNumberOfVertices="5"/><Parcel Name="a"><Vertices BrainStructure="CIFTI_STRUCTURE_CORTEX_LEFT">0 1</Vertices></Parcel><Parcel Name="b"><Vertices BrainStructure="CIFTI_STRUCTURE_CORTEX_LEFT">2</Vertices></Parcel><Parcel Name="c"><VoxelIndicesIJK>0 0 0</VoxelIndicesIJK></Parcel></MatrixIndicesMap>`;
const good = `<CIFTI Version="2"><Matrix>${series}${dense}</Matrix></CIFTI>`;
const parcellated = `<CIFTI Version="2"><Matrix>${series}${parcels}</Matrix></CIFTI>`;

interface Other {
  readonly shape?: readonly number[];
  readonly intent?: number;
  readonly code?: number;
  readonly version?: 1 | 2;
}

/** A file of that XML and a matrix of 2 x 3, or of another form. */
function file(xml: string, { shape = [1, 1, 1, 1, 2, 3], intent = 3002, code = 32, version = 2 }: Other = {}) {
  const content = new TextEncoder().encode(xml);
  const extension = new Uint8Array(Math.ceil((8 + content.length) / 16) * 16);
  new DataView(extension.buffer).setInt32(0, extension.length, true);
  new DataView(extension.buffer).setInt32(4, code, true);
  extension.set(content, 8);
  const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
  const header = niftiHeaderBytes(
    { shape, data, intent: { code: intent, parameters: [0, 0, 0], name: "" } },
    { version, extension },
  );
  return new Uint8Array(Buffer.concat([header, new Uint8Array(data.buffer)]));
}

/** A file that says that a terabyte stands before its values. */
function farValues(): Uint8Array {
  const bytes = file(good);
  new DataView(bytes.buffer).setBigInt64(168, 2n ** 40n, true);
  return bytes;
}

/** The good XML with a part of it changed; `at`: the beginning of the element that is at fault. */
function changed(from: string, to: string, at: string, xml = good): readonly [Uint8Array, number] {
  const text = xml.replace(from, to);
  if (text === xml || !text.includes(at)) throw new Error(`nothing to change, or no ${at}`);
  return [file(text), xmlAt + text.indexOf(at)];
}

type Row = readonly [string, Uint8Array, string, number | undefined];
const row = (what: string, [bytes, at]: readonly [Uint8Array, number], message: string): Row => [
  what,
  bytes,
  message,
  at,
];

const map1 = '<MatrixIndicesMap AppliesToMatrixDimension="1"';
const map0 = '<MatrixIndicesMap AppliesToMatrixDimension="0"';
const whole = file(good);

/** What is wrong, the file, the message behind "a.nii: ", and the byte. */
const malformed: readonly Row[] = [
  [
    "a volume of NIfTI-1",
    file(good, { version: 1, intent: 0 }),
    "a CIFTI-2 file must be NIfTI-2 with an intent of 3000 to 3099, got NIfTI-1 with intent 0. Is it a volume? Then read it as NIfTI",
    undefined,
  ],
  [
    "a volume of NIfTI-2",
    file(good, { intent: 3 }),
    "a CIFTI-2 file must be NIfTI-2 with an intent of 3000 to 3099, got NIfTI-2 with intent 3. Is it a volume? Then read it as NIfTI",
    undefined,
  ],
  [
    "a matrix of three dimensions",
    file(good, { shape: [1, 1, 1, 1, 2, 3, 2] }),
    "a CIFTI-2 matrix must have the dimensions 1 x 1 x 1 x 1 x rows x columns, got 1 x 1 x 1 x 1 x 2 x 3 x 2",
    undefined,
  ],
  [
    "space as well",
    file(good, { shape: [2, 1, 1, 1, 2, 3] }),
    "a CIFTI-2 matrix must have the dimensions 1 x 1 x 1 x 1 x rows x columns, got 2 x 1 x 1 x 1 x 2 x 3",
    undefined,
  ],
  [
    "values far behind the XML",
    farValues(),
    "the XML of a CIFTI-2 file must end within its first 268435456 bytes, got values from byte 1099511627776",
    undefined,
  ],
  ["no XML", file(good, { code: 6 }), "a CIFTI-2 file must hold its XML in one extension of code 32, got 0", undefined],
  [
    "the intent of another kind",
    file(good, { intent: 3006 }),
    "the intent must be 3002 (ConnDenseSeries), as the axes say, or 3000, got 3006",
    undefined,
  ],
  [
    "values that end early",
    whole.subarray(0, -1),
    `the file must hold 24 bytes of values from byte ${whole.length - 24} (1 x 1 x 1 x 1 x 2 x 3 of float32), got 23. It looks truncated: fetch it again`,
    whole.length - 1,
  ],
  [
    "an end within the XML",
    whole.subarray(0, 1000),
    `the values must begin at byte ${whole.length - 24} (vox_offset), got a file of 1000 bytes. It looks truncated: fetch it again`,
    1000,
  ],
  row("another root", [file("<GIFTI/>"), xmlAt], "the root element must be <CIFTI>, got <GIFTI>"),
  row(
    "CIFTI-1",
    changed('Version="2"', 'Version="1"', "<CIFTI"),
    'Version must be 2, got "1". Convert it with wb_command -file-convert',
  ),
  row(
    "no matrix",
    changed(`<Matrix>${series}${dense}</Matrix>`, "", "<CIFTI"),
    "<CIFTI> must hold one <Matrix>, got none",
  ),
  row(
    "XML that is not closed",
    [file(good.replace("</CIFTI>", "")), xmlAt + good.length - 8],
    "XML must close what it opens, got no end of <CIFTI>. The file looks truncated: fetch it again",
  ),
  row(
    "a third dimension",
    changed(map0, map0.replace("0", "2"), "<MatrixIndicesMap"),
    'AppliesToMatrixDimension must be 0 or 1, got "2"',
  ),
  row(
    "a dimension twice",
    changed(map0, map0.replace("0", "1"), dense.slice(0, 90)),
    "one <MatrixIndicesMap> must apply to each dimension, got two for 1",
  ),
  row(
    "a dimension without a map",
    changed(series, "", "<Matrix>"),
    "one <MatrixIndicesMap> must apply to each dimension, got none for 0",
  ),
  row(
    "rows of labels",
    changed("TYPE_SERIES", "TYPE_LABELS", map0),
    "rows must be a series or scalar maps (CIFTI_INDEX_TYPE_SERIES, CIFTI_INDEX_TYPE_SCALARS), got CIFTI_INDEX_TYPE_LABELS. Cut the label GIFTI files of the cortex out of it with wb_command -cifti-separate",
  ),
  row(
    "columns of a series",
    changed("TYPE_BRAIN_MODELS", "TYPE_SERIES", map1),
    "columns must be brain models or parcels (CIFTI_INDEX_TYPE_BRAIN_MODELS, CIFTI_INDEX_TYPE_PARCELS), got CIFTI_INDEX_TYPE_SERIES",
  ),
  row(
    "a series of another length",
    changed('Points="2"', 'Points="3"', map0),
    "<MatrixIndicesMap> must describe the matrix's 2 rows (dim[5]), got 3",
  ),
  row(
    "maps of another number",
    changed(
      series,
      '<MatrixIndicesMap AppliesToMatrixDimension="0" IndicesMapToDataType="CIFTI_INDEX_TYPE_SCALARS"><NamedMap><MapName>a</MapName></NamedMap></MatrixIndicesMap>',
      map0,
    ),
    "<MatrixIndicesMap> must describe the matrix's 2 rows (dim[5]), got 1",
  ),
  row(
    "a step that is none",
    changed('SeriesStep="1"', 'SeriesStep="nan"', map0),
    'SeriesStep must be a number, got "nan"',
  ),
  row(
    "no start",
    changed('SeriesStart="0"', "", map0),
    "<MatrixIndicesMap> must have the attribute SeriesStart, got none",
  ),
  row(
    "a broken exponent",
    changed('Exponent="0"', 'Exponent="0.5"', map0),
    'SeriesExponent must be a whole number, got "0.5"',
  ),
  row(
    "an unknown unit",
    changed('"SECOND"', '"MINUTE"', map0),
    'SeriesUnit must be one of SECOND, HERTZ, METER, RADIAN, got "MINUTE"',
  ),
  row(
    "columns that are not covered",
    changed(voxels, "", map1),
    "<MatrixIndicesMap> must describe the matrix's 3 columns (dim[6]), got 2",
  ),
  row(
    "a hole between models",
    changed('IndexOffset="2"', 'IndexOffset="3"', '<BrainModel IndexOffset="3"'),
    "brain models must lie one after the other: IndexOffset must be 2, got 3",
  ),
  row(
    "models that overlap",
    changed('IndexOffset="2"', 'IndexOffset="1"', '<BrainModel IndexOffset="1"'),
    "brain models must lie one after the other: IndexOffset must be 2, got 1",
  ),
  row(
    "an offset that is no count",
    changed('IndexOffset="2"', 'IndexOffset="-2"', '<BrainModel IndexOffset="-2"'),
    'IndexOffset must be a whole number from 0, got "-2"',
  ),
  row(
    "fewer vertices than said",
    changed("1 4", "1", "<VertexIndices"),
    "a <BrainModel> must hold as many vertices as its IndexCount says, 2, got 1",
  ),
  row(
    "descending vertices",
    changed("1 4", "4 1", "<VertexIndices"),
    "vertices must be ascending, got 1 after 4 (CIFTI_STRUCTURE_CORTEX_LEFT)",
  ),
  row(
    "a vertex twice",
    changed("1 4", "4 4", "<VertexIndices"),
    "vertices must be ascending, got 4 after 4 (CIFTI_STRUCTURE_CORTEX_LEFT)",
  ),
  row(
    "a vertex outside of the surface",
    changed("1 4", "1 5", "<VertexIndices"),
    "vertices must lie in 0..4, got 5 (CIFTI_STRUCTURE_CORTEX_LEFT)",
  ),
  row(
    "a vertex that is no count",
    changed("1 4", "1 x", "<VertexIndices"),
    '<VertexIndices> must hold whole numbers from 0, got "x"',
  ),
  row(
    "no vertices",
    changed("<VertexIndices>1 4</VertexIndices>", "", "<BrainModel"),
    "<BrainModel> must hold one <VertexIndices>, got none",
  ),
  row(
    "a structure of another name",
    changed("CIFTI_STRUCTURE_CORTEX_LEFT", "left", "<BrainModel"),
    'BrainStructure must begin with CIFTI_STRUCTURE_, got "left"',
  ),
  row(
    "an unknown kind of model",
    changed("CIFTI_MODEL_TYPE_SURFACE", "SURFACE", "<BrainModel"),
    'ModelType must be CIFTI_MODEL_TYPE_SURFACE or CIFTI_MODEL_TYPE_VOXELS, got "SURFACE"',
  ),
  row(
    "a surface twice",
    changed(
      voxels,
      surface.replace('Offset="0" IndexCount="2"', 'Offset="2" IndexCount="1"').replace("1 4", "2"),
      '<BrainModel IndexOffset="2"',
    ),
    "a surface must be given once, got CIFTI_STRUCTURE_CORTEX_LEFT twice",
  ),
  row("voxels without a volume", changed(volume, "", "<VoxelIndicesIJK"), "voxels must lie in a <Volume>, got none"),
  row(
    "two volumes",
    [file(good.replace(volume, volume + volume)), xmlAt + good.indexOf(volume) + volume.length],
    "there must be one <Volume> at most, got two",
  ),
  row(
    "a voxel outside of the volume",
    changed("1 2 3", "1 3 3", "<VoxelIndicesIJK"),
    "voxels must lie in the volume of 2 x 3 x 4, got 1 3 3",
  ),
  row("half a voxel", changed("1 2 3", "1 2", "<VoxelIndicesIJK"), "voxels must have three indices each, got 2 in all"),
  row(
    "more voxels than said",
    changed("1 2 3", "1 2 3 0 0 0", "<VoxelIndicesIJK"),
    "a <BrainModel> must hold as many voxels as its IndexCount says, 1, got 2",
  ),
  row(
    "a voxel twice",
    changed("1 2 3", "1 2 3 1 2 3", "<VoxelIndicesIJK"),
    "a voxel must be given once, got 1 2 3 twice",
  ),
  row(
    "a volume of two dimensions",
    changed('"2,3,4"', '"2,3"', "<Volume"),
    'VolumeDimensions must be three whole numbers parted by commas, got "2,3"',
  ),
  row(
    "fifteen numbers of a matrix",
    changed("1 0 0 0 0 1", "1 0 0 0 1", "<Transformation"),
    'a volume\'s matrix must hold 16 numbers, the last four 0 0 0 1, got "1 0 0 0 1 0 0 0 0 1 0 0 0 0 1"',
  ),
  row(
    "another last row of a matrix",
    changed("1 0 0 0 0 1<", "1 0 0 0 0 2<", "<Transformation"),
    'a volume\'s matrix must hold 16 numbers, the last four 0 0 0 1, got "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 2"',
  ),
  row(
    "a parcel's vertex on no surface",
    changed(
      'CORTEX_LEFT">2',
      'CORTEX_RIGHT">2',
      '<Vertices BrainStructure="CIFTI_STRUCTURE_CORTEX_RIGHT"',
      parcellated,
    ),
    "vertices must lie on a surface that is given, got CIFTI_STRUCTURE_CORTEX_RIGHT",
  ),
  row(
    "a vertex in two parcels",
    changed(">2<", ">1<", '<Vertices BrainStructure="CIFTI_STRUCTURE_CORTEX_LEFT">1', parcellated),
    "a vertex must be given once, got 1 twice (CIFTI_STRUCTURE_CORTEX_LEFT)",
  ),
  row(
    "a parcel missing",
    changed('<Parcel Name="c"><VoxelIndicesIJK>0 0 0</VoxelIndicesIJK></Parcel>', "", map1, parcellated),
    "<MatrixIndicesMap> must describe the matrix's 3 columns (dim[6]), got 2",
  ),
  row(
    "a parcel without a name",
    changed(' Name="b"', "", "<Parcel>", parcellated),
    "<Parcel> must have the attribute Name, got none",
  ),
];

describe.each([
  ["readCifti", async (bytes: Uint8Array) => readCifti(bytes, { path: "a.nii" })],
  ["streamCifti", (bytes: Uint8Array) => streamCifti(inPieces(bytes, 333), { path: "a.nii" })],
] as const)("%s refuses", (_, read) => {
  it.each(malformed)("by hand: %s", async (__, bytes, message, byteOffset) => {
    const shown = byteOffset === undefined ? `a.nii: ${message}` : `a.nii: ${message} (at byte ${byteOffset})`;
    await expect(read(bytes)).rejects.toMatchObject({
      name: "FormatError",
      path: "a.nii",
      byteOffset,
      message: shown,
    });
  });

  it("by hand: none of the good files that these were made of", async () => {
    expect((await read(file(good))).columns.kind).toBe("grayordinates");
    expect((await read(file(parcellated, { intent: 3004 }))).columns.kind).toBe("parcels");
  });
});
