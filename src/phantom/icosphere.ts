import { OptionError } from "../errors.ts";

/** A closed surface of triangles. */
export interface TriangleMesh {
  /** [nVertices x 3], row-major. */
  readonly coordinates: Float64Array;
  /** [nTriangles x 3], row-major: vertices counter-clockwise seen from outside. */
  readonly triangles: Int32Array;
}

/**
 * A unit sphere of nearly equal triangles: an icosahedron whose edges are cut into `frequency` parts, with
 * `10 frequency^2 + 2` vertices and `20 frequency^2` triangles. Vertices that triangles share are one vertex.
 *
 * @throws OptionError where `frequency` is not a whole number from 1
 */
export function createIcosphere(frequency: number): TriangleMesh {
  if (!(Number.isInteger(frequency) && frequency >= 1)) {
    throw new OptionError(`createIcosphere: frequency must be a whole number from 1, got ${frequency}.`);
  }
  const corners = icosahedronCorners();
  const coordinates: number[] = [];
  const triangles: number[] = [];
  const known = new Map<string, number>();
  for (const face of icosahedronFaces) {
    // A point of the face by its whole barycentric weights; the weights of shared corners name a shared vertex.
    const vertexAt = (weights: readonly [number, number, number]) => {
      const parts = face.map((corner, i) => [corner, weights[i]!] as const).filter(([, weight]) => weight > 0);
      const key = parts.sort((a, b) => a[0] - b[0]).join(";");
      const there = known.get(key);
      if (there !== undefined) return there;
      const point = [0, 1, 2].map((axis) =>
        parts.reduce((sum, [corner, weight]) => sum + weight * corners[corner]![axis]!, 0),
      );
      const length = Math.hypot(...point);
      const vertex = coordinates.length / 3;
      coordinates.push(...point.map((value) => value / length));
      known.set(key, vertex);
      return vertex;
    };
    for (let i = 0; i < frequency; i++) {
      for (let j = 0; j < frequency - i; j++) {
        const k = frequency - i - j;
        const [a, b, c] = [vertexAt([k, i, j]), vertexAt([k - 1, i + 1, j]), vertexAt([k - 1, i, j + 1])];
        triangles.push(a, b, c);
        if (k >= 2) triangles.push(b, vertexAt([k - 2, i + 1, j + 1]), c);
      }
    }
  }
  return { coordinates: Float64Array.from(coordinates), triangles: Int32Array.from(triangles) };
}

/**
 * The frequency of the icosphere with this many vertices.
 *
 * @param where - the function that asks, for the message
 * @throws OptionError where there is none, with the nearest numbers that have one
 */
export function icosphereFrequency(nVertices: number, where = "icosphereFrequency"): number {
  const frequency = Math.round(Math.sqrt((nVertices - 2) / 10));
  if (frequency >= 1 && 10 * frequency * frequency + 2 === nVertices) return frequency;
  const near = Number.isFinite(frequency) && frequency >= 1 ? frequency : 12;
  const known = [near - 1, near, near + 1].filter((f) => f >= 1).map((f) => 10 * f * f + 2);
  throw new OptionError(
    `${where}: nVertices, the vertices of a hemisphere, must be 10 f^2 + 2 for a whole f, got ${nVertices}. Near it: ${known.join(", ")}.`,
  );
}

/** For each vertex, the vertices that it shares an edge with, ascending. */
export function meshNeighbours(mesh: TriangleMesh): readonly (readonly number[])[] {
  const neighbours = Array.from({ length: mesh.coordinates.length / 3 }, () => new Set<number>());
  for (let i = 0; i < mesh.triangles.length; i += 3) {
    const corners = mesh.triangles.subarray(i, i + 3);
    for (const a of corners) for (const b of corners) if (a !== b) neighbours[a]!.add(b);
  }
  return neighbours.map((set) => [...set].sort((a, b) => a - b));
}

/** The golden rectangle's corners in the three coordinate planes. */
function icosahedronCorners(): readonly (readonly number[])[] {
  const g = (1 + Math.sqrt(5)) / 2;
  return [
    [-1, g, 0],
    [1, g, 0],
    [-1, -g, 0],
    [1, -g, 0],
    [0, -1, g],
    [0, 1, g],
    [0, -1, -g],
    [0, 1, -g],
    [g, 0, -1],
    [g, 0, 1],
    [-g, 0, -1],
    [-g, 0, 1],
  ];
}

const icosahedronFaces: readonly (readonly number[])[] = [
  [0, 11, 5],
  [0, 5, 1],
  [0, 1, 7],
  [0, 7, 10],
  [0, 10, 11],
  [1, 5, 9],
  [5, 11, 4],
  [11, 10, 2],
  [10, 7, 6],
  [7, 1, 8],
  [3, 9, 4],
  [3, 4, 2],
  [3, 2, 6],
  [3, 6, 8],
  [3, 8, 9],
  [4, 9, 5],
  [2, 4, 11],
  [6, 2, 10],
  [8, 6, 7],
  [9, 8, 1],
];
