import { searchable } from "#platform/bytes";
import { ownValue } from "../array/records.ts";
import { FormatError } from "../errors.ts";
import { joinBytes } from "../platform/join-bytes.ts";
import { formatBytes } from "./byte-order.ts";

/** What is told of an XML document as its bytes arrive. Offsets count its bytes from 0. */
export interface XmlHandler {
  /** An element begins: its tag with entities resolved, and the byte at which that begins. */
  open(name: string, attributes: ReadonlyMap<string, string>, start: number): void;
  /**
   * Bytes of text of the element that was opened last and is still open, never none, not yet decoded: a text may come
   * in several stretches.
   *
   * @param verbatim - in a CDATA section, where `&` stands for itself
   */
  text(bytes: Uint8Array, start: number, verbatim: boolean): void;
  /** The element that was opened last ends. */
  close(): void;
}

/** Takes an XML document apart as its bytes arrive. */
export interface XmlTokenizer {
  /**
   * Takes the next bytes; they are the caller's again once it returns.
   *
   * @throws FormatError where the document is not well formed so far
   */
  push(piece: Uint8Array): void;
  /**
   * There are no more bytes.
   *
   * @throws FormatError where the document is not whole
   */
  end(): void;
}

/** The longest tag, instruction or document type: what is held until it is whole. Real ones have some hundred bytes; a damaged one takes no more memory. */
const maxMarkup = 2 ** 24;

const encoder = new TextEncoder();
const [commentStart, cdataStart, byteOrderMark] = ["<!--", "<![CDATA[", "\uFEFF"].map((mark) => encoder.encode(mark));
const blank = new Set([0x20, 0x09, 0x0a, 0x0d]);
const lessThan = 0x3c;
const greaterThan = 0x3e;
const slash = 0x2f;
const equals = 0x3d;
const exclamation = 0x21;
const question = 0x3f;

/**
 * Takes an XML document in UTF-8 apart, in pieces of any size. Text is handed on as it arrives, comments are dropped as
 * they arrive, so that no more than one tag is held.
 *
 * @remarks Entities declared by the document itself are not expanded, they are refused where they are used: five
 * lines of them can stand for gigabytes. External definitions (DOCTYPE) are never fetched.
 */
