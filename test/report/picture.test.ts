import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/errors.ts";
import { above, below, type Rgb, warm } from "../../src/report/colour-map.ts";
import { pngAddress, writePng } from "../../src/report/png.ts";
import { type Picture, rasterise, rasteriseBar } from "../../src/report/rasterise.ts";
import type { Surface } from "../../src/report/result.ts";
import { ellipsoid } from "./synthetic.ts";

describe("writePng", () => {
  const pixels = Uint8Array.from({ length: 3 * 2 * 4 }, (_, i) => (i * 37) % 256);
  const png = writePng(pixels, 3, 2);

  test("oracle: signature and last chunk are those of the specification, with its checksum", () => {
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    // Every PNG ends with these twelve bytes: length 0, "IEND", CRC AE426082.
    expect([...png.subarray(-12)]).toEqual([0, 0, 0, 0, 73, 69, 78, 68, 0xae, 0x42, 0x60, 0x82]);
  });

  test("identity: unpacked and unfiltered, the pixels are the same", () => {
    const view = new DataView(png.buffer, png.byteOffset);
    // Signature 8, header chunk 25, then the picture's chunk: length, name, content.
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([3, 2]);
    const lines = inflateSync(png.subarray(41, 41 + view.getUint32(33)));
    const found = new Uint8Array(24);
    for (let y = 0; y < 2; y++) {
      expect(lines[y * 13]).toBe(2);
      for (let x = 0; x < 12; x++) found[y * 12 + x] = lines[y * 13 + 1 + x]! + (y === 0 ? 0 : found[x]!);
    }
    expect(found).toEqual(pixels);
  });

  test("an address holds it whole", () => {
    expect(Buffer.from(pngAddress(png).replace("data:image/png;base64,", ""), "base64").equals(png)).toBe(true);
  });

  test("refuses pixels that do not make the picture", () => {
    expect(() => writePng(pixels, 4, 2)).toThrow(ShapeError);
    expect(() => writePng(pixels, 4, 2)).toThrow("writePng: pixels must hold 4 * 2 * 4 bytes, got 24.");
  });
});

describe.each([
  ["warm", warm, 1],
  ["above", above, -1],
  ["below", below, -1],
] as const)("colour map %s", (_, map, direction) => {
  const steps = Array.from({ length: 17 }, (_, i) => toOklab(map(i / 16)));

  test("identity: equal steps are equally long in OKLab", () => {
    const lengths = steps.slice(1).map((lab, i) => Math.hypot(...lab.map((value, k) => value - steps[i]![k]!)));
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    // 25 %: colours are rounded to 8 bits, and a few at the edge of the gamut are pulled into it.
    for (const length of lengths) expect(Math.abs(length / mean - 1)).toBeLessThan(0.25);
  });

  test("identity: lightness rises, or falls, all along, so that it reads without colour", () => {
    steps.slice(1).forEach((lab, i) => {
      expect(direction * (lab[0] - steps[i]![0])).toBeGreaterThan(0);
    });
  });

  test("values beyond the ends get the colours of the ends", () => {
    expect(map(-1)).toEqual(map(0));
    expect(map(2)).toEqual(map(1));
  });
});

test("colours above and below zero begin at one grey, and are far apart from then on (identity)", () => {
  // In OKLab a hundredth is hardly seen.
  const apart = (share: number) => {
    const [a, b] = [toOklab(above(share)), toOklab(below(share))];
    return Math.hypot(...a.map((value, k) => value - b[k]!));
  };
  expect(apart(0)).toBeLessThan(0.02);
  for (const share of [0.25, 0.5, 0.75, 1]) expect(apart(share)).toBeGreaterThan(0.1);
});

