import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { createHemisphere, type Hemisphere } from "../../src/phantom/cortex.ts";
import type { TriangleMesh } from "../../src/phantom/icosphere.ts";

const nVertices = 642;
const hemispheres = { L: createHemisphere("L", { nVertices }), R: createHemisphere("R", { nVertices }) };

/** Volume inside a closed mesh: positive where triangles run counter-clockwise seen from outside. */
function volumeOf({ coordinates, triangles }: TriangleMesh): number {
  let volume = 0;
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => coordinates.subarray(3 * triangles[i + k]!, 3 * triangles[i + k]! + 3));
    volume +=
      (a![0]! * (b![1]! * c![2]! - b![2]! * c![1]!) +
        a![1]! * (b![2]! * c![0]! - b![0]! * c![2]!) +
        a![2]! * (b![0]! * c![1]! - b![1]! * c![0]!)) /
      6;
  }
  return volume;
}
const column = (mesh: TriangleMesh, axis: number) =>
  Array.from({ length: nVertices }, (_, v) => mesh.coordinates[3 * v + axis]!);

describe.each(["L", "R"] as const)("the hemisphere %s", (hemi) => {
  const hemisphere: Hemisphere = hemispheres[hemi];

  it("is finite everywhere and has a value for each vertex", () => {
    const { directions, depth, folded, inflated } = hemisphere;
    expect([directions, folded.coordinates, inflated.coordinates].map((numbers) => numbers.length)).toEqual(
      Array(3).fill(3 * nVertices),
    );
    expect(depth).toHaveLength(nVertices);
    for (const numbers of [directions, depth, folded.coordinates, inflated.coordinates])
      expect(numbers.every(Number.isFinite)).toBe(true);
  });

  it("is folded: sulci and gyri, none deeper than four times the size of a fold, mean near zero (by hand)", () => {
    const { depth } = hemisphere;
    // 24 waves of equal size sum to a nearly normal function of standard deviation 2.2 mm.
    expect(Math.max(...depth)).toBeGreaterThan(2.2);
    expect(Math.min(...depth)).toBeLessThan(-2.2);
    expect(Math.max(...depth.map(Math.abs))).toBeLessThan(4 * 2.2);
    const mean = depth.reduce((sum, value) => sum + value, 0) / nVertices;
    expect(Math.abs(mean)).toBeLessThan(2.2 / 2);
  });

  it("differs from the inflated one by the depth of the fold along each half-axis (identity)", () => {
    const { depth, directions, folded, inflated } = hemisphere;
    for (let v = 0; v < nVertices; v++) {
      for (const axis of [1, 2]) {
        const moved = inflated.coordinates[3 * v + axis]! - folded.coordinates[3 * v + axis]!;
        expect(moved).toBeCloseTo(depth[v]! * directions[3 * v + axis]!, 10);
      }
    }
  });

  it("has half-axes of 32, 78 and 52 mm, the medial one .45 of the lateral one, on its own side (by hand)", () => {
    const side = hemi === "L" ? -1 : 1;
    const lateral = column(hemisphere.inflated, 0).map((x) => side * x);
    // No vertex need lie on an axis: those of a mesh of 642 come within 3 % of each half-axis.
    const expectReached = (reached: number, halfAxis: number) => {
      expect(reached).toBeLessThanOrEqual(halfAxis + 1e-9);
      expect(reached).toBeGreaterThan(0.97 * halfAxis);
    };
    expectReached(Math.max(...lateral) - 18, 32);
    expectReached(18 - Math.min(...lateral), 0.45 * 32);
    expectReached(Math.max(...column(hemisphere.inflated, 1)), 78);
    expectReached(Math.max(...column(hemisphere.inflated, 2)), 52);
    expect(Math.min(...lateral)).toBeGreaterThan(0);
  });

  it("has triangles counter-clockwise seen from outside, in both surfaces (identity: enclosed volume is positive)", () => {
    // Half an ellipsoid with the lateral half-axis and half of one with the medial: 2/3 pi a b c (1 + .45).
    const expected = (2 / 3) * Math.PI * 32 * 78 * 52 * 1.45;
    const volume = volumeOf(hemisphere.inflated);
    expect(volume).toBeGreaterThan(0.95 * expected);
    expect(volume).toBeLessThan(expected);
    expect(volumeOf(hemisphere.folded)).toBeGreaterThan(0);
  });
});

describe("L and R", () => {
  const { L, R } = hemispheres;

  it("have the same directions, and inflated surfaces that are mirror images (identity)", () => {
    expect(L.directions).toEqual(R.directions);
    expect(column(L.inflated, 0)).toEqual(column(R.inflated, 0).map((x) => -x));
    expect(column(L.inflated, 1)).toEqual(column(R.inflated, 1));
    expect(column(L.inflated, 2)).toEqual(column(R.inflated, 2));
  });

  it("are folded differently, as brains are", () => {
    const product = L.depth.reduce((sum, value, v) => sum + value * R.depth[v]!, 0);
    const norm = Math.sqrt(
      L.depth.reduce((sum, value) => sum + value * value, 0) * R.depth.reduce((sum, value) => sum + value * value, 0),
    );
    expect(Math.abs(product / norm)).toBeLessThan(0.5);
  });

  it("have the same triangles, turned round", () => {
    const sorted = (mesh: TriangleMesh) =>
      Array.from({ length: mesh.triangles.length / 3 }, (_, i) =>
        [...mesh.triangles.subarray(3 * i, 3 * i + 3)].sort((a, b) => a - b).join(" "),
      );
    expect(sorted(L.folded)).toEqual(sorted(R.folded));
    expect(L.folded.triangles).not.toEqual(R.folded.triangles);
  });
});

describe("createHemisphere", () => {
  it("gives the same folds for the same seed, others for another", () => {
    expect(createHemisphere("L", { nVertices: 42, seed: 3 })).toEqual(
      createHemisphere("L", { nVertices: 42, seed: 3 }),
    );
    expect(createHemisphere("L", { nVertices: 42, seed: 3 }).depth).not.toEqual(
      createHemisphere("L", { nVertices: 42, seed: 4 }).depth,
    );
  });

  it("has 1,442 vertices and seed 0 by default", () => {
    expect(createHemisphere("R").depth).toEqual(createHemisphere("R", { nVertices: 1442, seed: 0 }).depth);
  });

  it("refuses a number of vertices that no icosphere has", () => {
    expect(() => createHemisphere("L", { nVertices: 1000 })).toThrow(OptionError);
    expect(() => createHemisphere("L", { nVertices: 1000 })).toThrow("got 1000. Near it: 812, 1002, 1212.");
  });
});
