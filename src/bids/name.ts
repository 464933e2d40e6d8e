import { emptyRecord } from "../array/records.ts";
import { hemisphereOf, normalText } from "./identity.ts";

/** The parts of a BIDS file name, `sub-01_task-pieman_space-fsaverage6_hemi-L_bold.func.gii`. */
export interface BidsName {
  /**
   * Entity keys (short, in lower case) to labels, without the dash: `{ sub: "01", task: "pieman" }`. Labels are in Unicode's
   * composed form; those of `hemi` are "L" and "R" where the name says so in other words.
   */
  readonly entities: Readonly<Record<string, string>>;
  /** What kind of data: `"bold"`; empty where the name ends with an entity, as in `..._desc-clean.func.gii`. */
  readonly suffix: string;
  /** From the first dot on, in lower case: `".func.gii"`. */
  readonly extension: string;
}

/** Entity keys in the order of the BIDS specification's `rules/entities.yaml`; `stat` as derivatives write it. */
const ENTITY_ORDER: readonly string[] = `
  sub tpl ses cohort sample task tracksys acq nuc voi ce trc stain rec dir run mod echo flip inv mt part proc hemi space
  split recording chunk atlas seg scale res den label stat desc
`
  .trim()
  .split(/\s+/);

/** A label: what BIDS allows, and letters of all alphabets, which it does not but people write. */
const labelPattern = /^[\p{L}\p{M}\p{N}+]+$/u;

/** A label as BIDS allows it. */
const strictLabel = /^[A-Za-z0-9+]+$/;

/**
 * The entities, suffix and extension of a file's name, or undefined where the name is not built as BIDS builds names
 * (`key-label` pairs joined by `_`, then a suffix, then an extension; no key twice).
 *
 * @param path - path or bare name; only what follows the last "/" counts
 * @remarks A name may end with an entity in the suffix's place (the Narratives derivatives do: `_desc-clean.func.gii`),
 * or hold nothing but a suffix (`bold.json`, which BIDS allows at the root for inheritance). Letters of all alphabets are
 * read in labels, and upper case in keys and extensions: their meaning is certain.
 * @see https://bids-specification.readthedocs.io/en/stable/common-principles.html#filenames
 */
export function parseBidsName(path: string): BidsName | undefined {
  const name = takeApart(path);
  return typeof name === "string" ? undefined : name;
}

/**
 * Why a name is not built as BIDS builds names, as the end of a sentence: `got "3" in the place of a pair key-label`.
 *
 * @returns undefined where it is
 */
export function troubleWithName(path: string): string | undefined {
  const name = takeApart(path);
  return typeof name === "string" ? name : undefined;
}

/** Whether a label can be read in a name and written into one: letters of any alphabet, digits, "+". */
export function isLabel(label: string): boolean {
  return labelPattern.test(label);
}

/** Whether BIDS allows the label: Latin letters without accents, digits, "+". */
export function isStrictLabel(label: string): boolean {
  return strictLabel.test(label);
}

/** The parts of a name, or why it is none. */
function takeApart(path: string): BidsName | string {
  const base = normalText(path.slice(path.lastIndexOf("/") + 1));
  const dot = base.indexOf(".");
  if (dot <= 0) return "got a name without extension";
  const parts = base.slice(0, dot).split("_");
  const last = parts.at(-1)!;
  const suffix = last.includes("-") ? "" : last;
  if (suffix === last) {
    if (!/^[A-Za-z0-9]+$/.test(suffix)) return `got "${suffix}" as the last part`;
    parts.pop();
  }
  const entities = emptyRecord<string>();
  for (const part of parts) {
    const match = /^([A-Za-z]+)-(.*)$/su.exec(part);
    if (!match) return `got "${part}" in the place of a pair key-label`;
    const [key, label] = [match[1]!.toLowerCase(), match[2]!];
    if (!labelPattern.test(label)) return `got the label "${label}" of ${key}`;
    if (Object.hasOwn(entities, key)) return `got ${key} twice`;
    entities[key] = (key === "hemi" ? hemisphereOf(label) : undefined) ?? label;
  }
  return { entities, suffix, extension: base.slice(dot).toLowerCase() };
}

/**
 * The file name of these parts: entities in the order that the BIDS specification sets, those it does not know after
 * them by name but before `desc`.
 */
export function formatBidsName(name: BidsName): string {
  const rank = (key: string) => {
    const index = ENTITY_ORDER.indexOf(key);
    return index >= 0 ? index : ENTITY_ORDER.length - 1.5;
  };
  const parts = Object.entries(name.entities)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([key, label]) => `${key}-${label}`);
  if (name.suffix !== "") parts.push(name.suffix);
  return parts.join("_") + name.extension;
}
