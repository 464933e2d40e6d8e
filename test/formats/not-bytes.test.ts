import { describe, expect, it } from "vitest";
import * as formats from "../../src/formats.ts";
import * as index from "../../src/index.ts";
import * as ridge from "../../src/ridge.ts";
import * as study from "../../src/study.ts";
import { utf8 } from "./refused.ts";

// A contract of every reader: what types would not let pass, and files of no bytes, are refused in words.

const where = { path: "f.tsv", story: "s" };
const remedy = "Give what the file holds, such as Node's readFile gives without an encoding.";
const notBytes: readonly [name: string, value: unknown, got: string][] = [
  ["undefined", undefined, `undefined. ${remedy}`],
  ["null", null, `null. ${remedy}`],
  ["a path", "a/file.nii", `a string. ${remedy}`],
  ["an array of numbers", [1, 2], `an Array. ${remedy}`],
  ["an object", {}, `an Object. ${remedy}`],
  ["other numbers", new Float32Array(2), `a Float32Array. ${remedy}`],
  ["a promise", Promise.resolve(new Uint8Array(2)), `a Promise. ${remedy}`],
  ["an ArrayBuffer", new ArrayBuffer(2), "an ArrayBuffer. Wrap it: new Uint8Array(buffer)."],
];

const cortecast = { ...formats, ...ridge, ...study, ...index };
const { readTranscript, readRawTranscript, readExclusions, readStudyFile } = cortecast;
type Reader = (bytes: never, options: { readonly path: string }) => unknown;
/** Readers whose second argument is another than `{ path }`. */
const others: Readonly<Record<string, Reader>> = {
  readExclusions: (bytes, { path }) => readExclusions(bytes, path),
  readTranscript: (bytes, options) => readTranscript(bytes, { ...where, ...options }),
  readRawTranscript: (bytes, options) => readRawTranscript(bytes, { ...where, ...options }),
};
const readers = Object.entries(cortecast)
  .filter(([name, value]) => (name.startsWith("read") || name === "wavHeaderLength") && typeof value === "function")
  .map(([name, value]): [string, Reader] => [name, others[name] ?? (value as Reader)]);
/** They take a file in pieces. */
const streamed = ["readGiftiHeader", "readGiftiStart"];
const whole = readers.filter(([name]) => !streamed.includes(name));
const streams = Object.entries(cortecast)
  .filter(([name]) => /^stream[A-Z]/.test(name) || streamed.includes(name))
  .map(
    ([name, value]) =>
      [name, value as (pieces: unknown, options: { readonly path: string }) => Promise<unknown>] as const,
  );

async function* inPieces(...pieces: readonly unknown[]) {
  yield* pieces;
}

it("by hand: readers are found by their names", () => {
  expect(whole.length).toBeGreaterThan(20);
  expect(streams.map(([name]) => name).sort()).toEqual(
    ["readGiftiHeader", "readGiftiStart", "streamCifti", "streamGifti", "streamNifti"].sort(),
  );
});

describe.each(whole)("%s (by hand)", (name, read) => {
  it.each(notBytes)("refuses %s in place of bytes", (_, value, got) => {
    expect(() => read(value as never, { path: "f.tsv" })).toThrow(
      expect.objectContaining({ name: "OptionError", message: `f.tsv: bytes must be a Uint8Array, got ${got}` }),
    );
  });

  it("refuses a file of no bytes", () => {
    // An empty study file is not one that came broken.
    const message =
      name === "readStudyFile"
        ? 'f.tsv:1: the study file must hold "option: value" lines, got something else'
        : "f.tsv: the file must not be empty, got 0 bytes. Fetch or copy it again (at byte 0)";
    expect(() => read(new Uint8Array() as never, { path: "f.tsv" })).toThrow(
      expect.objectContaining({ name: "FormatError", message }),
    );
  });
});

it.each([".TextGrid", ".csv", ".tsv", ".json", ".srt", ".vtt", ".eaf"])(
  "by hand: a transcript in %s of no bytes, or no Uint8Array, is refused",
  (extension) => {
    const options = { path: `s${extension}`, story: "s" };
    expect(() => readTranscript(new Uint8Array(), options)).toThrow(
      expect.objectContaining({
        name: "FormatError",
        message: `s${extension}: the file must not be empty, got 0 bytes. Fetch or copy it again (at byte 0)`,
      }),
    );
    expect(() => readTranscript("words" as never, options)).toThrow(
      expect.objectContaining({
        name: "OptionError",
        message: `s${extension}: bytes must be a Uint8Array, got a string. ${remedy}`,
      }),
    );
  },
);

describe.each(streams)("%s (by hand)", (_, stream) => {
  it("refuses what is no stream, and pieces that are no bytes", async () => {
    await expect(stream(new Uint8Array(3), { path: "f" })).rejects.toMatchObject({
      name: "OptionError",
      message:
        "f: pieces must be an async iterable of Uint8Arrays, got a Uint8Array. Give a stream of the file, such as Node's createReadStream makes.",
    });
    await expect(stream(inPieces("text"), { path: "f" })).rejects.toMatchObject({
      name: "OptionError",
      message: `f: bytes must be a Uint8Array, got a string. ${remedy}`,
    });
  });

  it("refuses a file of no bytes", async () => {
    for (const pieces of [[], [new Uint8Array(), new Uint8Array()]]) {
      await expect(stream(inPieces(...pieces), { path: "f" })).rejects.toMatchObject({
        name: "FormatError",
        message: "f: the file must not be empty, got 0 bytes. Fetch or copy it again (at byte 0)",
      });
    }
  });
});

it("by hand: a Buffer is taken, as it is a Uint8Array, and so is one of another realm", async () => {
  const { runInNewContext } = await import("node:vm");
  const bytes = Array.from(utf8("a\n1\n"));
  for (const each of [Buffer.from(bytes), runInNewContext("new Uint8Array(bytes)", { bytes }) as Uint8Array]) {
    expect(cortecast.readTsv(each).columns).toEqual(["a"]);
  }
});

it("by hand: an empty study file is told from one that is no bytes", () => {
  expect(() => readStudyFile([] as never)).toThrow("study file: bytes must be a Uint8Array, got an Array.");
});
