import { formatBidsName } from "../bids/name.ts";
import { writeGifti } from "../formats/gifti.ts";
import type { TargetSpace } from "../responses/target.ts";
import type { OutputFile } from "../sources/output-files.ts";
import type { ScoreKey } from "./select.ts";

/** A surface space with the vertices of both hemispheres. */
export type SurfaceSpace = Extract<TargetSpace, { kind: "surface" }>;

/** One data array of a map file: a name for viewers, and a value a vertex of both hemispheres (L, then R). */
export interface MapLayer {
  readonly name: string;
  readonly values: Float64Array;
}

/** A map file of one hemisphere, with what its JSON should add. */
export interface MapFile {
  readonly file: OutputFile;
  readonly hemi: "L" | "R";
  /** The JSON's path. */
  readonly sidecarPath: string;
  /** Vertices without a value in the first data array. */
  readonly nNotScored: number;
}

/**
 * Map files of one analysis, one GIFTI a hemisphere that has vertices: float32 arrays of intent `NIFTI_INTENT_SHAPE`,
 * named `sub-01/sub-01_hemi-L_space-fsaverage6_desc-forecastScoreL8D4_statmap.shape.gii`.
 *
 * @param folder - the subject's label with `sub-`, or `"group"`; it also begins the file names, `group` without entity
 * @param label - what `desc-` says, letters and digits: see {@link scoreLabel}
 */
export function surfaceMaps(
  folder: string,
  space: SurfaceSpace,
  label: string,
  layers: readonly MapLayer[],
): MapFile[] {
  return (["L", "R"] as const).flatMap((hemi, i) => {
    const n = space.nVertices[i]!;
    if (n === 0) return [];
    const start = i === 0 ? 0 : space.nVertices[0];
    const hemisphere = layers.map(({ name, values }) => ({
      name,
      data: Float32Array.from(values.subarray(start, start + n)),
    }));
    const entities = {
      ...(folder.startsWith("sub-") ? { sub: folder.slice(4) } : {}),
      hemi,
      space: space.space,
      desc: label,
    };
    const named = (extension: string) => `${folder}/${formatBidsName({ entities, suffix: "statmap", extension })}`;
    const bytes = writeGifti({
      metadata: { AnatomicalStructurePrimary: hemi === "L" ? "CortexLeft" : "CortexRight" },
      labels: [],
      arrays: hemisphere.map(({ name, data }) => ({
        intent: "NIFTI_INTENT_SHAPE",
        dataType: "NIFTI_TYPE_FLOAT32",
        dimensions: [n],
        data,
        metadata: { Name: name },
        coordinateSystems: [],
      })),
    });
    return [
      {
        file: { path: named(".shape.gii"), bytes },
        hemi,
        sidecarPath: named(".json"),
        nNotScored: hemisphere[0]!.data.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0),
      },
    ];
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
