import { freeNow } from "../array/free-now.ts";
import { checkMatrix, formatShape, joinColumns, Matrix } from "../array/matrix.ts";
import { ShapeError } from "../errors.ts";
import { type KernelMemory, kernelPca, trainingKernel } from "../ridge/kernel.ts";
import { keptVariance } from "../ridge/pca.ts";
import { DEFAULT_DELAYS } from "./delays.ts";
import {
  afterReduction,
  beforeReduction,
  checkDesign,
  DEFAULT_COMPONENTS,
  type DesignOptions,
  type FittedBand,
  fitBand,
  requireFiniteFeatures,
  requireVarying,
} from "./design.ts";
import { checkWindowOptions, DEFAULT_WIDTH } from "./window.ts";

/**
 * Forecast windows at several distances, given by the features of their single words: the window at distance d joins the
 * features at the offsets d - width + 1 to d, as `forecastWindow` joins words.
 */
export interface SlidingWindows {
  /** Words from the word itself to each window's last word; negative for windows of the past. */
  readonly distances: readonly number[];
  /** Words in a window (default 7). */
  readonly width?: number | undefined;
  /**
   * Volume-level features of the words that lie `offset` words after each word, all stories joined, [nVolumes x nUnits]: a
   * `forecastWindow` of width 1 at that distance, brought to volumes. Asked for once a fold and offset.
   */
  readonly featuresAt: (offset: number) => Matrix | Promise<Matrix>;
}

/** A window's columns in the design of one fold. */
export interface WindowColumns extends FittedBand {
  readonly kind: "columns";
  readonly distance: number;
}

/** A window's columns in the design of one fold, given by the inner products of volumes over them. */
export interface WindowKernel {
  readonly kind: "kernel";
  readonly distance: number;
  /** Inner products of all volumes with the training volumes, [nVolumes x nTrain]; overwritten for the next window. */
  readonly kernel: Matrix<Float64Array>;
  /** How many columns these are. */
  readonly nColumns: number;
}

/**
 * The bands of all windows in the design of one fold, as `fitBand` makes them of each formed window. What comes before
 * components is done to each column on its own, and so is what comes after: inner products of volumes over a window's columns
 * are the sum of those over its words' columns, and scores along components follow from inner products
 * ({@link kernelPca}), as does a ridge regression (`factorKernel`). A window with more columns than there are training
 * volumes is never formed; without components, its band is given as inner products.
 *
 * Floating-point operations, with T volumes, T' of them for training, U units, width w, D distances in a row and c
 * components:
 *
 * - inner products 2 (D + w - 1) T T' U, their sums D w T T', the scores 2 D c T T';
 * - of windows that are formed, 2 D T'^2 w U and 2 D c (T + T') w U.
 *
 * For T = 1,000, T' = 800, U = 768, w = 7, D = 41 and c = 20 that is 60 GFLOP in place of 297.
 * The eigenvectors are the same work. With `"after-delays"`, or without components, products with U are multiplied by the
 * number of delays.
 *
 * Memory held, in bytes: 8 (w + 2) T T' + 8 T'^2 + 4 w T U, 84 MB for those numbers. All sums are in double precision, those over
 * a window's words of w terms, anew for each window.
 *
 * @param train - rows of the training volumes
 * @returns one band for each distance, in rising order; signs of components are those of {@link kernelPca} where windows are
 * not formed
 * @throws ShapeError and OptionError as `fitBand`; ShapeError where features at two offsets differ in shape, OptionError where a
 * distance or the width is no whole number
 */
