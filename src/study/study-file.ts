import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { FormatError } from "../errors.ts";
import { checkOptions, nameOnCommandLine, type StudyOptions } from "./options.ts";

/**
 * Reads a study file: YAML whose keys are the options of a study, in any order. Paths in it are taken as written.
 *
 * @param bytes - UTF-8
 * @param overrides - options that hold over the file's (the command line's flags)
 * @throws FormatError where the YAML cannot be read, with its line
 * @throws NotFoundError where a key is unknown, with its line
 * @throws OptionError naming every option that cannot be used, each with its line
 */
export function readStudyFile(
  bytes: Uint8Array,
  options: { readonly path?: string; readonly overrides?: Readonly<Record<string, unknown>> } = {},
): StudyOptions {
  const { path = "study file", overrides = {} } = options;
  const lines = new LineCounter();
  const document = parseDocument(new TextDecoder().decode(bytes), { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new FormatError(`${path}:${line}:${col}`, `the study file must be YAML, got: ${error.message}`);
  }
  const { contents } = document;
  if (!isMap(contents)) {
    throw new FormatError(`${path}:1`, `the study file must hold "option: value" lines, got something else`);
  }
  const raw: Record<string, unknown> = {};
  const lineOf = new Map<string, number>();
  for (const pair of contents.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const at = isScalar(pair.key) && pair.key.range ? pair.key.range[0] : 0;
    lineOf.set(key, lines.linePos(at).line);
    raw[key] = (pair.value as { toJSON?: () => unknown } | null)?.toJSON?.() ?? undefined;
  }
  return checkOptions({ ...raw, ...overrides }, (key) => {
    if (overrides[key] !== undefined) return nameOnCommandLine(key);
    const line = lineOf.get(key);
    return line === undefined ? `${path}: ${key}` : `${path}:${line}: ${key}`;
  });
}
