import { type Device, resolveDevice } from "../graph/device.ts";
import type { Expression } from "../graph/expression.ts";
import { gemm, input, matmul, multiplyElements, subtract } from "../graph/operators.ts";
import { compile, type Session, type TensorValue } from "../graph/session.ts";

/** Rows of single-precision numbers for a graph, or out of one. */
export interface Rows {
  readonly data: Float32Array;
  readonly nRows: number;
  readonly nColumns: number;
}

// One session a device for each: lengths are known only when it runs, so that all designs and blocks share it.
const sessions = new Map<string, Promise<Session>>();

/**
 * Targets along the directions of a fit, and sums of the squares over them.
 *
 * @param targets - [nTargets x nSamples]
 * @param fit - [rank x nSamples]
 * @param sums - [rank x nSums]
 * @returns `projection` = targets fit', [nTargets x rank]; `squares` = projection^2 sums, [nTargets x nSums]
 */
export async function runProjection(
  targets: Rows,
  fit: Rows,
  sums: Rows,
  device: Device | undefined,
): Promise<{ readonly projection: Rows; readonly squares: Rows }> {
  const outputs = await run("projection", projectionGraph, device, { targets, fit, sums });
  return { projection: outputs.projection!, squares: outputs.squares! };
}

/**
 * What is left of targets under one penalty, as weighted sums of its squares; and sums of the projections' squares.
 *
 * @param targets - [nTargets x nSamples]
 * @param projection - [nTargets x rank]
 * @param kept - the share of each direction that the penalty keeps, [1 x rank]
 * @param fit - [rank x nSamples]
 * @param weights - [nSamples x nWeights]
 * @param steps - [rank x nSteps]
 * @returns `moments` = (targets - (projection kept) fit)^2 weights, [nTargets x nWeights]; `distances` = projection^2
 * steps, [nTargets x nSteps]
 */
export async function runResidual(
  inputs: Readonly<Record<"targets" | "projection" | "kept" | "fit" | "weights" | "steps", Rows>>,
  device: Device | undefined,
): Promise<{ readonly moments: Rows; readonly distances: Rows }> {
  const outputs = await run("residual", residualGraph, device, inputs);
  return { moments: outputs.moments!, distances: outputs.distances! };
}

async function run(
  name: string,
  graph: () => Record<string, Expression>,
  device: Device | undefined,
  inputs: Readonly<Record<string, Rows>>,
): Promise<Readonly<Record<string, Rows>>> {
  const { provider, threads } = resolveDevice(device);
  const key = [name, provider, threads].join();
  let session = sessions.get(key);
  if (!session) {
    session = compile(graph(), device);
    sessions.set(key, session);
  }
  const values: Record<string, TensorValue> = {};
  for (const [name, { data, nRows, nColumns }] of Object.entries(inputs))
    values[name] = { type: "float32", shape: [nRows, nColumns], data };
  const outputs = await (await session).run(values);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { shape, data }]) => [
      name,
      { data: data as Float32Array, nRows: shape[0]!, nColumns: shape[1]! },
    ]),
  );
}

function projectionGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const fit = input("fit", "float32", ["rank", "nSamples"]);
  const sums = input("sums", "float32", ["rank", "nSums"]);
  const projection = gemm(targets, fit, undefined, { transposeB: true });
  return { projection, squares: matmul(multiplyElements(projection, projection), sums) };
}

function residualGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const projection = input("projection", "float32", ["nTargets", "rank"]);
  const kept = input("kept", "float32", [1, "rank"]);
  const fit = input("fit", "float32", ["rank", "nSamples"]);
  const weights = input("weights", "float32", ["nSamples", "nWeights"]);
  const steps = input("steps", "float32", ["rank", "nSteps"]);
  const residual = subtract(targets, matmul(multiplyElements(projection, kept), fit));
  return {
    moments: matmul(multiplyElements(residual, residual), weights),
    distances: matmul(multiplyElements(projection, projection), steps),
  };
}