export function xmlTokenizer(path: string, handler: XmlHandler): XmlTokenizer {
  const open: string[] = [];
  let hasRoot = false;
  /** What has arrived and is not yet understood, and how many bytes must be there before it is looked at again. */
  let waiting: Uint8Array[] = [];
  let nWaiting = 0;
  let wanted = 4;
  /** Byte of the document at which `waiting` begins. */
  let base = 0;
  /** The comment or CDATA section that has begun, and the byte of the document after its mark. */
  let section: { readonly isText: boolean; readonly start: number } | undefined;

  const fail = (message: string, offset: number) => new FormatError(path, message, offset);
  const truncated = (what: string, offset: number) =>
    fail(`XML must close what it opens, got no end of ${what}. The file looks truncated: fetch it again`, offset);

  function outside(bytes: Uint8Array, offset: number): FormatError {
    const got = formatBytes(bytes);
    return fail(`XML must hold text inside its root element only, got bytes ${got}. Is it XML in UTF-8?`, offset);
  }

  function addText(bytes: Uint8Array, from: number, to: number, verbatim: boolean): void {
    if (to > from) handler.text(bytes.subarray(from, to), base + from, verbatim);
  }

  function close(name: string, offset: number): void {
    const last = open.pop();
    if (last !== name) {
      const expected = last === undefined ? "no closing tag" : `</${last}>`;
      throw fail(`XML must close elements in the order it opened them: ${expected}, got </${name}>`, offset);
    }
    handler.close();
  }

  /** Byte after the comment or CDATA section that has begun, or where its end may yet begin. */
  function inSection(bytes: Uint8Array, at: number, isText: boolean): number {
    const mark = isText ? "]]>" : "-->";
    const found = indexOf(bytes, mark, at);
    const end = found < 0 ? Math.max(at, bytes.length - 2) : found;
    if (isText) addText(bytes, at, end, true);
    if (found < 0) return end;
    section = undefined;
    return found + mark.length;
  }

  /** Byte after the markup that begins at `tag`; undefined where it is not whole. */
  function markup(bytes: Uint8Array, tag: number, isLast: boolean): number | undefined {
    const next = bytes[tag + 1];
    if (!isLast && (next === undefined || (next === exclamation && bytes.length < tag + 9))) return undefined;
    if (startsWith(bytes, tag, commentStart!) || startsWith(bytes, tag, cdataStart!)) {
      const isText = bytes[tag + 2] !== 0x2d;
      const start = tag + (isText ? 9 : 4);
      section = { isText, start: base + start };
      return start;
    }
    if (next === question) {
      const end = indexOf(bytes, "?>", tag + 2);
      if (end >= 0) checkEncoding(bytes.subarray(tag, end + 2), path, base + tag);
      else if (isLast) throw truncated("a processing instruction", base + tag + 2);
      return end < 0 ? undefined : end + 2;
    }
    if (next === exclamation) {
      const end = endOfDoctype(bytes, tag);
      if (end === undefined && isLast) throw truncated("<!DOCTYPE>", base + tag);
      return end;
    }
    if (next === slash) {
      const end = bytes.indexOf(greaterThan, tag + 2);
      if (end >= 0) close(decodeXml(bytes.subarray(tag + 2, end), path, base + tag + 2).trimEnd(), base + tag);
      else if (isLast) throw truncated("a closing tag", base + tag + 2);
      return end < 0 ? undefined : end + 1;
    }
    const opened = parseTag(bytes, tag, base, path, isLast);
    if (opened === undefined) return undefined;
    if (open.length === 0 && hasRoot) throw fail("XML must have one root element, got a second", base + tag);
    hasRoot = true;
    open.push(opened.name);
    handler.open(opened.name, opened.attributes, base + tag);
    if (opened.isEmpty) close(opened.name, base + tag);
    return opened.end;
  }

  /** How many of the bytes are understood. */
  function understand(bytes: Uint8Array, isLast: boolean): number {
    let at = base === 0 && startsWith(bytes, 0, byteOrderMark!) ? 3 : 0;
    while (at < bytes.length) {
      if (section) {
        at = inSection(bytes, at, section.isText);
        if (section) return at;
        continue;
      }
      const tag = bytes.indexOf(lessThan, at);
      const to = tag < 0 ? bytes.length : tag;
      if (open.length > 0) addText(bytes, at, to, false);
      else {
        const odd = bytes.subarray(at, to).findIndex((byte) => !blank.has(byte));
        // Eight bytes of what is odd are shown.
        if (odd >= 0 && !isLast && at + odd + 8 > bytes.length) return at + odd;
        if (odd >= 0) throw outside(bytes.subarray(at + odd), base + at + odd);
      }
      if (tag < 0) return bytes.length;
      const end = markup(bytes, tag, isLast);
      if ((end ?? bytes.length) - tag > maxMarkup) {
        throw fail(
          "XML must end a tag within 16 MiB, got a longer one. The file looks damaged: fetch it again",
          base + tag,
        );
      }
      if (end === undefined) return tag;
      at = end;
    }
    return at;
  }

  function take(isLast: boolean): void {
    // Tags are found by the search for a byte.
    const bytes = searchable(waiting.length === 1 ? waiting[0]! : joinBytes(waiting));
    const done = understand(bytes, isLast);
    // A copy: the piece is its owner's again.
    const rest = new Uint8Array(bytes.subarray(done));
    base += done;
    waiting = rest.length > 0 ? [rest] : [];
    nWaiting = rest.length;
    // Looked at again at twice the length only: a long tag in many pieces takes time in proportion to its length.
    wanted = 2 * rest.length;
  }

  return {
    push(piece) {
      if (piece.length === 0) return;
      nWaiting += piece.length;
      const isEnough = nWaiting >= wanted;
      waiting.push(isEnough ? piece : new Uint8Array(piece));
      if (isEnough) take(false);
    },
    end() {
      take(true);
      const end = base + nWaiting;
      if (section) throw truncated(section.isText ? "a CDATA section" : "a comment", section.start);
      const unclosed = open.at(-1);
      if (unclosed !== undefined) throw truncated(`<${unclosed}>`, end);
      if (!hasRoot)
        throw fail("XML must have a root element, got none. The file looks empty or truncated: fetch it again", end);
    },
  };
}

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly isEmpty: boolean;
  readonly end: number;
}

/**
 * The tag of an element that begins at `start`; undefined where the bytes end within it and more may come.
 *
 * @param base - byte of the document at which `bytes` begin
 */
