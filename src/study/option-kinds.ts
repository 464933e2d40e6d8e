import { z } from "zod";
import { number, type OwnWords, whole } from "../analyses/setting-kinds.ts";
import { showValue } from "../array/arguments.ts";
import { ownValue } from "../array/records.ts";
import { hemisphereOf } from "../bids/identity.ts";
import { homeAlone } from "../sources/path.ts";

const digits = 'Labels of digits need quotes, such as "018": YAML reads them as numbers';

/**
 * Names: `"a,b"` or an array.
 *
 * @param options.none - whether an empty list and the word `none` are allowed, for no name at all
 */
export const names = ({ none = false } = {}) =>
  z
    // Not a union of zod, whose message cannot say what was got.
    .unknown()
    .transform((value, context) => {
      if (none && value === "none") return [];
      const parts: readonly unknown[] = typeof value === "string" ? value.split(",") : [value].flat();
      if (!(parts.every(isText) && (typeof value === "string" || Array.isArray(value)))) {
        const message = 'must be names like "a,b" or a list of them';
        context.addIssue({ code: "custom", message, params: gotNoLabel(value) });
        return z.NEVER;
      }
      const list = parts.map((name) => name.trim()).filter((name) => name !== "");
      if (list.length === 0 && !none)
        context.addIssue({ code: "custom", message: "must be one name or more (leave the option out for all)" });
      return list;
    });

/** Numbers above 0: `"0.1,1,10"` or an array. */
export const positiveNumbers = z
  .union([z.number(), z.string(), z.array(z.number())], { error: 'must be numbers above 0 like "0.1,1,10"' })
  .transform((value, context) => {
    const parts = typeof value === "string" ? value.split(",") : [value].flat();
    const list = parts.map((part) => (String(part).trim() === "" ? Number.NaN : Number(part)));
    if (!(list.length > 0 && list.every((number) => number > 0 && Number.isFinite(number))))
      context.addIssue({ code: "custom", message: 'must be numbers above 0 like "0.1,1,10"' });
    return list;
  });

/** A number from `least`. */
export const amount = (least: number) => number(z.number().min(least));

/** A number of bytes without a unit must be at least this: 8 or 8000 lacks its unit. */
const LEAST_BARE = 1e6;

/** Bytes: a number of them, from a million on, or one with a unit, `"8GB"`, `"500 MB"`, `"4GiB"`. */
export const bytes = z
  .union([z.number(), z.string()], { error: 'must be an amount of memory like "8GB"' })
  .transform((value, context) => {
    const match = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?)b?|b)?\s*$/i.exec(String(value));
    const power = ["k", "m", "g", "t"].indexOf(match?.[2]?.toLowerCase() ?? "") + 1;
    const amount = Number(match?.[1]) * (match?.[3] ? 1024 : 1000) ** power;
    const refuse = (message: string, params?: OwnWords) => context.addIssue({ code: "custom", message, params });
    if (!(amount > 0 && Number.isFinite(amount))) refuse('must be an amount of memory like "8GB"');
    // Schedulers count in gigabytes or megabytes where no unit is written.
    else if (/\d$/.test(String(value).trim()) && amount < LEAST_BARE)
      refuse("must be an amount of memory with its unit", {
        got: `${amount} bytes; write ${amount}GB or ${amount}MB`,
      });
    return Math.floor(amount);
  });

/** A number of any sign. */
export const seconds = number(z.number());

/** A whole number from `least`, or `none`. */
export const wholeOrNone = (least: number) =>
  z.union([z.literal("none"), whole(least)], { error: `must be a whole number from ${least}, or none` });

/** One of several words. */
export const choice = <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values);

/** A hemisphere: L, lh or left; R, rh or right. */
export const hemisphere = z.string({ error: "must be L or R" }).transform((word, context) => {
  const side = hemisphereOf(word.trim());
  if (side === undefined) context.addIssue({ code: "custom", message: "must be L or R" });
  return side as "L" | "R";
});

/** True or false. */
export const yesOrNo = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")], {
  error: "must be true or false",
});

/** A label of a file name; the empty text asks for files without it. */
export const label = z.unknown().transform((value, context) => {
  if (isText(value)) return value;
  context.addIssue({ code: "custom", message: "must be a text", params: gotNoLabel(value) });
  return z.NEVER;
});

const isText = (value: unknown): value is string => typeof value === "string";

/** What was given in place of a label, or of a list of them. */
function gotNoLabel(value: unknown): OwnWords {
  const hasNumber = [value].flat().some((part) => typeof part === "number");
  return { got: `${showValue(value)}${hasNumber ? `. ${digits}` : ""}` };
}

/** A path, as the system takes it. */
export const path = z
  .string()
  .min(1, { error: "must be a path, not the empty text" })
  .superRefine((value, context) => refuseHome([value], context));

/** Paths: `"a,b"` or an array, as {@link names}. */
export const paths = (options: { readonly none?: boolean } = {}) =>
  names(options).superRefine((value, context) => refuseHome(value, context));

function refuseHome(values: readonly string[], context: z.core.$RefinementCtx): void {
  const got = values.map(homeAlone).find((found) => found !== undefined);
  if (got === undefined) return;
  const params: OwnWords = { got };
  context.addIssue({ code: "custom", message: "a path must be written in full", params });
}

/** A problem that zod found, as a sentence of the form "must be ..., got ...". */
export function formatProblem(issue: z.core.$ZodIssue, value: unknown): string {
  return `${issue.message}, got ${formatGot(issue, value)}.`;
}

/** What was got in place of what must be. */
export function formatGot(issue: z.core.$ZodIssue, value: unknown): string {
  const wrong = itemAt(value, issue.path[0]);
  const own = issue.code === "custom" ? (issue.params as OwnWords | undefined) : undefined;
  if (own?.got !== undefined) return own.got;
  if (wrong === undefined) return "nothing";
  return typeof wrong === "string" ? `"${wrong}"` : showValue(wrong);
}

/** The item of a list, also of one that is written with commas; the value itself where no item is meant. */
function itemAt(value: unknown, index: PropertyKey | undefined): unknown {
  if (typeof index !== "number") return value;
  if (Array.isArray(value)) return value[index] as unknown;
  return typeof value === "string" ? value.split(",")[index]?.trim() : value;
}

/** What a value must be, where its kind does not say it in words of its own. */
export function mustOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code === "too_small") return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  if (issue.code !== "invalid_type") return undefined;
  const names: Readonly<Record<string, string>> = { int: "a whole number", string: "a text" };
  return `must be ${ownValue(names, issue.expected) ?? `a ${issue.expected}`}`;
}
