import { checkArgument, showValue } from "../array/arguments.ts";
import { checkChoice } from "../array/check-choice.ts";
import { OptionError } from "../errors.ts";
import type { Device } from "../graph/device.ts";
import { DEFAULT_FOLDS } from "./folds.ts";
import { requireCount } from "./requirements.ts";

/** How the penalty of each target is chosen. See {@link RidgeOptions.choice}. */
export type AlphaChoice = "leave-one-out" | "generalised" | "inner-folds";

/** Ridge regression over a path of penalties. */
export interface RidgeOptions {
  /** Penalties to choose from, each over 0, in any order (default: ten from 1e-1 to 1e8, log-spaced). */
  readonly alphas?: readonly number[] | undefined;
  /**
   * Which mean squared error picks the penalty of a target; of equal errors, the earlier penalty wins.
   * - `"leave-one-out"` (default): of each sample, predicted from all others; closed form.
   * - `"generalised"`: mean squared residual / (1 - trace(H) / n)^2, H the matrix that takes data to fit, intercept
   *   included.
   * - `"inner-folds"`: of contiguous chunks predicted from the others, averaged over chunks; centred in each.
   */
  readonly choice?: AlphaChoice | undefined;
  /** How many contiguous chunks `"inner-folds"` parts the samples into (default 5). */
  readonly nInnerFolds?: number | undefined;
  /** Fit a constant that is not penalised (default true). */
  readonly intercept?: boolean | undefined;
  /** Targets worked on at a time (default: 256, fewer where temporaries would exceed 64 MB). Changes no result. */
  readonly targetBlock?: number | undefined;
  /**
   * Precision of all work on targets (default "float32"); the work on the design is in double precision always.
   * In single precision, a target whose choice or coefficients rounding could move is done again in double.
   */
  readonly precision?: "float32" | "float64" | undefined;
  readonly device?: Device | undefined;
}

/** The part of {@link RidgeOptions} that says how work on targets is done, on a design that has its penalties. */
export type TargetOptions = Pick<RidgeOptions, "targetBlock" | "precision" | "device">;

/** {@link RidgeOptions} with defaults filled in; `targetBlock` stays undefined where it is to be derived. */
export interface ResolvedRidgeOptions {
  readonly alphas: readonly number[];
  readonly choice: AlphaChoice;
  readonly nInnerFolds: number;
  readonly intercept: boolean;
  readonly targetBlock: number | undefined;
  readonly precision: "float32" | "float64";
  readonly device: Device | undefined;
}

/** The penalties on offer where none are given: 1e-1 to 1e8, ten values. */
export const DEFAULT_ALPHAS: readonly number[] = Array.from({ length: 10 }, (_, i) => 10 ** (i - 1));

/** What picks a penalty, unless said otherwise. */
export const DEFAULT_CHOICE: AlphaChoice = "leave-one-out";

/** Precision of the work on targets, unless said otherwise. */
export const DEFAULT_PRECISION: ResolvedRidgeOptions["precision"] = "float32";

/**
 * Options with their defaults, checked.
 *
 * @param where - the function that asks, for the message
 * @throws OptionError for the first option that cannot be used
 */
export function resolveRidgeOptions(options: RidgeOptions, where: string): ResolvedRidgeOptions {
  const { alphas = DEFAULT_ALPHAS, choice = DEFAULT_CHOICE, nInnerFolds = DEFAULT_FOLDS, intercept = true } = options;
  const { targetBlock, precision = DEFAULT_PRECISION, device } = options;
  checkArgument(`${where}: alphas`, alphas, "a list");
  if (device !== undefined) checkArgument(`${where}: device`, device, "an object");
  if (alphas.length === 0) {
    throw new OptionError(`${where}: alphas must hold at least one penalty, got none. Leave it out for the default.`);
  }
  alphas.forEach((alpha, i) => {
    if (!(Number.isFinite(alpha) && alpha > 0)) {
      throw new OptionError(
        `${where}: alphas must be finite and over 0, got ${showValue(alpha)} (alphas[${i}]). For least squares take a tiny one.`,
      );
    }
  });
  checkChoice(`${where}: choice`, choice, ["leave-one-out", "generalised", "inner-folds"]);
  checkChoice(`${where}: intercept`, intercept, [true, false]);
  checkChoice(`${where}: precision`, precision, ["float32", "float64"]);
  requireCount(nInnerFolds, 2, where, "nInnerFolds");
  if (targetBlock !== undefined) requireCount(targetBlock, 1, where, "targetBlock");
  return { alphas, choice, nInnerFolds, intercept, targetBlock, precision, device };
}
