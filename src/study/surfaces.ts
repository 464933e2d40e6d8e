import { basename } from "node:path";
import { FormatError, OptionError } from "../errors.ts";
import type { Gifti, GiftiArray } from "../formats/gifti.ts";
import type { Surface } from "../report/result.ts";
import type { TargetSpace } from "../responses/target.ts";
import { checkVertices, requireHemi } from "./atlas.ts";

type ReadFile = (path: string) => Promise<Gifti>;

/**
 * Meshes to draw maps on, from surface GIFTI files whose names say their hemisphere.
 *
 * @param space - of the responses that are drawn
 * @param read - gives a file's content
 * @throws OptionError where the responses are not on a surface, or have other vertices
 * @throws FormatError, NotFoundError where a file cannot be read, or a triangle has a corner that is no vertex
 */
export async function loadSurfaces(
  paths: readonly string[],
  space: TargetSpace | undefined,
  read: ReadFile,
): Promise<Surface[]> {
  if (space?.kind !== "surface") {
    throw new OptionError("--surfaces: the responses must be on a surface, got none. Leave --surfaces out.");
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
    checkVertices(path, hemi, points.data.length / 3, space.nVertices[hemi === "L" ? 0 : 1], space.space);
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
