import { FormatError, OptionError } from "../errors.ts";
import type { GiftiBlock } from "./gifti-data.ts";
import type { ByteReader } from "./gifti-decode.ts";
import type { ExternalBlock } from "./gifti-tag.ts";
import { unpackedSize } from "./gifti-unpack.ts";

/** Gives the bytes of a file that lies beside a GIFTI file, piece by piece. */
export type ExternalFile = (fileName: string) => AsyncIterable<Uint8Array<ArrayBuffer>>;

/** The error of an array in another file that cannot be read for want of an option. */
export function externalNotGiven(block: GiftiBlock, fileName: string): OptionError {
  return new OptionError(
    `the numbers of ${block.where} lie in "${fileName}". Give \`external\`, which reads that file.`,
    { where: block.path },
  );
}

/**
 * Checks that another file holds an array.
 *
 * @param nFile - bytes of the file
 * @throws FormatError where it ends before the array does
 */
export function checkExternal(block: GiftiBlock, { fileName, offset }: ExternalBlock, nFile: number): void {
  const nBytes = unpackedSize(block);
  if (offset + nBytes <= nFile) return;
  throw new FormatError(
    block.path,
    `"${fileName}" must hold ${nBytes} bytes from byte ${offset}, got ${Math.max(0, nFile - offset)} (${block.where}). It looks truncated: fetch it again`,
    block.tagStart,
  );
}

/** The files beside a GIFTI file, each read once from its start to its end where arrays lie in it in their order. */
export interface ExternalFiles {
  /**
   * Hands an array's bytes on.
   *
   * @throws FormatError where the file is too short
   * @throws OptionError where no such file can be read
   */
  read(block: GiftiBlock, where: ExternalBlock, bytes: ByteReader): Promise<void>;
  /** Reads what is left of every file, so that digests of the reading are of whole files. */
  readRest(): Promise<void>;
  /** Ends the reading of every file. */
  close(): Promise<void>;
}

interface OpenFile {
  readonly pieces: AsyncIterator<Uint8Array<ArrayBuffer>>;
  /** What was read and not used. */
  rest: Uint8Array;
  /** Bytes used. */
  position: number;
}

/** Reads files that lie beside a GIFTI file. */
export function externalFiles(external: ExternalFile | undefined): ExternalFiles {
  const open = new Map<string, OpenFile>();

  /** The next bytes, at most `length` and one or more; none at the end of the file. */
  async function next(file: OpenFile, length: number): Promise<Uint8Array> {
    while (file.rest.length === 0) {
      const { value, done } = await file.pieces.next();
      if (done) return file.rest;
      file.rest = value;
    }
    const bytes = file.rest.subarray(0, length);
    file.rest = file.rest.subarray(bytes.length);
    file.position += bytes.length;
    return bytes;
  }

  /** The file, read up to a byte or its end. */
  async function at(fileName: string, offset: number): Promise<OpenFile> {
    let file = open.get(fileName);
    if (file && file.position > offset) {
      await drain(file);
      file = undefined;
    }
    file ??= { pieces: external!(fileName)[Symbol.asyncIterator](), rest: new Uint8Array(), position: 0 };
    open.set(fileName, file);
    while (file.position < offset && (await next(file, offset - file.position)).length > 0);
    return file;
  }

  async function drain(file: OpenFile): Promise<void> {
    while ((await next(file, Number.POSITIVE_INFINITY)).length > 0);
  }

  return {
    async read(block, where, bytes) {
      if (!external) throw externalNotGiven(block, where.fileName);
      const file = await at(where.fileName, where.offset);
      if (file.position < where.offset) checkExternal(block, where, file.position);
      const end = where.offset + unpackedSize(block);
      while (file.position < end) {
        const piece = await next(file, end - file.position);
        if (piece.length === 0) checkExternal(block, where, file.position);
        bytes.push(piece);
      }
      bytes.end();
    },
    async readRest() {
      for (const file of open.values()) await drain(file);
    },
    async close() {
      for (const file of open.values()) await file.pieces.return?.();
    },
  };
}
