import { ShapeError } from "../errors.ts";
import type { Target } from "../responses/target.ts";
import type { AnalysisScores, StudyResult, SubjectScores, SurfaceRegion } from "./result.ts";

/** What the figures and tables of a report are about, and the scores on it. */
export interface RegionView {
  /**
   * `"regions"`: as measured, or the regions of an atlas; `"hemispheres"`: all vertices of a hemisphere, where vertices
   * were scored and no atlas is given.
   */
  readonly kind: "regions" | "hemispheres";
  /** All in region space, with the same targets. */
  readonly subjects: readonly SubjectScores[];
}

/**
 * A result in terms of regions: unchanged where regions were scored; averaged over the vertices of each atlas region, or
 * of each hemisphere where there is no atlas, where vertices were.
 *
 * @throws ShapeError as {@link averageRegions}
 */
export function regionView(result: StudyResult): RegionView {
  const space = result.subjects[0]?.space;
  if (!space || space.kind === "region") return { kind: "regions", subjects: result.subjects };
  const given = result.regions ?? [];
  const regions = given.length > 0 ? given : hemispheres(space.nVertices);
  return {
    kind: given.length > 0 ? "regions" : "hemispheres",
    subjects: result.subjects.map((subject) => averageRegions(subject, regions)),
  };
}

function hemispheres(nVertices: readonly [number, number]): SurfaceRegion[] {
  return (["L", "R"] as const).flatMap((hemi, i) =>
    nVertices[i]! > 0
      ? [{ name: "hemisphere", hemi, vertices: Int32Array.from({ length: nVertices[i]! }, (_, v) => v) }]
      : [],
  );
}

/**
 * Scores of vertices averaged within regions: one target a region. Each value is the mean over the region's vertices
 * that have one; NaN where none has. Folds are averaged alike.
 *
 * @throws ShapeError where the subject was not scored on a surface, or a region names a vertex that is not there
 * @remarks The forecast distance of a region is so the mean of its vertices' distances, not the peak of its mean curve.
 */
export function averageRegions(subject: SubjectScores, regions: readonly SurfaceRegion[]): SubjectScores {
  const { space, participant } = subject;
  if (space.kind !== "surface") {
    throw new ShapeError(
      `averageRegions: scores must belong to vertices, got those of regions (${participant}). Leave the atlas out.`,
    );
  }
  const columns = regions.map(({ name, hemi, vertices }) => {
    const [start, n] = hemi === "L" ? [0, space.nVertices[0]] : [space.nVertices[0], space.nVertices[1]];
    const outside = vertices.find((v) => v < 0 || v >= n);
    if (outside !== undefined) {
      throw new ShapeError(
        `averageRegions: vertices must lie in 0..${n - 1} (${space.space}, hemisphere ${hemi}), got ${outside} (region "${name}"). Use an atlas of the same space.`,
      );
    }
    return vertices.map((v) => v + start);
  });
  const averaged = (scores: ArrayLike<number>, offset: number) =>
    columns.map((vertices) => meanAt(scores, offset, vertices));
  return {
    ...subject,
    targets: regions.map(({ name, hemi }): Target => ({ name, hemi })),
    space: { kind: "region" },
    analyses: subject.analyses.map((scores): AnalysisScores => {
      const { folds } = scores;
      return {
        ...scores,
        mean: Float64Array.from(averaged(scores.mean, 0)),
        folds: folds && {
          data: Float64Array.from(
            Array.from({ length: folds.nRows }, (_, fold) => averaged(folds.data, fold * folds.nColumns)).flat(),
          ),
          nRows: folds.nRows,
          nColumns: regions.length,
        },
      };
    }),
  };
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
