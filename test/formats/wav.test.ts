import { describe, expect, it } from "vitest";
import { readWavHeader, wavHeaderLength } from "../../src/formats/wav.ts";
import { expectRefused, utf8 } from "./refused.ts";

const u16 = (...values: readonly number[]) => new Uint8Array(Uint16Array.from(values).buffer);
const u32 = (...values: readonly number[]) => new Uint8Array(Uint32Array.from(values).buffer);
const u64 = (...values: readonly number[]) => new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const chunk = (id: string, content: Uint8Array, size = content.length) =>
  join(utf8(id), u32(size), content, new Uint8Array(content.length % 2));
const wav = (...chunks: readonly Uint8Array[]) => join(utf8("RIFF"), u32(0), utf8("WAVE"), ...chunks);

/** `fmt ` of a sound at 8,000 samples a second. */
function format(settings: { code?: number; nChannels?: number; bits?: number; rate?: number; frame?: number } = {}) {
  const { code = 1, nChannels = 2, bits = 16, rate = 8000 } = settings;
  const frame = settings.frame ?? (nChannels * bits) / 8;
  return join(u16(code, nChannels), u32(rate, rate * frame), u16(frame, bits));
}
const pcm = chunk("fmt ", format());
const samples = new Uint8Array(400);
const expected = { sampleRate: 8000, nChannels: 2, bitsPerSample: 16, nFrames: 100, duration: 0.0125 };

describe("readWavHeader", () => {
  it.each([
    ["PCM", wav(pcm, chunk("data", samples))],
    [
      "other chunks, of odd length too",
      wav(
        chunk("LIST", new Uint8Array(7)),
        pcm,
        chunk("fact", u32(100)),
        chunk("data", samples),
        chunk("id3 ", samples),
      ),
    ],
    ["size 0, to the end of the file", wav(pcm, chunk("data", samples, 0))],
    ["size FFFFFFFF, to the end of the file", wav(pcm, chunk("data", samples, 0xffffffff))],
    ["half a frame at the end", wav(pcm, chunk("data", new Uint8Array(402)))],
    [
      "extensible",
      wav(
        chunk("fmt ", join(format({ code: 0xfffe }), u16(22, 16), u32(3), u16(1), new Uint8Array(14))),
        chunk("data", samples),
      ),
    ],
    [
      "RF64",
      join(
        utf8("RF64"),
        u32(0xffffffff),
        utf8("WAVE"),
        chunk("ds64", join(u64(0, 400, 100), u32(0))),
        pcm,
        chunk("data", samples, 0xffffffff),
        chunk("LIST", samples),
      ),
    ],
  ])("by hand: %s", (_, bytes) => {
    expect(readWavHeader(bytes)).toEqual(expected);
  });

  it("by hand: floating point, A-law, 24 bits", () => {
    const read = (settings: Parameters<typeof format>[0]) =>
      readWavHeader(wav(chunk("fmt ", format(settings)), chunk("data", samples)));
    expect(read({ code: 3, bits: 32 })).toEqual({ ...expected, bitsPerSample: 32, nFrames: 50, duration: 50 / 8000 });
    expect(read({ code: 6, bits: 8, nChannels: 1 }).nFrames).toBe(400);
    expect(read({ bits: 24, nChannels: 1 }).nFrames).toBe(133);
  });

  it("by hand: the beginning of a file is enough, and how much of it is told", () => {
    const list = chunk("LIST", new Uint8Array(1001));
    const bytes = wav(list, pcm, chunk("data", samples));
    const fileSize = bytes.length;
    const head = bytes.length - 400;
    expect(wavHeaderLength(bytes.subarray(0, 5), { fileSize })).toBe(20);
    // 12 bytes, the head of LIST, 1,001 bytes and one that makes them even, the head of the next chunk.
    expect(wavHeaderLength(bytes.subarray(0, 20), { fileSize })).toBe(1030);
    expect(wavHeaderLength(bytes.subarray(0, 1030), { fileSize })).toBe(head);
    expect(wavHeaderLength(bytes.subarray(0, head), { fileSize })).toBe(head);
    expect(readWavHeader(bytes.subarray(0, head), { fileSize })).toEqual(expected);
    // Four gigabytes of which nothing is set aside.
    const big = wav(pcm, chunk("data", new Uint8Array(0), 4e9));
    expect(readWavHeader(big, { fileSize: big.length + 4e9 }).duration).toBe(125_000);
  });

  it.each([
    ["no bytes", new Uint8Array(0), "the file must not be empty, got 0 bytes. Fetch or copy it again", 0],
    [
      "another file",
      utf8("ID3\u0004 some music"),
      'a WAV file must begin with RIFF or RF64 and WAVE, got "ID3\\u0004" and "e mu". Convert the audio, for example with ffmpeg -i in.mp3 out.wav',
      0,
    ],
    [
      "no format",
      wav(chunk("data", samples)),
      'a WAV file must hold the chunk "fmt " before its samples, got none',
      12,
    ],
    ["no samples", wav(pcm), 'a WAV file must hold the chunk "data", got none. It looks truncated', 36],
    [
      "a short format",
      wav(chunk("fmt ", new Uint8Array(14)), chunk("data", samples)),
      'the chunk "fmt " must hold 16 bytes, got 14',
      20,
    ],
    [
      "MP3 within",
      wav(chunk("fmt ", format({ code: 85 })), chunk("data", samples)),
      "the sound must be PCM, floating point, A-law or mu-law, got encoding 85. Convert it, for example with ffmpeg -i in.wav -c:a pcm_s16le out.wav",
      20,
    ],
    [
      "no channels",
      wav(chunk("fmt ", format({ nChannels: 0 })), chunk("data", samples)),
      "there must be channels and samples a second, got 0 and 8000",
      22,
    ],
    [
      "no rate",
      wav(chunk("fmt ", format({ rate: 0 })), chunk("data", samples)),
      "there must be channels and samples a second, got 2 and 0",
      22,
    ],
    [
      "another size of frame",
      wav(chunk("fmt ", format({ frame: 3 })), chunk("data", samples)),
      "a frame must take 4 bytes (2 channels of 16 bits), got 3",
      32,
    ],
    [
      "samples of no bits",
      wav(chunk("fmt ", format({ bits: 0 })), chunk("data", samples)),
      "a frame must take 0 bytes (2 channels of 0 bits), got 0",
      32,
    ],
    [
      "fewer samples than said",
      wav(pcm, chunk("data", samples, 401)),
      'the chunk "data" must hold 401 bytes, got 400. The file looks truncated: fetch it again',
      44,
    ],
    [
      "a chunk longer than the file",
      wav(chunk("LIST", samples, 999), pcm),
      'the chunk "LIST" must hold 999 bytes, got 424. The file looks truncated: fetch it again',
      12,
    ],
    [
      "a short ds64",
      join(utf8("RF64"), u32(0), utf8("WAVE"), chunk("ds64", u64(0, 400)), pcm, chunk("data", samples, 0xffffffff)),
      'the chunk "ds64" must hold 24 bytes, got 16',
      20,
    ],
  ])("by hand: refuses %s", (_, bytes, message, byteOffset) => {
    expectRefused(() => readWavHeader(bytes), `audio.wav: ${message}`, byteOffset);
  });
});
