import { basename } from "node:path";
import { FormatError, OptionError } from "../errors.ts";
import type { Gifti } from "../formats/gifti.ts";
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
 * @throws FormatError, NotFoundError where a file cannot be read
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
    surfaces.push({
      hemi,
      name: basename(path).replace(/(\.surf)?\.gii(\.gz)?$/, ""),
      coordinates: Float32Array.from(points.data as Float32Array),
      triangles: Int32Array.from(triangles.data as Int32Array),
    });
  }
  return surfaces;
}
