import { unpack } from "#platform/zlib";
import { FormatError } from "../errors.ts";
import { joinBytes } from "../platform/join-bytes.ts";
import type { UnzipFailure } from "../platform/unzip-stream.ts";
import { base64Decoder } from "./base64.ts";
import { formatBytes } from "./byte-order.ts";
import type { GiftiBlock } from "./gifti-data.ts";
import { asciiDecoder, type BlockReader, type ByteReader, type Deliver, numberDecoder } from "./gifti-decode.ts";
import type { BlockStart } from "./gifti-parser.ts";
import { bytesOf } from "./number-type.ts";

/** Takes the bytes of a packed block. */
export interface PackedReader extends ByteReader {
  /** Gives memory for bytes to be pushed, where it is done with them once `push` returns. */
  readonly allocate?: ((length: number) => Uint8Array) | undefined;
}

/** Unpacks what it is given and hands it on. */
export type Unpacker = (block: GiftiBlock, raw: ByteReader) => PackedReader;

/**
 * Reads the text of a data block that holds its numbers itself.
 *
 * @param unpacker - for compressed blocks
 */
export function blockReader({ block, encoding }: BlockStart, deliver: Deliver, unpacker: Unpacker): BlockReader {
  if (encoding === "ASCII") return asciiDecoder(block, deliver);
  const numbers = numberDecoder(block, deliver);
  const isPacked = encoding === "GZipBase64Binary";
  const bytes: PackedReader = isPacked ? unpacker(block, numbers) : numbers;
  const limit = isPacked ? packedLimit(block) : Number.POSITIVE_INFINITY;
  const base64 = base64Decoder(block.path, bytes.allocate);
  let total = 0;
  return {
    push(text, start) {
      const decoded = base64.push(text, start);
      total += decoded.length;
      if (total > limit) throw tooMuchPacked(block);
      if (decoded.length > 0) bytes.push(decoded);
    },
    end() {
      const last = base64.end();
      if (last.length > 0) bytes.push(last);
      bytes.end();
    },
  };
}

/** Gathers a packed block and unpacks it as a whole at its end. */
export function unpackAtEnd(block: GiftiBlock, raw: ByteReader): ByteReader {
  const pieces: Uint8Array[] = [];
  return {
    push(packed) {
      pieces.push(packed);
    },
    end() {
      const packed = joinBytes(pieces);
      let unpacked: Uint8Array;
      try {
        unpacked = unpack(packed, unzipOptions(block));
      } catch (cause) {
        throw unpackError(block, packed, cause as UnzipFailure);
      }
      raw.push(unpacked);
      raw.end();
    },
  };
}

/** Bytes that are unpacked at a time of large blocks: few calls, and little memory beside the numbers. */
export const chunkSize: number = 2 ** 18;

/**
 * How a block is unpacked as a whole. Despite the name of the encoding the stream is mostly zlib's.
 */
export function unzipOptions(block: GiftiBlock): { readonly chunkSize: number; readonly maxOutputLength: number } {
  const size = unpackedSize(block);
  // A small one in one chunk that is never quite full: another would be set aside to find that nothing follows.
  return {
    chunkSize: Math.min(chunkSize, Math.max(64, size + 1)),
    maxOutputLength: Math.max(1, Math.min(size, 2 ** 32)),
  };
}

/** Bytes that an array unpacks to. */
export function unpackedSize({ type, length }: GiftiBlock): number {
  return length * bytesOf(type);
}

/**
 * Bytes that a packed block may have: twice what it unpacks to, where deflate adds less than a thousandth to what it
 * cannot pack, and a mebibyte.
 */
function packedLimit(block: GiftiBlock): number {
  return 2 * unpackedSize(block) + 2 ** 20;
}

function tooMuchPacked(block: GiftiBlock): FormatError {
  return new FormatError(
    block.path,
    `${block.where} must be packed in little more than the ${unpackedSize(block)} bytes that it unpacks to, got more than twice as many. The file looks damaged: fetch it again`,
    block.start,
  );
}

/**
 * What a failure of zlib means.
 *
 * @param packed - the block, or its first bytes
 */
export function unpackError(block: GiftiBlock, packed: Uint8Array, cause: UnzipFailure): FormatError {
  const trouble =
    cause.code === "ERR_BUFFER_TOO_LARGE"
      ? `must unpack to ${unpackedSize(block)} bytes, as its dimensions and data type say, got more`
      : cause.code === "Z_BUF_ERROR"
        ? "must be a whole compressed stream, got one that ends early. The file looks truncated: fetch it again"
        : `must be a zlib or gzip stream, got bytes ${formatBytes(packed)} (${cause.message}). The file looks damaged: fetch it again`;
  return new FormatError(block.path, `${block.where} ${trouble}`, block.start, { cause });
}
