import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { createIcosphere, icosphereFrequency, meshNeighbours, type TriangleMesh } from "../../src/phantom/icosphere.ts";

const frequencies = [1, 2, 3, 5, 8];
const corner = ({ coordinates }: TriangleMesh, vertex: number) => [...coordinates.subarray(3 * vertex, 3 * vertex + 3)];
const trianglesOf = (mesh: TriangleMesh) =>
  Array.from({ length: mesh.triangles.length / 3 }, (_, i) => [...mesh.triangles.subarray(3 * i, 3 * i + 3)]);
const minus = (a: readonly number[], b: readonly number[]) => a.map((value, axis) => value - b[axis]!);
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, axis) => sum + value * b[axis]!, 0);
const cross = ([a, b, c]: readonly number[], [x, y, z]: readonly number[]) => [
  b! * z! - c! * y!,
  c! * x! - a! * z!,
  a! * y! - b! * x!,
];

describe.each(frequencies)("createIcosphere(%i)", (frequency) => {
  const mesh = createIcosphere(frequency);
  const triangles = trianglesOf(mesh);
  const nVertices = mesh.coordinates.length / 3;

  it("has 10 f^2 + 2 vertices and 20 f^2 triangles (by hand: each of 20 faces gives f^2)", () => {
    expect(nVertices).toBe(10 * frequency ** 2 + 2);
    expect(triangles).toHaveLength(20 * frequency ** 2);
  });

  it("has unit radius (identity)", () => {
    // Division by the length leaves an error of a few units in the last place.
    for (let v = 0; v < nVertices; v++) expect(Math.hypot(...corner(mesh, v))).toBeCloseTo(1, 14);
  });

  it("is closed: each edge lies in two triangles, once in each direction, and V - E + F = 2 (identity: Euler)", () => {
    const directed = triangles.flatMap(([a, b, c]) => [`${a} ${b}`, `${b} ${c}`, `${c} ${a}`]);
    const edges = new Set(directed);
    expect(edges.size).toBe(directed.length);
    for (const edge of edges) expect(edges.has(edge.split(" ").reverse().join(" "))).toBe(true);
    expect(nVertices - edges.size / 2 + triangles.length).toBe(2);
  });

  it("has triangles that run counter-clockwise seen from outside (identity: the normal points away from the centre)", () => {
    for (const [a, b, c] of triangles) {
      const [p, q, r] = [corner(mesh, a!), corner(mesh, b!), corner(mesh, c!)];
      expect(dot(cross(minus(q, p), minus(r, p)), p)).toBeGreaterThan(0);
    }
  });

  it("has triangles of similar area, less than the sphere's in all (by hand)", () => {
    const areas = triangles.map(([a, b, c]) => {
      const [p, q, r] = [corner(mesh, a!), corner(mesh, b!), corner(mesh, c!)];
      return Math.hypot(...cross(minus(q, p), minus(r, p))) / 2;
    });
    // A face of the icosahedron is h = .795 from the centre at its middle, and 1 at its corners. Drawn out to the sphere a
    // piece of it at distance r grows by h / r^3: by 1 / h^2 in the middle, by h at the corners, 1 / h^3 = 1.99 apart.
    expect(Math.max(...areas) / Math.min(...areas)).toBeLessThan(2);
    const total = areas.reduce((sum, area) => sum + area, 0);
    expect(total).toBeLessThan(4 * Math.PI);
    // The icosahedron itself, with edges of 4 / sqrt(10 + 2 sqrt(5)), has the least area: 5 sqrt(3) edge^2 = 9.574.
    expect(total).toBeGreaterThan(9.57);
  });

  it("gives twelve vertices five neighbours and the others six, each of both (identity)", () => {
    const neighbours = meshNeighbours(mesh);
    expect(neighbours.filter((list) => list.length === 5)).toHaveLength(12);
    expect(neighbours.filter((list) => list.length === 6)).toHaveLength(nVertices - 12);
    neighbours.forEach((list, v) => {
      expect(list).toEqual([...new Set(list)].sort((a, b) => a - b));
      for (const u of list) expect(neighbours[u]).toContain(v);
    });
  });
});

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("createIcosphere(%d) is refused", (frequency) => {
  expect(() => createIcosphere(frequency)).toThrow(OptionError);
  expect(() => createIcosphere(frequency)).toThrow(`frequency must be a whole number from 1, got ${frequency}.`);
});

describe("icosphereFrequency", () => {
  it.each(frequencies)("undoes 10 f^2 + 2 (identity, f = %i)", (frequency) => {
    expect(icosphereFrequency(10 * frequency ** 2 + 2)).toBe(frequency);
  });

  it.each([
    [640, "Near it: 492, 642, 812."],
    [1, "Near it: 1212, 1442, 1692."],
    [13, "Near it: 12, 42."],
    [42.5, "Near it: 12, 42, 92."],
    [Number.NaN, "Near it: 1212, 1442, 1692."],
  ])("refuses %d and names numbers that exist (by hand)", (nVertices, near) => {
    expect(() => icosphereFrequency(nVertices)).toThrow(OptionError);
    expect(() => icosphereFrequency(nVertices)).toThrow(`10 f^2 + 2 for a whole f, got ${nVertices}. ${near}`);
  });
});
