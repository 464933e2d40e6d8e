import { basename } from "node:path";
import { FormatError, OptionError } from "../errors.ts";
import type { GiftiArray } from "../formats/gifti.ts";
import type { Surface, SurfaceRegion } from "../report/result.ts";
import { hemiOfName, regionsOfLabels } from "../responses/region.ts";
import type { TargetSpace } from "../responses/target.ts";
import { readWholeGifti } from "../responses/whole-gifti.ts";

type ReadFile = (path: string) => Promise<Uint8Array>;

/**
 * The regions of an atlas, from label GIFTI files whose names say their hemisphere.
 *
 * @param space - of the responses that the regions are for
 * @param read - gives a file's bytes
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
    const gifti = readWholeGifti(await read(path), path);
    checkVertices(path, hemi, gifti.arrays[0]?.data.length ?? 0, space);
    regions.push(...regionsOfLabels(gifti, { path, hemi }));
  }
  return regions;
}

/**
 * Meshes to draw maps on, from surface GIFTI files whose names say their hemisphere.
 *
 * @param space - of the responses that are drawn
 * @param read - gives a file's bytes
 * @throws OptionError where the responses are not on a surface, or have other vertices
 * @throws FormatError, NotFoundError where a file cannot be read, or a triangle has a corner that is no vertex
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
    const { arrays } = readWholeGifti(await read(path), path);
    const points = arrays.find((array) => array.intent === "NIFTI_INTENT_POINTSET");
    const triangles = arrays.find((array) => array.intent === "NIFTI_INTENT_TRIANGLE");
    if (!points || !triangles) {
      throw new FormatError(path, "a surface must hold points and triangles, got neither or one. Give a *.surf.gii");
    }
    checkVertices(path, hemi, points.data.length / 3, space);
    checkMesh(path, points, triangles);
    surfaces.push({
      hemi,
      name: basename(path).replace(/(\.surf)?\.gii(\.gz)?$/, ""),
      coordinates: Float32Array.from(points.data as Float32Array),
      triangles: Int32Array.from(triangles.data as Int32Array),
    });
  }
  return surfaces;
}

/** A triangle without its corners, or a corner that is nowhere, could not be drawn. */
function checkMesh(path: string, points: GiftiArray, triangles: GiftiArray): void {
  const nPoints = points.data.length / 3;
  const fail = (must: string, got: string) => {
    throw new FormatError(path, `${must}, got ${got}. The file is damaged: fetch or make it again`);
  };
  const nowhere = points.data.findIndex((value) => !Number.isFinite(value));
  if (nowhere >= 0)
    fail("points must have finite coordinates", `${points.data[nowhere]} (vertex ${Math.floor(nowhere / 3)})`);
  if (triangles.data.length % 3 !== 0)
    fail("triangles must have three corners each", `${triangles.data.length} corners`);
  const astray = triangles.data.findIndex((corner) => !(Number.isInteger(corner) && corner >= 0 && corner < nPoints));
  if (astray >= 0) {
    const place = `triangle ${Math.floor(astray / 3)}`;
    fail(`corners of triangles must be vertices, 0..${nPoints - 1}`, `${triangles.data[astray]} (${place})`);
  }
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
