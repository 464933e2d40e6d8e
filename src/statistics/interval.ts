import { checkArgument } from "../array/arguments.ts";
import { OptionError } from "../errors.ts";
import { studentQuantile } from "./student.ts";

/** A mean over subjects with its confidence interval. */
export interface MeanInterval {
  /** NaN where there are no values. */
  readonly mean: number;
  /** NaN where there are fewer than 2 values. */
  readonly low: number;
  readonly high: number;
  /** How many values are not NaN. */
  readonly n: number;
}

/**
 * The mean of the values that are not NaN, with its confidence interval: mean +- t s / sqrt(n), where s is the standard
 * deviation (divided by n - 1) and t Student's quantile with n - 1 degrees of freedom.
 *
 * @param values - one a subject; NaN marks a subject without a value, who is left out and not counted in `n`
 * @param level - the share of intervals that hold the true mean (default .95)
 * @param quantiles - kept from one call to the next by who takes many, of few different numbers of subjects
 * @throws OptionError where `level` is not over 0 and under 1
 */
export function meanInterval(
  values: ArrayLike<number>,
  level = 0.95,
  quantiles: Map<string, number> = new Map(),
): MeanInterval {
  checkArgument("meanInterval: values", values, "a list of numbers");
  checkArgument("meanInterval: level", level, "a number");
  if (!(level > 0 && level < 1)) {
    throw new OptionError(`meanInterval: level must be over 0 and under 1, got ${level}. For 95 % take 0.95.`);
  }
  let [n, sum] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    n++;
  }
  const mean = sum / n;
  if (n < 2) return { mean, low: Number.NaN, high: Number.NaN, n };
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  const half = quantile(level, n - 1, quantiles) * Math.sqrt(squares / (n - 1) / n);
  return { mean, low: mean - half, high: mean + half, n };
}

function quantile(level: number, degrees: number, quantiles: Map<string, number>): number {
  const key = `${level},${degrees}`;
  const known = quantiles.get(key);
  if (known !== undefined) return known;
  const value = studentQuantile(level, degrees);
  quantiles.set(key, value);
  return value;
}
