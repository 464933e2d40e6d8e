import type { FloatArray } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import {
  type AnalysisScores,
  memoryScores,
  type StudyResult,
  type SubjectAnalysis,
  type SubjectScores,
  type Surface,
} from "../../src/report/result.ts";
import { surfaceTargets, type Target, type TargetSpace } from "../../src/responses/target.ts";

/** How {@link syntheticStudy} is to be. */
export interface SyntheticOptions {
  readonly nSubjects?: number;
  readonly regions?: readonly string[];
  readonly distances?: readonly number[];
  readonly layers?: readonly number[];
  readonly hasControls?: boolean;
  readonly hasCeiling?: boolean;
  readonly nFolds?: number;
}

const sixRegions = ["Angular gyrus", "Heschl gyrus", "IFG triangular", "mSTS", "Precuneus", "pSTS"];

/**
 * Region scores of made-up subjects, the same for the same options: region r has a brain score around .06 (1 - r / 8) and
 * a forecast curve that peaks at 4 + r words, plus noise; the last region has nothing but noise.
 */
export function syntheticStudy(options: SyntheticOptions = {}): StudyResult {
  const {
    nSubjects = 27,
    regions = sixRegions,
    layers = [8],
    hasControls = true,
    hasCeiling = false,
    nFolds = 5,
  } = options;
  const distances = options.distances ?? Array.from({ length: 41 }, (_, i) => i - 10);
  const random = createRandom("synthetic study");
  const targets: Target[] = regions.map((name) => ({ name, hemi: "n/a" }));
  const share = (r: number) => (r === regions.length - 1 ? 0 : 1 - r / (regions.length + 2));
  const subjects = Array.from({ length: nSubjects }, (_, s): SubjectScores => {
    const talent = 1 + 0.3 * random.normal();
    const scores = (
      analysis: AnalysisScores["analysis"],
      layer: AnalysisScores["layer"],
      distance: AnalysisScores["distance"],
      value: (region: number) => number,
    ): AnalysisScores => {
      const data = Float64Array.from(
        { length: nFolds * regions.length },
        (_, i) => value(i % regions.length) + 0.004 * random.normal(),
      );
      const folds = { data, nRows: nFolds, nColumns: regions.length };
      const mean = Float64Array.from(
        regions,
        (_, r) => data.reduce((sum, v, i) => sum + (i % regions.length === r ? v : 0), 0) / nFolds,
      );
      return { analysis, layer, distance, mean, folds };
    };
    const analyses: AnalysisScores[] = layers.map((layer) => {
      const depth = layers.length === 1 ? 1 : Math.exp(-(((layer - 8) / 6) ** 2));
      return scores("brainScore", layer, "n/a", (r) => 0.06 * share(r) * talent * depth + 0.003 * random.normal());
    });
    if (hasControls) {
      analyses.push(scores("brainScoreWordRate", "n/a", "n/a", (r) => 0.02 * share(r) * talent));
      analyses.push(scores("brainScoreRandomWeights", 8, "n/a", (r) => 0.03 * share(r) * talent));
    }
    if (hasCeiling) analyses.push(scores("noiseCeiling", "n/a", "n/a", (r) => 0.1 * share(r) * talent));
    const drift = regions.map(() => 0.0012 * random.normal());
    const curves = distances.map((distance) =>
      scores("forecastScore", 8, distance, (r) => {
        const bump = Math.exp(-(((distance - 4 - r) / (distance > 4 + r ? 12 : 6)) ** 2));
        return share(r) * (0.012 * bump - 0.002) + drift[r]!;
      }),
    );
    analyses.push(...curves);
    if (hasControls)
      analyses.push(...distances.map((distance) => scores("forecastScoreRandomWindow", 8, distance, () => -0.0015)));
    const best = regions.map(
      (_, r) => distances[curves.reduce((top, { mean }, i) => (mean[r]! > curves[top]!.mean[r]! ? i : top), 0)]!,
    );
    analyses.push({
      analysis: "forecastDistance",
      layer: 8,
      distance: "n/a",
      mean: Float64Array.from(best),
      folds: undefined,
    });
    return {
      participant: `sub-${String(s + 1).padStart(2, "0")}`,
      stories: ["alice"],
      nVolumes: 362,
      targets,
      space: { kind: "region" },
      analyses: analyses.map(memoryScores),
      quality: {
        nNotFinite: 0,
        nConstant: 0,
        nNotScored: 0,
        alphaAtLowest: 0,
        alphaAtHighest: s === 3 ? 0.2 : 0.01,
        nWordsInterpolated: 12,
        nWordsOutside: 0,
      },
    };
  });
  return {
    title: "Alice, six regions",
    model: "gpt2",
    options: {
      layers,
      width: 7,
      distances,
      nDelays: 6,
      ridge: { alphas: [0.1, 1, 10, 100], choice: "leave-one-out" },
      seed: 1,
    },
    subjects,
    secondsPerWord: 0.35,
    provenance: {
      date: "2026-11-24T10:00:00Z",
      version: "0.1.0",
      command: "cortecast forecast --data alice --model gpt2",
      environment: { node: "20.20.2", "onnxruntime-node": "1.30.0" },
      inputs: [{ path: "alice.csv", sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }],
      modelFingerprint: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
      sourceDatasets: [{ DOI: "10.18112/openneuro.ds002322.v1.0.4", Version: "1.0.4" }],
    },
    notes: ["sub-05 was left out: the data set marks the scan as unusable."],
  };
}

/** How {@link syntheticSurfaceStudy} is to be. */
export interface SyntheticSurfaceOptions {
  readonly nSubjects?: number;
  /** Squares along each edge of the cube that is blown up into a sphere: 6 n^2 + 2 vertices a hemisphere. */
  readonly fineness?: number;
  readonly distances?: readonly number[];
}

