import { basename } from "node:path";
import { FormatError, OptionError } from "../errors.ts";
import { readFreesurferSurface } from "../formats/freesurfer-surface.ts";
import type { Gifti } from "../formats/gifti.ts";
import type { NumberArray } from "../formats/number-type.ts";
import type { Surface } from "../report/result.ts";
import type { TargetSpace } from "../responses/target.ts";
import { type AtlasFiles, checkVertices } from "./atlas.ts";
import { hemiOfFile, isGifti, sidedFile } from "./sided-file.ts";

/**
 * Meshes to draw maps on, from surface GIFTI files or FreeSurfer's surfaces, one a hemisphere (`hemiOfFile` says which).
 *
 * @param space - of the responses that are drawn
 * @param files - gives them
 * @throws OptionError where the responses are not on a surface, or have other vertices; where nothing says a file's hemisphere,
 * or two files are of one
 * @throws FormatError, NotFoundError where a file cannot be read, or a triangle has a corner that is no vertex
 */
export async function loadSurfaces(
  paths: readonly string[],
  space: TargetSpace | undefined,
  files: AtlasFiles,
): Promise<Surface[]> {
  if (space?.kind !== "surface") {
    throw new OptionError("the responses must be on a surface, got none. Leave `surfaces` out.", {
      where: "`surfaces`",
    });
  }
  const surfaces: Surface[] = [];
  for (const text of paths) {
    const file = sidedFile(text);
    const { path } = file;
    if (!isGifti(path)) hemiOfFile("`surfaces`", file);
    const { points, triangles, gifti } = isGifti(path)
      ? await giftiMesh(path, files)
      : await freesurferMesh(path, files);
    const hemi = hemiOfFile("`surfaces`", file, gifti);
    if (surfaces.some((other) => other.hemi === hemi)) {
      throw new OptionError(
        `each hemisphere must have one mesh, got two of ${hemi} (${paths.join(", ")}). Take one kind of surface.`,
        { where: "`surfaces`" },
      );
    }
    checkVertices(path, hemi, points.length / 3, space.nVertices[hemi === "L" ? 0 : 1], space.space);
    checkMesh(path, points, triangles);
    surfaces.push({
      hemi,
      name: basename(path).replace(/(\.surf)?\.gii(\.gz)?$/i, ""),
      coordinates: Float32Array.from(points),
      triangles: Int32Array.from(triangles),
    });
  }
  return surfaces;
}

/** A mesh as its file holds it. */
interface Mesh {
  readonly points: NumberArray;
  readonly triangles: NumberArray;
  readonly gifti?: Gifti | undefined;
}

async function giftiMesh(path: string, { readGifti }: AtlasFiles): Promise<Mesh> {
  const gifti = await readGifti(path);
  const { arrays } = gifti;
  const points = arrays.find((array) => array.intent === "NIFTI_INTENT_POINTSET");
  const triangles = arrays.find((array) => array.intent === "NIFTI_INTENT_TRIANGLE");
  if (points && triangles) return { points: points.data, triangles: triangles.data, gifti };
  throw new FormatError(path, "a surface must hold points and triangles, got neither or one. Give a *.surf.gii");
}

async function freesurferMesh(path: string, { read }: AtlasFiles): Promise<Mesh> {
  const { vertices, triangles } = readFreesurferSurface(await read(path), { path });
  return { points: vertices, triangles };
}

/** A triangle without its corners, or a corner that is nowhere, could not be drawn. */
function checkMesh(path: string, points: NumberArray, triangles: NumberArray): void {
  const nPoints = points.length / 3;
  const fail = (must: string, got: string) => {
    throw new FormatError(path, `${must}, got ${got}. The file is damaged: fetch or make it again`);
  };
  const nowhere = points.findIndex((value) => !Number.isFinite(value));
  if (nowhere >= 0)
    fail("points must have finite coordinates", `${points[nowhere]} (vertex ${Math.floor(nowhere / 3)})`);
  if (triangles.length % 3 !== 0) fail("triangles must have three corners each", `${triangles.length} corners`);
  const astray = triangles.findIndex((corner) => !(Number.isInteger(corner) && corner >= 0 && corner < nPoints));
  if (astray >= 0) {
    const place = `triangle ${Math.floor(astray / 3)}`;
    fail(`corners of triangles must be vertices, 0..${nPoints - 1}`, `${triangles[astray]} (${place})`);
  }
}
