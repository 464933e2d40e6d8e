import { checkArgument } from "../array/arguments.ts";
import { FormatError, OptionError, ShapeError } from "../errors.ts";
import { type Cifti, ciftiExtension } from "./cifti.ts";
import {
  type CiftiBrainModel,
  type CiftiColumns,
  type CiftiParcels,
  type CiftiRows,
  type CiftiVolume,
  ciftiIntent,
  ciftiLength,
  ciftiModelLength,
} from "./cifti-axes.ts";
import { readCiftiXml } from "./cifti-xml.ts";
import { littleEndianBytes, niftiHeaderBytes } from "./nifti-write.ts";
import { safeXml } from "./xml.ts";

/**
 * A CIFTI-2 file with the given content, values in single precision, little-endian. The same content gives the same
 * bytes, and `readCifti` gives the content back, but for white space around names and metadata.
 *
 * @throws ShapeError where rows or columns are not those of the matrix
 * @throws OptionError where the file would not be read back: vertices that are not ascending or not on their surface,
 * voxels twice or without a volume, texts that XML cannot hold, ...
 */
export function writeCifti(cifti: Cifti): Uint8Array<ArrayBuffer> {
  checkArgument("writeCifti: cifti", cifti, "an object", {
    rows: "an object",
    columns: "an object",
    data: "an object",
  });
  const { rows, columns, data } = cifti;
  const { nRows, nColumns } = data;
  if (rows.kind === "scalars") requireAsMany("maps", rows.maps.length, "rows", nRows);
  requireAsMany(columns.kind === "parcels" ? "parcels" : "grayordinates", ciftiLength(columns), "columns", nColumns);
  const xml = new TextEncoder().encode(formatXml(cifti));
  checkXml(xml, nRows, nColumns);
  const extension = new Uint8Array(Math.ceil((8 + xml.length) / 16) * 16);
  new DataView(extension.buffer).setInt32(0, extension.length, true);
  new DataView(extension.buffer).setInt32(4, ciftiExtension, true);
  extension.set(xml, 8);

  const values = new Float32Array(data.data.length);
  for (let r = 0; r < nRows; r++) {
    for (let c = 0; c < nColumns; c++) values[c * nRows + r] = data.data[r * nColumns + c]!;
  }
  const { code, name } = ciftiIntent(cifti);
  const header = niftiHeaderBytes(
    {
      shape: [1, 1, 1, 1, nRows, nColumns],
      data: values,
      intent: { code, parameters: [0, 0, 0], name },
    },
    { version: 2, extension },
  );
  const bytes = new Uint8Array(header.length + values.byteLength);
  bytes.set(header);
  bytes.set(littleEndianBytes(values), header.length);
  return bytes;
}

function requireAsMany(what: string, got: number, axis: "rows" | "columns", n: number): void {
  if (got === n) return;
  throw new ShapeError(`writeCifti: there must be as many ${what} as ${axis} of the matrix (${n}), got ${got}.`);
}

/** What a reader would refuse is not written. */
function checkXml(bytes: Uint8Array, nRows: number, nColumns: number): void {
  try {
    readCiftiXml({ bytes, path: "writeCifti", nRows, nColumns });
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new OptionError(`${cause.path}: ${cause.problem}.`, { cause });
  }
}

function formatXml({ rows, columns, metadata, data }: Cifti): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<CIFTI Version="2"><Matrix>',
    metadataElement(metadata),
    formatRowMap(rows, data.nRows),
    formatColumns(columns),
    "</Matrix></CIFTI>",
    "",
  ].join("\n");
}

function formatRowMap(rows: CiftiRows, nRows: number): string {
  if (rows.kind === "series") {
    const series = `NumberOfSeriesPoints="${nRows}" SeriesExponent="0" SeriesStart="${rows.start}" SeriesStep="${rows.step}" SeriesUnit="${rows.unit}"`;
    return `<MatrixIndicesMap AppliesToMatrixDimension="0" IndicesMapToDataType="CIFTI_INDEX_TYPE_SERIES" ${series}/>`;
  }
  return [
    '<MatrixIndicesMap AppliesToMatrixDimension="0" IndicesMapToDataType="CIFTI_INDEX_TYPE_SCALARS">',
    ...rows.maps.map(
      ({ name, metadata }) => `<NamedMap>${metadataElement(metadata)}<MapName>${ciftiText(name)}</MapName></NamedMap>`,
    ),
    "</MatrixIndicesMap>",
  ].join("\n");
}

function formatColumns(columns: CiftiColumns): string {
  const isParcels = columns.kind === "parcels";
  return [
    `<MatrixIndicesMap AppliesToMatrixDimension="1" IndicesMapToDataType="CIFTI_INDEX_TYPE_${isParcels ? "PARCELS" : "BRAIN_MODELS"}">`,
    ...(columns.volume ? [formatVolume(columns.volume)] : []),
    ...(isParcels ? formatParcels(columns) : columns.models.map(formatModel)),
    "</MatrixIndicesMap>",
  ].join("\n");
}

function formatModel(model: CiftiBrainModel): string {
  const place = `IndexOffset="${model.start}" IndexCount="${ciftiModelLength(model)}" BrainStructure="${ciftiText(model.structure)}"`;
  if (model.kind === "voxels") {
    return `<BrainModel ModelType="CIFTI_MODEL_TYPE_VOXELS" ${place}>${formatVoxels(model.voxels)}</BrainModel>`;
  }
  return `<BrainModel ModelType="CIFTI_MODEL_TYPE_SURFACE" ${place} SurfaceNumberOfVertices="${model.nVertices}"><VertexIndices>${model.vertices.join(" ")}</VertexIndices></BrainModel>`;
}

function formatParcels({ surfaces, parcels }: CiftiParcels): string[] {
  return [
    ...surfaces.map(
      ({ structure, nVertices }) =>
        `<Surface BrainStructure="${ciftiText(structure)}" SurfaceNumberOfVertices="${nVertices}"/>`,
    ),
    ...parcels.map(({ name, vertices, voxels }) => {
      const lists = vertices.map(
        (list) => `<Vertices BrainStructure="${ciftiText(list.structure)}">${list.vertices.join(" ")}</Vertices>`,
      );
      const indices = voxels.length > 0 ? formatVoxels(voxels) : "";
      return `<Parcel Name="${ciftiText(name)}">${lists.join("")}${indices}</Parcel>`;
    }),
  ];
}

function formatVoxels(voxels: Int32Array): string {
  const lines: string[] = [];
  for (let at = 0; at < voxels.length; at += 3) lines.push(voxels.subarray(at, at + 3).join(" "));
  return `<VoxelIndicesIJK>${lines.join("\n")}</VoxelIndicesIJK>`;
}

/** Four lines of four, as every program writes them. */
function formatVolume({ shape, affine }: CiftiVolume): string {
  const lines = [0, 4, 8, 12].map((at) => affine.slice(at, at + 4).join(" "));
  return `<Volume VolumeDimensions="${shape.join(",")}"><TransformationMatrixVoxelIndicesIJKtoXYZ MeterExponent="-3">${lines.join("\n")}</TransformationMatrixVoxelIndicesIJKtoXYZ></Volume>`;
}

function metadataElement(metadata: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(metadata);
  if (pairs.length === 0) return "";
  const texts = pairs.map(
    ([name, value]) => `<MD><Name>${ciftiText(name)}</Name><Value>${ciftiText(value)}</Value></MD>`,
  );
  return `<MetaData>${texts.join("")}</MetaData>`;
}

const ciftiText = (text: string) => safeXml(text, "writeCifti");
