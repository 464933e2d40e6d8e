import { FormatError } from "../errors.ts";
import { type ByteCursor, byteCursor } from "./byte-cursor.ts";
import { formatBytes } from "./byte-order.ts";
import { pathOf } from "./file-bytes.ts";
import { parseNumber } from "./number.ts";

/** A surface of FreeSurfer: `lh.pial`, `rh.inflated`, ... */
export interface FreesurferSurface {
  /** x, y, z of each vertex in millimetres, [nVertices x 3]; of the surface's own space, see {@link FreesurferGeometry}. */
  readonly vertices: Float32Array<ArrayBuffer>;
  /** Three vertices each, [nTriangles x 3]. */
  readonly triangles: Int32Array<ArrayBuffer>;
  /** What made the file, in its own words. */
  readonly comment: string;
  /** The volume that the surface was made from; undefined where the file does not say. */
  readonly geometry: FreesurferGeometry | undefined;
}

/** The volume that a surface was made from. */
export interface FreesurferGeometry {
  /** Whether the file says that the rest holds. */
  readonly isValid: boolean;
  readonly fileName: string;
  /** Voxels along each axis. */
  readonly shape: readonly number[];
  /** Millimetres along each axis. */
  readonly voxelSizes: readonly number[];
  /** Directions of the axes, to the right, front and top. */
  readonly xRas: readonly number[];
  readonly yRas: readonly number[];
  readonly zRas: readonly number[];
  /** The middle of the volume: added to a vertex it gives the scanner's coordinates, where the axes are straight. */
  readonly cRas: readonly number[];
}

/** Settings of the readers of FreeSurfer's formats. */
export interface ReadFreesurferOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

/**
 * A triangle surface in FreeSurfer's binary format.
 *
 * @remarks After the triangles, the tags for real RAS coordinates and volume geometry are read; what follows (command
 * lines, colours) is left aside.
 *
 * @param bytes - the whole file
 * @throws FormatError where the file is of quadrangles, ends early, a coordinate is not finite, a triangle names a vertex
 * that is not there, or the geometry is not as FreeSurfer writes it
 * @see https://surfer.nmr.mgh.harvard.edu/fswiki/FreeSurferWiki
 */
export function readFreesurferSurface(bytes: Uint8Array, options: ReadFreesurferOptions = {}): FreesurferSurface {
  const path = pathOf(options, "surface");
  const cursor = byteCursor(bytes, path);
  const magic = formatBytes(bytes.subarray(0, 3));
  if (magic !== "ff ff fe") {
    const hint =
      magic === "ff ff ff" || magic === "ff ff fd"
        ? "It holds quadrangles, or values of vertices: convert a surface with mris_convert"
        : "Is it a surface of FreeSurfer?";
    const got = `bytes ${formatBytes(bytes.subarray(0, 3))}. ${hint}`;
    throw new FormatError(path, `a triangle surface must begin with bytes ff ff fe, got ${got}`, 0);
  }
  cursor.bytes(3, "its magic number");
  const comment = cursor.line("a comment");
  cursor.line("an empty line");
  const nVertices = cursor.count("the number of vertices");
  const nTriangles = cursor.count("the number of triangles");
  const startVertices = cursor.position();
  const vertices = cursor.numbers("float32", 3 * nVertices, `${nVertices} vertices`) as Float32Array<ArrayBuffer>;
  const bad = vertices.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const message = `coordinates must be finite, got ${vertices[bad]} (vertex ${Math.floor(bad / 3)})`;
    throw new FormatError(path, message, startVertices + 4 * bad);
  }
  const startTriangles = cursor.position();
  const triangles = cursor.numbers("int32", 3 * nTriangles, `${nTriangles} triangles`) as Int32Array<ArrayBuffer>;
  const outside = triangles.findIndex((vertex) => vertex < 0 || vertex >= nVertices);
  if (outside >= 0) {
    const message = `triangles must name vertices in 0..${nVertices - 1}, got ${triangles[outside]} (triangle ${Math.floor(outside / 3)})`;
    throw new FormatError(path, message, startTriangles + 4 * outside);
  }
  return { vertices, triangles, comment, geometry: readGeometry(cursor, path) };
}

const realRas = 2;
const volumeGeometry = 20;

function readGeometry(cursor: ByteCursor, path: string): FreesurferGeometry | undefined {
  if (cursor.left() < 4) return undefined;
  let tag = cursor.number("int32", "a tag");
  if (tag === realRas) {
    if (cursor.left() < 8) return undefined;
    cursor.number("int32", "whether coordinates are RAS");
    tag = cursor.number("int32", "a tag");
  }
  if (tag !== volumeGeometry) return undefined;

  function value(name: string): string {
    const start = cursor.position();
    const line = cursor.line(`the geometry's ${name}`);
    const [, key, text] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === name && text !== undefined) return text;
    const shown = JSON.stringify(line.slice(0, 60));
    throw new FormatError(path, `the geometry must go on with "${name} = ", got ${shown}`, start);
  }
  function triple(name: string): readonly number[] {
    const start = cursor.position();
    const text = value(name);
    const numbers = text.split(/\s+/).map(parseNumber);
    if (numbers.length === 3 && numbers.every((n) => n !== undefined)) return numbers;
    throw new FormatError(path, `the geometry's ${name} must be three numbers, got ${JSON.stringify(text)}`, start);
  }
  return {
    // "1  # volume info valid"
    isValid: value("valid").startsWith("1"),
    fileName: value("filename"),
    shape: triple("volume"),
    voxelSizes: triple("voxelsize"),
    xRas: triple("xras"),
    yRas: triple("yras"),
    zRas: triple("zras"),
    cRas: triple("cras"),
  };
}