export async function* slidingBands(
  windows: SlidingWindows,
  train: Int32Array,
  options: DesignOptions,
): AsyncGenerator<WindowColumns | WindowKernel> {
  const { width = DEFAULT_WIDTH } = windows;
  const { components = DEFAULT_COMPONENTS, reduction, nDelays = DEFAULT_DELAYS, device } = options;
  let sum: Matrix<Float64Array> | undefined;
  let memory: KernelMemory | undefined;
  for await (const { distance, words } of slide(windows, options)) {
    const features = words.map((word) => word.features);
    const { nRows, nColumns } = features[0]!;
    const nWindow = width * nColumns;
    requireVarying(features, train, `features ${nRows} x ${nWindow}`);
    const nReduced = reduction === "after-delays" ? nWindow * nDelays : nWindow;
    const isReduced = components !== "none" && components < nReduced;
    const nFeatures = isReduced ? nReduced : nWindow * nDelays;
    if (nFeatures <= train.length) {
      yield { kind: "columns", distance, ...(await fitBand(joinColumns(features), train, options)) };
      continue;
    }
    const kernels: Float64Array[] = [];
    for (const word of words) {
      if (!word.kernel) {
        const entering = beforeReduction(word.features, train, options);
        const columns = isReduced ? entering : afterReduction(entering, train, options);
        word.kernel = await trainingKernel(columns, train, device);
        freeNow(entering.data, columns.data);
      }
      kernels.push(word.kernel.data);
    }
    // As many rows as the words' kernels have: one more than volumes where silence is to be projected on the components.
    sum ??= Matrix.zeros(words[0]!.kernel!.nRows, train.length, "slidingBands");
    addUp(sum.data, kernels);
    if (isReduced) {
      memory ??= { square: Matrix.zeros(train.length, train.length, "slidingBands").data, start: {} };
      const pca = await kernelPca(sum, { train, nFeatures, nComponents: components, device, memory });
      const columns = afterReduction(pca.scores, train, options);
      yield { kind: "columns", distance, columns, keptVariance: keptVariance(pca) };
    } else {
      yield { kind: "kernel", distance, kernel: sum, nColumns: nFeatures };
    }
  }
}

/** The word at one offset: kept as long as windows hold it. */
interface OffsetWord {
  readonly features: Matrix;
  /** Inner products of all volumes with the training volumes, [nVolumes x nTrain], once they are needed. */
  kernel?: Matrix<Float64Array>;
}

/** The words of each window, left to right, in rising order of distances: each offset is asked for once. */
async function* slide({ distances, width = DEFAULT_WIDTH, featuresAt }: SlidingWindows, options: DesignOptions) {
  for (const distance of distances)
    checkWindowOptions({ distance, width }, "slidingBands", `${distances.length} distances`);
  const kept = new Map<number, OffsetWord>();
  let first: Matrix | undefined;
  for (const distance of [...new Set(distances)].sort((a, b) => a - b)) {
    const start = distance - width + 1;
    for (const offset of kept.keys()) if (offset < start) kept.delete(offset);
    for (let offset = start; offset <= distance; offset++) {
      if (kept.has(offset)) continue;
      const features = await featuresAt(offset);
      first ??= features;
      checkOffset(features, offset, first, options);
      kept.set(offset, { features });
    }
    yield { distance, words: [...kept.values()] };
  }
}

function checkOffset(features: Matrix, offset: number, first: Matrix, options: DesignOptions): void {
  checkMatrix(features, `slidingBands: features at offset ${offset}`);
  const what = `features ${formatShape(features)} at offset ${offset}`;
  checkDesign(features, options, what);
  requireFiniteFeatures(features, what);
  if (features.nColumns === first.nColumns) return;
  throw new ShapeError(
    `slidingBands: features must have as many columns at every offset (${first.nColumns}), got ${features.nColumns} (offset ${offset}). All are of one layer.`,
  );
}

/** Numbers that are added up at a time: 16 kB, which stay in a first cache of 32 kB from one term to the next. */
const ADDED_AT_ONCE = 2048;

function addUp(sum: Float64Array, terms: readonly Float64Array[]): void {
  for (let from = 0; from < sum.length; from += ADDED_AT_ONCE) {
    const to = Math.min(sum.length, from + ADDED_AT_ONCE);
    sum.fill(0, from, to);
    for (const term of terms) addOne(sum, term, from, to);
  }
}

function addOne(sum: Float64Array, term: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) sum[i]! += term[i]!;
}
