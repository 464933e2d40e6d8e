import { checkFields } from "../formats/field-table.ts";
import { isJsonObject, type JsonValue, jsonError, jsonKey } from "../formats/json.ts";
import { addedTokenFields, tokenizerRemedy } from "./tokenizer-fields.ts";

/** A text that is one token wherever it stands, beside the byte pairs. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Takes in the white space before it. */
  readonly lstrip: boolean;
  /** Takes in the white space behind it. */
  readonly rstrip: boolean;
  /** Counts only where no letter or digit touches it. */
  readonly singleWord: boolean;
  /** Counts only in what those that are not normalised leave. */
  readonly normalized: boolean;
}

/** An added token as a file has it, before it is held against the vocabulary. */
export interface FoundToken extends Omit<AddedToken, "id" | "normalized"> {
  /** The number that its file gives it, if any. */
  readonly id: number | undefined;
  /** Undefined where it is not given: the opposite of `isSpecial`. */
  readonly normalized: boolean | undefined;
  readonly isSpecial: boolean;
  /** Where it stands, for messages. */
  readonly place: JsonValue;
}

/**
 * Reads an added token: an object with `content` and flags, or the text alone. Flags that are not given are false.
 *
 * @param isSpecial - whether it stands where special tokens are named
 * @param warnings - warnings of fields that no table lists are added to it
 * @throws FormatError where it is neither, its text is empty or broken, or a flag is neither true nor false
 */
export function readAddedToken(place: JsonValue, isSpecial: boolean, warnings: string[]): FoundToken {
  const { value, path, where } = place;
  if (!isJsonObject(value)) return plainToken(place, place, isSpecial);
  warnings.push(...checkFields(value, addedTokenFields, { path, prefix: `${where}.`, remedy: tokenizerRemedy }));
  const flag = (name: string): boolean | undefined => {
    const found = jsonKey(place, name);
    if (found.value === undefined || typeof found.value === "boolean") return found.value;
    throw jsonError(found, "must be true or false");
  };
  return {
    ...plainToken(place, jsonKey(place, "content"), isSpecial || flag("special") === true),
    lstrip: flag("lstrip") ?? false,
    rstrip: flag("rstrip") ?? false,
    singleWord: flag("single_word") ?? false,
    normalized: flag("normalized"),
    id: readTokenId(jsonKey(place, "id")),
  };
}

/** The number of a token; undefined where there is none. */
export function readTokenId(id: JsonValue): number | undefined {
  const { value } = id;
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0))
    return value as number | undefined;
  throw jsonError(id, "must be a whole number from 0");
}

function plainToken(place: JsonValue, content: JsonValue, isSpecial: boolean): FoundToken {
  const { value } = content;
  if (typeof value !== "string" || value === "") throw jsonError(content, "must be a text that is not empty");
  if (/\p{Surrogate}/u.test(value)) throw jsonError(content, "must be whole Unicode characters");
  const flags = { lstrip: false, rstrip: false, singleWord: false, normalized: undefined, isSpecial };
  return { id: undefined, content: value, ...flags, place };
}
