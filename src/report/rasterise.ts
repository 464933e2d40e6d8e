import type { ColourMap, Rgb } from "./colour-map.ts";
import type { Surface } from "./result.ts";

/** From which side a hemisphere is looked at. */
export type View = "lateral" | "medial";

/** What is painted onto a mesh. */
export interface SurfacePaint {
  /** [nVertices]; NaN where the bare surface shows. */
  readonly values: Float64Array;
  /** The colour of a value. */
  readonly colour: (value: number) => Rgb;
  /** [nVertices]: the region of each vertex, of which borders are drawn; -1 where it is in none. */
  readonly regions?: Int32Array | undefined;
}

/** A picture: [height x width x 4], RGBA, transparent where nothing is. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Each pixel is the mean of this many by this many samples, which makes edges smooth. */
const nSamples = 2;

/**
 * A hemisphere seen from one side: orthographic, nearest surface in front, lit from the viewer and a little from above
 * (Lambert). Between vertices values run linearly over those that have one; where less than half of a point's weight
 * lies on vertices with values, the bare grey surface shows. Where the mesh has shading, sulci are darker, under colours
 * too; borders of regions run half-way between vertices.
 *
 * @param width - pixels; the height follows from the shape
 */
export function rasterise(surface: Surface, view: View, paint: SurfacePaint, width: number): Picture {
  const { triangles } = surface;
  const { points, aspect } = projectSurface(surface, view);
  const [w, h] = [width * nSamples, Math.max(1, Math.round(width * aspect)) * nSamples];
  const scale = w / 2;
  const normals = vertexNormals(points, triangles);
  const depth = new Float32Array(w * h).fill(Number.NEGATIVE_INFINITY);
  const samples = new Uint8Array(w * h * 4);
  const { regions } = paint;
  const labels = regions && new Int32Array(w * h).fill(NOT_COVERED);

  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!] as const;
    const across = (v: number) => (points[3 * v]! + 1) * scale;
    const down = (v: number) => (points[3 * v + 1]! + aspect) * scale;
    const [ax, bx, cx] = [across(corners[0]), across(corners[1]), across(corners[2])];
    const [ay, by, cy] = [down(corners[0]), down(corners[1]), down(corners[2])];
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area === 0) continue;
    const left = Math.max(0, Math.floor(Math.min(ax, bx, cx)));
    const right = Math.min(w - 1, Math.ceil(Math.max(ax, bx, cx)));
    const top = Math.max(0, Math.floor(Math.min(ay, by, cy)));
    const bottom = Math.min(h - 1, Math.ceil(Math.max(ay, by, cy)));
    const blend = (values: ArrayLike<number>, k: number, a: number, b: number, c: number) =>
      a * values[3 * corners[0] + k]! + b * values[3 * corners[1] + k]! + c * values[3 * corners[2] + k]!;
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        // Weights of the corners at the sample's centre: all from 0 within the triangle.
        const [px, py] = [x + 0.5, y + 0.5];
        const a = ((bx - px) * (cy - py) - (cx - px) * (by - py)) / area;
        const b = ((cx - px) * (ay - py) - (ax - px) * (cy - py)) / area;
        const c = 1 - a - b;
        if (a < 0 || b < 0 || c < 0) continue;
        const at = y * w + x;
        const z = blend(points, 2, a, b, c);
        if (z <= depth[at]!) continue;
        depth[at] = z;
        const light = lambert(blend(normals, 0, a, b, c), blend(normals, 1, a, b, c), blend(normals, 2, a, b, c));
        const colour = colourAt(surface, paint, corners, [a, b, c]);
        samples[4 * at] = colour[0] * light;
        samples[4 * at + 1] = colour[1] * light;
        samples[4 * at + 2] = colour[2] * light;
        samples[4 * at + 3] = 255;
        if (labels) labels[at] = regions![corners[a >= b && a >= c ? 0 : b >= c ? 1 : 2]]!;
      }
    }
  }
  if (labels) drawBorders(samples, labels, w, h);
  return shrink(samples, w, h);
}

/** Label of a sample where no surface is. */
const NOT_COVERED = -2;

/** Lines between regions, one pixel wide: the outline of the surface is none. */
const border: Rgb = [38, 40, 44];

function drawBorders(samples: Uint8Array, labels: Int32Array, w: number, h: number): void {
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const at = y * w + x;
      const label = labels[at]!;
      if (label === NOT_COVERED) continue;
      const differs = (isWithin: boolean, other: number) =>
        isWithin && labels[other] !== NOT_COVERED && labels[other] !== label;
      const isBorder =
        differs(x > 0, at - 1) || differs(x + 1 < w, at + 1) || differs(y > 0, at - w) || differs(y + 1 < h, at + w);
      if (isBorder) samples.set(border, 4 * at);
    }
  }
}

