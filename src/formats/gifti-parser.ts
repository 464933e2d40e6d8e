import { FormatError } from "../errors.ts";
import { joinBytes } from "../platform/join-bytes.ts";
import { formatBytes } from "./byte-order.ts";
import { type GiftiArrayHeader, readMetadata, readSystem } from "./gifti-array.ts";
import type { GiftiBlock, GiftiEncoding } from "./gifti-data.ts";
import type { BlockReader } from "./gifti-decode.ts";
import { type ExternalBlock, type GiftiArrayTag, readTag } from "./gifti-tag.ts";
import { parseCount, parseNumber } from "./number.ts";
import { type OpenElement, openElement, type XmlElement, xmlAttribute, xmlChildren, xmlText } from "./xml.ts";
import { xmlTokenizer } from "./xml-tokens.ts";

/** A GIFTI file without its numbers. */
export interface GiftiHeader {
  /** What the file says of itself; of a name given twice, the last. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The label table, empty where there is none. */
  readonly labels: readonly GiftiLabel[];
  readonly arrays: readonly GiftiArrayHeader[];
}

/** One row of a label table. */
export interface GiftiLabel {
  /** The value that stands for this label in an array of intent `NIFTI_INTENT_LABEL`. */
  readonly key: number;
  readonly name: string;
  /** Red, green, blue, alpha in 0..1; NaN where the file gives none. */
  readonly rgba: readonly [number, number, number, number];
}

/** A data block that begins: what its array's tag says. */
export interface BlockStart {
  readonly tag: GiftiArrayTag;
  readonly block: GiftiBlock;
  readonly encoding: GiftiEncoding;
  /** Where the numbers lie, if not in this file. */
  readonly external: ExternalBlock | undefined;
  /** What the file and the array say of themselves before the block; where both say it, the array. */
  readonly metadata: () => Readonly<Record<string, string>>;
}

/** Takes a GIFTI file apart as the bytes of its XML arrive. */
export interface GiftiParser {
  /**
   * Takes the next bytes.
   *
   * @throws FormatError where the file is not what the standard says so far
   */
  push(piece: Uint8Array): void;
  /**
   * There are no more bytes: what the file says of itself and its arrays.
   *
   * @throws FormatError where the file is not whole, or not what the standard says
   */
  end(): GiftiHeader;
}

/** Elements that are looked at, and those whose text is; of all others nothing is kept. */
const kept = new Set("DataArray Data MetaData MD LabelTable CoordinateSystemTransformMatrix".split(" "));
const texts = new Set("Name Value Label DataSpace TransformedSpace MatrixData".split(" "));

/** Bytes that are looked at to tell whether a file is XML: a byte order mark, some blanks, and the first bracket. */
const nHead = 64;

/**
 * Takes a GIFTI file apart. Of its numbers nothing is held.
 *
 * @param begin - told of every data block as it begins; takes its text, or gives nothing where that is not wanted. Not
 * told of arrays beyond the number that the file says it holds, for which it is refused at its end
 */
