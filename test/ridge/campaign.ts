import { range } from "../../src/array/indices.ts";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom, type Random } from "../../src/array/random.ts";
import type { Device } from "../../src/graph/device.ts";
import { type AuditCount, addAudits, auditTarget, NO_AUDIT } from "../../src/ridge/audit.ts";
import { factorDesign } from "../../src/ridge/factor.ts";
import type { scoreRidge } from "../../src/ridge/ridge.ts";

/** A ridge regression that was made to be hard: what a fast path gets wrong hides in shapes that nobody thinks of. */
export interface HardRidge {
  readonly name: string;
  /** [nSamples x nFeatures] */
  readonly x: Matrix<Float64Array>;
  /** [nSamples x nTargets] */
  readonly y: Matrix<Float64Array>;
  /** [nTest x nFeatures] and [nTest x nTargets]. */
  readonly xTest: Matrix<Float64Array>;
  readonly yTest: Matrix<Float64Array>;
  readonly alphas: readonly number[];
  readonly choice: "leave-one-out" | "generalised" | "inner-folds";
  readonly intercept: boolean;
}

/** Targets of each. */
export const N_TARGETS = 24;
const N_TEST = 14;

/** The hard ridge regression of a seed. */
export function hardRidge(seed: number): HardRidge {
  const random = createRandom(`hard ${seed}`);
  const pick = <T>(...choices: readonly T[]): T => choices[random.integer(choices.length)]!;
  const nSamples = pick(8, 20, 36, 60, 100, 100, 150, 290);
  const width = pick("narrow", "near", "equal", "wide");
  const nFeatures = {
    narrow: 1 + random.integer(Math.max(1, nSamples >> 1)),
    near: Math.max(1, nSamples - 1 - random.integer(6)),
    equal: nSamples,
    wide: nSamples + random.integer(2 * nSamples),
  }[width];
  const nAll = nSamples + N_TEST;
  const x = Matrix.zeros(nAll, nFeatures);
  const spectrum = pick(0, 0.5, 1, 2);
  const delayed = pick(false, true);
  for (let i = 0; i < nAll; i++) {
    for (let j = 0; j < nFeatures; j++) {
      const isCopy = delayed && j >= 6 && i > 0;
      x.data[i * nFeatures + j] = isCopy
        ? x.data[(i - 1) * nFeatures + j - 6]!
        : random.normal() / (1 + (j % 40)) ** spectrum;
    }
  }
  const traits: string[] = [`${nSamples} x ${nFeatures}`, `spectrum ${spectrum}`];
  for (const [name, make] of Object.entries(designTraits)) {
    if (random.uniform() < 0.3) traits.push(make(x, nSamples, random) ?? name);
  }
  if (random.uniform() < 0.5) {
    standardise(x, nSamples);
    traits.push("standardised");
  }
  const y = Matrix.zeros(nAll, N_TARGETS);
  for (let t = 0; t < N_TARGETS; t++) makeTarget(y, t, x, nSamples, random);
  const part = ({ data, nColumns }: Matrix<Float64Array>, from: number, to: number) =>
    Matrix.of(data.slice(from * nColumns, to * nColumns), to - from, nColumns);
  const alphas = pick(
    powers(-1, 8, 10),
    powers(-1, 8, 10),
    powers(-6, 12, 19),
    powers(-1, 4, 10),
    powers(-6, 12, 31),
    powers(0, 3, 25),
  );
  return {
    name: `seed ${seed}: ${traits.join(", ")}`,
    x: part(x, 0, nSamples),
    xTest: part(x, nSamples, nAll),
    y: part(y, 0, nSamples),
    yTest: part(y, nSamples, nAll),
    alphas,
    choice: pick("leave-one-out", "leave-one-out", "leave-one-out", "leave-one-out", "generalised", "inner-folds"),
    intercept: random.uniform() < 0.85,
  };
}

function powers(from: number, to: number, n: number): readonly number[] {
  return Array.from({ length: n }, (_, i) => 10 ** (from + ((to - from) * i) / (n - 1)));
}

