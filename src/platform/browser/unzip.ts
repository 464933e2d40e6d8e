import { joinBytes } from "../join-bytes.ts";
import { adler32, crc32, type RunningChecksum } from "./checksums.ts";
import { inflater } from "./inflate.ts";
import { damaged, endsEarly } from "./unzip-error.ts";

/** Unpacks a zlib or gzip stream that arrives in pieces, as it is asked for. */
export interface Unzipper {
  /** Takes the next bytes; what is not read of them at once is copied by the next call. */
  readonly push: (packed: Uint8Array) => void;
  /** No more is pushed. */
  readonly end: () => void;
  /**
   * What is unpacked next; undefined where more must be pushed before, or all is unpacked.
   *
   * @throws UnzipFailure where the stream is damaged, or ends early
   */
  readonly next: () => Uint8Array<ArrayBuffer> | undefined;
  /** What was unpacked when the stream failed. */
  readonly rest: () => Uint8Array<ArrayBuffer>;
}

/**
 * Starts at the beginning of a stream, whose first bytes tell zlib (RFC 1950) from gzip (RFC 1952). Streams of gzip may follow each other, as
 * Node takes them; zeros may follow the last.
 *
 * @param chunkSize - bytes to unpack at a time, about
 */
export function unzipper(chunkSize: number): Unzipper {
  let input: Uint8Array = new Uint8Array(0);
  let at = 0;
  let isLast = false;
  let state: "start" | "body" | "trailer" | "between" | "over" = "start";
  let isGzip: boolean | undefined;
  let body = inflater(chunkSize);
  let checksum: RunningChecksum = adler32();
  let length = 0;

  /** Reads the head; whether there was enough of it. */
  function readStart(): boolean {
    const left = input.subarray(at);
    if (isGzip === undefined && left.length === 0 && isLast) {
      state = "over";
      return true;
    }
    if (left.length < 2) return false;
    isGzip ??= left[0] === 0x1f && left[1] === 0x8b;
    const headLength = isGzip ? gzipHeadLength(left) : zlibHeadLength(left);
    if (headLength === undefined) return false;
    at += headLength;
    checksum = isGzip ? crc32() : adler32();
    length = 0;
    state = "body";
    return true;
  }

  function readBody(): Uint8Array<ArrayBuffer> {
    at = body.read(input, at, isLast);
    const chunk = body.take();
    checksum.add(chunk);
    length += chunk.length;
    if (body.isOver()) state = "trailer";
    return chunk;
  }

  /** Reads and checks the trailer; whether there was enough of it. */
  function readTrailer(): boolean {
    const size = isGzip ? 8 : 4;
    if (input.length - at < size) return false;
    const view = new DataView(input.buffer, input.byteOffset + at, size);
    if (view.getUint32(0, isGzip) !== checksum.value()) throw damaged("incorrect data check");
    if (isGzip && view.getUint32(4, true) !== length % 2 ** 32) throw damaged("incorrect length check");
    at += size;
    state = isGzip ? "between" : "over";
    return true;
  }

  function readBetween(): void {
    if (at < input.length && input[at] !== 0) {
      body = inflater(chunkSize);
      state = "start";
    } else if (at < input.length || isLast) state = "over";
  }

  return {
    push(packed) {
      input = at < input.length ? joinBytes([input.subarray(at), packed]) : packed;
      at = 0;
    },
    end() {
      isLast = true;
    },
    next() {
      for (;;) {
        if (state === "body") {
          const chunk = readBody();
          if (chunk.length > 0) return chunk;
          if (state === "body") return undefined;
        } else if (state === "over") return undefined;
        else if (state === "between") {
          readBetween();
          if (state === "between") return undefined;
        } else if (!(state === "start" ? readStart() : readTrailer())) {
          if (isLast) throw endsEarly();
          return undefined;
        }
      }
    },
    rest: () => body.take(),
  };
}

function zlibHeadLength(bytes: Uint8Array): number {
  const [method, flags] = [bytes[0]!, bytes[1]!];
  if ((method * 256 + flags) % 31 !== 0) throw damaged("incorrect header check");
  if ((method & 15) !== 8) throw damaged("unknown compression method");
  if (method >> 4 > 7) throw damaged("invalid window size");
  if (flags & 0x20) throw Object.assign(new Error("Missing dictionary"), { code: "Z_NEED_DICT" });
  return 2;
}

/** Undefined where the head goes on behind the bytes. */
function gzipHeadLength(bytes: Uint8Array): number | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw damaged("incorrect header check");
  if (bytes.length < 4) return undefined;
  const flags = bytes[3]!;
  if (bytes[2] !== 8) throw damaged("unknown compression method");
  if (flags & 0xe0) throw damaged("unknown header flags set");
  let end = 10;
  if (flags & 4) {
    if (bytes.length < end + 2) return undefined;
    end += 2 + bytes[end]! + 256 * bytes[end + 1]!;
  }
  // A name, a comment.
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue;
    const zero = bytes.indexOf(0, end);
    if (zero < 0) return undefined;
    end = zero + 1;
  }
  if (flags & 2) {
    if (bytes.length < end + 2) return undefined;
    const sum = crc32();
    sum.add(bytes.subarray(0, end));
    if ((sum.value() & 0xffff) !== bytes[end]! + 256 * bytes[end + 1]!) throw damaged("header crc mismatch");
    end += 2;
  }
  return bytes.length < end ? undefined : end;
}
