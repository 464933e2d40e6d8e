import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { type Gifti, type GiftiArray, readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { streamGifti } from "../../src/formats/gifti-stream.ts";
import { damage } from "../support/fuzz.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { apart, bytes, good, malformedGifti, xml } from "./malformed-gifti.ts";

const fixture = (name: string) => join(import.meta.dirname, "fixtures", name);

/** Bytes in pieces of a given size. */
async function* inPieces(content: Uint8Array, size: number) {
  for (let at = 0; at < content.length; at += size) yield new Uint8Array(content.subarray(at, at + size));
}

const sizes = [1, 7, 1000, 65536] as const;

describe("streamGifti", () => {
  const names = readdirSync(join(import.meta.dirname, "fixtures")).filter((name) => /\.gii(\.gz)?$/.test(name));

  it.each(names.flatMap((name) => sizes.map((size) => [name, size] as const)))(
    "agreement with readGifti: %s in pieces of %i bytes",
    async (name, size) => {
      const content = readFileSync(fixture(name));
      const external = (file: string) => readFileSync(fixture(file));
      const whole = readGifti(content, { path: name, external });
      const streamed = streamGifti(inPieces(content, size), {
        path: name,
        external: (file) => inPieces(external(file), size),
      });
      expect(await streamed).toEqual(whole);
    },
  );

  it.each(malformedGifti.flatMap((row) => [1, 7, 1_000_000].map((size) => [row[0], size, ...row.slice(1)] as const)))(
    "by hand: refuses %s in pieces of %i bytes, as readGifti does",
    async (_, size, content, message, byteOffset) => {
      const input = typeof content === "string" ? bytes(content) : (content as Uint8Array);
      const whole = byteOffset === undefined ? `a.gii: ${message}` : `a.gii: ${message} (at byte ${byteOffset})`;
      const external = () => inPieces(new Uint8Array(10), size as number);
      await expect(streamGifti(inPieces(input, size as number), { path: "a.gii", external })).rejects.toMatchObject({
        name: "FormatError",
        path: "a.gii",
        byteOffset,
        message: whole,
      });
    },
  );
});
