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
 *   `sub-01/sub-01_hemi-L_space-fsaverage6_desc-forecastScoreL8D4_statmap.shape.gii`;
 * - volumes: one compressed NIfTI (`_statmap.nii.gz`), a volume a map; NaN outside the mask;
 * - grayordinates: one CIFTI of dense scalars (`_statmap.dscalar.nii`).
 *
 * @param folder - the subject's label with `sub-`, or `"group"`; it also begins the file names, `group` without entity
 * @param label - what `desc-` says, letters and digits: see {@link scoreLabel}
 */
export function scoreMaps(folder: string, space: PlacedSpace, label: string, layers: readonly MapLayer[]): MapFile[] {
  switch (space.kind) {
    case "surface":
      return (["L", "R"] as const).flatMap((hemi, i) => {
        const n = space.nVertices[i]!;
        const start = i === 0 ? 0 : space.nVertices[0];
        const own = layers.map(({ name, values }) => ({ name, values: values.subarray(start, start + n) }));
        return n === 0 ? [] : [mapFile(folder, space, label, own, hemi, surfaceBytes(hemi, own))];
      });
    case "volume":
      return [mapFile(folder, space, label, layers, undefined, volumeBytes(space, layers))];
    case "grayordinate":
      return [mapFile(folder, space, label, layers, undefined, grayordinateBytes(space, layers))];
    default:
      return space satisfies never;
  }
}

const extensions = { surface: ".shape.gii", volume: ".nii.gz", grayordinate: ".dscalar.nii" } as const;

function mapFile(
  folder: string,
  space: PlacedSpace,
  label: string,
  layers: readonly MapLayer[],
  hemi: "L" | "R" | undefined,
  bytes: Uint8Array,
): MapFile {
  const entities = {
    ...(folder.startsWith("sub-") ? { sub: folder.slice(4) } : {}),
    ...(hemi === undefined ? {} : { hemi }),
    ...(space.space === "n/a" ? {} : { space: space.space }),
    desc: label,
  };
  const named = (extension: string) => `${folder}/${formatBidsName({ entities, suffix: "statmap", extension })}`;
  return {
    file: { path: named(extensions[space.kind]), bytes },
    hemi,
    sidecarPath: named(".json"),
    nNotScored: countNotScored(layers[0]!.values),
  };
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
