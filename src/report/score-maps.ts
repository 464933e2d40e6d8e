import type { FloatArray } from "../array/matrix.ts";
import { formatBidsName } from "../bids/name.ts";
import { writeCifti } from "../formats/cifti-write.ts";
import { writeGifti } from "../formats/gifti.ts";
import { writeNifti } from "../formats/nifti-write.ts";
import type { PlacedSpace } from "../responses/target.ts";
import type { OutputFile } from "../sources/output-files.ts";
import type { ScoreKey } from "./result.ts";

/** One map of a file: a name for viewers, and a value a target. */
export interface MapLayer {
  readonly name: string;
  readonly values: FloatArray;
}

/** A map file, with what its JSON should add. */
export interface MapFile {
  readonly file: OutputFile;
  /** The hemisphere, where the file is of one. */
  readonly hemi: "L" | "R" | undefined;
  /** The JSON's path. */
  readonly sidecarPath: string;
  /** Targets without a value in the first map. */
  readonly nNotScored: number;
}

/**
 * Map files of one analysis, in single precision:
 *
 * - surfaces: one GIFTI a hemisphere that has vertices, an array of intent `NIFTI_INTENT_SHAPE` a map, named
 *   `sub-01/func/sub-01_hemi-L_space-fsaverage6_desc-forecastScoreL8D4_statmap.shape.gii`;
 * - volumes: one compressed NIfTI (`_statmap.nii.gz`), a volume a map; NaN outside the mask;
 * - grayordinates: one CIFTI of dense scalars (`_statmap.dscalar.nii`).
 *
 * @param folder - the subject's label with `sub-`: its maps are in its {@link subjectFolder}, and their names begin with the
 * label; or `"group"`: maps are in that folder, and their names are of no subject
 * @param label - what `desc-` says, letters and digits: see {@link scoreLabel}
 */
export function scoreMaps(folder: string, space: PlacedSpace, label: string, layers: readonly MapLayer[]): MapFile[] {
  return mapPaths(folder, space, label).map(({ path, sidecarPath, hemi }) => {
    const [own, bytes] = mapBytes(space, hemi, layers);
    return { file: { path, bytes }, hemi, sidecarPath, nNotScored: countNotScored(own[0]!.values) };
  });
}

const mapExtensions = { surface: ".shape.gii", volume: ".nii.gz", grayordinate: ".dscalar.nii" } as const;

/**
 * Where a subject's files lie: `"sub-01/func"`, after the data type that scores come from, as BIDS has it. There is no folder
 * of a session: scores are of all runs of a subject.
 */
export const subjectFolder = (subject: string) => `${subject}/func`;

/** Where a map goes. */
export interface MapPath extends Pick<MapFile, "hemi" | "sidecarPath"> {
  readonly path: string;
}

/** The paths of {@link scoreMaps}, without the maps. */
export function mapPaths(folder: string, space: PlacedSpace, label: string): MapPath[] {
  const hemis =
    space.kind === "surface" ? (["L", "R"] as const).filter((_, i) => space.nVertices[i]! > 0) : ([undefined] as const);
  return hemis.map((hemi) => {
    const entities = {
      ...(folder.startsWith("sub-") ? { sub: folder.slice(4) } : {}),
      ...(hemi === undefined ? {} : { hemi }),
      ...(space.space === "n/a" ? {} : { space: space.space }),
      desc: label,
    };
    const place = folder.startsWith("sub-") ? subjectFolder(folder) : folder;
    const named = (extension: string) => `${place}/${formatBidsName({ entities, suffix: "statmap", extension })}`;
    return { path: named(mapExtensions[space.kind]), sidecarPath: named(".json"), hemi };
  });
}

/** The maps of a hemisphere, or all, and a file of them. */
function mapBytes(
  space: PlacedSpace,
  hemi: "L" | "R" | undefined,
  layers: readonly MapLayer[],
): [readonly MapLayer[], Uint8Array] {
  switch (space.kind) {
    case "surface": {
      const [left, right] = space.nVertices;
      const [start, end] = hemi === "R" ? [left, left + right] : [0, left];
      const own = layers.map(({ name, values }) => ({ name, values: values.subarray(start, end) }));
      return [own, surfaceBytes(hemi === "R" ? "R" : "L", own)];
    }
    case "volume":
      return [layers, volumeBytes(space, layers)];
    case "grayordinate":
      return [layers, grayordinateBytes(space, layers)];
    default:
      return space satisfies never;
  }
}

function countNotScored(values: FloatArray): number {
  let count = 0;
  for (const value of values) if (!Number.isFinite(value)) count++;
  return count;
}

function surfaceBytes(hemi: "L" | "R", layers: readonly MapLayer[]): Uint8Array {
  return writeGifti({
    metadata: { AnatomicalStructurePrimary: hemi === "L" ? "CortexLeft" : "CortexRight" },
    labels: [],
    arrays: layers.map(({ name, values }) => ({
      intent: "NIFTI_INTENT_SHAPE",
      dataType: "NIFTI_TYPE_FLOAT32",
      dimensions: [values.length],
      data: Float32Array.from(values),
      metadata: { Name: name },
      coordinateSystems: [],
    })),
  });
}

function volumeBytes({ shape, affine, voxels }: Extract<PlacedSpace, { kind: "volume" }>, layers: readonly MapLayer[]) {
  const size = shape[0] * shape[1] * shape[2];
  const data = new Float32Array(size * layers.length).fill(Number.NaN);
  layers.forEach(({ values }, layer) => {
    voxels.forEach((voxel, column) => {
      data[layer * size + voxel] = values[column]!;
    });
  });
  const description = layers.map(({ name }) => name).join(", ");
  return writeNifti(
    { shape: layers.length > 1 ? [...shape, layers.length] : shape, affine, data, description },
    { gzip: true },
  );
}

function grayordinateBytes(
  { grayordinates }: Extract<PlacedSpace, { kind: "grayordinate" }>,
  layers: readonly MapLayer[],
) {
  const nColumns = layers[0]!.values.length;
  const data = new Float32Array(nColumns * layers.length);
  layers.forEach(({ values }, layer) => {
    data.set(values, layer * nColumns);
  });
  return writeCifti({
    rows: { kind: "scalars", maps: layers.map(({ name }) => ({ name, metadata: {} })) },
    columns: grayordinates,
    metadata: {},
    data: { data, nRows: layers.length, nColumns },
  });
}

/**
 * What `desc-` says of a map: the analysis, `L` and the layer, `D` and the distance, with `minus` for a sign, since
 * BIDS labels are letters and digits: `"brainScoreL8"`, `"forecastScoreL8Dminus3"`, `"brainScoreWordRate"`.
 */
export function scoreLabel({ analysis, layer, distance }: ScoreKey): string {
  const atLayer = layer === "n/a" ? "" : `L${layer}`;
  const atDistance = distance === "n/a" ? "" : `D${distance < 0 ? "minus" : ""}${Math.abs(distance)}`;
  return `${analysis}${atLayer}${atDistance}`;
}
