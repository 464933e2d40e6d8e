import type { Matrix } from "../array/matrix.ts";
import { formatBidsName } from "../bids/name.ts";
import { type GiftiArray, type GiftiLabel, writeGifti } from "../formats/gifti.ts";
import type { Hemisphere } from "./cortex.ts";
import type { TriangleMesh } from "./icosphere.ts";
import type { PhantomRegion } from "./phantom-regions.ts";
import type { SurfacePaths } from "./truth.ts";

/** Name of the toy cortex as `space-`, `tpl-` and `atlas-` have it. */
export const PHANTOM_SPACE = "phantom";

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const structures = { L: "CortexLeft", R: "CortexRight" } as const;

/** Paths of the files of one hemisphere's surfaces, relative to the data set. */
export function surfacePaths(hemi: "L" | "R"): SurfacePaths {
  const path = (suffix: string, extension: string, more: Readonly<Record<string, string>> = {}) =>
    `atlas/${formatBidsName({ entities: { tpl: PHANTOM_SPACE, hemi, ...more }, suffix, extension })}`;
  return {
    labels: path("dseg", ".label.gii", { atlas: PHANTOM_SPACE }),
    folded: path("midthickness", ".surf.gii"),
    inflated: path("inflated", ".surf.gii"),
    sulc: path("sulc", ".shape.gii"),
  };
}

/**
 * The files of one hemisphere: folded and inflated surface, depth of the folds, and the regions with their colours.
 *
 * @param regionOfVertex - [nVertices], index into `regions`, -1 outside all, which becomes key 0 (`???`)
 * @returns path to content
 */
export function surfaceFiles(
  hemisphere: Hemisphere,
  regions: readonly PhantomRegion[],
  regionOfVertex: Int32Array,
): ReadonlyMap<string, Uint8Array> {
  const paths = surfacePaths(hemisphere.hemi);
  const metadata = { AnatomicalStructurePrimary: structures[hemisphere.hemi] };
  const shape = array(
    "NIFTI_INTENT_SHAPE",
    "NIFTI_TYPE_FLOAT32",
    [hemisphere.depth.length],
    hemisphere.depth,
    metadata,
  );
  const keys = Int32Array.from(regionOfVertex, (region) => region + 1);
  const labels: GiftiLabel[] = [
    { key: 0, name: "???", rgba: [0, 0, 0, 0] },
    ...regions.map(
      ({ name, colour: [r, g, b] }, i): GiftiLabel => ({ key: i + 1, name, rgba: [r / 255, g / 255, b / 255, 1] }),
    ),
  ];
  return new Map([
    [paths.folded, meshFile(hemisphere.folded, metadata)],
    [paths.inflated, meshFile(hemisphere.inflated, metadata)],
    [paths.sulc, writeGifti({ metadata, labels: [], arrays: [shape] })],
    [
      paths.labels,
      writeGifti({
        metadata,
        labels,
        arrays: [array("NIFTI_INTENT_LABEL", "NIFTI_TYPE_INT32", [keys.length], keys, metadata)],
      }),
    ],
  ]);
}

/**
 * The series of one hemisphere as a functional GIFTI: one array a volume.
 *
 * @param bold - [nVolumes x nVertices]
 * @param repetitionTime - seconds
 */
export function seriesFile(bold: Matrix<Float32Array>, hemi: "L" | "R", repetitionTime: number): Uint8Array {
  const metadata = { AnatomicalStructurePrimary: structures[hemi], TimeStep: String(repetitionTime * 1000) };
  const arrays = Array.from({ length: bold.nRows }, (_, t) => {
    const volume = bold.data.subarray(t * bold.nColumns, (t + 1) * bold.nColumns);
    return array("NIFTI_INTENT_TIME_SERIES", "NIFTI_TYPE_FLOAT32", [bold.nColumns], volume, {});
  });
  return writeGifti({ metadata, labels: [], arrays });
}

function meshFile(mesh: TriangleMesh, metadata: Readonly<Record<string, string>>): Uint8Array {
  const nVertices = mesh.coordinates.length / 3;
  const scanner = "NIFTI_XFORM_SCANNER_ANAT";
  const points: GiftiArray = {
    ...array("NIFTI_INTENT_POINTSET", "NIFTI_TYPE_FLOAT32", [nVertices, 3], mesh.coordinates, metadata),
    coordinateSystems: [{ dataSpace: scanner, transformedSpace: scanner, matrix: identity }],
  };
  const nTriangles = mesh.triangles.length / 3;
  const triangles = array("NIFTI_INTENT_TRIANGLE", "NIFTI_TYPE_INT32", [nTriangles, 3], mesh.triangles, {});
  return writeGifti({ metadata, labels: [], arrays: [points, triangles] });
}

function array(
  intent: string,
  dataType: "NIFTI_TYPE_FLOAT32" | "NIFTI_TYPE_INT32",
  dimensions: readonly number[],
  numbers: ArrayLike<number>,
  metadata: Readonly<Record<string, string>>,
): GiftiArray {
  const data = dataType === "NIFTI_TYPE_FLOAT32" ? Float32Array.from(numbers) : Int32Array.from(numbers);
  return { intent, dataType, dimensions, data, metadata, coordinateSystems: [] };
}
