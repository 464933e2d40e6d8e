import { createHash } from "node:crypto";
import type { Gifti, GiftiArray, GiftiCoordinateSystem } from "../../src/formats/gifti.ts";
import { parseNumber } from "../../src/formats/number.ts";

/** What fixtures/print_gifti.py prints of one file: numbers that JSON may not hold are text, a missing colour is null. */
export interface PrintedGifti {
  readonly metadata: Readonly<Record<string, string>>;
  readonly labels: readonly { key: number; name: string; rgba: readonly (number | null)[] }[];
  readonly arrays: readonly {
    readonly intent: string;
    readonly dataType: string;
    readonly dimensions: readonly number[];
    readonly sha256: string;
    readonly first: readonly string[];
    readonly metadata: Readonly<Record<string, string>>;
    readonly coordinateSystems: readonly GiftiCoordinateSystem[];
  }[];
}

/** Our reading in the form of {@link readPrinted}. */
export function describeGifti(gifti: Gifti) {
  return { metadata: gifti.metadata, labels: gifti.labels, arrays: gifti.arrays.map(describeArray) };
}

/**
 * What the oracle printed, its texts made numbers. Where a file names no coordinate system nibabel puts the identity;
 * it is left out where `ours` has none.
 */
export function readPrinted(printed: PrintedGifti, ours: Gifti): ReturnType<typeof describeGifti> {
  return {
    metadata: printed.metadata,
    labels: printed.labels.map(({ key, name, rgba }) => {
      const [red, green, blue, alpha] = rgba.map((value) => value ?? Number.NaN) as [number, number, number, number];
      return { key, name, rgba: [red, green, blue, alpha] };
    }),
    arrays: printed.arrays.map((array, i) => ({
      ...array,
      first: array.first.map(numberOf),
      coordinateSystems: ours.arrays[i]?.coordinateSystems.length === 0 ? [] : array.coordinateSystems,
    })),
  };
}

/** The number that Python printed. */
export function numberOf(text: string): number {
  const value = parseNumber(text);
  if (value === undefined) throw new Error(`the oracle must print numbers, got "${text}"`);
  return value;
}

/** SHA-256 of bytes or text, in hexadecimal. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** What both sides say of one array; the hash is that of its row-major, little-endian bytes. */
function describeArray(array: GiftiArray) {
  const { intent, dataType, dimensions, data, metadata, coordinateSystems } = array;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const first: number[] = Array.from(data.subarray(0, 8));
  return {
    intent: intent,
    dataType: dataType as string,
    dimensions,
    sha256: sha256(bytes),
    first,
    metadata,
    coordinateSystems,
  };
}
