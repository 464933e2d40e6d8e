import { FormatError, OptionError } from "../errors.ts";
import { joinBytes } from "../platform/join-bytes.ts";
import { checkFileBytes } from "./file-bytes.ts";
import { decodeXml, resolveEntities, xmlTokenizer } from "./xml-tokens.ts";

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

/** A stretch of text. */
export interface XmlText {
  readonly bytes: Uint8Array;
  /** Byte of the document at which it begins. */
  readonly start: number;
  /** In a CDATA section, where `&` stands for itself. */
  readonly verbatim: boolean;
}

/** An element that is being read. */
export interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  readonly text: XmlText[];
}

/** An element of which only the tag has been read. */
export function openElement(name: string, attributes: ReadonlyMap<string, string>, start: number): OpenElement {
  return { name, attributes, children: [], text: [], start };
}

/**
 * The root element of an XML document in UTF-8. Text is left in place, so that a long one costs no string;
 * {@link xmlText} decodes it.
 *
 * @throws FormatError where the document is not well formed, ends early, or is not in UTF-8
 */
export function parseXml(bytes: Uint8Array, path: string): XmlElement {
  checkFileBytes(bytes, path);
  const document = openElement("", new Map(), 0);
  const open = [document];
  const tokens = xmlTokenizer(path, {
    open(name, attributes, start) {
      const element = openElement(name, attributes, start);
      open.at(-1)!.children.push(element);
      open.push(element);
    },
    text(text, start, verbatim) {
      open.at(-1)!.text.push({ bytes: text, start, verbatim });
    },
    close() {
      open.pop();
    },
  });
  tokens.push(bytes);
  tokens.end();
  return document.children[0]!;
}

/**
 * An element's own text, entities resolved, without the white space around it.
 *
 * @throws FormatError where it is not UTF-8, or uses an entity that XML does not define
 */
export function xmlText(element: XmlElement, path: string): string {
  return stretches(element.text)
    .map(({ bytes, start, verbatim }) => {
      const text = decodeXml(bytes, path, start);
      return verbatim ? text : resolveEntities(text, path, start);
    })
    .join("")
    .trim();
}

/** Stretches that follow each other at once joined: a character or an entity may lie across them. */
function stretches(pieces: readonly XmlText[]): readonly XmlText[] {
  const joined: XmlText[] = [];
  for (let i = 0; i < pieces.length; ) {
    const { start, verbatim } = pieces[i]!;
    const run: Uint8Array[] = [];
    let end = start;
    for (; i < pieces.length && pieces[i]!.start === end && pieces[i]!.verbatim === verbatim; i++) {
      run.push(pieces[i]!.bytes);
      end += pieces[i]!.bytes.length;
    }
    joined.push({ bytes: run.length === 1 ? run[0]! : joinBytes(run), start, verbatim });
  }
  return joined;
}

/**
 * Text as it must stand between tags or in an attribute.
 *
 * @param where - what writes it, for messages
 * @throws OptionError where it holds characters that XML 1.0 cannot
 */
export function safeXml(text: string, where: string): string {
  if (!/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u.test(text)) {
    throw new OptionError(`${where}: texts must hold characters that XML can, got ${JSON.stringify(text)}.`);
  }
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
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
export function xmlChildText(path: string, element: XmlElement, name: string): string {
  const child = xmlChildren(element, name)[0];
  if (child) return xmlText(child, path);
  throw new FormatError(path, `<${element.name}> must hold <${name}>, got none`, element.start);
}

/**
 * The value of an attribute.
 *
 * @throws FormatError where the element does not have it
 */
export function xmlAttribute(path: string, element: XmlElement, name: string): string {
  const value = element.attributes.get(name);
  if (value !== undefined) return value;
  throw new FormatError(path, `<${element.name}> must have the attribute ${name}, got none`, element.start);
}
