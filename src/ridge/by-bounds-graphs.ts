import { emptyRecord } from "../array/records.ts";
import type { Expression } from "../graph/expression.ts";
import { gather, gemm, input, matmul, multiplyElements, reduceSum } from "../graph/operators.ts";
import { memoryIn, type OutputMemory, type TensorValue } from "../graph/session.ts";
import type { Workspace } from "../graph/workspace.ts";

/** Rows of single-precision numbers for a graph, or out of one. */
export interface Rows {
  readonly data: Float32Array;
  readonly nRows: number;
  readonly nColumns: number;
}

/**
 * Targets that a graph runs on at a time. A batch of 1,000 samples takes 2 MB in single precision and stays in the processor's cache;
 * a call costs little beside its products.
 */
const BATCH = 512;

/** The graphs of choices and predictions in single precision: what each is given and gives stands where it is made. */
const GRAPHS = {
  moments: momentsGraph,
  projection: projectionGraph,
  allResiduals: allResidualsGraph,
  residuals: residualsGraph,
  predictions: predictionsGraph,
} as const;

/** What {@link runRows} is given. */
export interface RowInputs {
  /** Inputs with one row a target, under their names. */
  readonly perTarget: Readonly<Record<string, Rows>>;
  /** The other inputs, the same for all targets. */
  readonly shared?: Readonly<Record<string, Rows>>;
  /** Columns of each output. */
  readonly columns: Readonly<Record<string, number>>;
  /** One a target, where the graph takes them. */
  readonly penalties?: Int32Array;
}

/**
 * Runs a graph whose outputs have a row for each target, on some targets at a time.
 *
 * @returns the outputs; they hold until the graph runs again in the same workspace
 */
export async function runRows<Name extends string>(
  graph: Exclude<keyof typeof GRAPHS, "residuals">,
  { perTarget, shared, columns, penalties }: RowInputs & { readonly columns: Readonly<Record<Name, number>> },
  workspace: Workspace,
): Promise<Readonly<Record<Name, Rows>>> {
  const session = await workspace.session(`by bounds ${graph}`, GRAPHS[graph]);
  const memory = workspace.outputs(graph);
  const nTargets = Object.values(perTarget)[0]!.nRows;
  const outputs = (Object.keys(columns) as Name[]).map((name): [Name, Rows] => {
    const nColumns = columns[name];
    return [name, { data: memoryIn(memory, name, nTargets * nColumns), nRows: nTargets, nColumns }];
  });
  for (let from = 0; from < nTargets; from += BATCH) {
    const to = Math.min(nTargets, from + BATCH);
    const values = emptyRecord<TensorValue>();
    for (const [name, all] of Object.entries(shared ?? {})) values[name] = asTensor(all);
    for (const [name, all] of Object.entries(perTarget)) values[name] = asTensor(someRows(all, from, to));
    if (penalties) values["penalties"] = asIndices(penalties.subarray(from, to));
    const places: OutputMemory = new Map(outputs.map(([name, all]) => [name, someRows(all, from, to).data]));
    const made = await session.run(values, places);
    for (const [name, all] of outputs) {
      // Where a provider gives memory of its own.
      const place = someRows(all, from, to).data;
      const data = made[name]!.data as Float32Array;
      if (data.byteOffset !== place.byteOffset || data.buffer !== place.buffer) place.set(data);
    }
  }
  return Object.fromEntries(outputs) as Record<Name, Rows>;
}

/**
 * What is left of some targets, each under one penalty, as weighted sums of its squares: the moments of "residuals".
 *
 * @param inputs - of all targets
 * @param chosen - which targets, [nChosen]
 * @param penalties - one for each of them, [nChosen]
 * @returns [nChosen x nWeights]; it holds until this runs again in the same workspace
 */
export async function runSomeResiduals(
  inputs: Readonly<Record<"targets" | "projection" | "kept" | "fit" | "weights", Rows>>,
  chosen: Int32Array,
  penalties: Int32Array,
  workspace: Workspace,
): Promise<Rows> {
  const session = await workspace.session("by bounds residuals", GRAPHS.residuals);
  const values = emptyRecord<TensorValue>();
  for (const [name, all] of Object.entries(inputs)) values[name] = asTensor(all);
  values["chosen"] = asIndices(chosen);
  values["penalties"] = asIndices(penalties);
  const { moments } = await session.run(values, workspace.outputs("residuals"));
  return { data: moments!.data as Float32Array, nRows: chosen.length, nColumns: inputs.weights.nColumns };
}

function asTensor({ data, nRows, nColumns }: Rows): TensorValue {
  return { type: "float32", shape: [nRows, nColumns], data };
}

function asIndices(data: Int32Array): TensorValue {
  return { type: "int32", shape: [data.length], data };
}

/** Rows `from` to `to` (exclusive), in the same memory. */
export function someRows({ data, nColumns }: Rows, from: number, to: number): Rows {
  return { data: data.subarray(from * nColumns, to * nColumns), nRows: to - from, nColumns };
}

/** Weighted sums of the squares of targets: targets [nTargets x nSamples], weights [nSamples x nWeights] to moments [nTargets x nWeights]. */
function momentsGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const weights = input("weights", "float32", ["nSamples", "nWeights"]);
  return { moments: matmul(multiplyElements(targets, targets), weights) };
}

/**
 * Targets along the directions of a fit, and sums that bounds on errors follow from before anything is predicted: targets [nTargets x nSamples],
 * fit [rank x nSamples], shares [rank x nShares] to projection = targets fit' [nTargets x rank] and sums = projection^2 shares
 * [nTargets x nShares].
 */
function projectionGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const fit = input("fit", "float32", ["rank", "nSamples"]);
  const shares = input("shares", "float32", ["rank", "nShares"]);
  const projection = gemm(targets, fit, undefined, { transposeB: true });
  return { projection, sums: matmul(multiplyElements(projection, projection), shares) };
}

/**
 * What is left of all targets, each under one penalty, as weighted sums of its squares: moments = (targets - (projection kept) fit)^2 weights,
 * [nTargets x nWeights], with kept [nAlphas x rank] the share of each direction that each penalty keeps, weights [nSamples x nWeights].
 */
function allResidualsGraph(): Record<string, Expression> {
  const targets = input("targets", "float32", ["nTargets", "nSamples"]);
  const projection = input("projection", "float32", ["nTargets", "rank"]);
  return residualMoments(targets, projection, input("penalties", "int32", ["nTargets"]));
}

/** The same of some targets, `chosen`, each under one penalty, [nChosen x nWeights]. */
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

/**
 * Predictions, each target under one penalty, against what was observed: for prediction = (projection shrinkage) test, with shrinkage
 * [nAlphas x rank] and test [rank x nTest], its products with observed [nTargets x nTest] and its squares, summed over the samples,
 * [nTargets x 1] each.
 */
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
