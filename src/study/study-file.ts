import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { checkArgument } from "../array/arguments.ts";
import { emptyRecord, ownValue } from "../array/records.ts";
import { FormatError, optionName } from "../errors.ts";
import { checkBytes } from "../formats/file-bytes.ts";
import { decodeUtf8 } from "../formats/text.ts";
import { checkOptions, type StudyOptions } from "./options.ts";

/** Settings of {@link readStudyFile}. */
export interface ReadStudyFileOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
  /** Options that hold over the file's (the command line's flags). */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
  /** Options that hold where neither the file nor the overrides say otherwise. */
  readonly defaults?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Reads a study file: YAML whose keys are the options of a study, in any order. Paths in it are taken as written; aliases
 * (`*name`) stand for what they name.
 *
 * @param bytes - UTF-8
 * @throws FormatError where the text is not in UTF-8, or the YAML cannot be read, with its line
 * @throws NotFoundError where a key is unknown, with its line
 * @throws OptionError naming every option that cannot be used, each with its line
 */
export function readStudyFile(bytes: Uint8Array, options: ReadStudyFileOptions = {}): StudyOptions {
  checkArgument("readStudyFile: options", options, "an object");
  const { path = "study file", overrides = {}, defaults = {} } = options;
  const { raw, places } = parseStudyFile(bytes, path);
  return checkOptions({ ...defaults, ...raw, ...overrides }, (key) => {
    if (ownValue(overrides, key) !== undefined) return optionName(key);
    return places.get(key) ?? `${path}: ${key}`;
  });
}

/** What stands in a study file, not checked, and where: `study.yaml:3: delays` by `delays`. */
export interface ParsedStudyFile {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly places: ReadonlyMap<string, string>;
}

/**
 * Takes a study file apart.
 *
 * @param path - the file, for messages
 * @throws FormatError as {@link readStudyFile}
 */
export function parseStudyFile(bytes: Uint8Array, path: string): ParsedStudyFile {
  checkBytes(bytes, path);
  const lines = new LineCounter();
  if (isUtf16(bytes)) {
    throw new FormatError(path, "the study file must be in UTF-8, got UTF-16. Save it as UTF-8 in your editor");
  }
  const document = parseDocument(decodeUtf8(bytes, path), { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new FormatError(`${path}:${line}:${col}`, `the study file must be YAML, got: ${error.message}`);
  }
  const { contents } = document;
  if (!isMap(contents)) {
    throw new FormatError(`${path}:1`, `the study file must hold "option: value" lines, got something else`);
  }
  const raw = emptyRecord<unknown>();
  const places = new Map<string, string>();
  for (const pair of contents.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const at = isScalar(pair.key) && pair.key.range ? pair.key.range[0] : 0;
    const place = `${path}:${lines.linePos(at).line}`;
    places.set(key, `${place}: ${key}`);
    raw[key] = resolved(pair.value, document, place) ?? undefined;
  }
  return { raw, places };
}

/** A value with its aliases resolved. */
function resolved(node: unknown, document: Document.Parsed, place: string): unknown {
  if (!isNode(node)) return undefined;
  try {
    const value: unknown = node.toJS(document);
    // A value that holds itself has no end: it is refused without being shown.
    JSON.stringify(value);
    return value;
  } catch (cause) {
    if (cause instanceof TypeError) {
      throw new FormatError(
        place,
        "the study file must be YAML of values, got an alias within the value that it names. Write the value out",
        undefined,
        { cause },
      );
    }
    // An alias of nothing, or so many that they would fill the memory.
    if (!(cause instanceof ReferenceError)) throw cause;
    throw new FormatError(place, `the study file must be YAML, got: ${cause.message}`, undefined, { cause });
  }
}

/** Whether a text begins as UTF-16 does: with its byte order mark, or with one character of ASCII in two bytes. */
function isUtf16([first = 0, second = 0]: Uint8Array): boolean {
  const isMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const isAscii = (byte: number) => byte >= 0x20 && byte < 0x7f;
  return isMark || (first === 0 && isAscii(second)) || (second === 0 && isAscii(first));
}
