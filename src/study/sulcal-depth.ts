import { basename } from "node:path";
import { FormatError, NotFoundError, OptionError } from "../errors.ts";
import { readFreesurferMorph } from "../formats/freesurfer-morph.ts";
import type { Surface } from "../report/result.ts";
import { hemiOfName } from "../responses/region.ts";
import { checkVertices } from "./atlas.ts";
import type { OutsideFiles } from "./outside-files.ts";
import { hemiOfFile, isGifti, sidedFile } from "./sided-file.ts";

const option = "`sulc`";

/** Names of files of sulcal depth: `lh.sulc`, `sulc_left.gii.gz`, `tpl-x_hemi-L_sulc.shape.gii`, `x.L.sulc.32k_fs_LR.shape.gii`. */
const sulcalName = /^(?:[lr]h\.sulc|(?:.*[._])?sulc(?:[._].*)?\.gii(?:\.gz)?)$/i;

/** Parts of a name that say what a surface is of, but not which surface: they are compared. */
const comparedParts = /(?:^|[._])((?:tpl|sub|ses|space|den|res|cohort)-[A-Za-z0-9]+|\d+k_fs_LR)/g;

/**
 * The surfaces with sulcal depth to shade them by: from the files that `sulc` names, else from those that lie beside the
 * surfaces, where there are any; none where it names none.
 *
 * @param surfaces - as `loadSurfaces` gives them, in the order of the files
 * @param options - `surfaces`: the files; `sulc`: empty for none, undefined for those beside the surfaces
 * @throws OptionError where a file that is named is of no hemisphere or has other vertices
 * @throws FormatError, NotFoundError where a file cannot be read
 */
export async function shadeSurfaces(
  surfaces: readonly Surface[],
  options: {
    readonly surfaces: readonly string[];
    readonly sulc: readonly string[] | undefined;
    readonly space: string;
  },
  files: OutsideFiles,
): Promise<Surface[]> {
  const named = await namedDepths(options.sulc ?? [], files);
  const shaded: Surface[] = [];
  for (const [i, surface] of surfaces.entries()) {
    const { hemi, coordinates } = surface;
    const nVertices = coordinates.length / 3;
    const given = named.get(hemi);
    if (given) checkVertices(given.path, hemi, given.depth.length, nVertices, options.space);
    const { path } = sidedFile(options.surfaces[i]!);
    const found = given ?? (options.sulc ? undefined : await depthBeside(path, hemi, nVertices, files));
    shaded.push(found ? { ...surface, shading: found.depth, shadingName: basename(found.path) } : surface);
  }
  const left = [...named].find(([hemi]) => !surfaces.some((surface) => surface.hemi === hemi));
  if (left) {
    throw new OptionError(
      `files must be of hemispheres that \`surfaces\` gives, got ${left[1].path} (${left[0]}). Give its surface, or leave it out.`,
      { where: option },
    );
  }
  return shaded;
}

interface Depth {
  readonly path: string;
  readonly depth: Float32Array;
}

async function namedDepths(texts: readonly string[], files: OutsideFiles): Promise<ReadonlyMap<"L" | "R", Depth>> {
  const depths = new Map<"L" | "R", Depth>();
  for (const text of texts) {
    const file = sidedFile(text);
    const { path } = file;
    const gifti = isGifti(path) ? await files.readGifti(path) : undefined;
    const hemi = hemiOfFile(option, file, gifti);
    const other = depths.get(hemi);
    if (other) {
      throw new OptionError(
        `each hemisphere must have one file, got two of ${hemi} (${other.path}, ${path}). Take one.`,
        { where: option },
      );
    }
    depths.set(hemi, { path, depth: await readDepth(path, files) });
  }
  return depths;
}

/**
 * The sulcal depth that lies in the folder of a surface, of its hemisphere, template and density; undefined where there is
 * none, or only one that cannot be read or has other vertices. The user did not ask for it, so that is no error.
 */
async function depthBeside(
  surface: string,
  hemi: "L" | "R",
  nVertices: number,
  files: OutsideFiles,
): Promise<Depth | undefined> {
  const folder = surface.slice(0, surface.length - basename(surface).length);
  const name = basename(surface);
  const entries = await files.sourceOf(surface).list("");
  const candidates = entries.filter(
    (entry) =>
      entry.kind === "file" &&
      sulcalName.test(entry.name) &&
      hemiOfName(entry.name) === hemi &&
      isNamedAlike(entry.name, name),
  );
  for (const candidate of candidates) {
    const path = `${folder}${candidate.name}`;
    const depth = await readDepth(path, files).catch((error: unknown) => {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    });
    if (depth?.length === nVertices) return { path, depth };
  }
  return undefined;
}

/** Whether no part that both names have differs: `den-41k` is not `den-164k`. */
function isNamedAlike(a: string, b: string): boolean {
  const partsOf = (name: string) =>
    new Map(
      [...name.matchAll(comparedParts)].map(([, part]) => {
        const [key, ...label] = part!.split("-");
        return label.length > 0 ? ([key!, label.join("-")] as const) : (["fs_LR", part!] as const);
      }),
    );
  const others = partsOf(b);
  return [...partsOf(a)].every(([key, label]) => !others.has(key) || others.get(key) === label);
}

/** One number for each vertex, from FreeSurfer's or a GIFTI file. */
async function readDepth(path: string, files: OutsideFiles): Promise<Float32Array> {
  if (!isGifti(path)) return readFreesurferMorph(await files.read(path), { path });
  const { arrays } = await files.readGifti(path);
  const [first, ...more] = arrays;
  if (!first || more.length > 0 || (first.dimensions.length > 1 && first.dimensions.slice(1).some((n) => n !== 1))) {
    const got = arrays.length === 1 ? `one of ${first!.dimensions.join(" x ")}` : `${arrays.length} arrays`;
    throw new FormatError(
      path,
      `sulcal depth must be one array with a number for each vertex, got ${got}. Give ${option} a *_sulc.shape.gii, or none`,
    );
  }
  return Float32Array.from(first.data);
}
