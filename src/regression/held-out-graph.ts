import { type FloatArray, type Matrix, Matrix as MatrixOf } from "../array/matrix.ts";
import { type Device, resolveDevice } from "../graph/device.ts";
import type { DataType, Expression } from "../graph/expression.ts";
import { add, gemm, input, matmul, multiplyElements, squeeze, subtract, unsqueeze } from "../graph/operators.ts";
import { compile, type Session, type TensorValue } from "../graph/session.ts";
import type { HeldOutSet } from "./held-out.ts";

/** The errors of one set for a block of targets. */
export interface HeldOutErrors<Data extends FloatArray> {
  /** The targets along the directions of the fit, [nTargets x rank]. */
  readonly projection: Matrix<Data>;
  /** The weighted sum of squared errors, [nAlphas x nTargets]. */
  readonly errors: Matrix<Data>;
}

// One session for each kind of base, precision and device: lengths are known only when it runs, so that all designs
// and blocks share it, and it holds no numbers.
const sessions = new Map<string, Promise<Session>>();

/**
 * The errors of a set (see {@link HeldOutSet}) for a block of targets, as one compiled graph.
 *
 * 2 nAlphas rank nTest operations a target in the product dominate; sums of squares are taken by a product as well.
 *
 * @param targets - [nTargets x nTrain], in the precision of the set
 * @param tested - [nTargets x nTest] where the base of the set is "tested"
 */
export async function runHeldOut<Data extends FloatArray>(
  set: HeldOutSet<Data>,
  targets: Matrix<Data>,
  tested: Matrix<Data> | undefined,
  device: Device | undefined,
): Promise<HeldOutErrors<Data>> {
  const type = targets.data instanceof Float32Array ? "float32" : "float64";
  const session = await sessionFor(set.base, type, device);
  const value = (matrix: Matrix): TensorValue => ({
    type,
    shape: [matrix.nRows, matrix.nColumns],
    data: matrix.data,
  });
  const { projection, errors } = await session.run({
    targets: value(targets),
    fit: value(set.fit),
    damping: value(set.damping),
    weights: value(set.weights),
    ...(set.base === "tested" ? { predict: value(set.predict), tested: value(tested!) } : {}),
  });
  return {
    projection: MatrixOf.of(projection!.data as Data, targets.nRows, set.fit.nRows),
    errors: MatrixOf.of(errors!.data as Data, set.weights.nRows, targets.nRows),
  };
}

async function sessionFor(
  base: HeldOutSet["base"],
  type: "float32" | "float64",
  device: Device | undefined,
): Promise<Session> {
  const { provider, threads } = resolveDevice(device);
  const key = [base, type, provider, threads].join();
  let session = sessions.get(key);
  if (!session) {
    session = compile(heldOutGraph(base, type), device);
    sessions.set(key, session);
  }
  return session;
}

function heldOutGraph(base: HeldOutSet["base"], type: DataType): Record<string, Expression> {
  const nTest = base === "tested" ? "nTest" : "nTrain";
  const targets = input("targets", type, ["nTargets", "nTrain"]);
  const fit = input("fit", type, ["rank", "nTrain"]);
  const predict = base === "tested" ? input("predict", type, ["rank", nTest]) : fit;
  const damping = input("damping", type, ["nAlphas", "rank"]);
  const weights = input("weights", type, ["nAlphas", nTest]);
  const projection = gemm(targets, fit, undefined, { transposeB: true });
  const damped = multiplyElements(unsqueeze(projection, 0), unsqueeze(damping, 1)); // [nAlphas, nTargets, rank]
  const fitted = matmul(damped, predict); // [nAlphas, nTargets, nTest]
  const error =
    base === "nothing"
      ? fitted
      : base === "tested"
        ? add(fitted, input("tested", type, ["nTargets", nTest]))
        : add(fitted, subtract(targets, matmul(projection, fit)));
  const errors = squeeze(matmul(multiplyElements(error, error), unsqueeze(weights, 2)), 2);
  return { projection, errors };
}
