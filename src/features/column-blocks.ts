import { freeNow } from "../array/free-now.ts";
import { joinColumns, type Matrix } from "../array/matrix.ts";
import { kernelPca, trainingKernel } from "../ridge/kernel.ts";
import { keptVariance } from "../ridge/pca.ts";
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

/** A band whose columns come some at a time. */
export interface ColumnBlocks {
  /** Of all blocks together. */
  readonly nColumns: number;
  /** Columns side by side, in order, each block [nVolumes x nOfBlock]; each is used before the next is asked for. */
  readonly blocks: () => AsyncIterable<Matrix>;
}

/**
 * A band's columns in the designs of several folds, as {@link fitBand} makes them of each: for bands of many columns, such as the
 * responses of a whole brain. Each block is asked for once.
 *
 * A band of more columns than a fold has training volumes is never formed. What comes before components is done to each column
 * on its own, so that the inner products of volumes over all columns are the sums of those over blocks, and scores along
 * components follow from them ({@link kernelPca}). With T volumes, T' of them for training, and P columns, these take
 * 2 T T' P floating point operations a fold, and 8 T T' bytes a fold are held.
 *
 * @param trains - rows of the training volumes of each fold
 * @returns one band for each fold; signs of components are those of {@link kernelPca} where the band is not formed
 * @throws ShapeError and OptionError as {@link fitBand}
 */
export async function fitColumnBlocks(
  { nColumns, blocks }: ColumnBlocks,
  trains: readonly Int32Array[],
  options: DesignOptions,
): Promise<readonly FittedBand[]> {
  const { components = DEFAULT_COMPONENTS, device } = options;
  const fewest = Math.min(...trains.map((train) => train.length));
  if (components === "none" || nColumns <= Math.max(components, fewest)) {
    const parts: Matrix[] = [];
    for await (const block of blocks()) parts.push(block);
    const band = joinColumns(parts);
    const fitted: FittedBand[] = [];
    for (const train of trains) fitted.push(await fitBand(band, train, options));
    return fitted;
  }
  const kernels: Matrix<Float64Array>[] = [];
  const varies = trains.map(() => false);
  let what = "";
  for await (const block of blocks()) {
    what = `features ${block.nRows} x ${nColumns}`;
    checkDesign(block, options, what);
    requireFiniteFeatures(block, what);
    for (const [f, train] of trains.entries()) {
      const columns = beforeReduction(block, train, options);
      const kernel = await trainingKernel(columns, train, device);
      varies[f] ||= kernel.data.some((product) => product !== 0);
      freeNow(columns.data);
      const sum = kernels[f];
      if (!sum) kernels.push(kernel);
      else {
        for (let i = 0; i < sum.data.length; i++) sum.data[i]! += kernel.data[i]!;
        freeNow(kernel.data);
      }
    }
  }
  const fitted: FittedBand[] = [];
  const memory = { start: {} };
  for (const [f, train] of trains.entries()) {
    if (!varies[f]) requireVarying([], train, what);
    const pca = await kernelPca(kernels[f]!, { train, nFeatures: nColumns, nComponents: components, device, memory });
    fitted.push({ columns: afterReduction(pca.scores, train, options), keptVariance: keptVariance(pca) });
  }
  return fitted;
}
