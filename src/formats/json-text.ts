/** Most levels of arrays and objects within each other: no file that is read has twenty, and functions that show a value call themselves once a level. */
const mostLevels = 500;

/** The kinds of trouble of a text that is no JSON. */
export interface JsonFault {
  /**
   * `too-deep`: arrays and objects lie more than 500 deep within each other; `truncated`: it could go on, and does not; `not-finite`:
   * `NaN` or `Infinity` stands in the place of a value, as Python writes it.
   */
  readonly kind: "too-deep" | "truncated" | "not-finite" | "other";
  /** The first character that does not fit, in UTF-16 units; the length of the text where that is its end. */
  readonly at: number;
  /** The characters that do not fit, where they are told: `"NaN"`. */
  readonly got?: string | undefined;
}

/** A text that is no JSON, with what is wrong as a value: the engine's words differ between versions of Node. */
export class JsonError extends SyntaxError {
  override readonly name = "JsonError";
  readonly fault: JsonFault;

  constructor(message: string, fault: JsonFault, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/**
 * The value of a JSON text, as `JSON.parse` gives it.
 *
 * @throws JsonError where it is no JSON, or arrays and objects lie more than 500 deep within each other: what is made of such a value
 * (a message, a comparison) would run out of stack
 */
export function parseJsonText(text: string): unknown {
  if (levelsOf(text) > mostLevels) {
    const message = `arrays and objects more than ${mostLevels} deep within each other`;
    throw new JsonError(message, { kind: "too-deep", at: 0 });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const fault = findJsonFault(text);
    if (!(cause instanceof SyntaxError && fault)) throw cause;
    throw new JsonError(cause.message, fault, { cause });
  }
}

/** How deep brackets outside of strings lie within each other, at most. */
function levelsOf(text: string): number {
  let [level, most] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    // A string, with its escapes.
    if (character === 0x22) {
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
    } else if (character === 0x5b || character === 0x7b) most = Math.max(most, ++level);
    else if (character === 0x5d || character === 0x7d) level--;
  }
  return most;
}

/** What may come next in the text. */
type Expected = "value" | "value-or-close" | "key" | "key-or-close" | "colon" | "comma-or-close" | "end";

/**
 * Where a text ceases to be JSON, and how; undefined where it is JSON. It is read once from left to right.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ("[" | "{")[] = [];
  let expected: Expected = "value";
  let at = 0;
  const afterValue = (): Expected => (open.length === 0 ? "end" : "comma-or-close");
  for (;;) {
    at = matchAt(/[\t\n\r ]*/y, text, at)!.end;
    if (at === text.length) return expected === "end" ? undefined : { kind: "truncated", at };
    const character = text[at]!;
    const isClose = character === (open.at(-1) === "{" ? "}" : "]") && open.length > 0;
    if (isClose && expected.endsWith("-close")) {
      open.pop();
      expected = afterValue();
      at++;
    } else if (expected.startsWith("key") && character === '"') {
      const { end, fault } = readString(text, at);
      if (fault) return fault;
      [at, expected] = [end, "colon"];
    } else if (expected === "colon" && character === ":") {
      [at, expected] = [at + 1, "value"];
    } else if (expected === "comma-or-close" && character === ",") {
      [at, expected] = [at + 1, open.at(-1) === "{" ? "key" : "value"];
    } else if (!expected.startsWith("value")) {
      return { kind: "other", at };
    } else if (character === "[" || character === "{") {
      open.push(character);
      [at, expected] = [at + 1, character === "[" ? "value-or-close" : "key-or-close"];
    } else {
      const { end, fault } = character === '"' ? readString(text, at) : readPlain(text, at);
      if (fault) return fault;
      [at, expected] = [end, afterValue()];
    }
  }
}

/** A value, and where it ends; or what is wrong with it. */
interface Read {
  readonly end: number;
  readonly fault?: JsonFault;
}

/** A string that begins at a quote. */
function readString(text: string, start: number): Read {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') return { end: at + 1 };
    if (character < " ") return { end: at, fault: { kind: "other", at } };
    if (character !== "\\") continue;
    if (at + 1 === text.length) break;
    const escaped = matchAt(/\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y, text, at);
    if (escaped) at = escaped.end - 1;
    else if (/^\\u[\da-fA-F]{0,3}$/.test(text.slice(at, at + 6))) break;
    else return { end: at, fault: { kind: "other", at } };
  }
  return { end: text.length, fault: { kind: "truncated", at: text.length } };
}

/** A number, `true`, `false` or `null`. */
function readPlain(text: string, at: number): Read {
  const { got, end } = matchAt(/[-+.\w]*/y, text, at)!;
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(got) || /^(?:true|false|null)$/.test(got)) return { end };
  if (/^-?(?:NaN|Infinity)$/.test(got)) return { end, fault: { kind: "not-finite", at, got } };
  const isBegun =
    /^-?(?:(?:0|[1-9]\d*)(?:\.|(?:\.\d+)?[eE][+-]?)?)?$/.test(got) ||
    ["true", "false", "null"].some((word) => word.startsWith(got));
  return { end, fault: isBegun && end === text.length ? { kind: "truncated", at: end } : { kind: "other", at } };
}

/** What a sticky pattern matches at a place, and where that ends. */
function matchAt(
  pattern: RegExp,
  text: string,
  at: number,
): { readonly got: string; readonly end: number } | undefined {
  pattern.lastIndex = at;
  const got = pattern.exec(text)?.[0];
  return got === undefined ? undefined : { got, end: at + got.length };
}
