import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { htmlReport } from "../../src/report/html.ts";
import type { Picture } from "../../src/report/rasterise.ts";
import { memoryScores, type StudyResult } from "../../src/report/result.ts";
import { createSlicer, type VolumeSpace } from "../../src/report/slices.ts";
import { voxelTargets } from "../../src/responses/target.ts";
import { syntheticStudy } from "./synthetic.ts";

const shape = [6, 8, 4] as const;
const every = Int32Array.from({ length: 6 * 8 * 4 }, (_, voxel) => voxel);

/**
 * A box of 4 mm voxels around (0, 0, 0), stored in several ways. The box is 24 mm wide, 32 mm from back to front, 16 mm high,
 * except where axes are exchanged.
 */
const ways: Readonly<Record<string, readonly number[]>> = {
  "voxels from left to right (RAS)": [4, 0, 0, -10, 0, 4, 0, -14, 0, 0, 4, -6, 0, 0, 0, 1],
  "voxels from right to left (LAS)": [-4, 0, 0, 10, 0, 4, 0, -14, 0, 0, 4, -6, 0, 0, 0, 1],
  "voxels from right to left, front to back, top to bottom": [-4, 0, 0, 10, 0, -4, 0, 14, 0, 0, -4, 6, 0, 0, 0, 1],
  "the first axis upwards, the third to the right": [0, 0, 4, -6, 0, 4, 0, -14, 4, 0, 0, -10, 0, 0, 0, 1],
  "turned by 20 degrees about the vertical": turned(20),
};

function turned(degrees: number): number[] {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  // The middle of the grid is (2.5, 3.5, 1.5) in voxels.
  const [x, y] = [-4 * (cos * 2.5 - sin * 3.5), -4 * (sin * 2.5 + cos * 3.5)];
  return [4 * cos, -4 * sin, 0, x, 4 * sin, 4 * cos, 0, y, 0, 0, 4, -6, 0, 0, 0, 1];
}

const spaceOf = (affine: readonly number[], voxels = every): VolumeSpace => ({
  kind: "volume",
  space: "n/a",
  shape,
  affine,
  voxels,
});
/** 1 where a voxel's centre is on the wanted side, computed from the affine. */
const painted = (space: VolumeSpace, isOn: (x: number, y: number, z: number) => boolean) => {
  const slicer = createSlicer(space)!;
  return {
    values: Float64Array.from(space.voxels, (_, column) => (isOn(...slicer.centre(column)) ? 1 : Number.NaN)),
    colour: () => [255, 0, 0] as const,
  };
};
/** Mean place of red pixels, from -1 (left, top) to 1 (right, bottom). */
function middleOfRed({ pixels, width, height }: Picture): readonly [number, number] {
  let [x, y, n] = [0, 0, 0];
  for (let p = 0; p < width * height; p++) {
    if (pixels[4 * p] !== 255 || pixels[4 * p + 1] !== 0) continue;
    x += p % width;
    y += Math.floor(p / width);
    n++;
  }
  return [(2 * x) / n / (width - 1) - 1, (2 * y) / n / (height - 1) - 1];
}

