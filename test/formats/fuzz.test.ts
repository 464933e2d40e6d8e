import { describe, expect, it } from "vitest";
import { readEaf } from "../../src/formats/eaf.ts";
import { readGentle } from "../../src/formats/gentle.ts";
import { readGentleJson } from "../../src/formats/gentle-json.ts";
import { readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { readMfaCsv, readMfaJson } from "../../src/formats/mfa.ts";
import { readSafetensorsHeader } from "../../src/formats/safetensors.ts";
import { readSrt } from "../../src/formats/srt.ts";
import { readTextGrid } from "../../src/formats/textgrid.ts";
import { numericColumn, readTsv } from "../../src/formats/tsv.ts";
import { readWavHeader, wavHeaderLength } from "../../src/formats/wav.ts";
import { readVtt } from "../../src/formats/webvtt.ts";
import { readWhisper } from "../../src/formats/whisper.ts";
import { expectOnlyFormatErrors } from "../support/fuzz.ts";

const text = (content: string) => new TextEncoder().encode(content);

const series = {
  metadata: { Name: "a & b" },
  labels: [{ key: 1, name: "region", rgba: [1, 0.5, 0, 1] as const }],
  arrays: [0, 1].map((n) => ({
    intent: "NIFTI_INTENT_TIME_SERIES",
    dataType: "NIFTI_TYPE_FLOAT32" as const,
    dimensions: [5, 3],
    data: Float32Array.from({ length: 15 }, (_, i) => i / (n + 3)),
    metadata: { TR: "1.5" },
    coordinateSystems: [],
  })),
};
const giftis = (["ASCII", "Base64Binary", "GZipBase64Binary"] as const).map((encoding) =>
  writeGifti(series, { encoding }),
);

const long = `File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "word"
        xmin = 0
        xmax = 2.5
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1.25
            text = "a ""b"""
        intervals [2]:
            xmin = 1.25
            xmax = 2.5
            text = "é"
`;
const short = 'File type = "ooTextFile"\n"TextGrid"\n\n0\n2\n<exists>\n1\n"IntervalTier"\n"word"\n0\n2\n1\n0\n2\n"a"\n';

function safetensors(header: string): Uint8Array {
  const body = text(header);
  const bytes = new Uint8Array(8 + body.length + 24);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(body.length), true);
  bytes.set(body, 8);
  return bytes;
}
const tensors = safetensors(
  '{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"y":{"dtype":"F16","shape":[4],"data_offsets":[16,24]}}',
);

const gentleJson = `{"transcript": "The é", "words": [
  {"alignedWord": "the", "case": "success", "end": 0.25, "phones": [], "start": 0.1, "word": "The"},
  {"case": "not-found-in-audio", "word": "é"},
  {"alignedWord": "um", "case": "not-found-in-transcript", "end": 2, "start": 1}]}`;
const whisperX = `{"segments": [
  {"start": 0.1, "end": 2, "text": " In 1999", "words": [
    {"word": "In", "start": 0.1, "end": 0.25, "score": 0.5, "speaker": "A"}, {"word": "1999"}]},
  {"start": 2, "end": 3.5, "text": "é", "words": []}]}`;
const wordsAlone =
  '[{"id": 0, "text": " So", "start": 0, "end": 1, "words": [{"word": " So", "start": 0.5, "end": 1}]}]';
const mfaJson =
  '{"start": 0, "end": 2, "tiers": {"words": {"type": "interval", "entries": [[0.5, 1, "é"], [1, 2.25, "b"]]}}}';
