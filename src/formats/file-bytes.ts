import { checkArgument } from "../array/arguments.ts";
import { FormatError, OptionError } from "../errors.ts";

/**
 * Checks what a reader is given for a file: types do not hold who calls from JavaScript.
 *
 * @param bytes - the whole file, or its beginning
 * @param path - the file, for messages
 * @throws OptionError where it is no Uint8Array
 * @throws FormatError where there are no bytes
 */
export function checkFileBytes(bytes: Uint8Array, path: string): void {
  checkBytes(bytes, path);
  if (bytes.length === 0) throw emptyFile(path);
}

/**
 * The file that a reader names in messages.
 *
 * @param fallback - its name where none is given
 * @throws OptionError where the options are no object
 */
export function pathOf(options: { readonly path?: string | undefined }, fallback: string): string {
  checkArgument(`${fallback}: options`, options, "an object");
  return options.path ?? fallback;
}

/**
 * Makes sure that a value is bytes.
 *
 * @throws OptionError where it is no Uint8Array, which a Buffer is
 */
export function checkBytes(bytes: unknown, path: string): void {
  // By name, as one of another realm is none of this realm's class.
  if (ArrayBuffer.isView(bytes) && nameOfClass(bytes) === "Uint8Array") return;
  throw new OptionError(`bytes must be a Uint8Array, got ${described(bytes)}. ${remedyFor(bytes)}`, { where: path });
}

/**
 * Makes sure that a value hands out bytes in pieces.
 *
 * @throws OptionError where it cannot be iterated with `for await`
 */
export function checkPieces(pieces: unknown, path: string): void {
  if (typeof (pieces as Partial<AsyncIterable<unknown>> | null | undefined)?.[Symbol.asyncIterator] === "function") {
    return;
  }
  throw new OptionError(
    `pieces must be an async iterable of Uint8Arrays, got ${described(pieces)}. Give a stream of the file, such as Node's createReadStream makes.`,
    { where: path },
  );
}

/** The error for a file of no bytes: of a copy or a transfer that broke off, as a rule. */
export function emptyFile(path: string): FormatError {
  return new FormatError(path, "the file must not be empty, got 0 bytes. Fetch or copy it again", 0);
}

function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = nameOfClass(value);
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

function remedyFor(value: unknown): string {
  if (value instanceof ArrayBuffer) return "Wrap it: new Uint8Array(buffer).";
  return "Give what the file holds, such as Node's readFile gives without an encoding.";
}

function nameOfClass(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
