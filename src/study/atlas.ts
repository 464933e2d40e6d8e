import { FormatError, OptionError } from "../errors.ts";
import type { CiftiGrayordinates, CiftiSurfaceModel } from "../formats/cifti-axes.ts";
import { readFreesurferAnnot } from "../formats/freesurfer-annot.ts";
import type { Gifti } from "../formats/gifti.ts";
import { readNifti } from "../formats/nifti.ts";
import { numericColumn, readTsv, textColumn } from "../formats/tsv.ts";
import type { TargetRegion } from "../report/result.ts";
import { regionsOfAnnot, regionsOfLabels } from "../responses/region.ts";
import { hemiOfStructure, type PlacedSpace, type TargetSpace } from "../responses/target.ts";
import { checkGrid } from "../responses/volume-mask.ts";
import { hemiOfFile, isGifti, type SidedFile, sidedFile } from "./sided-file.ts";

/** Gives the files that an atlas consists of. */
export interface AtlasFiles {
  readonly read: (path: string) => Promise<Uint8Array>;
  readonly readGifti: (path: string) => Promise<Gifti>;
}

type Space<Kind extends PlacedSpace["kind"]> = Extract<PlacedSpace, { kind: Kind }>;

/**
 * The regions of an atlas in the space of the responses.
 *
 * - Surfaces, and the cortex of grayordinates: label GIFTI files or FreeSurfer annotations, each of a hemisphere
 *   (`hemiOfFile`).
 * - Volumes: a NIfTI of whole numbers, with their names in a table beside it (`index` and `name`, `atlas_dseg.tsv` for
 *   `atlas_dseg.nii.gz`).
 *
 *
 * @param space - of the responses that the regions are for
 * @throws OptionError where the responses are regions themselves or have other vertices, no region has a target, or two have
 * one name
 * @throws FormatError, NotFoundError where a file cannot be read, or lies in another grid
 */
export async function loadAtlas(
  paths: readonly string[],
  space: TargetSpace | undefined,
  files: AtlasFiles,
): Promise<TargetRegion[]> {
  if (!space || space.kind === "region") {
    throw new OptionError(
      "the responses must be on a surface, in a volume or grayordinates, got region time series. Leave `regions` out.",
      { where: "`regions`" },
    );
  }
  const regions: TargetRegion[] = [];
  for (const path of paths) {
    if (space.kind === "volume") regions.push(...(await volumeRegions(path, space, files)));
    else regions.push(...(await surfaceRegions(sidedFile(path), space, files)));
  }
  if (regions.length === 0) {
    throw new OptionError(
      `a region must have a vertex or voxel that is scored, got none that has (${paths.join(", ")}). Take an atlas of the same space.`,
      { where: "`regions`" },
    );
  }
  const seen = new Set<string>();
  for (const { name, hemi } of regions) {
    if (seen.has(`${hemi} ${name}`)) {
      throw new OptionError(
        `regions must have names of their own, got "${name}" twice${hemi === "n/a" ? "" : ` on hemi-${hemi}`} (${paths.join(", ")}). Rename one.`,
        { where: "`regions`" },
      );
    }
    seen.add(`${hemi} ${name}`);
  }
  return regions;
}

async function surfaceRegions(
  file: SidedFile,
  space: Space<"surface"> | Space<"grayordinate">,
  files: AtlasFiles,
): Promise<TargetRegion[]> {
  const { path } = file;
  const { hemi, nVertices, regions } = path.toLowerCase().endsWith(".annot")
    ? await annotRegions(file, files)
    : await giftiRegions(file, files);
  const columns = space.kind === "surface" ? surfaceColumns(space, hemi) : cortexColumns(space.grayordinates, hemi);
  checkVertices(path, hemi, nVertices, columns.length, space.space);
  return regions.flatMap(({ name, vertices }) => {
    const targets = Int32Array.from(vertices, (vertex) => columns[vertex]!).filter((column) => column >= 0);
    return targets.length > 0 ? [{ name, hemi, targets }] : [];
  });
}

