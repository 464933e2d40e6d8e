import { FormatError } from "../errors.ts";
import type {
  CiftiAxes,
  CiftiBrainModel,
  CiftiColumns,
  CiftiParcel,
  CiftiParcels,
  CiftiRows,
  CiftiSeries,
  CiftiVolume,
} from "./cifti-axes.ts";
import { readMetadata } from "./gifti-array.ts";
import { parseCount, parseNumber } from "./number.ts";
import { parseXml, type XmlElement, xmlAttribute, xmlChildren, xmlChildText, xmlText } from "./xml.ts";

/** The XML of a CIFTI file, and how long the axes of its matrix are. */
export interface CiftiSource {
  readonly bytes: Uint8Array;
  /** The file, for messages. */
  readonly path: string;
  readonly nRows: number;
  readonly nColumns: number;
}

/**
 * What the XML of a CIFTI-2 file says, checked against the size of the matrix.
 *
 * @throws FormatError where the XML is not what the standard says: indices that do not cover the columns one after the
 * other, vertices or voxels that are not there or there twice, axes of another kind or length
 */
export function readCiftiXml(source: CiftiSource): CiftiAxes {
  const root = parseXml(source.bytes, source.path);
  const fail = (message: string, { start }: XmlElement) => new FormatError(source.path, message, start);
  if (root.name !== "CIFTI") throw fail(`the root element must be <CIFTI>, got <${root.name}>`, root);
  const version = xmlAttribute(source.path, root, "Version");
  if (parseNumber(version) !== 2) {
    throw fail(`Version must be 2, got "${version}". Convert it with wb_command -file-convert`, root);
  }
  const matrix = onlyChild(source, root, "Matrix");
  const maps = new Map<string, XmlElement>();
  for (const map of xmlChildren(matrix, "MatrixIndicesMap")) {
    for (const axis of xmlAttribute(source.path, map, "AppliesToMatrixDimension").split(",")) {
      if (axis !== "0" && axis !== "1") throw fail(`AppliesToMatrixDimension must be 0 or 1, got "${axis}"`, map);
      if (maps.has(axis)) throw fail(`one <MatrixIndicesMap> must apply to each dimension, got two for ${axis}`, map);
      maps.set(axis, map);
    }
  }
  const mapOf = (axis: string) => {
    const map = maps.get(axis);
    if (map) return map;
    throw fail(`one <MatrixIndicesMap> must apply to each dimension, got none for ${axis}`, matrix);
  };
  return {
    rows: readRows(source, mapOf("0")),
    columns: readColumns(source, mapOf("1")),
    metadata: readMetadata(source.path, matrix),
  };
}

function readRows(source: CiftiSource, map: XmlElement): CiftiRows {
  const type = xmlAttribute(source.path, map, "IndicesMapToDataType");
  if (type === "CIFTI_INDEX_TYPE_SERIES") return readSeries(source, map);
  if (type !== "CIFTI_INDEX_TYPE_SCALARS") {
    const remedy =
      type === "CIFTI_INDEX_TYPE_LABELS"
        ? "Cut the label GIFTI files of the cortex out of it with wb_command -cifti-separate"
        : "Give a .dtseries.nii, .ptseries.nii, .dscalar.nii or .pscalar.nii";
    const message = `rows must be a series or scalar maps (CIFTI_INDEX_TYPE_SERIES, CIFTI_INDEX_TYPE_SCALARS), got ${type}. ${remedy}`;
    throw new FormatError(source.path, message, map.start);
  }
  const maps = xmlChildren(map, "NamedMap").map((element) => ({
    name: xmlChildText(source.path, element, "MapName"),
    metadata: readMetadata(source.path, element),
  }));
  requireLength(source, map, "rows", maps.length, source.nRows);
  return { kind: "scalars", maps };
}

const units: ReadonlySet<string> = new Set<CiftiSeries["unit"]>(["SECOND", "HERTZ", "METER", "RADIAN"]);

