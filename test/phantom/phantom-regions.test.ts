import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { createIcosphere, meshNeighbours } from "../../src/phantom/icosphere.ts";
import { assignRegions, type PhantomRegion, phantomRegions } from "../../src/phantom/phantom-regions.ts";
import { checkRegions } from "../../src/phantom/simulation-options.ts";

const mesh = createIcosphere(12);
const neighbours = meshNeighbours(mesh);
const regionOfVertex = assignRegions(mesh.coordinates, phantomRegions);
const membersOf = (r: number) => [...regionOfVertex.keys()].filter((v) => regionOfVertex[v] === r);

/** How many vertices are reached from the first one over edges within the set. */
function reachable(vertices: readonly number[]): number {
  const within = new Set(vertices);
  const seen = new Set(vertices.slice(0, 1));
  for (const v of seen) for (const u of neighbours[v]!) if (within.has(u)) seen.add(u);
  return seen.size;
}

const region = (changes: Partial<PhantomRegion>): PhantomRegion => ({
  name: "A",
  centre: [1, 0, 0],
  radius: 0.5,
  colour: [1, 2, 3],
  content: "heard-and-forecast",
  distance: 4,
  depth: 0.5,
  signalToNoise: 1,
  ...changes,
});

describe("assignRegions", () => {
  it("gives every vertex one region, or none; no region is empty and some cortex is left over", () => {
    expect(regionOfVertex).toHaveLength(1442);
    expect(new Set(regionOfVertex)).toEqual(new Set([-1, ...phantomRegions.keys()]));
  });

  it.each(phantomRegions.map(({ name }, r) => ({ name, r })))("makes $name one connected piece", ({ r }) => {
    const members = membersOf(r);
    expect(reachable(members)).toBe(members.length);
  });

  it("takes the vertices within the radius of a middle of any length, and no others (by hand)", () => {
    const alone = assignRegions(mesh.coordinates, [region({ centre: [0, 0, 7], radius: 0.4 })]);
    alone.forEach((r, v) => {
      const angle = Math.acos(mesh.coordinates[3 * v + 2]!);
      // Vertices on the rim itself may fall either way by rounding; none of this mesh lies within 1e-9 of it.
      expect(r).toBe(angle <= 0.4 ? 0 : -1);
    });
    // The cap of angle .4 is (1 - cos .4) / 2 = 3.9 % of a sphere.
    const share = alone.reduce((count, r) => count + (r === 0 ? 1 : 0), 0) / alone.length;
    expect(share).toBeGreaterThan(0.034);
    expect(share).toBeLessThan(0.045);
  });

  it("gives a vertex in reach of two to the one whose middle is nearer in units of its radius (by hand)", () => {
    const directions = Float64Array.of(Math.cos(0.3), Math.sin(0.3), 0);
    // .3 of .5 is .6; the other middle is pi / 2 - .3 = 1.27 away, .58 of 2.2.
    const near = region({ radius: 0.5 });
    const wide = region({ name: "B", centre: [0, 1, 0], radius: 2.2 });
    expect([...assignRegions(directions, [near, wide])]).toEqual([1]);
    expect([...assignRegions(directions, [near, { ...wide, radius: 2 }])]).toEqual([0]);
  });
});

describe("checkRegions", () => {
  it("takes the default regions", () => {
    expect(() => checkRegions(phantomRegions)).not.toThrow();
  });

  it("takes a region that every rule allows, at the ends of the ranges", () => {
    const regions: PhantomRegion[] = [
      region({ name: "A", depth: 0, distance: -3 }),
      region({ name: "B", depth: 1, distance: 0 }),
      { name: "C", centre: [1, 0, 0], radius: 1, colour: [0, 0, 0], content: "noise" },
      { name: "D", centre: [1, 0, 0], radius: 1, colour: [0, 0, 0], content: "heard", depth: 0.2, signalToNoise: 0.1 },
    ];
    expect(() => checkRegions(regions)).not.toThrow();
  });

  it.each<[string, Partial<PhantomRegion>, string]>([
    ["a name with an underscore", { name: "a_b" }, `name must be letters and digits, got "a_b" (region "a_b")`],
    ["no name", { name: "" }, "name must be letters and digits"],
    ["radius 0", { radius: 0 }, 'radius must lie above 0 and up to pi radians, got 0 (region "A")'],
    ["radius NaN", { radius: Number.NaN }, "radius must lie above 0 and up to pi radians, got NaN"],
    ["a radius beyond the sphere", { radius: 4 }, "radius must lie above 0 and up to pi radians, got 4"],
    ["a centre of zeros", { centre: [0, 0, 0] }, "centre must be three numbers, not all 0, got 0,0,0"],
    ["a centre of NaN", { centre: [Number.NaN, 0, 1] }, "centre must be three numbers, not all 0, got NaN,0,1"],
    ["a colour beyond 255", { colour: [256, 0, 0] }, "colour must be three whole numbers in 0..255, got 256,0,0"],
    ["another content", { content: "silent" as "noise" }, 'content must be "noise", "heard" or "heard-and-forecast"'],
    ["depth above 1", { depth: 1.2 }, "depth must be a share of the layers, 0..1, got 1.2"],
    ["depth below 0", { depth: -0.1 }, "depth must be a share of the layers, 0..1, got -0.1"],
    ["no depth", { depth: undefined }, "depth must be a share of the layers, 0..1, got undefined"],
    ["signal-to-noise 0", { signalToNoise: 0 }, "signalToNoise must be a number above 0, got 0"],
    ["no signal-to-noise", { signalToNoise: undefined }, "signalToNoise must be a number above 0, got undefined"],
    ["a broken distance", { distance: 3.5 }, "distance must be a whole number of words, got 3.5"],
    ["a forecast without distance", { distance: undefined }, "distance must be a whole number of words, got undefined"],
    ["a distance without forecast", { content: "heard" }, 'content "heard" must have no distance, got 4'],
    ["depth in noise", { content: "noise" }, 'content "noise" must have no distance, depth or signalToNoise, got 4'],
    [
      "strength in noise",
      { content: "noise", distance: undefined, depth: undefined, signalToNoise: 2 },
      'content "noise" must have no distance, depth or signalToNoise, got 2',
    ],
  ])("refuses %s", (_, changes, message) => {
    expect(() => checkRegions([region(changes)])).toThrow(OptionError);
    expect(() => checkRegions([region(changes)])).toThrow(message);
  });

  it("refuses no regions, and one name twice", () => {
    expect(() => checkRegions([])).toThrow("regions must be one or more, got none.");
    expect(() => checkRegions([region({}), region({})])).toThrow(
      'regions must have different names, got this one twice (region "A")',
    );
    expect(() => checkRegions([region({}), region({})])).toThrow(OptionError);
  });
});
