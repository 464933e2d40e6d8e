import { emptyRecord } from "../array/records.ts";
import { compileOnce } from "../graph/compile-once.ts";
import type { Device } from "../graph/device.ts";
import type { Expression } from "../graph/expression.ts";
import { gather, gemm, input, matmul, multiplyElements, reduceSum } from "../graph/operators.ts";
import { type OutputMemory, roomIn, type TensorValue } from "../graph/session.ts";

/** Rows of single-precision numbers for a graph, or out of one. */
export interface Rows {
  readonly data: Float32Array;
  readonly nRows: number;
  readonly nColumns: number;
}

/** Targets that a graph runs on at a time: what it makes of them stays in the cache, and calls cost little beside products. */
const BATCH = 512;

const GRAPHS = {
  moments: momentsGraph,
  projection: projectionGraph,
  allResiduals: allResidualsGraph,
  residuals: residualsGraph,
  predictions: predictionsGraph,
} as const;

/** Where the graphs' outputs lie; they hold until a graph of the same kind runs with it again. */
export type GraphMemory = Readonly<Record<keyof typeof GRAPHS, OutputMemory>>;

// Memory that nobody uses at the moment.
const spare: GraphMemory[] = [];

/** Runs with memory for outputs of its own, which those after it use again. */
export async function withGraphMemory<T>(use: (memory: GraphMemory) => Promise<T>): Promise<T> {
  const memory =
    spare.pop() ?? (Object.fromEntries(Object.keys(GRAPHS).map((name) => [name, new Map()])) as GraphMemory);
  try {
    return await use(memory);
  } finally {
    spare.push(memory);
  }
}

/**
 * Weighted sums of the squares of targets, [nTargets x nWeights].
 *
 * @param targets - [nTargets x nSamples]
 * @param weights - [nSamples x nWeights]
 */
export async function runMoments(
  targets: Rows,
  weights: Rows,
  device: Device | undefined,
  memory: GraphMemory,
): Promise<Rows> {
  const { moments } = await runInBatches(
    "moments",
    device,
    memory,
    { weights },
    { targets },
    {
      moments: weights.nColumns,
    },
  );
  return moments!;
}

/**
 * Targets along the directions of a fit, and sums that bounds on errors follow from before anything is predicted.
 *
 * @param targets - [nTargets x nSamples]
 * @param fit - [rank x nSamples]
 * @param shares - [rank x nShares]
 * @returns `projection` = targets fit', [nTargets x rank]; `sums` = projection^2 shares, [nTargets x nShares]
 */
export async function runProjection(
  { targets, fit, shares }: Readonly<Record<"targets" | "fit" | "shares", Rows>>,
  device: Device | undefined,
  memory: GraphMemory,
): Promise<{ readonly projection: Rows; readonly sums: Rows }> {
  const columns = { projection: fit.nRows, sums: shares.nColumns };
  const { projection, sums } = await runInBatches("projection", device, memory, { fit, shares }, { targets }, columns);
  return { projection: projection!, sums: sums! };
}

/** What {@link runAllResiduals} and {@link runResiduals} work on. */
export interface ResidualInputs {
  /** [nTargets x nSamples] */
  readonly targets: Rows;
  /** [nTargets x rank] */
  readonly projection: Rows;
  /** The share of each direction that each penalty keeps, [nAlphas x rank]. */
  readonly kept: Rows;
  /** [rank x nSamples] */
  readonly fit: Rows;
  /** [nSamples x nWeights] */
  readonly weights: Rows;
}

/**
 * What is left of all targets, each under one penalty, as weighted sums of its squares.
 *
 * @param penalties - one a target, [nTargets]
 * @returns (targets - (projection kept) fit)^2 weights, [nTargets x nWeights]
 */
export async function runAllResiduals(
  inputs: ResidualInputs,
  penalties: Int32Array,
  device: Device | undefined,
  memory: GraphMemory,
): Promise<Rows> {
  const { targets, projection, ...others } = inputs;
  const columns = { moments: inputs.weights.nColumns };
  const { moments } = await runInBatches(
    "allResiduals",
    device,
    memory,
    others,
    { targets, projection },
    columns,
    penalties,
  );
  return moments!;
}

/**
 * What is left of some targets, each under one penalty, as weighted sums of its squares.
 *
 * @param chosen - which targets, [nChosen]
 * @param penalties - one for each of them, [nChosen]
 * @returns (targets - (projection kept) fit)^2 weights, [nChosen x nWeights]
 */
export async function runResiduals(
  inputs: ResidualInputs,
  chosen: Int32Array,
  penalties: Int32Array,
  device: Device | undefined,
  memory: GraphMemory,
): Promise<Rows> {
  const { moments } = await run("residuals", device, memory.residuals, { ...inputs }, { chosen, penalties });
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
  { projection, observed, ...others }: Readonly<Record<"projection" | "shrinkage" | "test" | "observed", Rows>>,
  penalties: Int32Array,
  device: Device | undefined,
  memory: GraphMemory,
): Promise<Readonly<Record<"products" | "squares", Rows>>> {
  const columns = { products: 1, squares: 1 };
  const rows = { projection, observed };
  return runInBatches("predictions", device, memory, others, rows, columns, penalties);
}