function readSeries(source: CiftiSource, map: XmlElement): CiftiSeries {
  const number = (name: string) => {
    const text = xmlAttribute(source.path, map, name);
    const value = parseNumber(text);
    if (value !== undefined && Number.isFinite(value)) return value;
    throw new FormatError(source.path, `${name} must be a number, got "${text}"`, map.start);
  };
  const exponent = readExponent(source, map, "SeriesExponent");
  const unit = xmlAttribute(source.path, map, "SeriesUnit");
  if (!units.has(unit)) {
    const message = `SeriesUnit must be one of ${[...units].join(", ")}, got "${unit}"`;
    throw new FormatError(source.path, message, map.start);
  }
  requireLength(source, map, "rows", readCount(source, map, "NumberOfSeriesPoints"), source.nRows);
  return {
    kind: "series",
    unit: unit as CiftiSeries["unit"],
    start: shift(number("SeriesStart"), exponent),
    step: shift(number("SeriesStep"), exponent),
  };
}

function readColumns(source: CiftiSource, map: XmlElement): CiftiColumns {
  const type = xmlAttribute(source.path, map, "IndicesMapToDataType");
  const [element, second] = xmlChildren(map, "Volume");
  if (second) throw new FormatError(source.path, "there must be one <Volume> at most, got two", second.start);
  const volume = element && readVolume(source, element);
  if (type === "CIFTI_INDEX_TYPE_PARCELS") return readParcels(source, map, volume);
  if (type !== "CIFTI_INDEX_TYPE_BRAIN_MODELS") {
    const message = `columns must be brain models or parcels (CIFTI_INDEX_TYPE_BRAIN_MODELS, CIFTI_INDEX_TYPE_PARCELS), got ${type}`;
    throw new FormatError(source.path, message, map.start);
  }
  const used = usedOnce(source, volume);
  const models: CiftiBrainModel[] = [];
  let end = 0;
  const elements = xmlChildren(map, "BrainModel").map((model) => ({
    model,
    offset: readCount(source, model, "IndexOffset"),
  }));
  for (const { model, offset } of elements.sort((a, b) => a.offset - b.offset)) {
    if (offset !== end) {
      const message = `brain models must lie one after the other: IndexOffset must be ${end}, got ${offset}`;
      throw new FormatError(source.path, message, model.start);
    }
    const read = readBrainModel(source, model, offset, used);
    end += readCount(source, model, "IndexCount");
    models.push(read);
  }
  requireLength(source, map, "columns", end, source.nColumns);
  return { kind: "grayordinates", models, volume };
}

function readBrainModel(source: CiftiSource, model: XmlElement, start: number, used: UsedOnce): CiftiBrainModel {
  const structure = readStructure(source, model);
  const type = xmlAttribute(source.path, model, "ModelType");
  const count = readCount(source, model, "IndexCount");
  if (type === "CIFTI_MODEL_TYPE_VOXELS") {
    const child = onlyChild(source, model, "VoxelIndicesIJK");
    const voxels = readVoxels(source, child, used);
    requireIndexCount(source, child, "voxels", voxels.length / 3, count);
    return { kind: "voxels", structure, start, voxels };
  }
  if (type !== "CIFTI_MODEL_TYPE_SURFACE") {
    const message = `ModelType must be CIFTI_MODEL_TYPE_SURFACE or CIFTI_MODEL_TYPE_VOXELS, got "${type}"`;
    throw new FormatError(source.path, message, model.start);
  }
  const nVertices = readCount(source, model, "SurfaceNumberOfVertices");
  used.addSurface(structure, nVertices, model);
  const child = onlyChild(source, model, "VertexIndices");
  const vertices = readIndices(source, child);
  requireIndexCount(source, child, "vertices", vertices.length, count);
  vertices.forEach((vertex, i) => {
    if (i === 0 || vertex > vertices[i - 1]!) return;
    const message = `vertices must be ascending, got ${vertex} after ${vertices[i - 1]} (${structure})`;
    throw new FormatError(source.path, message, child.start);
  });
  used.addVertices(structure, vertices, child);
  return { kind: "surface", structure, start, nVertices, vertices };
}

