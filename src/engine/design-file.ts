import { Matrix } from "../array/matrix.ts";
import type { HeldOutSet } from "../regression/held-out.ts";
import type { ScoringDesign } from "../regression/scoring-design.ts";
import type { Store } from "../sources/source.ts";
import { loadKeptArrays, writeKeptArrays } from "./kept-arrays.ts";

/** Where the design of a model in a fold lies. */
export function designPath(folder: string, model: number, fold: number): string {
  return `${folder}/model-${model}_fold-${fold + 1}.design`;
}

type Shape = readonly [nRows: number, nColumns: number];

/** What is said of a set of held-out errors; its matrices follow as arrays. */
interface SetShape {
  readonly base: HeldOutSet["base"];
  readonly hasSamples: boolean;
  readonly fit: Shape;
  /** Missing where it is `fit`. */
  readonly predict?: Shape;
  readonly nAlphas: number;
}

interface About {
  readonly intercept: boolean;
  readonly left: Shape;
  readonly nTest: number;
  readonly sets: readonly SetShape[];
}

const shapeOf = ({ nRows, nColumns }: Matrix): Shape => [nRows, nColumns];

/** Keeps a design, bit for bit; matrices that are one another's are kept once. */
export async function writeDesign(store: Store, path: string, key: string, design: ScoringDesign): Promise<void> {
  const { intercept, left, singularValues, sets, test } = design;
  const arrays: Float64Array[] = [left.data, singularValues, test.data];
  const shapes = sets.map((set): SetShape => {
    const { base, samples, fit, predict, damping, weights, sensitivity } = set;
    arrays.push(damping.data, weights.data, sensitivity);
    if (samples) arrays.push(Float64Array.from(samples.train), Float64Array.from(samples.test));
    if (fit !== left) arrays.push(fit.data);
    if (predict !== fit) arrays.push(predict.data);
    return {
      ...{ base, hasSamples: samples !== undefined, fit: shapeOf(fit), nAlphas: weights.nRows },
      ...(predict === fit ? {} : { predict: shapeOf(predict) }),
    };
  });
  const about: About = { intercept, left: shapeOf(left), nTest: test.nColumns, sets: shapes };
  await writeKeptArrays(store, path, key, { about, arrays });
}

/**
 * A design that {@link writeDesign} kept.
 *
 * @throws FormatError where the file is not what was written under this key
 * @throws NotFoundError where there is none
 */
export async function loadDesign(
  store: Store,
  path: string,
  key: string,
  settings: { readonly isTrusted?: boolean; readonly room?: Uint8Array | undefined } = {},
): Promise<ScoringDesign> {
  const { about, arrays } = await loadKeptArrays(store, path, key, settings);
  const { intercept, left: leftShape, nTest, sets: shapes } = about as About;
  let at = 0;
  const next = () => arrays[at++]!;
  const left = Matrix.of(next(), ...leftShape);
  const singularValues = next();
  const test = Matrix.of(next(), leftShape[0], nTest);
  const sets = shapes.map(({ base, hasSamples, fit: fitShape, predict: predictShape, nAlphas }) => {
    const [damping, weights, sensitivity] = [next(), next(), next()];
    const samples = hasSamples ? { train: Int32Array.from(next()), test: Int32Array.from(next()) } : undefined;
    const fit = samples ? Matrix.of(next(), ...fitShape) : left;
    const predict = predictShape ? Matrix.of(next(), ...predictShape) : fit;
    return {
      ...{ base, samples, fit, predict, sensitivity },
      damping: Matrix.of(damping, nAlphas, fit.nRows),
      weights: Matrix.of(weights, nAlphas, predict.nColumns),
    };
  });
  return { intercept, left, singularValues, sets, test };
}
