import type { OnProgress } from "../array/progress.ts";
import type { Rgb } from "./colour-map.ts";
import type { Findings } from "./findings.ts";
import { image, mapFigure } from "./map-figure.ts";
import { html, type Markup } from "./markup.ts";
import { formatNumber } from "./numbers.ts";
import { type PlaceMap, placeMaps } from "./place-maps.ts";
import { createSlicer, type SlicePlane, type Slicer } from "./slices.ts";

/** Pixels across one slice. */
const sliceWidth = 220;

/** Slices of each plane, spread over the middle of the brain. */
const nSlices = 6;
const [from, to] = [0.15, 0.85];

const planes: readonly {
  readonly plane: SlicePlane;
  readonly axis: 0 | 1 | 2;
  readonly ends: readonly [string, string];
}[] = [
  { plane: "axial", axis: 2, ends: ["left", "right"] },
  { plane: "coronal", axis: 1, ends: ["left", "right"] },
  { plane: "sagittal", axis: 0, ends: ["back", "front"] },
];

/** The maps of {@link placeMaps} on slices of the brain; undefined where no voxels were scored. */
export async function sliceSection(
  findings: Findings,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<Markup | undefined> {
  const space = findings.result.subjects[0]?.space;
  if (space?.kind !== "volume") return undefined;
  const slicer = createSlicer(space);
  if (!slicer) {
    return html`<section><h2>In the brain</h2><p class="note">Not drawn: the volumes' affine does not say where their voxels lie, since it cannot be inverted.</p></section>`;
  }
  const figures: Markup[] = [];
  for await (const map of placeMaps(findings, ["voxel", "voxels"], options)) {
    figures.push(
      mapFigure(map, (colour) => html`${planes.map((plane) => slicesOf(slicer, map as PlaceMap, plane, colour))}`),
    );
  }
  return html`<section><h2>In the brain</h2><p class="note">Slices of the scored voxels, by the coordinates that the volumes' header gives them: x to the right, y to the front, z up, in mm. The left of axial and coronal slices is the left of the brain. One slice of each plane goes through the value furthest from zero. Grey: scored, and not shown.</p>${figures}</section>`;
}

function slicesOf(
  slicer: Slicer,
  map: PlaceMap,
  { plane, axis, ends }: (typeof planes)[number],
  colour: (value: number) => Rgb,
): Markup {
  const letter = "xyz"[axis]!;
  const slices = slicePlaces(slicer, map.values, axis).map((at) => {
    const place = `${letter} = ${formatNumber(at, 0)}`;
    const picture = slicer.slice(plane, at, { values: map.values, colour }, sliceWidth);
    return html`<div>${image(picture, `${map.name}: ${plane} slice at ${place} mm`)}<p class="sides"><span>${ends[0]}</span><span>${place}</span><span>${ends[1]}</span></p></div>`;
  });
  return html`<div class="slices">${slices}</div>`;
}

/** Places evenly spread over the middle of the brain, the nearest moved to the value furthest from zero; mm, ascending. */
function slicePlaces({ extent, centre }: Slicer, values: Float64Array, axis: 0 | 1 | 2): number[] {
  const [low, high] = extent[axis]!;
  const places = Array.from(
    { length: nSlices },
    (_, i) => low + (high - low) * (from + ((to - from) * i) / (nSlices - 1)),
  );
  let largest = -1;
  values.forEach((value, column) => {
    if (Number.isFinite(value) && (largest < 0 || Math.abs(value) > Math.abs(values[largest]!))) largest = column;
  });
  if (largest < 0) return places;
  const wanted = centre(largest)[axis];
  const nearest = places.reduce(
    (best, place, i) => (Math.abs(place - wanted) < Math.abs(places[best]! - wanted) ? i : best),
    0,
  );
  return places.with(nearest, wanted).sort((a, b) => a - b);
}