/**
 * Runs a graph whose outputs have a row for each target on some of them at a time.
 *
 * @param rows - inputs with one row a target
 * @param columns - of each output
 * @param penalties - one a target, where the graph takes them
 */
async function runInBatches<Name extends string>(
  graph: keyof typeof GRAPHS,
  device: Device | undefined,
  memory: GraphMemory,
  inputs: Readonly<Record<string, Rows>>,
  rows: Readonly<Record<string, Rows>>,
  columns: Readonly<Record<Name, number>>,
  penalties?: Int32Array,
): Promise<Readonly<Record<Name, Rows>>> {
  const nTargets = Object.values(rows)[0]!.nRows;
  const names = Object.keys(columns) as Name[];
  const outputs = names.map((name): [Name, Rows] => {
    const nColumns = columns[name];
    return [name, { data: roomIn(memory[graph], name, nTargets * nColumns), nRows: nTargets, nColumns }];
  });
  for (let from = 0; from < nTargets; from += BATCH) {
    const to = Math.min(nTargets, from + BATCH);
    const some = Object.fromEntries(Object.entries(rows).map(([name, all]) => [name, someRows(all, from, to)]));
    const places: OutputMemory = new Map(outputs.map(([name, all]) => [name, someRows(all, from, to).data]));
    const indices = penalties ? { penalties: penalties.subarray(from, to) } : {};
    const made = await run(graph, device, places, { ...inputs, ...some }, indices);
    for (const [name, all] of outputs) {
      // Where a provider gives memory of its own.
      const place = someRows(all, from, to).data;
      if (made[name]!.data.byteOffset !== place.byteOffset || made[name]!.data.buffer !== place.buffer)
        place.set(made[name]!.data);
    }
  }
  return Object.fromEntries(outputs) as Record<Name, Rows>;
}

/** Rows `from` to `to` (exclusive), in the same memory. */
export function someRows({ data, nColumns }: Rows, from: number, to: number): Rows {
  return { data: data.subarray(from * nColumns, to * nColumns), nRows: to - from, nColumns };
}

async function run(
  name: keyof typeof GRAPHS,
  device: Device | undefined,
  memory: OutputMemory,
  inputs: Readonly<Record<string, Rows>>,
  indices: Readonly<Record<string, Int32Array>> = {},
): Promise<Readonly<Record<string, Rows>>> {
  const session = await compileOnce(`shortlist ${name}`, GRAPHS[name], device);
  const values = emptyRecord<TensorValue>();
  for (const [input, { data, nRows, nColumns }] of Object.entries(inputs))
    values[input] = { type: "float32", shape: [nRows, nColumns], data };
  for (const [input, data] of Object.entries(indices)) values[input] = { type: "int32", shape: [data.length], data };
  const outputs = await session.run(values, memory);
  return Object.fromEntries(
    Object.entries(outputs).map(([output, { shape, data }]) => [
      output,
      { data: data as Float32Array, nRows: shape[0]!, nColumns: shape[1]! },
    ]),
  );
}

function momentsGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const weights = input("weights", "float32", ["nSamples", "nWeights"]);
  return { moments: matmul(multiplyElements(targets, targets), weights) };
}

function projectionGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const fit = input("fit", "float32", ["rank", "nSamples"]);
  const shares = input("shares", "float32", ["rank", "nShares"]);
  const projection = gemm(targets, fit, undefined, { transposeB: true });
  return { projection, sums: matmul(multiplyElements(projection, projection), shares) };
}

function allResidualsGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const projection = input("projection", "float32", ["nTargets", "rank"]);
  return residualMoments(targets, projection, input("penalties", "int32", ["nTargets"]));
}

function residualsGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const projection = input("projection", "float32", ["nTargets", "rank"]);
  const chosen = input("chosen", "int32", ["nChosen"]);
  return residualMoments(gather(targets, chosen), gather(projection, chosen), input("penalties", "int32", ["nChosen"]));
}

function residualMoments(
  targets: Expression,
  projection: Expression,
  penalties: Expression,
): Record<string, Expression> {
  const kept = input("kept", "float32", ["nAlphas", "rank"]);
  const fit = input("fit", "float32", ["rank", "nSamples"]);
  const weights = input("weights", "float32", ["nSamples", "nWeights"]);
  const residual = gemm(multiplyElements(projection, gather(kept, penalties)), fit, targets, { alpha: -1 });
  return { moments: matmul(multiplyElements(residual, residual), weights) };
}

function predictionsGraph(): Record<string, Expression> {
  const projection = input("projection", "float32", ["nTargets", "rank"]);
  const shrinkage = input("shrinkage", "float32", ["nAlphas", "rank"]);
  const test = input("test", "float32", ["rank", "nTest"]);
  const observed = input("observed", "float32", ["nTargets", "nTest"]);
  const penalties = input("penalties", "int32", ["nTargets"]);
  const prediction = matmul(multiplyElements(projection, gather(shrinkage, penalties)), test);
  return {
    products: reduceSum(multiplyElements(prediction, observed), [1], true),
    squares: reduceSum(multiplyElements(prediction, prediction), [1], true),
  };
}
