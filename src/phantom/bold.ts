import { Matrix } from "../array/matrix.ts";
import { createRandom } from "../array/random.ts";
import { createNoise, type NoiseOptions, smoothOverMesh } from "./noise.ts";

/** One hemisphere of one participant in one story, to be filled with responses. */
export interface BoldPlan {
  /** Seeds everything: participant, hemisphere and story. */
  readonly name: string;
  /** Noise-free response of each region times its signal-to-noise ratio, [nVolumes]; zeros for none. */
  readonly signals: readonly Float64Array[];
  readonly nVolumes: number;
  /** Region of each vertex, -1 outside all. */
  readonly regionOfVertex: Int32Array;
  readonly neighbours: readonly (readonly number[])[];
  readonly noise: NoiseOptions;
  /** Standard deviation of a vertex's own noise over that of its region's. */
  readonly vertexNoise: number;
}

/** Mean of the series in scanner units. */
const BASELINE = 1000;
/** Standard deviation of the baselines of vertices, in scanner units. */
const BASELINE_SPREAD = 40;
/** What one standard deviation of a region's noise is in scanner units: about one per cent of the baseline. */
const NOISE_SIZE = 10;
/** Vertex series are rounded to whole multiples of this, as scanners count in whole numbers; it also halves the files. */
const STEP = 1 / 64;

/**
 * Region series: what is planted plus the region's noise, around the mean baseline of the region's vertices,
 * [nVolumes x nRegions]. NaN where a region has no vertex.
 *
 * @param baselines - [nVertices], of {@link vertexBaselines}
 */
export function regionBold(plan: BoldPlan, baselines: Float64Array): Matrix<Float64Array> {
  const { signals, nVolumes, regionOfVertex } = plan;
  const noise = createNoise(nVolumes, signals.length, createRandom(`region noise of ${plan.name}`), plan.noise);
  const means = regionMeans(baselines, regionOfVertex, signals.length);
  const bold = Matrix.zeros(nVolumes, signals.length);
  for (let t = 0; t < nVolumes; t++) {
    for (let r = 0; r < signals.length; r++) {
      const i = t * signals.length + r;
      bold.data[i] = means[r]! + NOISE_SIZE * (signals[r]![t]! + noise.data[i]!);
    }
  }
  return bold;
}

/**
 * Vertex series: those of the vertex's region plus noise of its own that neighbours share in part, [nVolumes x
 * nVertices]. The mean over the vertices of a region is the region's series, to the rounding of 1/64. Vertices outside
 * all regions hold noise alone.
 *
 * @param regions - of {@link regionBold}
 */
export function vertexBold(
  plan: BoldPlan,
  baselines: Float64Array,
  regions: Matrix<Float64Array>,
): Matrix<Float32Array> {
  const { nVolumes, regionOfVertex, vertexNoise } = plan;
  const nVertices = regionOfVertex.length;
  const nRegions = regions.nColumns;
  const random = createRandom(`vertex noise of ${plan.name}`);
  const noise = smoothOverMesh(createNoise(nVolumes, nVertices, random, plan.noise), plan.neighbours);
  const means = regionMeans(baselines, regionOfVertex, nRegions);
  const bold = Matrix.of(new Float32Array(nVolumes * nVertices), nVolumes, nVertices);
  const outside = Math.hypot(1, vertexNoise);
  for (let t = 0; t < nVolumes; t++) {
    const row = noise.data.subarray(t * nVertices, (t + 1) * nVertices);
    const centre = regionMeans(row, regionOfVertex, nRegions);
    for (let v = 0; v < nVertices; v++) {
      const r = regionOfVertex[v]!;
      const value =
        r < 0
          ? NOISE_SIZE * outside * row[v]!
          : regions.data[t * nRegions + r]! - means[r]! + NOISE_SIZE * vertexNoise * (row[v]! - centre[r]!);
      bold.data[t * nVertices + v] = Math.round((baselines[v]! + value) / STEP) * STEP;
    }
  }
  return bold;
}

/** The mean of each vertex's series, [nVertices]: about 1000, the same in all stories of a participant. */
export function vertexBaselines(nVertices: number, name: string): Float64Array {
  const random = createRandom(`baselines of ${name}`);
  return Float64Array.from({ length: nVertices }, () => BASELINE + BASELINE_SPREAD * random.normal());
}

function regionMeans(values: Float64Array, regionOfVertex: Int32Array, nRegions: number): Float64Array {
  const sums = new Float64Array(nRegions);
  const counts = new Float64Array(nRegions);
  for (let v = 0; v < values.length; v++) {
    const r = regionOfVertex[v]!;
    if (r < 0) continue;
    sums[r]! += values[v]!;
    counts[r]!++;
  }
  return sums.map((sum, r) => sum / counts[r]!);
}
