import { OptionError, shorten } from "../errors.ts";

/** Kinds of values that functions take. */
const kinds = {
  "an object": (value: unknown) => typeof value === "object" && value !== null && !isList(value),
  "a list": (value: unknown) => isList(value),
  "a list of numbers": (value: unknown) =>
    Array.isArray(value) ? value.every((one) => typeof one === "number") : isList(value),
  "a list of texts": (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === "string"),
  "a list of objects": (value: unknown) => Array.isArray(value) && value.every((one) => kinds["an object"](one)),
  "a text": (value: unknown) => typeof value === "string",
  "a number": (value: unknown) => typeof value === "number",
  "a function": (value: unknown) => typeof value === "function",
} as const;

/** What an argument, or one of its fields, must be. */
export type ArgumentKind = keyof typeof kinds;

/**
 * Refuses an argument that is of another kind than a function takes: types do not check calls from JavaScript, and an argument
 * that was left out would show as an error of the language, far from its cause.
 *
 * @param where - the function that asks and its name for the argument, for the message: `"brainScore: options"`
 * @param fields - what an object must hold, by name; it may hold others
 * @throws OptionError
 */
export function checkArgument(
  where: string,
  value: unknown,
  kind: ArgumentKind,
  fields: Readonly<Record<string, ArgumentKind>> = {},
): void {
  const entries = Object.entries(fields);
  if (!kinds[kind](value)) {
    const names = entries.map(([name]) => name).join(", ");
    throw new OptionError(`${where} must be ${kind}${names === "" ? "" : ` with ${names}`}, got ${nameKind(value)}.`);
  }
  for (const [name, needed] of entries) {
    checkArgument(`${where}.${name}`, (value as Readonly<Record<string, unknown>>)[name], needed);
  }
}

/** A value in a message: `undefined`, `a string`, `an Array`. */
export function nameKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return value.length === 0 ? "an empty Array" : "an Array";
  const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

/** A value in a message, as JSON has it, cut where it is long; its kind where JSON has no form for it. */
export function showValue(value: unknown): string {
  if (typeof value === "number") return String(value);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A bigint in it, or itself.
  }
  return text === undefined ? nameKind(value) : shorten(text, MOST_SHOWN);
}

/** Characters of a value in a message: three lines. */
const MOST_SHOWN = 240;

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