function parseTag(bytes: Uint8Array, start: number, base: number, path: string, isLast: boolean): Tag | undefined {
  const attributes = new Map<string, string>();
  let at = start + 1;
  const fail = (message: string) => new FormatError(path, message, base + at);
  /** Whether more must arrive before the byte at `at` can be told. */
  const mustWait = () => at >= bytes.length && !isLast;
  const skipBlank = () => {
    while (blank.has(bytes[at]!)) at++;
  };
  const readName = (what: string) => {
    const from = at;
    while (at < bytes.length && !blank.has(bytes[at]!) && !isMark(bytes[at]!)) at++;
    if (mustWait()) return undefined;
    if (at === bytes.length)
      throw fail("XML must close what it opens, got no end of a tag. The file looks truncated: fetch it again");
    if (at === from) throw fail(`XML must have ${what} here, got ${JSON.stringify(String.fromCharCode(bytes[at]!))}`);
    return decodeXml(bytes.subarray(from, at), path, base + from);
  };

  const name = readName("the name of an element");
  if (name === undefined) return undefined;
  for (;;) {
    const from = at;
    skipBlank();
    if (mustWait()) return undefined;
    if (bytes[at] === greaterThan) return { name, attributes, isEmpty: false, end: at + 1 };
    if (bytes[at] === slash && at + 1 === bytes.length && !isLast) return undefined;
    if (bytes[at] === slash && bytes[at + 1] === greaterThan) return { name, attributes, isEmpty: true, end: at + 2 };
    if (at === from) throw fail(`XML must have white space before an attribute (of <${name}>)`);
    const attribute = readName(`an attribute or the end of <${name}>`);
    if (attribute === undefined) return undefined;
    skipBlank();
    if (mustWait()) return undefined;
    if (bytes[at] !== equals) throw fail(`XML must have "=" after the attribute ${attribute} (of <${name}>)`);
    at++;
    skipBlank();
    if (mustWait()) return undefined;
    const quote = bytes[at]!;
    if (quote !== 0x22 && quote !== 0x27)
      throw fail(`XML must have quotes around the attribute ${attribute} (of <${name}>)`);
    const end = bytes.indexOf(quote, at + 1);
    if (end < 0 && !isLast) return undefined;
    if (end < 0)
      throw fail(
        `XML must close what it opens, got no end of the attribute ${attribute} (of <${name}>). The file looks truncated: fetch it again`,
      );
    if (attributes.has(attribute)) throw fail(`XML must give an attribute once, got ${attribute} twice (of <${name}>)`);
    const value = decodeXml(bytes.subarray(at + 1, end), path, base + at + 1);
    attributes.set(attribute, resolveEntities(value, path, base + at + 1));
    at = end + 1;
  }
}

/** Byte after `<!DOCTYPE ...>`, which may hold declarations, comments and instructions of its own, where it is there. */
function endOfDoctype(bytes: Uint8Array, start: number): number | undefined {
  let quote = 0;
  let depth = 0;
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (byte === lessThan && (startsWith(bytes, i, commentStart!) || bytes[i + 1] === question)) {
      const closing = bytes[i + 1] === question ? "?>" : "-->";
      const closed = indexOf(bytes, closing, i + 2);
      if (closed < 0) return undefined;
      i = closed + closing.length - 1;
    } else if (byte === 0x22 || byte === 0x27) quote = byte;
    else if (byte === lessThan) depth++;
    else if (byte === greaterThan && --depth === 0) return i + 1;
  }
  return undefined;
}

function checkEncoding(declaration: Uint8Array, path: string, offset: number): void {
  const text = new TextDecoder("latin1").decode(declaration);
  const encoding = /^<\?xml\s[^>]*encoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
  if (encoding !== undefined && !/^(utf-?8|us-ascii|ascii)$/i.test(encoding)) {
    throw new FormatError(path, `XML must be in UTF-8, got "${encoding}". Convert it, for example with iconv`, offset);
  }
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", apos: "'", quot: '"' };

/**
 * A text with its entities resolved.
 *
 * @param offset - byte at which the text begins, for messages
 * @throws FormatError where it uses an entity that XML does not define
 */
export function resolveEntities(text: string, path: string, offset: number): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6});|#(\d{1,7});|([A-Za-z]+);)?/g,
    (whole, hex?: string, digits?: string, name?: string) => {
      const code = hex !== undefined ? Number.parseInt(hex, 16) : digits !== undefined ? Number(digits) : undefined;
      const isSurrogate = code !== undefined && code >= 0xd800 && code <= 0xdfff;
      if (code !== undefined && code > 0 && code <= 0x10ffff && !isSurrogate) return String.fromCodePoint(code);
      const known = name === undefined ? undefined : ownValue(entities, name);
      if (known !== undefined) return known;
      throw new FormatError(
        path,
        `XML must use the entities lt, gt, amp, apos, quot or a character number, got ${JSON.stringify(whole)}`,
        offset,
      );
    },
  );
}

/**
 * Bytes of an XML document as text.
 *
 * @param offset - byte of the document at which they begin, for messages
 * @throws FormatError where they are not UTF-8
 */
export function decodeXml(bytes: Uint8Array, path: string, offset: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(path, "XML must be in UTF-8, got bytes that are not", offset, { cause });
  }
}

function isMark(byte: number): boolean {
  return (
    byte === lessThan || byte === greaterThan || byte === slash || byte === equals || byte === 0x22 || byte === 0x27
  );
}

function startsWith(bytes: Uint8Array, at: number, mark: Uint8Array): boolean {
  return mark.every((byte, i) => bytes[at + i] === byte);
}

function indexOf(bytes: Uint8Array, mark: string, from: number): number {
  const wanted = encoder.encode(mark);
  for (let i = bytes.indexOf(wanted[0]!, from); i >= 0; i = bytes.indexOf(wanted[0]!, i + 1)) {
    if (startsWith(bytes, i, wanted)) return i;
  }
  return -1;
}
