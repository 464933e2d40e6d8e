import type { OnProgress } from "../array/progress.ts";
import { ShapeError } from "../errors.ts";
import type { Findings } from "./findings.ts";
import { image, mapFigure } from "./map-figure.ts";
import { html, type Markup } from "./markup.ts";
import { formatList } from "./numbers.ts";
import { placeMaps } from "./place-maps.ts";
import { rasterise, type View } from "./rasterise.ts";
import type { Surface, TargetRegion } from "./result.ts";

/** Pixels of one view of one hemisphere. */
const viewWidth = 440;

/**
 * The maps of {@link placeMaps} on the cortex, lateral and medial, with borders of the atlas's regions; undefined where
 * there is no mesh or no score of vertices.
 *
 * @throws ShapeError where a mesh does not have the vertices of the scores
 */
export async function cortexSection(
  findings: Findings,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<Markup | undefined> {
  const { result } = findings;
  const space = result.subjects[0]?.space;
  const surfaces = result.surfaces ?? [];
  if (space?.kind !== "surface" || surfaces.length === 0) return undefined;
  for (const { hemi, name, coordinates } of surfaces) {
    const [n, expected] = [coordinates.length / 3, space.nVertices[hemi === "L" ? 0 : 1]];
    if (n === expected) continue;
    throw new ShapeError(
      `surfaces must have the vertices of the scores (${space.space}, ${expected}), got ${n} (${name}, hemisphere ${hemi}). Give meshes of that space.`,
    );
  }
  const [nLeft, nRight] = space.nVertices;
  const regions = regionOfVertex(result.regions ?? [], nLeft + nRight);
  const figures: Markup[] = [];
  for await (const map of placeMaps(findings, ["vertex", "vertices"], options)) {
    figures.push(
      mapFigure(map, (colour) => {
        const views = (["L", "R"] as const).flatMap((hemi) => {
          const surface = surfaces.find((candidate) => candidate.hemi === hemi);
          if (!surface) return [];
          const own = hemi === "L" ? ([0, nLeft] as const) : ([nLeft, nLeft + nRight] as const);
          const paint = { values: map.values!.subarray(...own), colour, regions: regions?.subarray(...own) };
          const sides: readonly View[] = hemi === "L" ? ["lateral", "medial"] : ["medial", "lateral"];
          return sides.map((view) => {
            const name = `${hemi === "L" ? "Left" : "Right"}, ${view}`;
            const picture = rasterise(surface, view, paint, viewWidth);
            return html`<div>${image(picture, `${map.name}: ${name} view of the ${surface.name} surface`)}${name}</div>`;
          });
        });
        return html`<div class="maps">${views}</div>`;
      }),
    );
  }
  return html`<section><h2>On the cortex</h2>${describeSurface(surfaces, regions !== undefined)}${figures}</section>`;
}

/** The region of each vertex, -1 where it is in none; of several the last. Undefined where there are no regions. */
function regionOfVertex(regions: readonly TargetRegion[], nVertices: number): Int32Array | undefined {
  if (regions.length === 0) return undefined;
  const found = new Int32Array(nVertices).fill(-1);
  regions.forEach(({ targets }, region) => {
    for (const vertex of targets) found[vertex] = region;
  });
  return found;
}

/** What lies under the colours, where anything does. */
function describeSurface(surfaces: readonly Surface[], hasRegions: boolean): Markup | undefined {
  const shaded = surfaces.filter(({ shading }) => shading);
  const names = shaded.flatMap(({ shadingName }) => shadingName ?? []);
  const parts = [
    ...(shaded.length > 0
      ? [`Darker: sulci, where the sulcal depth${names.length > 0 ? ` (${formatList(names)})` : ""} is above zero.`]
      : []),
    ...(hasRegions ? ["Lines: borders of the atlas's regions."] : []),
  ];
  return parts.length === 0 ? undefined : html`<p class="note">${parts.join(" ")}</p>`;
}
