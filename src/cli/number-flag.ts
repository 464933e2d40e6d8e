import { ownValue } from "../array/records.ts";
import { OptionError } from "../errors.ts";
import { flagOf } from "../study/flag-names.ts";
import type { Parsed } from "./flags.ts";

/** What a number must be. */
export interface NumberBounds {
  /** Default: 0. */
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/**
 * A flag's value as a number; undefined where the flag is not given.
 *
 * @throws OptionError where it is no number within the bounds
 */
export function numberFlag(
  { values }: Parsed,
  key: string,
  { least = 0, most = Infinity, whole }: NumberBounds,
): number | undefined {
  const text = ownValue(values, key);
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isSafeInteger(value)))
    return value;
  const range = most === Infinity ? `from ${least}` : `from ${least} to ${most}`;
  throw new OptionError(`must be a ${whole ? "whole " : ""}number ${range}, got "${text}".`, { where: flagOf(key) });
}