/** Coordinates as seen: x to the right in -1..1, y downwards in -aspect..aspect, z towards the viewer. */
function projectSurface({ coordinates, hemi }: Surface, view: View): { points: Float64Array; aspect: number } {
  // From outside the left hemisphere its front lies on the left; from inside, on the right.
  const isFromLeft = (hemi === "L") === (view === "lateral");
  const n = coordinates.length / 3;
  const points = new Float64Array(coordinates.length);
  for (let v = 0; v < n; v++) {
    const [x, y, z] = [coordinates[3 * v]!, coordinates[3 * v + 1]!, coordinates[3 * v + 2]!];
    points.set(isFromLeft ? [-y, -z, -x] : [y, -z, x], 3 * v);
  }
  const extent = (k: number) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let v = 0; v < n; v++) {
      low = Math.min(low, points[3 * v + k]!);
      high = Math.max(high, points[3 * v + k]!);
    }
    return { centre: (low + high) / 2, half: (high - low) / 2 };
  };
  const [across, down, towards] = [extent(0), extent(1), extent(2)];
  const margin = 1.02;
  const half = across.half * margin || 1;
  for (let v = 0; v < n; v++) {
    points[3 * v] = (points[3 * v]! - across.centre) / half;
    points[3 * v + 1] = (points[3 * v + 1]! - down.centre) / half;
    points[3 * v + 2] = (points[3 * v + 2]! - towards.centre) / half;
  }
  return { points, aspect: (down.half * margin) / half };
}

/** Unit normals of the vertices, the mean of the triangles around them by area, pointing to the viewer's side. */
function vertexNormals(points: Float64Array, triangles: Int32Array): Float64Array {
  const normals = new Float64Array(points.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    const [ux, uy, uz] = [points[b]! - points[a]!, points[b + 1]! - points[a + 1]!, points[b + 2]! - points[a + 2]!];
    const [vx, vy, vz] = [points[c]! - points[a]!, points[c + 1]! - points[a + 1]!, points[c + 2]! - points[a + 2]!];
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const corner of [a, b, c]) for (let k = 0; k < 3; k++) normals[corner + k]! += normal[k]!;
  }
  for (let v = 0; v < normals.length; v += 3) {
    const length = Math.hypot(normals[v]!, normals[v + 1]!, normals[v + 2]!) || 1;
    for (let k = 0; k < 3; k++) normals[v + k]! /= length;
  }
  return normals;
}

/** Light from the viewer's side, a little from above and the right: 0.42 in the dark, 1 in full light. */
function lambert(x: number, y: number, z: number): number {
  const length = Math.sqrt(x * x + y * y + z * z) || 1;
  // The side turned to the viewer is what is seen, whichever way round the triangles are listed.
  const towards = z < 0 ? -1 : 1;
  const facing = (towards * (0.15 * x - 0.4 * y + 0.9 * z)) / length;
  return Math.min(1, 0.42 + 0.6 * Math.max(0, facing));
}

const gyrus: Rgb = [204, 206, 209];
const sulcus: Rgb = [158, 160, 165];
/** Colours of values in sulci are multiplied by this: dark enough to see the folds, and to read the value. A choice. */
const shade = 0.88;

function colourAt(
  { shading }: Surface,
  { values, colour }: SurfacePaint,
  corners: readonly [number, number, number],
  [a, b, c]: readonly [number, number, number],
): Rgb {
  let [sum, weight] = [0, 0];
  for (let i = 0; i < 3; i++) {
    const value = values[corners[i]!]!;
    if (!Number.isFinite(value)) continue;
    const share = i === 0 ? a : i === 1 ? b : c;
    sum += share * value;
    weight += share;
  }
  const isSulcus =
    shading !== undefined && a * shading[corners[0]]! + b * shading[corners[1]]! + c * shading[corners[2]]! > 0;
  if (weight < 0.5) return isSulcus ? sulcus : gyrus;
  const [red, green, blue] = colour(sum / weight);
  return isSulcus ? [shade * red, shade * green, shade * blue] : [red, green, blue];
}

/** Means of the samples of each pixel; colours weighted by how much of the pixel is covered. */
function shrink(samples: Uint8Array, w: number, h: number): Picture {
  const [width, height] = [w / nSamples, h / nSamples];
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [red, green, blue, covered] = [0, 0, 0, 0];
      for (let i = 0; i < nSamples ** 2; i++) {
        const at = 4 * ((y * nSamples + Math.floor(i / nSamples)) * w + x * nSamples + (i % nSamples));
        if (samples[at + 3] === 0) continue;
        red += samples[at]!;
        green += samples[at + 1]!;
        blue += samples[at + 2]!;
        covered++;
      }
      if (covered === 0) continue;
      const to = 4 * (y * width + x);
      pixels[to] = Math.round(red / covered);
      pixels[to + 1] = Math.round(green / covered);
      pixels[to + 2] = Math.round(blue / covered);
      pixels[to + 3] = Math.round((255 * covered) / nSamples ** 2);
    }
  }
  return { pixels, width, height };
}

/** The picture of a colour map as a bar, lowest value on the left. */
export function rasteriseBar(map: ColourMap, width: number, height: number): Picture {
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set([...map(x / (width - 1)), 255], 4 * (y * width + x));
  }
  return { pixels, width, height };
}