describe.each(Object.entries(ways))("slices of %s", (_, affine) => {
  const space = spaceOf(affine);
  const slicer = createSlicer(space)!;

  test("by hand: left is left and up is up in coronal slices", () => {
    const left = middleOfRed(
      slicer.slice(
        "coronal",
        1,
        painted(space, (x) => x < 0),
        60,
      ),
    );
    expect(left[0]).toBeLessThan(-0.3);
    const top = middleOfRed(
      slicer.slice(
        "coronal",
        1,
        painted(space, (__, ___, z) => z > 0),
        60,
      ),
    );
    expect(top[1]).toBeLessThan(-0.3);
  });

  test("by hand: left is left and the front is up in axial slices", () => {
    const [x, y] = middleOfRed(
      slicer.slice(
        "axial",
        1,
        painted(space, (right, front) => right < 0 && front > 0),
        60,
      ),
    );
    expect(x).toBeLessThan(-0.15);
    expect(y).toBeLessThan(-0.15);
  });

  test("by hand: the front is on the right of sagittal slices, which show their own side", () => {
    const front = painted(space, (__, y) => y > 0);
    expect(middleOfRed(slicer.slice("sagittal", -2, front, 60))[0]).toBeGreaterThan(0.3);
    const left = painted(space, (x) => x < 0);
    const count = (at: number) => {
      const { pixels } = slicer.slice("sagittal", at, left, 60);
      return pixels.reduce((n, value, i) => n + (i % 4 === 1 && value === 0 && pixels[i + 2] === 255 ? 1 : 0), 0);
    };
    expect(count(-2)).toBeGreaterThan(4 * count(2));
  });
});

describe("createSlicer", () => {
  const [ras] = Object.values(ways);

  test("by hand: a pixel has the voxel it falls into, grey without a value, transparent outside of the mask", () => {
    // Voxels (0, 0, 0) and (1, 0, 0) alone: 8 x 4 x 4 mm.
    const space = spaceOf(ras!, Int32Array.of(0, 1));
    const slicer = createSlicer(space)!;
    expect(slicer.extent).toEqual([
      [-12, -4],
      [-16, -12],
      [-8, -4],
    ]);
    const paint = { values: Float64Array.of(5, Number.NaN), colour: () => [1, 2, 3] as const };
    const { pixels, width, height } = slicer.slice("axial", -6, paint, 4);
    expect([width, height]).toEqual([4, 2]);
    expect([...pixels.subarray(0, 4)]).toEqual([1, 2, 3, 255]);
    expect([...pixels.subarray(8, 12)]).toEqual([204, 206, 209, 255]);
    const beside = slicer.slice("axial", 6, paint, 4);
    expect(beside.pixels.every((value) => value === 0)).toBe(true);
  });

  test("an affine without a way back has no slices", () => {
    expect(createSlicer(spaceOf(Array.from({ length: 16 }, () => 0)))).toBeUndefined();
  });
});

describe("a study of volumes", () => {
  const random = createRandom("volumes");
  const base = syntheticStudy({ nSubjects: 12, distances: [], hasControls: false });
  const study: StudyResult = {
    ...base,
    subjects: base.subjects.map((subject) => {
      const mean = Float64Array.from(every, (voxel) => (voxel < 40 ? 0.1 : 0) + 0.01 * random.normal());
      const brain = { analysis: "brainScore", layer: 8, distance: "n/a", mean, folds: undefined } as const;
      return {
        ...subject,
        targets: voxelTargets(shape, every),
        space: spaceOf(ways["voxels from right to left (LAS)"]!),
        analyses: [memoryScores(brain)],
      };
    }),
  };

  test("has six slices of each plane, each described, and says which side is which", async () => {
    const { document } = parseHTML(await htmlReport(study));
    const alts = [...document.querySelectorAll(".slices img")].map((img) => String((img as { alt: unknown }).alt));
    expect(alts).toHaveLength(18);
    for (const plane of ["axial", "coronal", "sagittal"])
      expect(alts.filter((alt) => alt.startsWith(`Brain score R: ${plane} slice at`))).toHaveLength(6);
    const sides = [...document.querySelectorAll(".sides")].map((node) =>
      String((node as { textContent: unknown }).textContent),
    );
    expect(sides[0]).toMatch(/^leftz = \S+right$/);
    expect(sides[17]).toMatch(/^backx = \S+front$/);
  });

  test("whose affine cannot be inverted says so instead", async () => {
    const subjects = study.subjects.map((subject) => ({
      ...subject,
      space: spaceOf(Array.from({ length: 16 }, () => 0)),
    }));
    expect(await htmlReport({ ...study, subjects })).toContain("since it cannot be inverted");
  });
});
