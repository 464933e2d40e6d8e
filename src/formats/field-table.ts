import { ownValue } from "../array/records.ts";
import { FormatError, shorten } from "../errors.ts";

/** What becomes of a field of a file that holds a JSON object, and why. */
export type FieldRule =
  /** Its value is used. */
  | { readonly effect: "obeyed"; readonly why: string; readonly sameAs?: string }
  /** It is held against others: what contradicts them is refused or told. */
  | { readonly effect: "checked"; readonly why: string }
  /** Another value than these would change the numbers in a way that is not computed: the file is refused. */
  | { readonly effect: "refused"; readonly unless: readonly unknown[]; readonly why: string }
  /** Another value than these means something that is not done here, which the user is told. */
  | { readonly effect: "told"; readonly unless: readonly unknown[]; readonly why: string }
  /** No number depends on it. */
  | { readonly effect: "none"; readonly why: string };

/** What becomes of each field of a kind of file. A name that begins with `*` stands for all that end as it does. */
export type FieldTable = Readonly<Record<string, FieldRule>>;

/** The rule of a field whose value is used. */
export const obeyed = (why: string): FieldRule => ({ effect: "obeyed", why });

/** The rule of a field that is held against others. */
export const checked = (why: string): FieldRule => ({ effect: "checked", why });

/** The rule of a field that is refused with another value than these. */
export const refused = (unless: readonly unknown[], why: string): FieldRule => ({ effect: "refused", unless, why });

/** The rule of a field of which the user is told, where it has another value than these. */
export const told = (unless: readonly unknown[], why: string): FieldRule => ({ effect: "told", unless, why });

/** The rule of a field that no number depends on. */
export const unused = (why: string): FieldRule => ({ effect: "none", why });

/**
 * A table with one rule for several fields.
 *
 * @param names - separated by white space
 */
export function fieldsUnder(rule: FieldRule, names: string): FieldTable {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, rule]),
  );
}

/** Where fields stand, for messages. */
export interface FieldPlace {
  /** The file. */
  readonly path: string;
  /** What the names stand below in the file: `model.`. */
  readonly prefix?: string;
  /** What a file with another value is not, as the end of the message. */
  readonly remedy: string;
}

/**
 * Compares the fields of a file with its table, so that none is passed over without a message.
 *
 * @returns what the user should be told: one sentence for each field that the table says to tell, and one for all fields that it does
 * not list
 * @throws FormatError where a field has a value that the table refuses
 */
export function checkFields(
  values: Readonly<Record<string, unknown>>,
  table: FieldTable,
  { path, prefix = "", remedy }: FieldPlace,
): readonly string[] {
  const told: string[] = [];
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const rule = ruleOf(name, table);
    if (!rule) unknown.push(prefix + name);
    else if ((rule.effect === "refused" || rule.effect === "told") && !rule.unless.some((one) => isSame(one, value))) {
      const got = shorten(JSON.stringify(value), 80);
      if (rule.effect === "told") told.push(`${path}: ${prefix}${name} is ${got}: ${rule.why}.`);
      else {
        const must = rule.unless.map((one) => JSON.stringify(one)).join(" or ");
        throw new FormatError(path, `${prefix}${name} must be ${must} (${rule.why}), got ${got}. ${remedy}`);
      }
    }
  }
  if (unknown.length > 0) {
    const shown = unknown.map((name) => shorten(name)).join(", ");
    told.push(`${path}: not known here, and not obeyed: ${shown}. Does the model compute something else with them?`);
  }
  return told;
}

/** What a table says of a field; undefined where it does not list it. */
export function ruleOf(name: string, table: FieldTable): FieldRule | undefined {
  const own = ownValue(table, name);
  if (own) return own;
  const ending = Object.keys(table).find((key) => key.startsWith("*") && name.endsWith(key.slice(1)));
  return ending === undefined ? undefined : ownValue(table, ending);
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
