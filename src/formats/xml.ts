import { FormatError } from "../errors.ts";
import type { ByteRange } from "./base64.ts";
import { formatBytes } from "./byte-order.ts";

/** One element of an XML document. */
export interface XmlElement {
  readonly name: string;
  /** Attribute values with entities resolved. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The element's own text, apart from that of its children: stretches of bytes, not yet decoded. */
  readonly text: readonly XmlText[];
  /** Byte at which the element's tag begins. */
  readonly start: number;
}

/** A stretch of text; `verbatim` in a CDATA section, where `&` stands for itself. */
export interface XmlText extends ByteRange {
  readonly verbatim: boolean;
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  readonly text: XmlText[];
}

const blank = new Set([0x20, 0x09, 0x0a, 0x0d]);
const encoder = new TextEncoder();
const lessThan = 0x3c;
const greaterThan = 0x3e;
const slash = 0x2f;
const equals = 0x3d;

/**
 * The root element of an XML document in UTF-8. Text is left in place as byte ranges, so that a long array costs no
 * string; {@link xmlText} decodes it.
 *
 * @remarks Entities declared by the document itself are not expanded, they are refused where they are used: five
 * lines of them can stand for gigabytes. External definitions (DOCTYPE) are never fetched.
 *
 * @throws FormatError where the document is not well formed, ends early, or is not in UTF-8
 */
export function parseXml(bytes: Uint8Array, path: string): XmlElement {
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let at = startsWith(bytes, 0, "\uFEFF") ? 3 : 0;

  const fail = (message: string, offset: number) => new FormatError(path, message, offset);
  const truncated = (what: string, offset: number) =>
    fail(`XML must close what it opens, got no end of ${what}. The file looks truncated: fetch it again`, offset);

  /** Byte after the mark that ends something begun at `from`. */
  function after(mark: string, from: number, what: string): number {
    const found = indexOf(bytes, mark, from);
    if (found < 0) throw truncated(what, from);
    return found + mark.length;
  }

  function addText(start: number, end: number, verbatim: boolean): void {
    const parent = open.at(-1);
    if (parent) {
      if (end > start) parent.text.push({ start, end, verbatim });
      return;
    }
    for (let i = start; i < end; i++) {
      if (!blank.has(bytes[i]!)) {
        const got = formatBytes(bytes.subarray(i));
        throw fail(`XML must hold text inside its root element only, got bytes ${got}. Is it XML in UTF-8?`, i);
      }
    }
  }

  function close(name: string, offset: number): void {
    const element = open.pop();
    if (element?.name !== name) {
      const expected = element ? `</${element.name}>` : "no closing tag";
      throw fail(`XML must close elements in the order it opened them: ${expected}, got </${name}>`, offset);
    }
    if (open.length === 0) root = element;
  }

  while (at < bytes.length) {
    const tag = bytes.indexOf(lessThan, at);
    addText(at, tag < 0 ? bytes.length : tag, false);
    if (tag < 0) break;
    if (startsWith(bytes, tag, "<!--")) {
      at = after("-->", tag + 4, "a comment");
    } else if (startsWith(bytes, tag, "<![CDATA[")) {
      at = after("]]>", tag + 9, "a CDATA section");
      addText(tag + 9, at - 3, true);
    } else if (startsWith(bytes, tag, "<?")) {
      at = after("?>", tag + 2, "a processing instruction");
      checkEncoding(bytes.subarray(tag, at), path, tag);
    } else if (startsWith(bytes, tag, "<!")) {
      at = endOfDoctype(bytes, tag, path);
    } else if (bytes[tag + 1] === slash) {
      at = after(">", tag + 2, "a closing tag");
      close(decode(bytes, tag + 2, at - 1, path).trimEnd(), tag);
    } else {
      const opened = parseTag(bytes, tag, path);
      at = opened.end;
      if (open.length === 0 && root) throw fail("XML must have one root element, got a second", tag);
      const element: OpenElement = {
        name: opened.name,
        attributes: opened.attributes,
        children: [],
        text: [],
        start: tag,
      };
      open.at(-1)?.children.push(element);
      open.push(element);
      if (opened.isEmpty) close(opened.name, tag);
    }
  }
  const unclosed = open.at(-1);
  if (unclosed) throw truncated(`<${unclosed.name}>`, bytes.length);
  if (!root) throw fail("XML must have a root element, got none. The file looks empty or truncated", bytes.length);
  return root;
}

/**
 * An element's own text, entities resolved, without the white space around it.
 *
 * @throws FormatError where it is not UTF-8, or uses an entity that XML does not define
 */
export function xmlText(bytes: Uint8Array, element: XmlElement, path: string): string {
  return element.text
    .map(({ start, end, verbatim }) => {
      const text = decode(bytes, start, end, path);
      return verbatim ? text : resolveEntities(text, path, start);
    })
    .join("")
    .trim();
}

/** Text as it must stand between tags or in an attribute. */
export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}

/** A document in memory: the bytes that its elements point into, and its path for messages. */
export interface XmlSource {
  readonly bytes: Uint8Array;
  readonly path: string;
}

/** The children of that name, in order. */
export function xmlChildren(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/**
 * The text of the first child of that name.
 *
 * @throws FormatError where there is no such child, or its text is damaged ({@link xmlText})
 */
export function xmlChildText(source: XmlSource, element: XmlElement, name: string): string {
  const child = xmlChildren(element, name)[0];
  if (child) return xmlText(source.bytes, child, source.path);
  throw new FormatError(source.path, `<${element.name}> must hold <${name}>, got none`, element.start);
}

/**
 * The value of an attribute.
 *
 * @throws FormatError where the element does not have it
 */
export function xmlAttribute(source: XmlSource, element: XmlElement, name: string): string {
  const value = element.attributes.get(name);
  if (value !== undefined) return value;
  throw new FormatError(source.path, `<${element.name}> must have the attribute ${name}, got none`, element.start);
}

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly isEmpty: boolean;
  readonly end: number;
}

