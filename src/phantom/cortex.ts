import { createRandom } from "../array/random.ts";
import { createIcosphere, icosphereFrequency, type TriangleMesh } from "./icosphere.ts";

/** The toy cortex of one hemisphere. Vertex i of L and of R are mirror images on the sphere. */
export interface Hemisphere {
  readonly hemi: "L" | "R";
  /** [nVertices x 3], unit directions: lateral (away from the other hemisphere), anterior, superior. */
  readonly directions: Float64Array;
  /** The folded surface, millimetres in RAS. */
  readonly folded: TriangleMesh;
  /** The same without folds. */
  readonly inflated: TriangleMesh;
  /** [nVertices], depth of the fold in millimetres: above 0 in a sulcus. */
  readonly depth: Float64Array;
}

/** Vertices of a hemisphere, unless said otherwise: an icosphere of frequency 12. */
export const DEFAULT_VERTICES = 1442;

/** How a {@link Hemisphere} is made. */
export interface HemisphereOptions {
  /** `10 f^2 + 2` for a whole f (default 1442). */
  readonly nVertices?: number | undefined;
  /** Folds of another seed lie elsewhere (default 0). */
  readonly seed?: number | string | undefined;
}

/** Half-axes in millimetres: lateral, anterior, superior. */
const HALF_AXES = [32, 78, 52] as const;
/** The medial side is flatter than the lateral one. */
const MEDIAL_SHARE = 0.45;
/** Centre of a hemisphere from the midline. */
const CENTRE = 18;
/** Millimetres; the deepest fold is about three times this. */
const FOLD_SIZE = 2.2;
/** Waves whose sum is the folds. */
const N_WAVES = 24;

/**
 * A toy hemisphere: an icosphere drawn out to the proportions of a brain with a flat medial side, folded by a sum of
 * seeded waves along its radius. It is a drawing to put maps on, no anatomy: no brain was measured for it.
 *
 * @throws OptionError where `nVertices` is not `10 f^2 + 2`
 */
export function createHemisphere(hemi: "L" | "R", options: HemisphereOptions = {}): Hemisphere {
  const { nVertices = DEFAULT_VERTICES, seed = 0 } = options;
  const sphere = createIcosphere(icosphereFrequency(nVertices));
  const fold = createFolds(`folds of ${hemi}, seed ${seed}`, nVertices);
  const directions = sphere.coordinates;
  const depth = new Float64Array(nVertices);
  const folded = new Float64Array(3 * nVertices);
  const inflated = new Float64Array(3 * nVertices);
  const side = hemi === "L" ? -1 : 1;
  for (let v = 0; v < nVertices; v++) {
    const [lateral, anterior, superior] = directions.subarray(3 * v, 3 * v + 3) as unknown as [number, number, number];
    depth[v] = fold(lateral, anterior, superior);
    const place = (into: Float64Array, inward: number) => {
      const x = (HALF_AXES[0] - inward) * lateral * (lateral < 0 ? MEDIAL_SHARE : 1);
      into[3 * v] = side * (CENTRE + x);
      into[3 * v + 1] = (HALF_AXES[1] - inward) * anterior;
      into[3 * v + 2] = (HALF_AXES[2] - inward) * superior;
    };
    place(folded, depth[v]!);
    place(inflated, 0);
  }
  // Lateral is to the left in L: a mirror image, whose triangles run the other way round.
  const triangles = hemi === "R" ? sphere.triangles : reverseTriangles(sphere.triangles);
  return {
    hemi,
    directions,
    depth,
    folded: { coordinates: folded, triangles },
    inflated: { coordinates: inflated, triangles },
  };
}

/**
 * A smooth random function on the sphere: waves in random directions, whose length is at least five edges of the mesh
 * so that triangles show them.
 */
function createFolds(seed: string, nVertices: number): (x: number, y: number, z: number) => number {
  const random = createRandom(seed);
  const edge = Math.sqrt((4 * Math.PI) / nVertices);
  const frequency = Math.min(14, (2 * Math.PI) / (5 * edge));
  const waves = Array.from({ length: N_WAVES }, () => {
    const direction = [random.normal(), random.normal(), random.normal()];
    const length = Math.hypot(...direction);
    const scale = (frequency * (0.7 + 0.3 * random.uniform())) / length;
    return { k: direction.map((value) => value * scale), phase: 2 * Math.PI * random.uniform() };
  });
  const size = FOLD_SIZE * Math.sqrt(2 / N_WAVES);
  return (x, y, z) =>
    size * waves.reduce((sum, { k, phase }) => sum + Math.cos(k[0]! * x + k[1]! * y + k[2]! * z + phase), 0);
}

function reverseTriangles(triangles: Int32Array): Int32Array {
  const reversed = triangles.slice();
  for (let i = 0; i < triangles.length; i += 3) {
    reversed[i + 1] = triangles[i + 2]!;
    reversed[i + 2] = triangles[i + 1]!;
  }
  return reversed;
}
