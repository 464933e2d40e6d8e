import { FormatError } from "../errors.ts";
import { checkFileBytes, pathOf } from "./file-bytes.ts";

/** What the header of a WAV file says of its sound. */
export interface WavHeader {
  /** Samples a second. */
  readonly sampleRate: number;
  readonly nChannels: number;
  readonly bitsPerSample: number;
  /** Samples of each channel. */
  readonly nFrames: number;
  /** Seconds. */
  readonly duration: number;
}

/** Settings of {@link readWavHeader}. */
export interface ReadWavOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
  /** Bytes of the whole file, where only its beginning is given; default: as many as there are. */
  readonly fileSize?: number | undefined;
}

/** Codes of encodings whose samples all have the same size: whole numbers, floating point, A-law, mu-law. */
const evenEncodings = new Set([1, 3, 6, 7]);
const extensible = 0xfffe;
const unknownSize = 0xffffffff;

/**
 * How many bytes from the start of a WAV file {@link readWavHeader} needs, as far as those given tell; no more than
 * given where they are enough.
 *
 * @throws FormatError where the file is no RIFF or RF64 file of sound, or a chunk is longer than the file
 */
export function wavHeaderLength(bytes: Uint8Array, options: ReadWavOptions = {}): number {
  checkFileBytes(bytes, pathOf(options, "audio.wav"));
  const { fileSize = bytes.length } = options;
  const last = listChunks(bytes, options).at(-1);
  if (last?.id === "data") return last.start;
  // A chunk of an odd number of bytes is followed by one that counts for nothing.
  return Math.min(fileSize, last ? last.start + last.size + (last.size % 2) + 8 : 20);
}

/**
 * What the header of a WAV file says: RIFF, or RF64 and BW64 for more than 4 GiB; whole numbers, floating point, A-law
 * or mu-law. Samples are not looked at: the bytes need not go beyond the head of the chunk `data`. Where that chunk's
 * size is 0 or FFFFFFFF, as programs leave it that write into a pipe, it goes to the end of the file.
 *
 * @throws FormatError where the file is no such file, ends early, or its header is missing or contradicts itself
 * @see https://www.itu.int/rec/R-REC-BS.2088
 */
export function readWavHeader(bytes: Uint8Array, options: ReadWavOptions = {}): WavHeader {
  checkFileBytes(bytes, pathOf(options, "audio.wav"));
  const { path = "audio.wav", fileSize = bytes.length } = options;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = listChunks(bytes, options);
  const chunk = (id: string) => chunks.find((candidate) => candidate.id === id);
  const [format, data, big] = [chunk("fmt "), chunk("data"), chunk("ds64")];
  if (!format) throw new FormatError(path, 'a WAV file must hold the chunk "fmt " before its samples, got none', 12);
  if (!data)
    throw new FormatError(path, 'a WAV file must hold the chunk "data", got none. It looks truncated', bytes.length);
  const at = format.start;
  if (format.size < 16) throw new FormatError(path, `the chunk "fmt " must hold 16 bytes, got ${format.size}`, at);
  const code = view.getUint16(at, true);
  const isExtensible = code === extensible && format.size >= 26;
  const encoding = isExtensible ? view.getUint16(at + 24, true) : code;
  if (!evenEncodings.has(encoding)) {
    const message = `the sound must be PCM, floating point, A-law or mu-law, got encoding ${encoding}. Convert it, for example with ffmpeg -i in.wav -c:a pcm_s16le out.wav`;
    throw new FormatError(path, message, at);
  }
  const [nChannels, sampleRate] = [view.getUint16(at + 2, true), view.getUint32(at + 4, true)];
  const [frameSize, bitsPerSample] = [view.getUint16(at + 12, true), view.getUint16(at + 14, true)];
  if (nChannels === 0 || sampleRate === 0) {
    const message = `there must be channels and samples a second, got ${nChannels} and ${sampleRate}`;
    throw new FormatError(path, message, at + 2);
  }
  const expected = nChannels * Math.ceil(bitsPerSample / 8);
  if (frameSize !== expected || frameSize === 0) {
    const message = `a frame must take ${expected} bytes (${nChannels} channels of ${bitsPerSample} bits), got ${frameSize}`;
    throw new FormatError(path, message, at + 12);
  }
  const size = sizeOfData(view, data, big, fileSize, path);
  const nFrames = Math.floor(size / frameSize);
  return { sampleRate, nChannels, bitsPerSample, nFrames, duration: nFrames / sampleRate };
}

interface Chunk {
  readonly id: string;
  /** Byte at which its content begins. */
  readonly start: number;
  /** As stated. */
  readonly size: number;
}

function sizeOfData(view: DataView, data: Chunk, big: Chunk | undefined, fileSize: number, path: string): number {
  const left = fileSize - data.start;
  let size = data.size;
  if (size === unknownSize && big) {
    if (big.size < 24) throw new FormatError(path, `the chunk "ds64" must hold 24 bytes, got ${big.size}`, big.start);
    size = Number(view.getBigUint64(big.start + 8, true));
  } else if (size === 0 || size === unknownSize) size = left;
  if (size <= left) return size;
  const message = `the chunk "data" must hold ${size} bytes, got ${left}. The file looks truncated: fetch it again`;
  throw new FormatError(path, message, data.start);
}

/** The chunks up to "data", or as far as the bytes tell. */
function listChunks(bytes: Uint8Array, { path = "audio.wav", fileSize = bytes.length }: ReadWavOptions): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length >= 12 || bytes.length === fileSize) {
    const [kind, form] = [name(0), name(8)];
    if (!["RIFF", "RF64", "BW64"].includes(kind) || form !== "WAVE") {
      const message = `a WAV file must begin with RIFF or RF64 and WAVE, got ${JSON.stringify(kind)} and ${JSON.stringify(form)}. Convert the audio, for example with ffmpeg -i in.mp3 out.wav`;
      throw new FormatError(path, message, 0);
    }
  }
  const chunks: Chunk[] = [];
  for (let at = 12; at + 8 <= bytes.length; ) {
    const chunk = { id: name(at), start: at + 8, size: view.getUint32(at + 4, true) };
    if (chunk.id === "data") return [...chunks, chunk];
    if (chunk.start + chunk.size > fileSize) {
      const message = `the chunk ${JSON.stringify(chunk.id)} must hold ${chunk.size} bytes, got ${fileSize - chunk.start}. The file looks truncated: fetch it again`;
      throw new FormatError(path, message, at);
    }
    chunks.push(chunk);
    at = chunk.start + chunk.size + (chunk.size % 2);
  }
  return chunks;
}