async function giftiRegions(file: SidedFile, { readGifti }: AtlasFiles) {
  const { path } = file;
  // Only a GIFTI says of itself which hemisphere it is of: other files are not read for that.
  if (!isGifti(path)) hemiOfFile("`regions`", file);
  const gifti = await readGifti(path);
  const hemi = hemiOfFile("`regions`", file, gifti);
  return { hemi, nVertices: gifti.arrays[0]?.data.length ?? 0, regions: regionsOfLabels(gifti, { path, hemi }) };
}

async function annotRegions(file: SidedFile, { read }: AtlasFiles) {
  const hemi = hemiOfFile("`regions`", file);
  const annot = readFreesurferAnnot(await read(file.path), { path: file.path });
  return { hemi, nVertices: annot.vertexLabels.length, regions: regionsOfAnnot(annot, { hemi }) };
}

/** The column of each vertex of a hemisphere. */
function surfaceColumns({ nVertices }: Space<"surface">, hemi: "L" | "R"): Int32Array {
  const [n, start] = hemi === "L" ? [nVertices[0], 0] : [nVertices[1], nVertices[0]];
  return Int32Array.from({ length: n }, (_, vertex) => start + vertex);
}

/** The column of each vertex of a cortex; -1 for vertices that have none, such as the medial wall's. */
function cortexColumns({ models }: CiftiGrayordinates, hemi: "L" | "R"): Int32Array {
  const cortex = models.find(
    (model): model is CiftiSurfaceModel => model.kind === "surface" && hemiOfStructure(model.structure) === hemi,
  );
  const columns = new Int32Array(cortex?.nVertices ?? 0).fill(-1);
  cortex?.vertices.forEach((vertex, i) => {
    columns[vertex] = cortex.start + i;
  });
  return columns;
}

async function volumeRegions(path: string, space: Space<"volume">, { read }: AtlasFiles): Promise<TargetRegion[]> {
  const { header, data } = readNifti(await read(path), { path });
  if (header.shape.slice(3).some((n) => n > 1)) {
    throw new FormatError(path, `an atlas must be one volume, got ${header.shape.join(" x ")}. Choose one of them`);
  }
  checkGrid({ shape: header.shape, affine: header.affine }, { ...space, voxels: new Int32Array(0) }, path);
  const tablePath = path.replace(/\.nii(\.gz)?$/i, ".tsv");
  const table = readTsv(await read(tablePath), { path: tablePath });
  const names = textColumn(table, "name");
  const members = new Map<number, { readonly name: string; readonly columns: number[] }>();
  numericColumn(table, "index").forEach((index, row) => {
    if (!Number.isInteger(index) || members.has(index)) {
      const got = Number.isInteger(index) ? `${index} twice` : "one that is not";
      throw new FormatError(
        tablePath,
        `indices must be whole numbers, each once, got ${got} (row ${row + 1}). Correct the table`,
      );
    }
    members.set(index, { name: names[row]!, columns: [] });
  });
  space.voxels.forEach((voxel, column) => {
    const index = data[voxel]!;
    const member = members.get(index);
    if (member) member.columns.push(column);
    else if (index !== 0) {
      throw new FormatError(
        path,
        `every voxel must carry a number of ${tablePath}, got ${index} (voxel ${voxel}). The table and the data are not of one atlas`,
      );
    }
  });
  return [...members].flatMap(([index, { name, columns }]) =>
    index !== 0 && columns.length > 0 ? [{ name, hemi: "n/a" as const, targets: Int32Array.from(columns) }] : [],
  );
}

/**
 * Checks that a file has as many vertices as the responses.
 *
 * @throws OptionError where it has not
 */
export function checkVertices(path: string, hemi: "L" | "R", n: number, expected: number, space: string): void {
  if (n === expected) return;
  if (expected === 0) {
    throw new OptionError(
      `the responses must have the file's hemisphere, got none of hemi-${hemi} (space ${space}). Leave the file out.`,
      { where: path },
    );
  }
  throw new OptionError(
    `vertices must be as many as the responses have on hemi-${hemi} (${expected}, space ${space}), got ${n}. Take the file of that space.`,
    { where: path },
  );
}
