import { FormatError } from "../errors.ts";
import { checkFileBytes } from "../formats/file-bytes.ts";
import { parseJsonText } from "../formats/json-text.ts";

/**
 * The object that a JSON file holds (a byte order mark before it is skipped).
 *
 * @param path - name of the file, for messages
 * @param remedy - what messages end with; the empty text where the caller says what to do
 * @throws FormatError where the bytes are not JSON in UTF-8, or hold something else than an object
 */
export function readJsonObject(
  bytes: Uint8Array,
  path: string,
  remedy = "Repair it",
): Readonly<Record<string, unknown>> {
  checkFileBytes(bytes, path);
  const then = remedy === "" ? "" : `. ${remedy}`;
  let value: unknown;
  try {
    value = parseJsonText(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const reason = (error as Error).message;
    throw new FormatError(path, `the file must hold JSON in UTF-8, got: ${reason}${then}`, undefined, {
      cause: error,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const got = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
    throw new FormatError(path, `the file must hold a JSON object ({...}), got ${got}${then}`);
  }
  return value as Record<string, unknown>;
}
