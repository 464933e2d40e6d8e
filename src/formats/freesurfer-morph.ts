import { FormatError } from "../errors.ts";
import { byteCursor } from "./byte-cursor.ts";
import { pathOf } from "./file-bytes.ts";
import type { ReadFreesurferOptions } from "./freesurfer-surface.ts";

/**
 * One number for each vertex of a surface (`lh.curv`, `lh.thickness`, `lh.sulc`), [nVertices]: FreeSurfer's binary
 * "curv" format, the new one in single precision or the old one in hundredths.
 *
 * @param bytes - the whole file
 * @throws FormatError where the file ends early or goes on, or holds more than one number for each vertex
 * @see https://surfer.nmr.mgh.harvard.edu/fswiki/FreeSurferWiki
 */
export function readFreesurferMorph(bytes: Uint8Array, options: ReadFreesurferOptions = {}): Float32Array<ArrayBuffer> {
  const path = pathOf(options, "morphometry");
  const cursor = byteCursor(bytes, path);
  const magic = cursor.int24("its magic number or number of vertices");
  const isNew = magic === 0xffffff;
  if (magic === 0xfffffe || magic === 0xfffffd) {
    throw new FormatError(path, "a file of numbers of vertices must begin with bytes ff ff ff, got a surface", 0);
  }
  const nVertices = isNew ? cursor.count("the number of vertices") : magic;
  if (isNew) cursor.count("the number of triangles");
  else cursor.int24("the number of triangles");
  const nEach = isNew ? cursor.count("how many numbers a vertex has") : 1;
  if (nEach !== 1) {
    throw new FormatError(path, `there must be one number for each vertex, got ${nEach}`, cursor.position() - 4);
  }
  const what = `the numbers of ${nVertices} vertices`;
  const stored = cursor.numbers(isNew ? "float32" : "int16", nVertices, what);
  if (cursor.left() > 0) {
    const message = `the file must end after ${what}, got ${cursor.left()} bytes more. Is it a file of numbers of vertices?`;
    throw new FormatError(path, message, cursor.position());
  }
  // Not a view onto the file's own bytes, which are the caller's to change.
  return Float32Array.from(stored, isNew ? (value) => value : (value) => value / 100);
}