/** Scores on two brain-like ellipsoids, with brain scores planted at their sides and forecasts in front of them. */
export function syntheticSurfaceStudy(options: SyntheticSurfaceOptions = {}): StudyResult {
  const { nSubjects = 20, fineness = 15, distances = [-4, 0, 4, 8, 12] } = options;
  const surfaces = [ellipsoid("L", fineness), ellipsoid("R", fineness)];
  const n = surfaces[0]!.coordinates.length / 3;
  const space: TargetSpace = { kind: "surface", space: "phantom", nVertices: [n, n] };
  const random = createRandom("synthetic surfaces");
  const blob = (vertex: number, centre: readonly [number, number, number]) => {
    const { coordinates, hemi } = surfaces[vertex < n ? 0 : 1]!;
    const v = 3 * (vertex % n);
    const side = hemi === "L" ? -1 : 1;
    const [x, y, z] = [
      coordinates[v]! - side * (35 + centre[0]),
      coordinates[v + 1]! - centre[1],
      coordinates[v + 2]! - centre[2],
    ];
    return Math.exp(-(x * x + y * y + z * z) / 700);
  };
  const brain = Float64Array.from(
    { length: 2 * n },
    (_, v) => 0.08 * blob(v, [30, -10, -10]) - 0.03 * blob(v, [-30, -60, 10]),
  );
  const front = Float64Array.from({ length: 2 * n }, (_, v) => blob(v, [25, 35, 10]) + blob(v, [30, -10, -10]));
  const base = syntheticStudy({ nSubjects, distances: [0] });
  const regions = (["L", "R"] as const).flatMap((hemi) => [
    {
      name: "Side",
      hemi,
      targets: Int32Array.from({ length: n }, (_, v) => (hemi === "L" ? v : v + n)).filter((v) => brain[v]! > 0.03),
    },
    {
      name: "Front",
      hemi,
      targets: Int32Array.from({ length: n }, (_, v) => v)
        .filter((v) => surfaces[0]!.coordinates[3 * v + 1]! > 40)
        .map((v) => (hemi === "L" ? v : v + n)),
    },
  ]);
  return {
    ...base,
    title: "Phantom cortex",
    regions,
    surfaces,
    subjects: base.subjects.map((subject): SubjectScores => {
      const map = (
        analysis: string,
        layer: number,
        distance: number | "n/a",
        value: (v: number) => number,
        noise: number,
      ): AnalysisScores => ({
        analysis,
        layer,
        distance,
        mean: Float64Array.from({ length: 2 * n }, (_, v) => value(v) + noise * random.normal()),
        folds: undefined,
      });
      const bump = (distance: number, v: number) => 0.01 * front[v]! * Math.exp(-(((distance - 8) / 6) ** 2));
      const curves = distances.map((distance) => map("forecastScore", 8, distance, (v) => bump(distance, v), 0.003));
      const best = Float64Array.from(
        { length: 2 * n },
        (_, v) => distances[curves.reduce((top, { mean }, i) => (mean[v]! > curves[top]!.mean[v]! ? i : top), 0)]!,
      );
      return {
        ...subject,
        targets: surfaceTargets([n, n]),
        space,
        analyses: [
          map("brainScore", 8, "n/a", (v) => brain[v]!, 0.012),
          ...curves,
          { analysis: "forecastDistance", layer: 8, distance: "n/a", mean: best, folds: undefined } as AnalysisScores,
        ].map(memoryScores),
      };
    }),
  };
}

/** What comes one after the other, together. */
export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** An analysis with other means. */
export const withMean = (own: SubjectAnalysis, change: (mean: FloatArray) => FloatArray): SubjectAnalysis => ({
  ...own,
  loadMean: async () => change(await own.loadMean()),
});

/** A cube blown up into an ellipsoid the size of a hemisphere, with waves as shading; triangles face outwards. */
export function ellipsoid(hemi: "L" | "R", fineness: number): Surface {
  const points: number[] = [];
  const triangles: number[] = [];
  const shading: number[] = [];
  const known = new Map<string, number>();
  const vertex = (cube: readonly [number, number, number]) => {
    const key = cube.map((c) => Math.round(c * fineness)).join();
    const found = known.get(key);
    if (found !== undefined) return found;
    // Tangents even out the squares' sizes.
    const [x, y, z] = cube.map((c) => Math.tan((c * Math.PI) / 4)) as [number, number, number];
    const length = Math.hypot(x, y, z);
    const index = points.length / 3;
    points.push((35 * x) / length + (hemi === "L" ? -35 : 35), (85 * y) / length, (60 * z) / length);
    shading.push(Math.sin((9 * y) / length + (3 * x) / length) * Math.cos((10 * z) / length));
    known.set(key, index);
    return index;
  };
  for (let axis = 0; axis < 3; axis++) {
    for (const side of [-1, 1]) {
      for (let i = 0; i < fineness; i++) {
        for (let j = 0; j < fineness; j++) {
          const corner = (di: number, dj: number) => {
            const cube = [0, 0, 0] as [number, number, number];
            cube[axis] = side;
            cube[(axis + 1) % 3] = (2 * (i + di)) / fineness - 1;
            cube[(axis + 2) % 3] = (2 * (j + dj)) / fineness - 1;
            return vertex(cube);
          };
          const [a, b, c, d] = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
          if (side > 0) triangles.push(a, b, c, a, c, d);
          else triangles.push(a, c, b, a, d, c);
        }
      }
    }
  }
  return {
    hemi,
    name: "ellipsoid",
    coordinates: Float32Array.from(points),
    triangles: Int32Array.from(triangles),
    shading: Float32Array.from(shading),
  };
}
