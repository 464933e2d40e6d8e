import { utf8Length } from "#platform/bytes";
import { ownValue } from "../array/records.ts";
import { FormatError } from "../errors.ts";
import { checkFileBytes } from "./file-bytes.ts";
import { JsonError, parseJsonText } from "./json-text.ts";
import { beginningOfJson, decodeUtf8 } from "./text.ts";

/** A value of a JSON document, with where it stands, for messages. */
export interface JsonValue {
  readonly value: unknown;
  /** `words[3].start`; empty for the whole document. Items are counted from 0. */
  readonly where: string;
  /** The file. */
  readonly path: string;
}

/**
 * The value that a JSON document in UTF-8 holds. A byte order mark is left out.
 *
 * @throws FormatError where the bytes are not JSON; `NaN` and `Infinity`, which Python writes, are none
 */
export function parseJson(bytes: Uint8Array, path: string): JsonValue {
  checkFileBytes(bytes, path);
  const text = decodeUtf8(bytes, path);
  try {
    return { value: parseJsonText(text), where: "", path };
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    const [message, at] = describeFault(cause, text);
    const mark = bytes.length - utf8Length(text);
    throw new FormatError(path, message, at === undefined ? undefined : mark + utf8Length(text.slice(0, at)), {
      cause,
    });
  }
}

/**
 * The object that a JSON document in UTF-8 holds. A byte order mark is left out.
 *
 * @throws FormatError where the bytes are not JSON, or hold something else than an object
 */
export function readJsonObject(bytes: Uint8Array, path: string): Readonly<Record<string, unknown>> {
  const { value } = parseJson(bytes, path);
  if (isJsonObject(value)) return value;
  const got = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
  throw new FormatError(path, `the file must hold a JSON object ({...}), got ${got}`);
}

/** The message of a text that is no JSON, and the character, where it is named. */
function describeFault({ fault, message }: JsonError, text: string): readonly [string, number | undefined] {
  switch (fault.kind) {
    case "too-deep":
      return [`the file must be JSON, got ${message}. Write it anew`, undefined];
    case "truncated":
      return ["the file must be JSON, got an end too early. It looks truncated", text.length];
    case "not-finite":
      return [`JSON must hold finite numbers, got ${fault.got}. Write null where a number is missing`, fault.at];
    case "other":
      return ["the file must be JSON, got otherwise. Write it anew, or correct it", fault.at];
  }
}

/** Whether the value is an object, `{...}`. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What an object has under a key; the value is undefined where it has none, or null.
 *
 * @throws FormatError where the parent is no object
 */
export function jsonKey(parent: JsonValue, key: string): JsonValue {
  if (!isJsonObject(parent.value)) throw jsonError(parent, "must be an object");
  const value = ownValue(parent.value, key) ?? undefined;
  return { ...parent, value, where: parent.where === "" ? key : `${parent.where}.${key}` };
}

/**
 * The keys and values of an object, in order.
 *
 * @throws FormatError where it is no object
 */
export function jsonEntries(parent: JsonValue): readonly (readonly [string, JsonValue])[] {
  if (!isJsonObject(parent.value)) throw jsonError(parent, "must be an object");
  return Object.keys(parent.value).map((key) => [key, jsonKey(parent, key)] as const);
}

/**
 * The items of an array.
 *
 * @throws FormatError where it is none
 */
export function jsonItems(parent: JsonValue): JsonValue[] {
  const { value, where } = parent;
  if (!Array.isArray(value)) throw jsonError(parent, "must be an array");
  return value.map((item: unknown, i) => ({ ...parent, value: item ?? undefined, where: `${where}[${i}]` }));
}

/**
 * A text.
 *
 * @throws FormatError where the value is none
 */
export function jsonText(value: JsonValue): string {
  if (typeof value.value === "string") return value.value;
  throw jsonError(value, "must be a text");
}

/**
 * A time; NaN where there is no value, or null.
 *
 * @throws FormatError where the value is no number from 0
 */
export function jsonSeconds(value: JsonValue): number {
  if (value.value === undefined) return Number.NaN;
  if (typeof value.value === "number" && value.value >= 0 && value.value < Infinity) return value.value;
  throw jsonError(value, "must be seconds from 0");
}

/** The error for a value that is not what it must be: `words[3].start must be seconds from 0, got "x"`. */
export function jsonError({ path, where, value }: JsonValue, must: string): FormatError {
  const got = beginningOfJson(value);
  return new FormatError(path, `${where === "" ? "the document" : where} ${must}, got ${got}`);
}
