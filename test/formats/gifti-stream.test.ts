import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { type Gifti, type GiftiArray, readGifti, writeGifti } from "../../src/formats/gifti.ts";
import { type GiftiArrayTag, streamGifti } from "../../src/formats/gifti-stream.ts";
import { damage, expectOnlyFormatErrors } from "../support/fuzz.ts";
import { describeWithShared, shared, sharedNames } from "../support/shared.ts";
import { sha256 } from "./describe-gifti.ts";
import { apart, bytes, malformedGifti, xml } from "./malformed-gifti.ts";
import { expectSame, inPieces } from "./pieces.ts";

const fixtures = join(import.meta.dirname, "fixtures");
const sizes = [1, 7, 1000, 65536] as const;
const isGifti = (name: string) => /\.gii(\.gz)?$/.test(name);

/** Expects of a file in pieces what is read of it as a whole. */
async function expectAgreement(path: string, size: number) {
  const content = readFileSync(path);
  const external = (file: string) => readFileSync(join(dirname(path), file));
  const options = { path: basename(path) };
  const whole = readGifti(content, { ...options, external });
  const beside = (file: string) => inPieces(external(file), size);
  expectSame(await streamGifti(inPieces(content, size), { ...options, external: beside }), whole);
}

const plain = { intent: "NIFTI_INTENT_TIME_SERIES", metadata: {}, coordinateSystems: [] };
const floats = (dimensions: readonly number[], value: (i: number) => number): GiftiArray => ({
  ...plain,
  dataType: "NIFTI_TYPE_FLOAT32",
  dimensions,
  data: Float32Array.from({ length: dimensions.reduce((product, n) => product * n, 1) }, (_, i) => value(i)),
});
const fileOf = (arrays: readonly GiftiArray[]): Gifti => ({ metadata: {}, labels: [], arrays });

/** An array that is unpacked as it comes, between two that are unpacked as a whole: 4.8 MB, packed to little. */
const large = writeGifti(
  fileOf([
    floats([6], (i) => i / 3),
    floats([1200, 1000], (i) => (i % 97 === 0 ? i : 0)),
    { ...plain, dataType: "NIFTI_TYPE_INT64", dimensions: [2], data: Float64Array.of(-5, 2 ** 53 - 1) },
  ]),
);

describe("streamGifti", () => {
  const names = readdirSync(fixtures).filter(isGifti);

  it.each(names.flatMap((name) => sizes.map((size) => [name, size] as const)))(
    "agreement with readGifti: %s in pieces of %i bytes",
    (name, size) => expectAgreement(join(fixtures, name), size),
  );

  it.each([997, 65536, 2 ** 24])("agreement with readGifti: a large array in pieces of %i bytes", async (size) => {
    expectSame(await streamGifti(inPieces(large, size)), readGifti(large));
    expectSame(await streamGifti(inPieces(gzipSync(large), size)), readGifti(large));
  });

  it.each(malformedGifti.flatMap(([what, ...row]) => [1, 7, 1_000_000].map((size) => [what, size, ...row] as const)))(
    "by hand: refuses %s in pieces of %i bytes, as readGifti does",
    async (_, size, content, message, byteOffset) => {
      const input = typeof content === "string" ? bytes(content) : content;
      const whole = byteOffset === undefined ? `a.gii: ${message}` : `a.gii: ${message} (at byte ${byteOffset})`;
      const external = () => inPieces(new Uint8Array(10), size);
      await expect(streamGifti(inPieces(input, size), { path: "a.gii", external })).rejects.toMatchObject({
        name: "FormatError",
        path: "a.gii",
        byteOffset,
        message: whole,
      });
    },
  );

  it("by hand: an array in another file, where it is not told how to read that", async () => {
    await expect(streamGifti(inPieces(bytes(xml("", apart)), 100), { path: "a.gii" })).rejects.toMatchObject({
      name: "OptionError",
      message: 'a.gii: the numbers of array 0 lie in "a.dat". Give `external`, which reads that file.',
    });
  });

  it("by hand: a bomb of 40 MB is cut off at the 8 MB that its tag says", async () => {
    const packed = deflateSync(new Uint8Array(4e7)).toString("base64");
    const bomb = bytes(xml(packed, { Encoding: "GZipBase64Binary", Dim0: "1000000" }));
    const message = "array 0 must unpack to 8000000 bytes, as its dimensions and data type say, got more";
    await expect(streamGifti(inPieces(bomb, 65536))).rejects.toThrow(message);
    expect(() => readGifti(bomb)).toThrow(message);
  });

  it("by hand: a block that is packed in far more bytes than it unpacks to is not held", async () => {
    // Deflate's empty stored blocks: five bytes that stand for none.
    const empty = Buffer.concat([Buffer.of(0x78, 0x01), Buffer.alloc(1.2e6, Buffer.of(0, 0, 0, 0xff, 0xff))]);
    const padded = bytes(xml(empty.toString("base64"), { Encoding: "GZipBase64Binary" }));
    const message = "array 0 must be packed in little more than the 8 bytes that it unpacks to, got more than twice as";
    await expect(streamGifti(inPieces(padded, 65536))).rejects.toThrow(message);
    expect(() => readGifti(padded)).toThrow(message);
  });

  it("an error of the file itself comes through as it is", async () => {
    async function* failing() {
      yield new Uint8Array(large.subarray(0, 2000));
      throw new RangeError("disk");
    }
    await expect(streamGifti(failing())).rejects.toMatchObject({ name: "RangeError", message: "disk" });
  });
});

