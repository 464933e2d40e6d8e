import { Matrix } from "../array/matrix.ts";
import { type LoadSettings, loadKeptArrays, writeKeptArrays } from "../keep/kept-arrays.ts";
import type { Rows } from "../ridge/by-bounds-graphs.ts";
import type { ErrorBounds } from "../ridge/by-bounds-terms.ts";
import type { ExactDesign, FactoredDesign, Penalised, SingularRange } from "../ridge/factored-design.ts";
import type { HeldOutSet, OutsideBase } from "../ridge/held-out.ts";
import type { ResolvedRidgeOptions } from "../ridge/ridge-options.ts";
import type { Store } from "../sources/source.ts";

/** The path of an encoding model's design in a fold: in the folder of its key. */
export function designPath(key: string, fold: number): string {
  return `${key}/fold-${fold + 1}.design`;
}

/** How many folds' designs are kept under a key. */
export async function countDesigns(store: Store, key: string): Promise<number> {
  return (await store.list(key)).filter(({ name }) => name.endsWith(".design")).length;
}

/** The path of the design's numbers in single precision. */
function singlePath(path: string): string {
  return `${path}-single`;
}

/** The path of the shares of variance that the components of its bands keep. */
function sharesPath(path: string): string {
  return `${path}-variance`;
}

type MatrixShape = readonly [nRows: number, nColumns: number];

/** The shapes of a set of held-out errors; its matrices follow as arrays. */
interface SetShape {
  readonly base: HeldOutSet["base"];
  readonly hasSamples: boolean;
  readonly fit: MatrixShape;
  /** Missing where it is `fit`. */
  readonly predict?: MatrixShape;
  readonly nAlphas: number;
}

interface About extends Penalised {
  readonly left: MatrixShape;
  readonly nTest: number;
  readonly sets: readonly SetShape[];
}

const shapeOf = ({ nRows, nColumns }: Matrix): MatrixShape => [nRows, nColumns];

/** Whether {@link writeDesign} kept a design for these options, and {@link writeShares} its shares. */
export async function hasDesign(
  store: Store,
  path: string,
  { precision }: Pick<ResolvedRidgeOptions, "precision">,
): Promise<boolean> {
  const paths = [path, sharesPath(path), ...(precision === "float32" ? [singlePath(path)] : [])];
  for (const wanted of paths) if (!(await store.has(wanted))) return false;
  return true;
}

/** Keeps a design, bit for bit, and beside it what single precision needs of it, where scores are computed in that. */
export async function writeDesign(
  store: Store,
  path: string,
  key: string,
  design: FactoredDesign,
  { precision }: Pick<ResolvedRidgeOptions, "precision">,
): Promise<void> {
  if (precision === "float32") await writeSingle(store, singlePath(path), key, design);
  await writeDouble(store, path, key, await design.exact());
}

/** Keeps, beside a design, the share of variance that components keep of each of its bands; undefined where one is not reduced. */
export async function writeShares(
  store: Store,
  path: string,
  key: string,
  shares: readonly (number | undefined)[],
): Promise<void> {
  const about = shares.map((share) => share ?? null);
  await writeKeptArrays(store, sharesPath(path), key, { about, arrays: [] });
}

/**
 * What {@link writeShares} kept.
 *
 * @throws FormatError where the file is not what was written under this key
 * @throws NotFoundError where there is none
 */
export async function loadShares(store: Store, path: string, key: string): Promise<readonly (number | undefined)[]> {
  const { about } = await loadKeptArrays(store, sharesPath(path), key);
  return (about as (number | null)[]).map((share) => share ?? undefined);
}

/** Writes a design in double precision; a matrix that stands in two places of it is written once. */
async function writeDouble(store: Store, path: string, key: string, design: ExactDesign): Promise<void> {
  const { alphas, choice, intercept, left, singularValues, sets, test } = design;
  const arrays: Float64Array[] = [left.data, singularValues, test.data];
  const shapes = sets.map((set): SetShape => {
    const { base, samples, fit, predict, damping, weights, outside } = set;
    arrays.push(damping.data, weights.data);
    if (outside) arrays.push(outside.isFar, outside.nearlyInside.data, outside.places.data);
    if (samples) arrays.push(Float64Array.from(samples.train), Float64Array.from(samples.test));
    if (fit !== left) arrays.push(fit.data);
    if (predict !== fit) arrays.push(predict.data);
    return {
      base,
      hasSamples: samples !== undefined,
      fit: shapeOf(fit),
      nAlphas: weights.nRows,
      ...(predict === fit ? {} : { predict: shapeOf(predict) }),
    };
  });
  const about: About = { alphas, choice, intercept, left: shapeOf(left), nTest: test.nColumns, sets: shapes };
  await writeKeptArrays(store, path, key, { about, arrays });
}

/**
 * A design that {@link writeDesign} kept, in double precision.
 *
 * @throws FormatError where the file is not what was written under this key
 * @throws NotFoundError where there is none
 */
