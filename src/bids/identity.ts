import { ownValue } from "../array/records.ts";

/** Entities whose labels BIDS calls an index: numbers, before which zeros mean nothing. */
const indexEntities: ReadonlySet<string> = new Set(["run", "echo", "flip", "inv", "split", "chunk"]);

/** What programs write for the hemispheres, in lower case. */
const hemispheres: ReadonlyMap<string, "L" | "R"> = new Map([
  ["l", "L"],
  ["lh", "L"],
  ["left", "L"],
  ["r", "R"],
  ["rh", "R"],
  ["right", "R"],
]);

/**
 * The hemisphere that a word stands for, in any case: L, lh, left; R, rh, right.
 *
 * @returns undefined where it stands for none
 */
export function hemisphereOf(word: string): "L" | "R" | undefined {
  return hemispheres.get(word.toLowerCase());
}

/**
 * A text in the form in which names are compared and shown: Unicode's composed form (NFC). File systems and programs write
 * "é" as one character or as two.
 */
export function normalText(text: string): string {
  return text.normalize("NFC");
}

/**
 * A label in the form in which labels of this entity are compared: two labels mean the same where these forms are equal.
 * `run-01` is `run-1` (and so for all of BIDS's indices), `hemi-lh` is `hemi-L`; all other labels are texts in which
 * every character counts: `sub-01` is not `sub-1`, `task-Rest` is not `task-rest`.
 *
 * @see https://bids-specification.readthedocs.io/en/stable/common-principles.html#entities ("index", "label")
 */
export function normalLabel(key: string, label: string): string {
  const text = normalText(label);
  if (key === "hemi") return hemisphereOf(text) ?? text;
  return indexEntities.has(key) ? text.replace(/^0+(?=\d+$)/, "") : text;
}

/** Whether two labels of an entity mean the same. */
export function isSameLabel(key: string, a: string, b: string): boolean {
  return normalLabel(key, a) === normalLabel(key, b);
}

/** What entities mean, whatever their order and spelling: equal texts for what is the same, `"run-1_sub-01_task-x"`. */
export function entitiesKey(entities: Readonly<Record<string, string>>): string {
  return Object.entries(entities)
    .map(([key, label]) => `${key}-${normalLabel(key, label)}`)
    .sort()
    .join("_");
}

/** Whether every entity of `part` stands in `whole` with a label that means the same. */
export function entitiesWithin(
  part: Readonly<Record<string, string>>,
  whole: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(part).every(([key, label]) => {
    const other = ownValue(whole, key);
    return other !== undefined && isSameLabel(key, other, label);
  });
}

/**
 * What is left of a name once everything is taken away that people write one way and another: case, accents, zeros before
 * numbers, and all that is neither letter nor digit. Names that are equal in this form are told to the user as nearly the
 * same; they are never taken for the same.
 */
export function looseText(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "")
    .replace(/(?<!\d)0+(?=\d)/g, "");
}
