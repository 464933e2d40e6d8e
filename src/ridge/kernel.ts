import { freeNow } from "../array/free-now.ts";
import { type Matrix, takeRows } from "../array/matrix.ts";
import type { Device } from "../graph/device.ts";
import { multiply } from "../graph/multiply.ts";
import { centreColumns, columnMeans } from "../linear-algebra/centre.ts";

/**
 * Inner products of all samples with the training samples, of columns centred on these, in double precision:
 * [nSamples x nTrain]. Products of columns side by side are the sums of those of their parts.
 *
 * @param x - [nSamples x nFeatures], any precision
 * @param train - rows of the training samples
 */
export async function trainingKernel(
  x: Matrix,
  train: Int32Array,
  device: Device | undefined,
): Promise<Matrix<Float64Array>> {
  const centred = centreColumns(x, columnMeans(x, train), "trainingKernel");
  const ofTraining = takeRows(centred, train);
  const kernel = await multiply(centred, ofTraining, { transposeB: true, device });
  freeNow(centred.data, ofTraining.data);
  return kernel;
}
