import { type Device, resolveDevice } from "../graph/device.ts";
import type { Expression } from "../graph/expression.ts";
import {
  gather,
  gemm,
  input,
  matmul,
  multiplyElements,
  reduceSum,
  slice,
  squeeze,
  subtract,
} from "../graph/operators.ts";
import { compile, type OutputMemory, type Session, type TensorValue } from "../graph/session.ts";

/** Rows of single-precision numbers for a graph, or out of one. */
export interface Rows {
  readonly data: Float32Array;
  readonly nRows: number;
  readonly nColumns: number;
}

/** Where the graphs' outputs lie; they hold until a graph of the same kind runs with it again. */
export interface GraphMemory {
  readonly projection: OutputMemory;
  readonly residuals: OutputMemory;
  readonly predictions: OutputMemory;
}

// Memory that nobody uses at the moment.
const spare: GraphMemory[] = [];

/** Runs with memory for outputs of its own, which those after it use again. */
export async function withGraphMemory<T>(use: (memory: GraphMemory) => Promise<T>): Promise<T> {
  const memory = spare.pop() ?? { projection: new Map(), residuals: new Map(), predictions: new Map() };
  try {
    return await use(memory);
  } finally {
    spare.push(memory);
  }
}

// One session a device for each: lengths are known only when it runs, so that all designs and blocks share it.
const sessions = new Map<string, Promise<Session>>();

/**
 * Targets along the directions of a fit, and what bounds on errors follow from before anything is predicted.
 *
 * @param targets - [nTargets x nSamples]
 * @param fit - [rank x nSamples]
 * @param shares - [rank x nShares]
 * @param weights - [nSamples x nWeights]
 * @returns `projection` = targets fit', [nTargets x rank]; `distances` = projection^2 shares, [nTargets x nShares];
 * `moments` = targets^2 weights, [nTargets x nWeights]
 */
export async function runProjection(
  inputs: Readonly<Record<"targets" | "fit" | "shares" | "weights", Rows>>,
  device: Device | undefined,
  memory: GraphMemory,
): Promise<{ readonly projection: Rows; readonly distances: Rows; readonly moments: Rows }> {
  const outputs = await run("projection", projectionGraph, device, memory, inputs);
  return { projection: outputs.projection!, distances: outputs.distances!, moments: outputs.moments! };
}

/**
 * What is left of some targets, each under one penalty, as weighted sums of its squares.
 *
 * @param targets - [nTargets x nSamples]
 * @param projection - [nTargets x rank]
 * @param kept - the share of each direction that each penalty keeps, [nAlphas x rank]
 * @param fit - [rank x nSamples]
 * @param weights - [nSamples x nWeights]
 * @param pairs - which target and which penalty, [2 x nPairs], row after row
 * @returns (targets - (projection kept) fit)^2 weights, [nPairs x nWeights]
 */
export async function runResiduals(
  inputs: Readonly<Record<"targets" | "projection" | "kept" | "fit" | "weights", Rows>>,
  pairs: Int32Array,
  device: Device | undefined,
  memory: GraphMemory,
): Promise<Rows> {
  const { moments } = await run("residuals", residualGraph, device, memory, inputs, { pairs: [pairs, 2] });
  return moments!;
}

/**
 * Predictions of targets, each under one penalty, against what was observed.
 *
 * @param projection - [nTargets x rank]
 * @param shrinkage - what takes a projection to a coefficient under each penalty, [nAlphas x rank]
 * @param test - other samples along the directions, [rank x nTest]
 * @param observed - [nTargets x nTest]
 * @param penalties - one a target, [nTargets]
 * @returns for prediction = (projection shrinkage) test: its products with `observed` and its squares, summed over the
 * samples, [nTargets x 1] each
 */
export async function runPredictions(
  inputs: Readonly<Record<"projection" | "shrinkage" | "test" | "observed", Rows>>,
  penalties: Int32Array,
  device: Device | undefined,
  memory: GraphMemory,
): Promise<{ readonly products: Rows; readonly squares: Rows }> {
  const outputs = await run("predictions", predictionGraph, device, memory, inputs, { penalties: [penalties, 1] });
  return { products: outputs.products!, squares: outputs.squares! };
}

async function run(
  name: keyof GraphMemory,
  graph: () => Record<string, Expression>,
  device: Device | undefined,
  memory: GraphMemory,
  inputs: Readonly<Record<string, Rows>>,
  indices: Readonly<Record<string, readonly [data: Int32Array, nRows: number]>> = {},
): Promise<Readonly<Record<string, Rows>>> {
  const { provider, threads } = resolveDevice(device);
  const key = [name, provider, threads].join();
  let session = sessions.get(key);
  if (!session) {
    session = compile(graph(), device);
    sessions.set(key, session);
  }
  const values: Record<string, TensorValue> = {};
  for (const [input, { data, nRows, nColumns }] of Object.entries(inputs))
    values[input] = { type: "float32", shape: [nRows, nColumns], data };
  for (const [input, [data, nRows]] of Object.entries(indices))
    values[input] = { type: "int32", shape: [nRows, data.length / nRows], data };
  const outputs = await (await session).run(values, memory[name]);
  return Object.fromEntries(
    Object.entries(outputs).map(([output, { shape, data }]) => [
      output,
      { data: data as Float32Array, nRows: shape[0]!, nColumns: shape[1]! },
    ]),
  );
}

function projectionGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const fit = input("fit", "float32", ["rank", "nSamples"]);
  const shares = input("shares", "float32", ["rank", "nShares"]);
  const weights = input("weights", "float32", ["nSamples", "nWeights"]);
  const projection = gemm(targets, fit, undefined, { transposeB: true });
  return {
    projection,
    distances: matmul(multiplyElements(projection, projection), shares),
    moments: matmul(multiplyElements(targets, targets), weights),
  };
}

function residualGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const projection = input("projection", "float32", ["nTargets", "rank"]);
  const kept = input("kept", "float32", ["nAlphas", "rank"]);
  const fit = input("fit", "float32", ["rank", "nSamples"]);
  const weights = input("weights", "float32", ["nSamples", "nWeights"]);
  const pairs = input("pairs", "int32", [2, "nPairs"]);
  const targetOf = squeeze(slice(pairs, 0, 0, 1), 0);
  const penaltyOf = squeeze(slice(pairs, 0, 1, 2), 0);
  const shrunk = multiplyElements(gather(projection, targetOf), gather(kept, penaltyOf));
  const residual = subtract(gather(targets, targetOf), matmul(shrunk, fit));
  return { moments: matmul(multiplyElements(residual, residual), weights) };
}

function predictionGraph(): Record<string, Expression> {
  const projection = input("projection", "float32", ["nTargets", "rank"]);
  const shrinkage = input("shrinkage", "float32", ["nAlphas", "rank"]);
  const test = input("test", "float32", ["rank", "nTest"]);
  const observed = input("observed", "float32", ["nTargets", "nTest"]);
  const penalties = squeeze(input("penalties", "int32", [1, "nTargets"]), 0);
  const prediction = matmul(multiplyElements(projection, gather(shrinkage, penalties)), test);
  return {
    products: reduceSum(multiplyElements(prediction, observed), [1], true),
    squares: reduceSum(multiplyElements(prediction, prediction), [1], true),
  };
}
