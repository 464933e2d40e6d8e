import { hemisphereOf } from "../bids/identity.ts";
import { OptionError } from "../errors.ts";
import type { Gifti } from "../formats/gifti.ts";
import { hemiOfStructureName } from "../responses/gifti-says.ts";
import { hemiOfName } from "../responses/region.ts";

/** A file that belongs to a hemisphere, as an option names it. */
export interface SidedFile {
  readonly path: string;
  /** Where the option says it: `L=left.gii`. */
  readonly given: "L" | "R" | undefined;
}

/** Takes `L=left.gii` (or lh=, left=) apart; any other text is a path. */
export function sidedFile(text: string): SidedFile {
  const [, word, path] = /^([a-z]+)=(.+)$/i.exec(text) ?? [];
  const given = word === undefined ? undefined : hemisphereOf(word);
  return given === undefined ? { path: text, given } : { path: path!, given };
}

/** Whether a file is a GIFTI by its name. */
export function isGifti(path: string): boolean {
  return /\.gii(\.gz)?$/i.test(path);
}

/**
 * The hemisphere of a file: as the option says, else as its name does (see {@link hemiOfName}), else as the GIFTI itself does
 * (`AnatomicalStructurePrimary`).
 *
 * @param flag - the option that names the file
 * @throws OptionError where nothing says it, or the name says another one than the file
 */
export function hemiOfFile(flag: string, { path, given }: SidedFile, gifti?: Gifti): "L" | "R" {
  if (given) return given;
  const named = hemiOfName(path);
  const own = gifti && hemiOfGifti(gifti);
  const say = `Say which: ${flag} L=${path} or R=${path}.`;
  if (named && own && named !== own) {
    throw new OptionError(
      `a file's name and its own metadata must say one hemisphere, got ${named} and ${own} (${path}). ${say}`,
      { where: flag },
    );
  }
  const hemi = named ?? own;
  if (hemi) return hemi;
  throw new OptionError(
    `the file must say its hemisphere, by its name (hemi-L, lh., .L., left) or as a GIFTI (AnatomicalStructurePrimary), got "${path}". ${say}`,
    { where: flag },
  );
}

/** What the metadata of a GIFTI or of its arrays say: `CortexLeft`. */
function hemiOfGifti({ metadata, arrays }: Gifti): "L" | "R" | undefined {
  const said = [metadata, ...arrays.map((array) => array.metadata)].flatMap(
    (own) => own["AnatomicalStructurePrimary"] ?? [],
  );
  const sides = new Set(said.flatMap((structure) => hemiOfStructureName(structure) ?? []));
  return sides.size === 1 ? [...sides][0] : undefined;
}