export async function loadDesign(
  store: Store,
  path: string,
  key: string,
  settings: LoadSettings = {},
): Promise<ExactDesign> {
  const { about, arrays } = await loadKeptArrays(store, path, key, settings);
  const { alphas, choice, intercept, left: leftShape, nTest, sets: shapes } = about as About;
  let at = 0;
  const next = () => arrays[at++] as Float64Array;
  const left = Matrix.of(next(), ...leftShape);
  const singularValues = next();
  const test = Matrix.of(next(), leftShape[0], nTest);
  const sets = shapes.map(({ base, hasSamples, fit: fitShape, predict: predictShape, nAlphas }) => {
    const [damping, weights] = [next(), next()];
    const outside = base === "remainder" ? outsideFrom(next(), next(), next()) : undefined;
    const samples = hasSamples ? { train: Int32Array.from(next()), test: Int32Array.from(next()) } : undefined;
    const fit = samples ? Matrix.of(next(), ...fitShape) : left;
    const predict = predictShape ? Matrix.of(next(), ...predictShape) : fit;
    return {
      base,
      samples,
      fit,
      predict,
      outside,
      damping: Matrix.of(damping, nAlphas, fit.nRows),
      weights: Matrix.of(weights, nAlphas, predict.nColumns),
    };
  });
  return { alphas, choice, intercept, left, singularValues, sets, test };
}

function outsideFrom(isFar: Float64Array, nearlyInside: Float64Array, places: Float64Array): OutsideBase {
  const rows = (data: Float64Array) => Matrix.of(data, data.length / isFar.length, isFar.length);
  return { isFar, nearlyInside: rows(nearlyInside), places: rows(places) };
}

/** Numbers of bounds by penalty, [nAlphas] each, in the order in which they are kept. */
const OF_PENALTIES = [
  "meanWeight",
  "leastWeight",
  "greatestWeight",
  "ofWeights",
  "ofLeverages",
  "leverages",
  "shrinkageSquares",
] as const;

/** The header of a design in single precision. */
interface AboutSingle extends Penalised {
  readonly hasBounds: boolean;
  readonly singularRange: SingularRange;
  /** Of the matrices, which come first. */
  readonly shapes: readonly MatrixShape[];
}

async function writeSingle(store: Store, path: string, key: string, design: FactoredDesign): Promise<void> {
  const { alphas, choice, intercept, bounds, predictor, singularRange } = design;
  const matrices = [predictor.shrinkage, predictor.test];
  const numbers = [predictor.sensitivity, predictor.greatestSummands];
  if (bounds) {
    const { fit, kept, shares, fromTarget, targetWeights, fromResidual, residualWeights } = bounds;
    matrices.push(fit, kept, shares, targetWeights, residualWeights);
    for (const { mean, spread, multiplier } of [fromTarget, fromResidual]) numbers.push(mean, spread, multiplier);
    for (const name of OF_PENALTIES) numbers.push(bounds[name]);
  }
  const about: AboutSingle = {
    alphas,
    choice,
    intercept,
    hasBounds: bounds !== undefined,
    singularRange,
    shapes: matrices.map(({ nRows, nColumns }) => [nRows, nColumns]),
  };
  await writeKeptArrays(store, path, key, { about, arrays: [...matrices.map(({ data }) => data), ...numbers] });
}

/**
 * A design that {@link writeDesign} kept for scores in single precision: where penalties are chosen by bounds, half as many bytes,
 * and nothing that is to be computed before it is used. The design in double precision is read where it is asked for.
 *
 * @param exact - how that is done
 * @throws FormatError where the file is not what was written under this key
 * @throws NotFoundError where there is none: scores were to be computed in double precision
 */
export async function loadSingleDesign(
  store: Store,
  path: string,
  key: string,
  settings: LoadSettings = {},
  exact: FactoredDesign["exact"] = () => loadDesign(store, path, key),
): Promise<FactoredDesign> {
  const { about, arrays } = await loadKeptArrays(store, singlePath(path), key, settings);
  const { alphas, choice, intercept, hasBounds, singularRange, shapes } = about as AboutSingle;
  const [shrinkage, test, ...matrices] = shapes.map(
    ([nRows, nColumns], i): Rows => ({ data: arrays[i] as Float32Array, nRows, nColumns }),
  );
  const nAlphas = shrinkage!.nRows;
  const [fit, kept, shares, targetWeights, residualWeights] = matrices;
  const [sensitivity, greatestSummands, ...numbers] = arrays.slice(shapes.length) as Float64Array[];
  const termsAt = (first: number): ErrorBounds => {
    const [mean, spread, multiplier] = numbers.slice(first);
    return { nAlphas, mean: mean!, spread: spread!, multiplier: multiplier! };
  };
  const ofPenalties = Object.fromEntries(OF_PENALTIES.map((name, i) => [name, numbers[6 + i]!])) as Record<
    (typeof OF_PENALTIES)[number],
    Float64Array
  >;
  return {
    alphas,
    choice,
    intercept,
    bounds: hasBounds
      ? {
          nAlphas,
          fit: fit!,
          kept: kept!,
          shares: shares!,
          fromTarget: termsAt(0),
          targetWeights: targetWeights!,
          fromResidual: termsAt(3),
          residualWeights: residualWeights!,
          ...ofPenalties,
        }
      : undefined,
    predictor: {
      shrinkage: shrinkage!,
      test: test!,
      sensitivity: sensitivity!,
      greatestSummands: greatestSummands!,
    },
    singularRange,
    exact,
  };
}