describe("streamGifti with a sink", () => {
  it("identity: tags and numbers come in the order of the file, each piece where the last one ended", async () => {
    const tags: GiftiArrayTag[] = [];
    const hashes: (() => string)[] = [];
    const { arrays, ...rest } = readGifti(large);
    const header = await streamGifti(inPieces(large, 1000), {
      sink(tag) {
        tags.push(tag);
        const hash = createHash("sha256");
        let length = 0;
        hashes.push(() => hash.digest("hex"));
        return (offset, { buffer, byteOffset, byteLength, length: n }) => {
          if (offset !== length || hashes.length !== tag.index + 1) throw new Error(`out of order at ${offset}`);
          length += n;
          hash.update(new Uint8Array(buffer, byteOffset, byteLength));
        };
      },
    });
    expect(header).toEqual({ ...rest, arrays: arrays.map(({ data: _, ...array }) => array) });
    expect(tags).toEqual(
      arrays.map(({ intent, dataType, dimensions }, index) => {
        return { index, nArrays: 3, intent, dataType, dimensions, order: "row" };
      }),
    );
    expect(hashes.map((digest) => digest())).toEqual(arrays.map(({ data }) => sha256(new Uint8Array(data.buffer))));
  });

  it("by hand: is not asked for an array of which less than an eighth is there", async () => {
    const tenth = bytes(xml("1 ".repeat(1000), { Dim0: "500001" }));
    const asked: number[] = [];
    const sink = (tag: GiftiArrayTag) => {
      asked.push(tag.index);
      return () => undefined;
    };
    await expect(streamGifti(inPieces(tenth, 100), { sink })).rejects.toThrow("must hold 1000002 numbers");
    expect(asked).toEqual([]);
  });

  it("by hand: is asked for an array of no numbers", async () => {
    const none = writeGifti(fileOf([floats([0, 3], () => 0)]));
    const asked: GiftiArrayTag[] = [];
    await streamGifti(inPieces(none, 100), {
      sink(tag) {
        asked.push(tag);
        return () => undefined;
      },
    });
    expect(asked.map(({ dimensions }) => dimensions)).toEqual([[0, 3]]);
  });

  it.each(["sink", "receiver"])("what the %s throws ends the reading, and the file is left", async (where) => {
    let isLeft = false;
    async function* pieces() {
      try {
        yield* inPieces(large, 1000);
      } finally {
        isLeft = true;
      }
    }
    const stop = () => {
      throw new TypeError("enough");
    };
    const sink = where === "sink" ? stop : () => stop;
    await expect(streamGifti(pieces(), { sink })).rejects.toMatchObject({ name: "TypeError", message: "enough" });
    expect(isLeft).toBe(true);
  });
});

