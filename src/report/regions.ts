import type { Peak } from "../analyses/analysis.ts";
import { peakNamed } from "../analyses/registry.ts";
import { type FloatArray, joinRows, Matrix } from "../array/matrix.ts";
import { placeOfLargest } from "../encoding/place-of-largest.ts";
import { ShapeError } from "../errors.ts";
import { hemiOfStructure, type Target } from "../responses/target.ts";
import { loadFolds, loadMean } from "./load-scores.ts";
import { html, type Markup, trusted } from "./markup.ts";
import type { ScoreKey, StudyResult, SubjectAnalysis, SubjectScores, TargetRegion } from "./result.ts";

/** What the figures and tables of a report are about, and the scores on it. */
export interface RegionView {
  /**
   * `"regions"`: as measured, or the regions of an atlas; `"wholes"`: hemispheres, brain structures or the whole brain,
   * where vertices or voxels were scored and no atlas is given.
   */
  readonly kind: "regions" | "wholes";
  /** All in region space, with the same targets. */
  readonly subjects: readonly SubjectScores[];
}

/**
 * A result in terms of regions: unchanged where regions were scored; else averaged over the targets of each atlas region,
 * or, where there is no atlas, of each hemisphere, structure, or the whole brain.
 *
 * @throws ShapeError as {@link averageRegions}
 */
export function regionView(result: StudyResult): RegionView {
  const first = result.subjects[0];
  if (!first || first.space.kind === "region") return { kind: "regions", subjects: result.subjects };
  const given = result.regions ?? [];
  const regions = given.length > 0 ? given : wholes(first);
  return {
    kind: given.length > 0 ? "regions" : "wholes",
    subjects: result.subjects.map((subject) => averageRegions(subject, regions)),
  };
}

function wholes({ space, targets }: SubjectScores): TargetRegion[] {
  const range = (start: number, length: number) => Int32Array.from({ length }, (_, i) => start + i);
  switch (space.kind) {
    case "region":
      return [];
    case "surface":
      return (["L", "R"] as const).flatMap((hemi, i) => {
        const n = space.nVertices[i]!;
        return n > 0 ? [{ name: "hemisphere", hemi, targets: range(i === 0 ? 0 : space.nVertices[0], n) }] : [];
      });
    case "volume":
      return [{ name: "brain", hemi: "n/a", targets: range(0, targets.length) }];
    case "grayordinate":
      return space.grayordinates.models.map((model) => {
        const hemi = hemiOfStructure(model.structure);
        const n = model.kind === "surface" ? model.vertices.length : model.voxels.length / 3;
        return { name: nameOfStructure(model.structure), hemi, targets: range(model.start, n) };
      });
    default:
      return space satisfies never;
  }
}

/** `"CIFTI_STRUCTURE_CORTEX_LEFT"` is "cortex". */
function nameOfStructure(structure: string): string {
  return structure
    .replace(/^CIFTI_STRUCTURE_/, "")
    .replace(/_(LEFT|RIGHT)$/, "")
    .replaceAll("_", " ")
    .toLowerCase();
}

/**
 * Scores averaged within regions as they are loaded: one target a region. Each value is the mean over the region's targets
 * that have one; NaN where none has. Folds are averaged alike.
 *
 * @throws ShapeError where regions were scored already, or a region names a target that is not there
 * @remarks The place where a region's score is largest is that of its mean curve: the mean of its targets' own places would be
 * that of noise.
 */
export function averageRegions(subject: SubjectScores, regions: readonly TargetRegion[]): SubjectScores {
  const { space, participant } = subject;
  if (space.kind === "region") {
    throw new ShapeError(
      `averageRegions: scores must belong to vertices or voxels, got those of regions (${participant}). Leave the atlas out.`,
    );
  }
  const columns = regions.map(({ name, targets }) => {
    const outside = targets.find((v) => v < 0 || v >= subject.targets.length);
    if (outside !== undefined) {
      throw new ShapeError(
        `averageRegions: targets must lie in 0..${subject.targets.length - 1} (${space.space}), got ${outside} (region "${name}"). Use an atlas of the same space.`,
      );
    }
    return targets;
  });
  /** [nRows x nTargets] as [nRows x nRegions]. */
  const averaged = (scores: FloatArray, nRows: number) => {
    const means = new Float64Array(nRows * regions.length);
    for (let row = 0; row < nRows; row++) {
      columns.forEach((targets, region) => {
        means[row * regions.length + region] = meanAt(scores, row * subject.targets.length, targets);
      });
    }
    return means;
  };
  return {
    ...subject,
    targets: regions.map(({ name, hemi }): Target => ({ name, hemi })),
    space: { kind: "region" },
    analyses: subject.analyses.map((own): SubjectAnalysis => {
      const { analysis, layer, distance } = own;
      const peak = peakNamed(analysis);
      const curve = peak ? curveOf(peak, subject, own) : [];
      return {
        analysis,
        layer,
        distance,
        async loadMean() {
          if (curve.length === 0) return averaged(await loadMean(subject, own), 1);
          const points: Matrix[] = [];
          for (const point of curve)
            points.push(Matrix.of(averaged(await loadMean(subject, point), 1), 1, regions.length));
          const places = curve.map((point) => Number(point[peak!.along]));
          return placeOfLargest(places, joinRows(points));
        },
        async loadFolds() {
          const folds = await loadFolds(subject, own);
          return folds && Matrix.of(averaged(folds.data, folds.nRows), folds.nRows, regions.length);
        },
      };
    }),
  };
}

/** The scores of which an analysis is the place of the largest, in rising order; none where they are not there. */
function curveOf({ of, along }: Peak, { analyses }: SubjectScores, own: ScoreKey): SubjectAnalysis[] {
  const other = along === "layer" ? "distance" : "layer";
  return analyses
    .filter((point) => point.analysis === of && point[other] === own[other])
    .toSorted((a, b) => Number(a[along]) - Number(b[along]));
}

function meanAt(scores: ArrayLike<number>, offset: number, vertices: Int32Array): number {
  let sum = 0;
  let n = 0;
  for (const vertex of vertices) {
    const value = scores[offset + vertex]!;
    if (!Number.isFinite(value)) continue;
    sum += value;
    n++;
  }
  return n === 0 ? Number.NaN : sum / n;
}

/** `"STG (L)"`, or the bare name where there is no hemisphere. */
export function targetLabel(target: Target): string {
  if (target.hemi === "n/a") return target.name;
  return target.name === "hemisphere"
    ? target.hemi === "L"
      ? "Left hemisphere"
      : "Right hemisphere"
    : `${target.name} (${target.hemi})`;
}

/**
 * A name of at most so many letters: the middle of longer ones is left out, so that the hemisphere at their end stays,
 * without which two regions would be called the same.
 */
export function shortLabel(label: string, most: number): string {
  if (label.length <= most) return label;
  const end = / \([LR]\)$/.exec(label)?.[0] ?? "";
  return `${label.slice(0, most - 1 - end.length)}\u2026${end}`;
}

/** A name as the page sets it: lines break after its signs, never within its words or before its hemisphere. */
export function breakableLabel(label: string): Markup {
  const parts = label.replace(/ (?=\([LR]\)$)/, "\u00a0").split(/(?<=[_/&.+-])(?=[^_/&.+\s-])/);
  return html`${parts.map((part, i) => (i === 0 ? part : [trusted("<wbr>"), part]))}`;
}
