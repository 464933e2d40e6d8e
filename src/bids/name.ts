import { emptyRecord, ownValue } from "../array/records.ts";
/** The parts of a BIDS file name, `sub-01_task-pieman_space-fsaverage6_hemi-L_bold.func.gii`. */
export interface BidsName {
  /** Entity keys (short, as in the name) to labels, without the dash: `{ sub: "01", task: "pieman" }`. */
  readonly entities: Readonly<Record<string, string>>;
  /** What kind of data: `"bold"`; empty where the name ends with an entity, as in `..._desc-clean.func.gii`. */
  readonly suffix: string;
  /** From the first dot on: `".func.gii"`. */
  readonly extension: string;
}

/** Entity keys in the order of the BIDS specification's `rules/entities.yaml`; `stat` as derivatives write it. */
const ENTITY_ORDER: readonly string[] = [
  ...["sub", "tpl", "ses", "cohort", "sample", "task", "tracksys", "acq", "nuc", "voi", "ce", "trc", "stain", "rec"],
  ...["dir", "run", "mod", "echo", "flip", "inv", "mt", "part", "proc", "hemi", "space", "split", "recording"],
  ...["chunk", "atlas", "seg", "scale", "res", "den", "label", "stat", "desc"],
];

/**
 * The entities, suffix and extension of a file's name, or undefined where the name is not built as BIDS builds names
 * (`key-label` pairs joined by `_`, then a suffix, then an extension; no key twice).
 *
 * @param path - path or bare name; only what follows the last "/" counts
 * @remarks A name may end with an entity in the suffix's place (the Narratives derivatives do: `_desc-clean.func.gii`),
 * or hold nothing but a suffix (`bold.json`, which BIDS allows at the root for inheritance).
 * @see https://bids-specification.readthedocs.io/en/stable/common-principles.html#filenames
 */
export function parseBidsName(path: string): BidsName | undefined {
  const base = path.slice(path.lastIndexOf("/") + 1);
  const dot = base.indexOf(".");
  if (dot <= 0) return undefined;
  const parts = base.slice(0, dot).split("_");
  const last = parts.at(-1)!;
  const suffix = last.includes("-") ? "" : last;
  if (suffix === last) {
    if (!/^[A-Za-z0-9]+$/.test(suffix)) return undefined;
    parts.pop();
  }
  const entities = emptyRecord<string>();
  for (const part of parts) {
    const match = /^([A-Za-z]+)-([A-Za-z0-9+]+)$/.exec(part);
    if (!match || Object.hasOwn(entities, match[1]!)) return undefined;
    entities[match[1]!] = match[2]!;
  }
  return { entities, suffix, extension: base.slice(dot) };
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

/** Whether every entity of `part` stands in `whole` with the same label. */
export function entitiesWithin(
  part: Readonly<Record<string, string>>,
  whole: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(part).every(([key, label]) => ownValue(whole, key) === label);
}
