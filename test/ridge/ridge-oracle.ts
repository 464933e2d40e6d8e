import { readFileSync } from "node:fs";
import { join } from "node:path";

type Rows = readonly (readonly number[])[];

/** What scikit-learn and plain formulas give, written by fixtures/make_ridge.py. */
export interface RidgeCase {
  readonly name: string;
  readonly fitIntercept: boolean;
  readonly alphas: readonly number[];
  readonly x: Rows;
  readonly y: Rows;
  readonly alpha: readonly number[];
  /** [nFeatures][nTargets] */
  readonly coefficients: Rows;
  readonly intercept: readonly number[];
  /** Mean squared held-out errors, [nAlphas][nTargets]. */
  readonly leaveOneOut: Rows;
  readonly generalised: Rows;
  readonly innerFolds: Rows;
}

export const oracle = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/ridge.json"), "utf8")) as {
  readonly nInnerFolds: number;
  readonly cases: readonly RidgeCase[];
};