const praatIo = '{"xmin": 0, "tiers": [{"class": "TextTier", "name": "w", "entries": [[0.5, "a"]]}]}';
const mfaCsv = 'Begin,End,Label,Type,Speaker\n0.5,0.75,"é, so",words,A\n0.5,0.6,IH,phones,A\n1,2,b,words,B\n';
const srt = "1\n00:00:01,000 --> 00:00:02,500\n<i>It’s</i> so\nlong\n\n2\n00:01:01,000 --> 01:00:02,500\nb\n";
const vtt = `WEBVTT
Kind: captions

NOTE a comment

00:01.000 --> 00:02.500 align:start
<v Ann>é &amp;<00:01.500><c> b</c>

name
01:00:03.000 --> 01:00:04.000
c
`;
const eaf = `<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT FORMAT="3.0"><HEADER TIME_UNITS="milliseconds"/>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="t2"/><TIME_SLOT TIME_SLOT_ID="t3" TIME_VALUE="1500"/></TIME_ORDER>
<TIER TIER_ID="u"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="t1" TIME_SLOT_REF2="t3"><ANNOTATION_VALUE>é b</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="w"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a2" ANNOTATION_REF="a1"><ANNOTATION_VALUE>é</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a3" ANNOTATION_REF="a1" PREVIOUS_ANNOTATION="a2"><ANNOTATION_VALUE>b</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
</ANNOTATION_DOCUMENT>`;

/** A WAV file of 20 samples with a chunk of an odd size; RF64 where its size stands in a chunk of its own. */
function wav(isBig: boolean): Uint8Array {
  const latin1 = (content: string) => Buffer.from(content, "latin1");
  const chunk = (id: string, content: Buffer, size = content.length) => {
    const head = Buffer.alloc(8);
    head.write(id, "latin1");
    head.writeUInt32LE(size, 4);
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
  };
  const format = Buffer.from(Uint16Array.of(1, 1, 8000, 0, 16000, 0, 2, 16).buffer);
  const big = Buffer.from(BigUint64Array.of(0n, 40n, 20n).buffer);
  const parts = [
    chunk("fmt ", format),
    chunk("LIST", Buffer.alloc(7)),
    chunk("data", Buffer.alloc(40), isBig ? 0xffffffff : 40),
  ];
  const head = [latin1(isBig ? "RF64" : "RIFF"), Buffer.alloc(4), latin1("WAVE")];
  return new Uint8Array(Buffer.concat([...head, ...(isBig ? [chunk("ds64", big)] : []), ...parts]));
}

/** Format, good files, its reader. */
const readers: readonly (readonly [string, readonly Uint8Array[], (bytes: Uint8Array) => unknown])[] = [
  ["GIFTI", giftis, (bytes) => readGifti(bytes)],
  ["TextGrid", [text(long), text(short)], (bytes) => readTextGrid(bytes)],
  ["Gentle's table", [text('The,the,0.1,0.25\n"It, so",<unk>,,\nend,end,0.5,0.75\n')], (bytes) => readGentle(bytes)],
  ["Gentle's JSON", [text(gentleJson)], (bytes) => readGentleJson(bytes)],
  ["Whisper's JSON", [text(whisperX), text(wordsAlone)], (bytes) => readWhisper(bytes)],
  ["the Montreal Forced Aligner's JSON", [text(mfaJson), text(praatIo)], (bytes) => readMfaJson(bytes)],
  ["the Montreal Forced Aligner's table", [text(mfaCsv)], (bytes) => readMfaCsv(bytes)],
  ["SubRip", [text(srt)], (bytes) => readSrt(bytes)],
  ["WebVTT", [text(vtt)], (bytes) => readVtt(bytes)],
  ["ELAN", [text(eaf)], (bytes) => readEaf(bytes)],
  ["WAV", [wav(false), wav(true)], (bytes) => [wavHeaderLength(bytes), readWavHeader(bytes)]],
  ["the beginning of a WAV", [wav(false), wav(true)], (bytes) => readWavHeader(bytes, { fileSize: 5e9 })],
  ["safetensors", [tensors], (bytes) => readSafetensorsHeader(bytes, { path: "x.safetensors" })],
  [
    "a table",
    [text("onset\tduration\tword\n0.5\t0.25\tthe\n1\tn/a\tcat\n")],
    (bytes) => {
      const table = readTsv(bytes, { path: "x.tsv" });
      return table.columns.filter((name) => name !== "word").map((name) => numericColumn(table, name));
    },
  ],
];

// Identity: whatever is done to a file's bytes, a reader gives what they say or refuses them with a FormatError.
describe("10,000 damaged files", () => {
  it.each(readers)("%s", async (_, seeds, read) => {
    const { nRead, nRefused } = await expectOnlyFormatErrors(seeds, read);
    expect(nRead + nRefused).toBe(10_000);
  });
});
