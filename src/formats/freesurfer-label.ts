import { FormatError } from "../errors.ts";
import { pathOf } from "./file-bytes.ts";
import type { ReadFreesurferOptions } from "./freesurfer-surface.ts";
import { parseCount, parseNumber } from "./number.ts";
import { splitLines } from "./text.ts";

/** Vertices that belong together, as FreeSurfer's tools write them (`lh.cortex.label`). */
export interface FreesurferLabel {
  /** In the order of the file. */
  readonly vertices: Int32Array<ArrayBuffer>;
  /** x, y, z of each in millimetres, [nVertices x 3]. */
  readonly coordinates: Float32Array<ArrayBuffer>;
  /** A number for each: a statistic, a probability; 0 where there is none. */
  readonly values: Float32Array<ArrayBuffer>;
  /** The first line, without its "#". */
  readonly comment: string;
}

/**
 * A label in FreeSurfer's text format: a comment, the number of vertices, and for each a line of vertex, x, y, z, value.
 *
 * @param bytes - the whole file
 * @throws FormatError where a line is not of this form, there are more or fewer than the number says, or a vertex is -1
 * (of a label that was made in a volume) or there twice
 * @see https://surfer.nmr.mgh.harvard.edu/fswiki/LabelsClutsAnnotationFiles
 */
export function readFreesurferLabel(bytes: Uint8Array, options: ReadFreesurferOptions = {}): FreesurferLabel {
  const path = pathOf(options, "label");
  const lines = splitLines(bytes, path);
  const comment = lines[0]?.text ?? "";
  if (!comment.startsWith("#")) {
    const shown = JSON.stringify(comment.slice(0, 60));
    throw new FormatError(path, `a label must begin with a comment ("#!ascii label ..."), got ${shown}`, 0);
  }
  const second = lines[1] ?? { text: "", start: bytes.length };
  const count = parseCount(second.text.trim());
  if (count === undefined) {
    const shown = JSON.stringify(second.text.slice(0, 60));
    throw new FormatError(path, `the second line must be the number of vertices, got ${shown}`, second.start);
  }
  const rows = lines.slice(2).filter(({ text }) => text.trim() !== "");
  if (rows.length !== count) {
    const hint = rows.length < count ? ". It looks truncated: fetch it again" : "";
    const message = `a label must hold ${count} vertices, as its second line says, got ${rows.length}${hint}`;
    throw new FormatError(path, message, second.start);
  }
  const vertices = new Int32Array(count);
  const coordinates = new Float32Array(3 * count);
  const values = new Float32Array(count);
  const seen = new Set<number>();
  rows.forEach(({ text, start }, row) => {
    const fields = text.trim().split(/\s+/);
    const numbers = fields.map(parseNumber);
    if (numbers.length !== 5 || numbers.some((value) => value === undefined)) {
      const shown = JSON.stringify(text.slice(0, 60));
      throw new FormatError(path, `a line must be vertex, x, y, z, value, got ${shown}`, start);
    }
    const vertex = parseCount(fields[0]!);
    if (vertex === undefined || vertex >= 2 ** 31) {
      const hint = fields[0] === "-1" ? ". It was made in a volume: bring it to a surface with mri_label2label" : "";
      throw new FormatError(path, `a vertex must be a whole number from 0, got ${fields[0]}${hint}`, start);
    }
    if (seen.has(vertex)) throw new FormatError(path, `a vertex must be given once, got ${vertex} twice`, start);
    seen.add(vertex);
    vertices[row] = vertex;
    coordinates.set(numbers.slice(1, 4) as number[], 3 * row);
    values[row] = numbers[4]!;
  });
  return { vertices, coordinates, values, comment: comment.slice(1).trim() };
}