function parseTag(bytes: Uint8Array, start: number, path: string): Tag {
  const attributes = new Map<string, string>();
  let at = start + 1;
  const fail = (message: string) => new FormatError(path, message, at);
  const skipBlank = () => {
    while (blank.has(bytes[at]!)) at++;
  };
  const readName = (what: string) => {
    const from = at;
    while (at < bytes.length && !blank.has(bytes[at]!) && !isMark(bytes[at]!)) at++;
    if (at === bytes.length)
      throw fail("XML must close what it opens, got no end of a tag. The file looks truncated: fetch it again");
    if (at === from) throw fail(`XML must have ${what} here, got ${JSON.stringify(String.fromCharCode(bytes[at]!))}`);
    return decode(bytes, from, at, path);
  };

  const name = readName("the name of an element");
  for (;;) {
    const from = at;
    skipBlank();
    if (bytes[at] === greaterThan) return { name, attributes, isEmpty: false, end: at + 1 };
    if (bytes[at] === slash && bytes[at + 1] === greaterThan) return { name, attributes, isEmpty: true, end: at + 2 };
    if (at === from) throw fail(`XML must have white space before an attribute (of <${name}>)`);
    const attribute = readName(`an attribute or the end of <${name}>`);
    skipBlank();
    if (bytes[at] !== equals) throw fail(`XML must have "=" after the attribute ${attribute} (of <${name}>)`);
    at++;
    skipBlank();
    const quote = bytes[at]!;
    if (quote !== 0x22 && quote !== 0x27)
      throw fail(`XML must have quotes around the attribute ${attribute} (of <${name}>)`);
    const end = bytes.indexOf(quote, at + 1);
    if (end < 0)
      throw fail(
        `XML must close what it opens, got no end of the attribute ${attribute} (of <${name}>). The file looks truncated: fetch it again`,
      );
    if (attributes.has(attribute)) throw fail(`XML must give an attribute once, got ${attribute} twice (of <${name}>)`);
    attributes.set(attribute, resolveEntities(decode(bytes, at + 1, end, path), path, at + 1));
    at = end + 1;
  }
}

/** Byte after `<!DOCTYPE ...>`, which may hold declarations, comments and instructions of its own. */
function endOfDoctype(bytes: Uint8Array, start: number, path: string): number {
  let quote = 0;
  let depth = 0;
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const closing = startsWith(bytes, i, "<!--") ? "-->" : startsWith(bytes, i, "<?") ? "?>" : undefined;
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (closing !== undefined) {
      const closed = indexOf(bytes, closing, i + 2);
      if (closed < 0) break;
      i = closed + closing.length - 1;
    } else if (byte === 0x22 || byte === 0x27) quote = byte;
    else if (byte === lessThan) depth++;
    else if (byte === greaterThan && --depth === 0) return i + 1;
  }
  throw new FormatError(
    path,
    "XML must close what it opens, got no end of <!DOCTYPE>. The file looks truncated: fetch it again",
    start,
  );
}

function checkEncoding(declaration: Uint8Array, path: string, offset: number): void {
  const text = new TextDecoder("latin1").decode(declaration);
  const encoding = /^<\?xml\s[^>]*encoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
  if (encoding !== undefined && !/^(utf-?8|us-ascii|ascii)$/i.test(encoding)) {
    throw new FormatError(path, `XML must be in UTF-8, got "${encoding}". Convert it, for example with iconv`, offset);
  }
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", apos: "'", quot: '"' };

function resolveEntities(text: string, path: string, offset: number): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6});|#(\d{1,7});|([A-Za-z]+);)?/g,
    (whole, hex?: string, digits?: string, name?: string) => {
      const code = hex !== undefined ? Number.parseInt(hex, 16) : digits !== undefined ? Number(digits) : undefined;
      const isSurrogate = code !== undefined && code >= 0xd800 && code <= 0xdfff;
      if (code !== undefined && code > 0 && code <= 0x10ffff && !isSurrogate) return String.fromCodePoint(code);
      const known = name !== undefined && Object.hasOwn(entities, name) ? entities[name] : undefined;
      if (known !== undefined) return known;
      throw new FormatError(
        path,
        `XML must use the entities lt, gt, amp, apos, quot or a character number, got ${JSON.stringify(whole)}`,
        offset,
      );
    },
  );
}

function decode(bytes: Uint8Array, start: number, end: number, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(start, end));
  } catch (cause) {
    throw new FormatError(path, "XML must be in UTF-8, got bytes that are not", start, { cause });
  }
}

function isMark(byte: number): boolean {
  return (
    byte === lessThan || byte === greaterThan || byte === slash || byte === equals || byte === 0x22 || byte === 0x27
  );
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  const wanted = encoder.encode(text);
  return wanted.every((byte, i) => bytes[at + i] === byte);
}

function indexOf(bytes: Uint8Array, mark: string, from: number): number {
  const first = mark.charCodeAt(0);
  for (let i = bytes.indexOf(first, from); i >= 0; i = bytes.indexOf(first, i + 1)) {
    if (startsWith(bytes, i, mark)) return i;
  }
  return -1;
}