function readParcels(source: CiftiSource, map: XmlElement, volume: CiftiVolume | undefined): CiftiParcels {
  const used = usedOnce(source, volume);
  const surfaces = xmlChildren(map, "Surface").map((surface) => {
    const structure = readStructure(source, surface);
    const nVertices = readCount(source, surface, "SurfaceNumberOfVertices");
    used.addSurface(structure, nVertices, surface);
    return { structure, nVertices };
  });
  const parcels = xmlChildren(map, "Parcel").map((parcel): CiftiParcel => {
    const vertices = xmlChildren(parcel, "Vertices").map((element) => {
      const structure = readStructure(source, element);
      const indices = readIndices(source, element);
      used.addVertices(structure, indices, element);
      return { structure, vertices: indices };
    });
    const [element, second] = xmlChildren(parcel, "VoxelIndicesIJK");
    if (second) {
      throw new FormatError(source.path, "a <Parcel> must hold one <VoxelIndicesIJK> at most, got two", second.start);
    }
    const voxels = element ? readVoxels(source, element, used) : new Int32Array(0);
    return { name: xmlAttribute(source.path, parcel, "Name"), vertices, voxels };
  });
  requireLength(source, map, "columns", parcels.length, source.nColumns);
  return { kind: "parcels", surfaces, parcels, volume };
}

interface UsedOnce {
  readonly addSurface: (structure: string, nVertices: number, element: XmlElement) => void;
  readonly addVertices: (structure: string, vertices: Int32Array, element: XmlElement) => void;
  readonly addVoxels: (voxels: Int32Array, element: XmlElement) => void;
}

/** Sees to it that a vertex or voxel lies within its surface or volume and belongs to one column only. */
function usedOnce(source: CiftiSource, volume: CiftiVolume | undefined): UsedOnce {
  const surfaces = new Map<string, { readonly nVertices: number; readonly seen: Set<number> }>();
  const seenVoxels = new Set<number>();
  const fail = (message: string, { start }: XmlElement) => new FormatError(source.path, message, start);
  return {
    addSurface(structure, nVertices, element) {
      if (surfaces.has(structure)) throw fail(`a surface must be given once, got ${structure} twice`, element);
      surfaces.set(structure, { nVertices, seen: new Set() });
    },
    addVertices(structure, vertices, element) {
      const surface = surfaces.get(structure);
      if (!surface) throw fail(`vertices must lie on a surface that is given, got ${structure}`, element);
      for (const vertex of vertices) {
        if (vertex >= surface.nVertices) {
          throw fail(`vertices must lie in 0..${surface.nVertices - 1}, got ${vertex} (${structure})`, element);
        }
        if (surface.seen.has(vertex))
          throw fail(`a vertex must be given once, got ${vertex} twice (${structure})`, element);
        surface.seen.add(vertex);
      }
    },
    addVoxels(voxels, element) {
      if (voxels.length > 0 && !volume) throw fail("voxels must lie in a <Volume>, got none", element);
      const [nx, ny, nz] = volume?.shape ?? [0, 0, 0];
      for (let at = 0; at < voxels.length; at += 3) {
        const [i, j, k] = voxels.subarray(at, at + 3) as unknown as [number, number, number];
        if (i >= nx || j >= ny || k >= nz) {
          throw fail(`voxels must lie in the volume of ${nx} x ${ny} x ${nz}, got ${i} ${j} ${k}`, element);
        }
        const voxel = i + nx * (j + ny * k);
        if (seenVoxels.has(voxel)) throw fail(`a voxel must be given once, got ${i} ${j} ${k} twice`, element);
        seenVoxels.add(voxel);
      }
    },
  };
}