export function giftiParser(path: string, begin: (start: BlockStart) => BlockReader | undefined): GiftiParser {
  const open: (OpenElement | undefined)[] = [];
  const arrays: GiftiArrayHeader[] = [];
  let root: OpenElement | undefined;
  let declared: number | undefined;
  /** The data block that is being read, and what takes its text. */
  let data: { readonly element: OpenElement; readonly block: GiftiBlock; hasText: boolean } | undefined;
  let reader: BlockReader | undefined;
  let nBlocks = 0;
  let head: Uint8Array[] | undefined = [];

  const isArray = (element: OpenElement | undefined, depth: number) => element?.name === "DataArray" && depth === 2;

  function openRoot(element: OpenElement): void {
    if (element.name !== "GIFTI") {
      throw new FormatError(path, `the root element must be <GIFTI>, got <${element.name}>`, element.start);
    }
    const version = element.attributes.get("Version");
    if (version !== undefined && parseNumber(version) !== 1) {
      throw new FormatError(path, `Version must be 1.0, got "${version}"`, element.start);
    }
    root = element;
    declared = parseCount(element.attributes.get("NumberOfDataArrays") ?? "");
  }

  function openData(array: OpenElement, element: OpenElement): void {
    const index = arrays.length;
    const start = readTag(path, array, index, declared ?? 0);
    if (++nBlocks > 1) {
      throw new FormatError(path, `an array must have one <Data>, got more (array ${index})`, element.start);
    }
    start.block.start = element.start;
    data = { element, block: start.block, hasText: false };
    const metadata = () => ({ ...readMetadata(path, root!), ...readMetadata(path, array) });
    reader = index < (declared ?? 0) ? begin({ ...start, metadata }) : undefined;
  }

  function closeArray(array: OpenElement): void {
    const index = arrays.length;
    const { intent, dataType, dimensions } = readTag(path, array, index, declared ?? 0).tag;
    if (nBlocks === 0) {
      throw new FormatError(path, `an array must have one <Data>, got none (array ${index})`, array.start);
    }
    nBlocks = 0;
    const systems = xmlChildren(array, "CoordinateSystemTransformMatrix");
    arrays.push({
      intent,
      dataType,
      dimensions,
      metadata: readMetadata(path, array),
      coordinateSystems: systems.map((system) => readSystem(path, system)),
    });
    root!.children.splice(root!.children.indexOf(array), 1);
  }

  const tokens = xmlTokenizer(path, {
    open(name, attributes, start) {
      const parent = open.at(-1);
      const isKept = open.length === 0 || (parent !== undefined && (kept.has(name) || texts.has(name)));
      const element = isKept ? openElement(name, attributes, start) : undefined;
      if (open.length === 0) openRoot(element!);
      else if (element) parent!.children.push(element);
      if (element?.name === "Data" && isArray(parent, open.length)) openData(parent!, element);
      open.push(element);
    },
    text(bytes, start, verbatim) {
      const element = open.at(-1);
      if (element === undefined) return;
      if (element === data?.element) {
        if (!data.hasText) data.block.start = start;
        data.hasText = true;
        reader?.push(bytes, start);
      } else if (texts.has(element.name)) {
        // A copy: a piece of the file is not to be held for a few words.
        element.text.push({ bytes: new Uint8Array(bytes), start, verbatim });
      }
    },
    close() {
      const element = open.pop();
      if (element === undefined) return;
      if (element === data?.element) {
        data = undefined;
        reader?.end();
      } else if (isArray(element, open.length + 1)) closeArray(element);
    },
  });

  function pushHead(): void {
    const bytes = joinBytes(head!);
    head = undefined;
    checkHead(bytes, path);
    tokens.push(bytes);
  }

  return {
    push(piece) {
      if (!head) return tokens.push(piece);
      head.push(piece);
      if (head.reduce((sum, { length }) => sum + length, 0) >= nHead) pushHead();
    },
    end() {
      if (head) pushHead();
      tokens.end();
      const shown = xmlAttribute(path, root!, "NumberOfDataArrays");
      if (declared !== arrays.length) {
        throw new FormatError(
          path,
          `NumberOfDataArrays must be the number of arrays, ${arrays.length}, got "${shown}"`,
          root!.start,
        );
      }
      return { metadata: readMetadata(path, root!), labels: readLabels(path, root!), arrays };
    },
  };
}

function checkHead(bytes: Uint8Array, path: string): void {
  const start = new TextDecoder("latin1")
    .decode(bytes.subarray(0, nHead))
    .replace("\u00ef\u00bb\u00bf", "")
    .trimStart();
  if (start.startsWith("<")) return;
  const hint = start.startsWith("BZh") ? "It is compressed with bzip2: unpack it first" : "Is it a GIFTI file?";
  throw new FormatError(
    path,
    `a GIFTI file must be XML in UTF-8, or gzip of it, got bytes ${formatBytes(bytes.subarray(0, 8))}. ${hint}`,
    0,
  );
}

function readLabels(path: string, root: XmlElement): GiftiLabel[] {
  const elements = xmlChildren(root, "LabelTable").flatMap((table) => xmlChildren(table, "Label"));
  return elements.map((element) => {
    const key = element.attributes.get("Key") ?? element.attributes.get("Index") ?? xmlAttribute(path, element, "Key");
    if (!/^[+-]?\d+$/.test(key) || !Number.isSafeInteger(Number(key))) {
      throw new FormatError(path, `a label's Key must be a whole number, got "${key}"`, element.start);
    }
    const colour = (name: string) => {
      const text = element.attributes.get(name);
      const value = text === undefined ? Number.NaN : parseNumber(text);
      if (value !== undefined) return value;
      throw new FormatError(path, `a label's ${name} must be a number, got "${text}" (label ${key})`, element.start);
    };
    return {
      key: Number(key),
      name: xmlText(element, path),
      rgba: [colour("Red"), colour("Green"), colour("Blue"), colour("Alpha")],
    };
  });
}