/** What may be the matter with a design; each may give a name that says how much. */
const designTraits: Readonly<
  Record<string, (x: Matrix<Float64Array>, nSamples: number, random: Random) => string | undefined>
> = {
  "silent rows": (x, nSamples, random) => {
    const every = 2 + random.integer(9);
    const inARow = random.uniform() < 0.5;
    const level = random.uniform() < 0.5 ? 0 : random.normal();
    for (let i = 0; i < nSamples; i++) {
      if (inARow ? i > nSamples / every : i % every !== 0) continue;
      x.data.fill(level, i * x.nColumns, (i + 1) * x.nColumns);
    }
    return `silent rows ${inARow ? "at the start" : "scattered"}, one in ${every}`;
  },
  "repeated rows": (x, nSamples, random) => {
    const half = Math.floor(nSamples / (2 + random.integer(3)));
    for (let i = 0; i < half && half + i < nSamples; i++) {
      x.data.copyWithin((half + i) * x.nColumns, i * x.nColumns, (i + 1) * x.nColumns);
    }
    return undefined;
  },
  "repeated columns": (x, _, random) => {
    const from = random.integer(x.nColumns);
    for (let i = 0; i < x.nRows; i++) {
      for (let j = 0; j < x.nColumns; j += 3) x.data[i * x.nColumns + j] = x.data[i * x.nColumns + from]!;
    }
    return undefined;
  },
  "constant columns": (x) => {
    for (let i = 0; i < x.nRows; i++) x.data[i * x.nColumns] = 7;
    return undefined;
  },
  "an outlying row": (x, nSamples, random) => {
    const [row, size] = [random.integer(nSamples), 10 ** (1 + random.integer(6))];
    for (let j = 0; j < x.nColumns; j++) x.data[row * x.nColumns + j]! *= size;
    return `a row ${size} times as large`;
  },
  "a column of one row": (x, nSamples, random) => {
    const [row, column, size] = [random.integer(nSamples), random.integer(x.nColumns), 10 ** random.integer(7)];
    for (let i = 0; i < x.nRows; i++) x.data[i * x.nColumns + column] = i === row ? size : 0;
    return `a column that is 0 but for a ${size}`;
  },
  "columns of unlike size": (x) => {
    for (let i = 0; i < x.nRows; i++) {
      for (let j = 0; j < x.nColumns; j++) x.data[i * x.nColumns + j]! *= 10 ** ((j % 7) - 3);
    }
    return undefined;
  },
  "a drift": (x) => {
    const last = x.nColumns - 1;
    for (let i = 0; i < x.nRows; i++) x.data[i * x.nColumns + last] = i / x.nRows;
    return undefined;
  },
};

/** Columns of mean 0 and variance 1 over the samples; constant ones become 0. */
function standardise(x: Matrix<Float64Array>, nSamples: number): void {
  for (let j = 0; j < x.nColumns; j++) {
    let [mean, squares] = [0, 0];
    for (let i = 0; i < nSamples; i++) mean += x.data[i * x.nColumns + j]! / nSamples;
    for (let i = 0; i < nSamples; i++) squares += (x.data[i * x.nColumns + j]! - mean) ** 2 / nSamples;
    const scale = squares > 1e-24 * mean ** 2 ? 1 / Math.sqrt(squares) : 0;
    for (let i = 0; i < x.nRows; i++)
      x.data[i * x.nColumns + j] = (x.data[i * x.nColumns + j]! - mean) * (Number.isFinite(scale) ? scale : 0);
  }
}

