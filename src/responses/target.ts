import { ownValue } from "../array/records.ts";
import type { CiftiGrayordinates } from "../formats/cifti-axes.ts";

/** What one column of the responses belongs to: a region, a vertex of one hemisphere, or a voxel. */
export interface Target {
  /** The region's name, the vertex's number within its hemisphere, from 0, or the voxel's indices: `"31 44 20"`. */
  readonly name: string;
  /** "n/a" for regions whose file does not say, and for voxels. */
  readonly hemi: "L" | "R" | "n/a";
}

/** What the columns of a response are. */
export type TargetSpace =
  | { readonly kind: "region" }
  | {
      readonly kind: "surface";
      /** As in the file names: "fsaverage6". */
      readonly space: string;
      /** Vertices of L and R; 0 where the hemisphere is absent. */
      readonly nVertices: readonly [number, number];
    }
  | {
      readonly kind: "volume";
      /** As in the file names: "MNI152NLin2009cAsym"; "n/a" where they do not say. */
      readonly space: string;
      /** Voxels along x, y and z. */
      readonly shape: readonly [number, number, number];
      /** From voxel indices to coordinates in millimetres, [4 x 4] row-major. */
      readonly affine: readonly number[];
      /** The voxel of each column: `i + nx * (j + ny * k)`, ascending. */
      readonly voxels: Int32Array;
    }
  | {
      readonly kind: "grayordinate";
      /** As in the file names: "fsLR". */
      readonly space: string;
      /** What each column is. */
      readonly grayordinates: CiftiGrayordinates;
    };

/** Spaces whose targets have places in the brain, of which there are maps. */
export type PlacedSpace = Exclude<TargetSpace, { kind: "region" }>;

// Every subject of a study has the same vertices: 81,924 small objects are worth making once.
const made = new Map<string, readonly Target[]>();

/**
 * The targets of a surface: the vertices of L, then those of R, numbered from 0 within each. The same array for the
 * same numbers.
 */
export function surfaceTargets(nVertices: readonly [number, number]): readonly Target[] {
  const key = nVertices.join();
  let targets = made.get(key);
  if (!targets) {
    const [left, right] = nVertices;
    targets = [
      ...Array.from({ length: left }, (_, vertex): Target => ({ name: String(vertex), hemi: "L" })),
      ...Array.from({ length: right }, (_, vertex): Target => ({ name: String(vertex), hemi: "R" })),
    ];
    made.set(key, targets);
  }
  return targets;
}

/** The voxels of a mask as targets, named by their indices. */
export function voxelTargets(shape: readonly [number, number, number], voxels: Int32Array): readonly Target[] {
  return Array.from(voxels, (voxel): Target => {
    const [i, j] = [voxel % shape[0], Math.floor(voxel / shape[0]) % shape[1]];
    return { name: `${i} ${j} ${Math.floor(voxel / (shape[0] * shape[1]))}`, hemi: "n/a" };
  });
}

/** Grayordinates as targets: vertices by number and hemisphere, voxels by their indices. */
export function grayordinateTargets({ models }: CiftiGrayordinates): readonly Target[] {
  return models
    .toSorted((a, b) => a.start - b.start)
    .flatMap((model): Target[] => {
      const hemi = hemiOfStructure(model.structure);
      if (model.kind === "surface") return Array.from(model.vertices, (vertex) => ({ name: String(vertex), hemi }));
      return Array.from({ length: model.voxels.length / 3 }, (_, n) => ({
        name: model.voxels.subarray(3 * n, 3 * n + 3).join(" "),
        hemi: "n/a",
      }));
    });
}

/** The hemisphere that a structure of CIFTI's lies on: `"CIFTI_STRUCTURE_CORTEX_LEFT"` is L. */
export function hemiOfStructure(structure: string): Target["hemi"] {
  return structure.endsWith("_LEFT") ? "L" : structure.endsWith("_RIGHT") ? "R" : "n/a";
}

/** Vertices a hemisphere of the surface spaces that are in use, by the name in `space-<label>`. */
const KNOWN_SPACES: Readonly<Record<string, number>> = {
  fsaverage3: 642,
  fsaverage4: 2562,
  fsaverage5: 10242,
  fsaverage6: 40962,
  fsaverage: 163842,
};

/** How many vertices a hemisphere has in this space; undefined where the name does not say. */
export function knownVertices(space: string): number | undefined {
  return ownValue(KNOWN_SPACES, space);
}
