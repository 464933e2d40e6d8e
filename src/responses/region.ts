import { checkArgument } from "../array/arguments.ts";
import { checkChoice } from "../array/check-choice.ts";
import { hemisphereOf } from "../bids/identity.ts";
import { FormatError, OptionError } from "../errors.ts";
import type { FreesurferAnnot } from "../formats/freesurfer-annot.ts";
import type { Gifti } from "../formats/gifti.ts";
import type { Source } from "../sources/source.ts";
import { loadGifti } from "./load-gifti.ts";

/** A region of an atlas on one hemisphere. */
export interface Region {
  readonly name: string;
  readonly hemi: "L" | "R";
  /** Vertex numbers within the hemisphere, ascending. */
  readonly vertices: Int32Array;
}

/** One label file of an atlas. */
export interface RegionFile {
  /** A label GIFTI: `*_dseg.label.gii` or `*.label.gii`. */
  readonly path: string;
  /** Default: what the name says (`hemi-L`, `lh.`, `.L.`). */
  readonly hemi?: "L" | "R" | undefined;
}

/** How {@link loadRegions} reads an atlas. */
export interface RegionOptions {
  /**
   * Labels that are no regions, compared without regard to case (default "???", "unknown", "background",
   * "medial_wall", "medialwall").
   */
  readonly ignore?: readonly string[] | undefined;
}

const NO_REGIONS: readonly string[] = ["???", "unknown", "background", "medial_wall", "medialwall"];

/**
 * The regions of an atlas from its label files, in the order of the files and of their label tables. Labels that no
 * vertex carries are left out.
 *
 * @throws FormatError where a file is no label GIFTI, or a vertex carries a number that its table does not name
 * @throws OptionError where a file's hemisphere is neither given nor in its name
 * @throws NotFoundError where a file is missing
 */
export async function loadRegions(
  source: Source,
  files: readonly RegionFile[],
  options: RegionOptions = {},
): Promise<readonly Region[]> {
  checkArgument("loadRegions: source", source, "an object", { read: "a function" });
  checkArgument("loadRegions: files", files, "a list of objects");
  checkArgument("loadRegions: options", options, "an object");
  const regions: Region[] = [];
  for (const { path, hemi = hemiOfName(path) } of files) {
    if (hemi === undefined) {
      throw new OptionError(
        `loadRegions: the name must say the hemisphere (hemi-L, lh., .L.), got "${path}". Give hemi with the path.`,
      );
    }
    checkChoice(`loadRegions: hemi of ${path}`, hemi, ["L", "R"]);
    regions.push(...regionsOfLabels(await loadGifti(source, path), { path, hemi, ...options }));
  }
  return regions;
}

/**
 * The regions of one label GIFTI, in the order of its label table.
 *
 * @throws FormatError where it has not exactly one array of labels, or a vertex carries a number outside the table
 */
export function regionsOfLabels(
  gifti: Gifti,
  options: RegionOptions & { readonly path: string; readonly hemi: "L" | "R" },
): readonly Region[] {
  const { path, hemi, ignore = NO_REGIONS } = options;
  const arrays = gifti.arrays.filter((array) => array.intent === "NIFTI_INTENT_LABEL");
  if (arrays.length !== 1) {
    const intents = gifti.arrays.map((array) => array.intent).join(", ") || "none";
    throw new FormatError(
      path,
      `a label file must hold one array of NIFTI_INTENT_LABEL, got ${arrays.length} (intents: ${intents}). Choose another file`,
    );
  }
  const { data } = arrays[0]!;
  const members = new Map<number, number[]>(gifti.labels.map((label) => [label.key, []]));
  for (let vertex = 0; vertex < data.length; vertex++) {
    const key = Number(data[vertex]);
    const list = members.get(key);
    if (list) list.push(vertex);
    // 0 is GIFTI's customary number for "no label" and often absent from the table.
    else if (key !== 0) {
      throw new FormatError(
        path,
        `every vertex must carry a number of the label table, got ${key} (vertex ${vertex}). The table and the data are not of one atlas`,
      );
    }
  }
  const ignored = new Set(ignore.map((name) => name.toLowerCase()));
  return gifti.labels
    .filter((label) => !ignored.has(label.name.toLowerCase()) && members.get(label.key)!.length > 0)
    .map((label) => ({ name: label.name, hemi, vertices: Int32Array.from(members.get(label.key)!) }));
}

/** The regions of a FreeSurfer annotation, in the order of its colour table. */
export function regionsOfAnnot(
  { labels, vertexLabels }: FreesurferAnnot,
  options: RegionOptions & { readonly hemi: "L" | "R" },
): readonly Region[] {
  const { hemi, ignore = NO_REGIONS } = options;
  const members = labels.map((): number[] => []);
  vertexLabels.forEach((label, vertex) => {
    if (label >= 0) members[label]!.push(vertex);
  });
  const ignored = new Set(ignore.map((name) => name.toLowerCase()));
  return labels.flatMap(({ name }, index) =>
    ignored.has(name.toLowerCase()) || members[index]!.length === 0
      ? []
      : [{ name, hemi, vertices: Int32Array.from(members[index]!) }],
  );
}

/**
 * The hemisphere that a file's name says, as BIDS (`hemi-L`), FreeSurfer (`lh.`), Connectome Workbench (`.L.`) or nilearn
 * (`infl_left`) write it: the label of `hemi-`, else words of the name (lh, rh, left, right, in any case), else a single L or R.
 *
 * @returns undefined where the name says none, or both
 */
export function hemiOfName(path: string): "L" | "R" | undefined {
  const words = path.slice(path.lastIndexOf("/") + 1).split(/[._-]+/);
  const labelled = words.flatMap((word, i) => (word === "hemi" ? (words[i + 1] ?? []) : []));
  const spelled = words.filter((word) => word.length > 1);
  const letters = words.filter((word) => /^[LR]$/.test(word));
  for (const some of [labelled, spelled, letters]) {
    const sides = new Set(some.flatMap((word) => hemisphereOf(word) ?? []));
    if (sides.size > 0) return sides.size === 1 ? [...sides][0] : undefined;
  }
  return undefined;
}
