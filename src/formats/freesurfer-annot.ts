import { FormatError } from "../errors.ts";
import { type ByteCursor, byteCursor } from "./byte-cursor.ts";
import { pathOf } from "./file-bytes.ts";
import type { ReadFreesurferOptions } from "./freesurfer-surface.ts";

/** An annotation of FreeSurfer: which label each vertex of a surface has. */
export interface FreesurferAnnot {
  /** In the order of the file. */
  readonly labels: readonly FreesurferAnnotLabel[];
  /** For each vertex the index into `labels`; -1 where it has none. */
  readonly vertexLabels: Int32Array<ArrayBuffer>;
}

/** One entry of an annotation's colour table. */
export interface FreesurferAnnotLabel {
  /** Its number in the colour table. */
  readonly key: number;
  readonly name: string;
  /** Red, green, blue, alpha in 0..1. */
  readonly rgba: readonly [number, number, number, number];
}

interface ColourEntry extends FreesurferAnnotLabel {
  /** What stands for it at a vertex: red + 256 green + 65536 blue. */
  readonly value: number;
}

/**
 * A FreeSurfer annotation (`lh.aparc.annot`) with its colour table, of version 2 or older.
 *
 * @remarks A vertex of value 0 has no label, as in nibabel: not even one whose colour is black ("Unknown" of the Destrieux
 * atlas). The file holds transparency; here is alpha, 1 minus it.
 *
 * @param bytes - the whole file
 * @throws FormatError where the file ends early, does not give each vertex once, has no colour table or one of another
 * version, or a vertex has a value that no label has, or several have
 * @see https://surfer.nmr.mgh.harvard.edu/fswiki/LabelsClutsAnnotationFiles
 */
export function readFreesurferAnnot(bytes: Uint8Array, options: ReadFreesurferOptions = {}): FreesurferAnnot {
  const path = pathOf(options, "annotation");
  const cursor = byteCursor(bytes, path);
  const nVertices = cursor.count("the number of vertices");
  const start = cursor.position();
  const pairs = cursor.numbers("int32", 2 * nVertices, `the values of ${nVertices} vertices`);
  const entries = readTable(cursor, path);
  const byValue = new Map<number, number>();
  const several = new Set<number>();
  entries.forEach(({ value }, index) => {
    if (byValue.has(value)) several.add(value);
    else byValue.set(value, index);
  });
  // -2: not yet given.
  const vertexLabels = new Int32Array(nVertices).fill(-2);
  for (let i = 0; i < nVertices; i++) {
    const at = start + 8 * i;
    const vertex = pairs[2 * i]!;
    const value = pairs[2 * i + 1]!;
    if (!(vertex >= 0 && vertex < nVertices && vertexLabels[vertex] === -2)) {
      const got = vertexLabels[vertex] === undefined ? `${vertex}` : `${vertex} twice`;
      throw new FormatError(path, `each vertex of 0..${nVertices - 1} must be given once, got ${got}`, at);
    }
    const index = value === 0 ? -1 : byValue.get(value);
    if (index === undefined || several.has(value)) {
      const got = `${value} (vertex ${vertex}), which ${index === undefined ? "no label has" : "several labels have"}`;
      throw new FormatError(path, `the value of a vertex must be the colour of one label, got ${got}`, at + 4);
    }
    vertexLabels[vertex] = index;
  }
  return { labels: entries.map(({ value: _, ...label }) => label), vertexLabels };
}

function readTable(cursor: ByteCursor, path: string): ColourEntry[] {
  const start = cursor.position();
  if (cursor.left() < 4 || cursor.number("int32", "whether there is a colour table") === 0) {
    throw new FormatError(path, "an annotation must hold a colour table, which names its labels, got none", start);
  }
  const at = cursor.position();
  const version = cursor.number("int32", "the version of the colour table");
  // In the older form there is no version, but the number of entries, of keys from 0.
  const isOld = version > 0;
  if (!isOld && version !== -2) {
    throw new FormatError(path, `the version of the colour table must be 2, got ${-version}`, at);
  }
  const nKeys = isOld ? version : cursor.count("the largest key of the colour table");
  cursor.text("the name of the colour table");
  const nEntries = isOld ? version : cursor.count("the number of labels");
  const entries: ColourEntry[] = [];
  const keys = new Set<number>();
  for (let i = 0; i < nEntries; i++) {
    const where = cursor.position();
    const key = isOld ? i : cursor.count("the key of a label");
    if (key >= nKeys || keys.has(key)) {
      const got = keys.has(key) ? `${key} twice` : `${key}`;
      throw new FormatError(path, `keys of labels must lie in 0..${nKeys - 1} and differ, got ${got}`, where);
    }
    keys.add(key);
    const name = cursor.text("the name of a label");
    const atColour = cursor.position();
    const [red, green, blue, transparency] = cursor.numbers("int32", 4, "the colour of a label") as unknown as Colour;
    if (![red, green, blue, transparency].every((part) => part >= 0 && part <= 255)) {
      const message = `a label's colour must be four numbers in 0..255, got ${red} ${green} ${blue} ${transparency} ("${name}")`;
      throw new FormatError(path, message, atColour);
    }
    const rgba = [red / 255, green / 255, blue / 255, 1 - transparency / 255] as const;
    entries.push({ key, name, rgba, value: red + 256 * green + 65_536 * blue });
  }
  return entries;
}

type Colour = readonly [number, number, number, number];
