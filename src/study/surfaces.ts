import { basename } from "node:path";
import { FormatError, OptionError } from "../errors.ts";
import type { Gifti } from "../formats/gifti.ts";
import type { Surface, SurfaceRegion } from "../report/result.ts";
import { hemiOfName, regionsOfLabels } from "../responses/region.ts";
import type { TargetSpace } from "../responses/target.ts";

type ReadFile = (path: string) => Promise<Gifti>;

/**
 * The regions of an atlas, from label GIFTI files whose names say their hemisphere.
 *
 * @param space - of the responses that the regions are for
 * @param read - gives a file's content
 * @throws OptionError where the responses are not on a surface, or have other vertices
 * @throws FormatError, NotFoundError where a file cannot be read
 */
export async function loadAtlas(
  paths: readonly string[],
  space: TargetSpace | undefined,
  read: ReadFile,
): Promise<SurfaceRegion[]> {
  if (space?.kind !== "surface") {
    throw new OptionError(
      "--regions: the responses must be on a surface, got region time series. Leave --regions out.",
    );
  }
  const regions: SurfaceRegion[] = [];
  for (const path of paths) {
    const hemi = requireHemi("--regions", path);
    const gifti = await read(path);
    checkVertices(path, hemi, gifti.arrays[0]?.data.length ?? 0, space);
    regions.push(...regionsOfLabels(gifti, { path, hemi }));
  }
  return regions;
}

/**
 * Meshes to draw maps on, from surface GIFTI files whose names say their hemisphere.
 *
 * @param space - of the responses that are drawn
 * @param read - gives a file's content
 * @throws OptionError where the responses are not on a surface, or have other vertices
 * @throws FormatError, NotFoundError where a file cannot be read
 */
export async function loadSurfaces(
  paths: readonly string[],
  space: TargetSpace | undefined,
  read: ReadFile,
): Promise<Surface[]> {
  if (space?.kind !== "surface") {
    throw new OptionError(
      "--surfaces: the responses must be on a surface, got region time series. Leave --surfaces out.",
    );
  }
  const surfaces: Surface[] = [];
  for (const path of paths) {
    const hemi = requireHemi("--surfaces", path);
    const { arrays } = await read(path);
    const points = arrays.find((array) => array.intent === "NIFTI_INTENT_POINTSET");
    const triangles = arrays.find((array) => array.intent === "NIFTI_INTENT_TRIANGLE");
    if (!points || !triangles) {
      throw new FormatError(path, "a surface must hold points and triangles, got neither or one. Give a *.surf.gii");
    }
    checkVertices(path, hemi, points.data.length / 3, space);
    surfaces.push({
      hemi,
      name: basename(path).replace(/(\.surf)?\.gii(\.gz)?$/, ""),
      coordinates: Float32Array.from(points.data as Float32Array),
      triangles: Int32Array.from(triangles.data as Int32Array),
    });
  }
  return surfaces;
}

function requireHemi(flag: string, path: string): "L" | "R" {
  const hemi = hemiOfName(basename(path));
  if (hemi) return hemi;
  throw new OptionError(
    `${flag}: the file's name must say its hemisphere (hemi-L, lh., .L.), got "${path}". Rename it.`,
  );
}

function checkVertices(
  path: string,
  hemi: "L" | "R",
  n: number,
  space: { readonly space: string; readonly nVertices: readonly [number, number] },
): void {
  const expected = space.nVertices[hemi === "L" ? 0 : 1];
  if (n === expected) return;
  throw new OptionError(
    `${path}: vertices must be as many as the responses have on hemi-${hemi} (${expected}, space ${space.space}), got ${n}. Take the file of that space.`,
  );
}