/** Noise; with an effect, drifts, spikes, levels at silent rows, an offset, another size. */
function makeTarget(
  y: Matrix<Float64Array>,
  t: number,
  x: Matrix<Float64Array>,
  nSamples: number,
  random: Random,
): void {
  const pick = <T>(...choices: readonly T[]): T => choices[random.integer(choices.length)]!;
  const noise = pick(1, 1, 1, 0.01, 0);
  const effect = pick(0, 0, 0.05, 0.3, 1, 1000);
  const drift = pick(0, 0, 0.5, 5, 500);
  const columns = [random.integer(x.nColumns), random.integer(x.nColumns)];
  const phase = 6 * random.uniform();
  for (let i = 0; i < y.nRows; i++) {
    let value = noise * random.normal() + drift * Math.sin(phase + (4 * i) / nSamples);
    for (const column of columns) value += effect * x.data[i * x.nColumns + column]!;
    y.data[i * y.nColumns + t] = value;
  }
  const spikes = pick(0, 0, 0, 1, 3);
  for (let n = 0; n < spikes; n++) y.data[random.integer(y.nRows) * y.nColumns + t]! += pick(20, -1000, 1e5);
  if (random.uniform() < 0.2) {
    // What stands still where the design does: the same level there, as in volumes before a story.
    for (let i = 0; i + 1 < y.nRows; i++) {
      const isSame = x.data[i * x.nColumns] === x.data[(i + 1) * x.nColumns];
      if (isSame) y.data[(i + 1) * y.nColumns + t] = y.data[i * y.nColumns + t]!;
    }
  }
  const [size, offset] = [pick(1, 1, 1e-6, 1e8), pick(0, 0, 100, -1e4)];
  for (let i = 0; i < y.nRows; i++) {
    const at = i * y.nColumns + t;
    y.data[at] = size * (y.data[at]! + offset);
  }
}

/** What is right of the scores of a hard ridge regression, and what is not, against the definition in double precision. */
export interface HardAudit {
  readonly found: AuditCount;
  /** What is wrong, a sentence each. */
  readonly wrong: readonly string[];
}

/** The numbers of both are kept together. */
export function joinAudits(one: HardAudit, other: HardAudit): HardAudit {
  return { found: addAudits(one.found, other.found), wrong: [...one.wrong, ...other.wrong] };
}

/** Of no scores at all. */
export const NOTHING_AUDITED: HardAudit = { found: NO_AUDIT, wrong: [] };

/** The options of a hard ridge regression. */
export function hardOptions({ alphas, choice, intercept }: HardRidge, device: Device = {}) {
  return { alphas, choice, intercept, nInnerFolds: 4, device };
}

/**
 * Computes every choice of a hard ridge regression again, by definition.
 *
 * @param scores - from `scoreRidge`
 */
export async function auditHardRidge(
  hard: HardRidge,
  { r, bestAlpha }: Pick<Awaited<ReturnType<typeof scoreRidge>>, "r" | "bestAlpha">,
): Promise<HardAudit> {
  const { name, x, y, xTest, yTest, choice } = hard;
  const design = await (await factorDesign(x, xTest, hardOptions(hard))).exact();
  const fold = { train: range(y.nRows), test: range(yTest.nRows, y.nRows) };
  let found = NO_AUDIT;
  const wrong: string[] = [];
  for (let t = 0; t < N_TARGETS; t++) {
    const row = Matrix.of(Float64Array.from([...column(y, t), ...column(yTest, t)]), 1, y.nRows + yTest.nRows);
    try {
      const score = { bestAlpha: bestAlpha[t]!, r: r[t]!, name: `${name}, ${choice}, target ${t}` };
      found = addAudits(found, auditTarget(design, row, fold, score));
    } catch (error) {
      wrong.push((error as Error).message);
    }
  }
  return { found, wrong };
}

function column({ data, nRows, nColumns }: Matrix, t: number): Float64Array {
  return Float64Array.from({ length: nRows }, (_, i) => data[i * nColumns + t]!);
}

/** The counts of an audit in a line. */
export function describeAudit(nDesigns: number, { nAudited, nTies, worstExcess, worstR }: AuditCount): string {
  return `campaign: ${nDesigns} designs, ${nAudited} targets, worst excess ${worstExcess.toExponential(1)}, worst r ${worstR.toExponential(1)}, ${nTies} other penalties`;
}