describe("rasterise", () => {
  const front: SurfaceColours = (coordinates) => (coordinates[1]! > 40 ? 1 : Number.NaN);
  const outer: SurfaceColours = (coordinates, hemi) =>
    (hemi === "L") === coordinates[0]! < (hemi === "L" ? -35 : 35) ? 1 : Number.NaN;

  test.each([
    ["L", "lateral", "left"],
    ["L", "medial", "right"],
    ["R", "lateral", "right"],
    ["R", "medial", "left"],
  ] as const)("by hand: the front of %s, seen from the %s side, is on the %s", (hemi, view, side) => {
    const { left, right } = paintedHalves(rasterise(...painted(hemi, front, view)));
    expect(side === "left" ? left : right).toBeGreaterThan(100);
    expect(side === "left" ? right : left).toBe(0);
  });

  test.each(["L", "R"] as const)("by hand: of %s, the outer half hides the inner one from the lateral side", (hemi) => {
    const lateral = paintedHalves(rasterise(...painted(hemi, outer, "lateral")));
    const medial = paintedHalves(rasterise(...painted(hemi, outer, "medial")));
    const seen = (halves: { left: number; right: number; bare: number }) =>
      (halves.left + halves.right) / (halves.left + halves.right + halves.bare);
    // The seam runs along the outline, a triangle wide: up to a tenth of the picture on a mesh this coarse.
    expect(seen(lateral)).toBeGreaterThan(0.9);
    expect(seen(medial)).toBeLessThan(0.1);
  });

  test("by hand: up is up, corners are transparent, and the height follows from the shape", () => {
    const top: SurfaceColours = (coordinates) => (coordinates[2]! > 40 ? 1 : Number.NaN);
    const picture = rasterise(...painted("L", top, "lateral"));
    // 170 mm from back to front, 120 mm from bottom to top
    expect(picture.height / picture.width).toBeCloseTo(120 / 170, 1);
    expect(picture.pixels[3]).toBe(0);
    const rows = Array.from({ length: picture.height }, (_, y) => countPainted(picture, y));
    expect(rows.findIndex((n) => n > 0)).toBeLessThan(5);
    expect(rows.slice(picture.height / 2).every((n) => n === 0)).toBe(true);
  });

  test("by hand: a border runs between two regions, down the middle, and not along the outline", () => {
    const surface = ellipsoid("L", 12);
    const n = surface.coordinates.length / 3;
    const regions = Int32Array.from({ length: n }, (_, v) => (surface.coordinates[3 * v + 1]! > 0 ? 1 : -1));
    const paint = { values: new Float64Array(n).fill(1), colour: () => [255, 200, 0] as const };
    const plain = rasterise(surface, "lateral", paint, 100);
    const bordered = rasterise(surface, "lateral", { ...paint, regions }, 100);
    const places = Array.from({ length: plain.width * plain.height }, (_, p) => p).filter(
      (p) => plain.pixels[4 * p]! - bordered.pixels[4 * p]! > 20,
    );
    // The line is as long as the hemisphere is high, 120 of 170 mm: 70 pixels of the 100 that it is wide, and it zigzags.
    expect(places.length).toBeGreaterThan(70);
    expect(places.length).toBeLessThan(300);
    for (const p of places) expect(Math.abs((p % plain.width) / plain.width - 0.5)).toBeLessThan(0.1);
  });

  test("by hand: colours of values are darker in sulci, by 12 %", () => {
    const surface = ellipsoid("L", 6);
    const n = surface.coordinates.length / 3;
    const paint = { values: new Float64Array(n).fill(1), colour: () => [200, 100, 50] as const };
    const at = (shading: number | undefined) => {
      const shaded = { ...surface, shading: shading === undefined ? undefined : new Float32Array(n).fill(shading) };
      const { pixels, width, height } = rasterise(shaded, "lateral", paint, 40);
      return pixels[4 * (Math.floor(height / 2) * width + Math.floor(width / 2))]!;
    };
    expect(at(-1)).toBe(at(undefined));
    // 2: rounding of samples to whole numbers, twice
    expect(Math.abs(at(1) - 0.88 * at(-1))).toBeLessThanOrEqual(2);
  });

  test("a bar runs from the colour of 0 to that of 1", () => {
    const { pixels } = rasteriseBar(warm, 10, 1);
    expect([...pixels.subarray(0, 3)]).toEqual([...warm(0)]);
    expect([...pixels.subarray(36, 39)]).toEqual([...warm(1)]);
  });
});

type SurfaceColours = (coordinates: Float32Array, hemi: Surface["hemi"]) => number;

function painted(hemi: Surface["hemi"], paint: SurfaceColours, view: "lateral" | "medial") {
  const { shading, ...surface } = ellipsoid(hemi, 12);
  const values = Float64Array.from({ length: surface.coordinates.length / 3 }, (_, v) =>
    paint(surface.coordinates.subarray(3 * v, 3 * v + 3), hemi),
  );
  return [surface, view, { values, colour: (): Rgb => [255, 0, 0] }, 100] as const;
}

/** Pixels of pure red, at any brightness. */
function isPainted({ pixels }: Picture, at: number): boolean {
  return pixels[4 * at + 3] === 255 && pixels[4 * at]! > 0 && pixels[4 * at + 1] === 0;
}

function countPainted(picture: Picture, y: number): number {
  return Array.from({ length: picture.width }, (_, x) => isPainted(picture, y * picture.width + x)).filter(Boolean)
    .length;
}

function paintedHalves(picture: Picture): { left: number; right: number; bare: number } {
  const counts = { left: 0, right: 0, bare: 0 };
  for (let at = 0; at < picture.width * picture.height; at++) {
    if (picture.pixels[4 * at + 3] !== 255) continue;
    if (!isPainted(picture, at)) counts.bare++;
    else if (at % picture.width < picture.width / 2) counts.left++;
    else counts.right++;
  }
  return counts;
}

/** sRGB to OKLab, by the matrices of its definition (the way there is in colour-map.ts; this is the way back). */
function toOklab(colour: Rgb): [number, number, number] {
  const [r, g, b] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