describe("files beside a GIFTI", () => {
  const block = (name: string, offset: number) =>
    `<DataArray Intent="NIFTI_INTENT_NONE" DataType="NIFTI_TYPE_UINT8" ArrayIndexingOrder="RowMajorOrder" Dimensionality="1" Dim0="2" Encoding="ExternalFileBinary" Endian="LittleEndian" ExternalFileName="${name}" ExternalFileOffset="${offset}"><Data/></DataArray>`;
  const numbers = { a: Uint8Array.of(0, 1, 2, 3, 4, 5), b: Uint8Array.of(10, 11, 12) };

  it("by hand: are opened once where arrays lie in them in order, and read to their ends", async () => {
    const opened: string[] = [];
    const ended: string[] = [];
    async function* external(name: string) {
      opened.push(name);
      yield* inPieces(numbers[name as "a"], 2);
      ended.push(name);
    }
    const blocks = [block("a", 1), block("b", 0), block("a", 3), block("a", 0)];
    const file = bytes(`<GIFTI NumberOfDataArrays="4">${blocks.join("")}</GIFTI>`);
    const { arrays } = await streamGifti(inPieces(file, 50), { external });
    expect(arrays.map(({ data }) => [...data])).toEqual([
      [1, 2],
      [10, 11],
      [3, 4],
      [0, 1],
    ]);
    // The fourth lies before the third: the file is opened again.
    expect(opened).toEqual(["a", "b", "a"]);
    expect(ended.sort()).toEqual(["a", "a", "b"]);
  });
});

// Identity: the same bytes, damaged, whole or in pieces, are read to the same value or refused with the same message.
describe("damaged files in pieces", () => {
  const small = fileOf([
    floats([5, 3], (i) => i / 3),
    { ...plain, dataType: "NIFTI_TYPE_INT64", dimensions: [4], data: Float64Array.of(1, -2, 3e9, 0) },
    floats([2, 3], (i) => -i),
  ]);
  const seeds = (["ASCII", "Base64Binary", "GZipBase64Binary"] as const).map((encoding) =>
    writeGifti(
      { ...small, metadata: { a: "b & é" }, labels: [{ key: 1, name: "é", rgba: [1, 0.5, 0, 1] }] },
      { encoding },
    ),
  );

  async function outcome(read: () => Gifti | Promise<Gifti>): Promise<Gifti | string> {
    try {
      return await read();
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  }

  it("10,000 are refused with a FormatError, or read", async () => {
    const random = createRandom("sizes of pieces");
    const { nRead, nRefused } = await expectOnlyFormatErrors(seeds, (content) =>
      streamGifti(inPieces(content, [1, 7, 64, 1000][random.integer(4)]!)),
    );
    expect(nRead + nRefused).toBe(10_000);
  });

  /** Where a block is packed badly and unpacks to too much, pieces decide which of the two is met first. */
  const either = /must unpack to 4800000 bytes.*got more.*|must be a zlib or gzip stream.*incorrect data check.*/;

  const told = (found: Gifti | string) => (typeof found === "string" ? found.replace(either, "") : "read");

  it.each([
    ["3,000", seeds, [1, 7, 64, 1000], 3000],
    ["50 with a large array", [large], [5000, 65536], 50],
  ])("%s agree with readGifti, message for message", async (_, files, sizes, nFiles) => {
    const random = createRandom("agreement");
    for (let i = 0; i < nFiles; i++) {
      const content = damage(files[i % files.length]!, random);
      const whole = await outcome(() => readGifti(content));
      const size = sizes[random.integer(sizes.length)]!;
      const streamed = await outcome(() => streamGifti(inPieces(content, size)));
      if (typeof whole !== "string" && typeof streamed !== "string") expectSame(streamed, whole);
      else expect(told(streamed), `file ${i}`).toBe(told(whole));
    }
  });
});

for (const folder of ["gifti", "fsaverage5"]) {
  describeWithShared(`streamGifti on files of ${folder}`, `data/${folder}`, () => {
    const names = sharedNames("data", folder).filter(isGifti);
    // Byte by byte only what is small: each piece takes some microseconds.
    const isSmall = (name: string) => readFileSync(shared("data", folder, name)).length < 5000;
    const cases = names.flatMap((name) =>
      sizes.filter((size) => size > 7 || isSmall(name)).map((size) => [name, size] as const),
    );

    it.each(cases)("agreement with readGifti: %s in pieces of %i bytes", (name, size) =>
      expectAgreement(shared("data", folder, name), size),
    );
  });
}

describeWithShared("the oracle's shared files", "data/gifti", () => {
  it("are all that are there (identity)", () => {
    const printed = JSON.parse(readFileSync(join(fixtures, "gifti-shared.json"), "utf8")) as Record<string, unknown>;
    const there = ["gifti", "fsaverage5"].flatMap((folder) =>
      sharedNames("data", folder)
        .filter(isGifti)
        .map((name) => `${folder}/${name}`),
    );
    expect(Object.keys(printed).sort()).toEqual(there.sort());
  });
});