function readVolume(source: CiftiSource, element: XmlElement): CiftiVolume {
  const text = xmlAttribute(source.path, element, "VolumeDimensions");
  const shape = text.split(",").map((part) => parseCount(part.trim()));
  if (shape.length !== 3 || !shape.every((n) => n !== undefined && n < 2 ** 31)) {
    const message = `VolumeDimensions must be three whole numbers parted by commas, got "${text}"`;
    throw new FormatError(source.path, message, element.start);
  }
  const transform = onlyChild(source, element, "TransformationMatrixVoxelIndicesIJKtoXYZ");
  const exponent = readExponent(source, transform, "MeterExponent");
  const texts = words(xmlText(transform, source.path));
  const numbers = texts.map(parseNumber);
  const isWhole = numbers.length === 16 && numbers.every((value) => value !== undefined && Number.isFinite(value));
  if (!isWhole || numbers.slice(12).join() !== "0,0,0,1") {
    const message = "a volume's matrix must hold 16 numbers, the last four 0 0 0 1";
    throw new FormatError(source.path, `${message}, got "${texts.slice(0, 20).join(" ")}"`, transform.start);
  }
  const affine = (numbers as number[]).map((value, i) => (i < 12 ? shift(value, exponent + 3) : value));
  return { shape: shape as [number, number, number], affine };
}

function readVoxels(source: CiftiSource, element: XmlElement, used: UsedOnce): Int32Array {
  const voxels = readIndices(source, element);
  if (voxels.length % 3 !== 0) {
    const message = `voxels must have three indices each, got ${voxels.length} in all`;
    throw new FormatError(source.path, message, element.start);
  }
  used.addVoxels(voxels, element);
  return voxels;
}

function readIndices(source: CiftiSource, element: XmlElement): Int32Array {
  return Int32Array.from(words(xmlText(element, source.path)), (text) => {
    const index = parseCount(text);
    if (index !== undefined && index < 2 ** 31) return index;
    const message = `<${element.name}> must hold whole numbers from 0, got ${JSON.stringify(text)}`;
    throw new FormatError(source.path, message, element.start);
  });
}

function readStructure(source: CiftiSource, element: XmlElement): string {
  const structure = xmlAttribute(source.path, element, "BrainStructure");
  if (/^CIFTI_STRUCTURE_[A-Z0-9_]+$/.test(structure)) return structure;
  const message = `BrainStructure must begin with CIFTI_STRUCTURE_, got "${structure}"`;
  throw new FormatError(source.path, message, element.start);
}

function readCount(source: CiftiSource, element: XmlElement, name: string): number {
  const text = xmlAttribute(source.path, element, name);
  const value = parseCount(text);
  if (value !== undefined) return value;
  throw new FormatError(source.path, `${name} must be a whole number from 0, got "${text}"`, element.start);
}

function readExponent(source: CiftiSource, element: XmlElement, name: string): number {
  const text = xmlAttribute(source.path, element, name);
  if (/^[+-]?\d{1,2}$/.test(text)) return Number(text);
  throw new FormatError(source.path, `${name} must be a whole number, got "${text}"`, element.start);
}

function onlyChild(source: CiftiSource, element: XmlElement, name: string): XmlElement {
  const [child, second] = xmlChildren(element, name);
  if (child && !second) return child;
  const message = `<${element.name}> must hold one <${name}>, got ${second ? "more" : "none"}`;
  throw new FormatError(source.path, message, (second ?? element).start);
}

function requireLength(source: CiftiSource, map: XmlElement, axis: "rows" | "columns", got: number, n: number): void {
  if (got === n) return;
  const message = `<MatrixIndicesMap> must describe the matrix's ${n} ${axis} (dim[${axis === "rows" ? 5 : 6}]), got ${got}`;
  throw new FormatError(source.path, message, map.start);
}

function requireIndexCount(source: CiftiSource, element: XmlElement, what: string, got: number, count: number): void {
  if (got === count) return;
  const message = `a <BrainModel> must hold as many ${what} as its IndexCount says, ${count}, got ${got}`;
  throw new FormatError(source.path, message, element.start);
}

/** `value * 10 ** exponent`, rounded once: powers of ten are exact, their inverses are not. */
function shift(value: number, exponent: number): number {
  return exponent < 0 ? value / 10 ** -exponent : value * 10 ** exponent;
}

function words(text: string): string[] {
  return text === "" ? [] : text.split(/\s+/);
}
