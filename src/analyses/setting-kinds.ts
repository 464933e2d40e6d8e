import { z } from "zod";

/** Most values that one option may list: a range such as `0:1e9` is a slip, and would fill the memory. */
const mostValues = 10_000;

/**
 * A list of whole numbers, each once: `4`, `"0,4,8"`, `"-10:30"` (both ends in), `"-10:30:2"`, or an array; `"none"` is
 * empty.
 *
 * @param least - the smallest that is allowed
 */
export const wholeNumbers = (least = Number.MIN_SAFE_INTEGER) =>
  z
    .union([z.number(), z.string(), z.array(z.union([z.number(), z.string()]))], {
      error: 'must be whole numbers like 4, "0,4,8" or "-10:30"',
    })
    .transform((value, context) => {
      const parts = value === "none" ? [] : Array.isArray(value) ? value.map(String) : String(value).split(",");
      const list = parts.flatMap((part) => expandRange(part.trim()) ?? [Number.NaN]);
      const refuse = (message: string, params?: OwnWords) => context.addIssue({ code: "custom", message, params });
      const range = parts.map(fallingRange).find((found) => found !== undefined);
      if (range) refuse(...range);
      else if (list.some(Number.isNaN)) refuse('must be whole numbers like "4", "0,4,8" or "-10:30"');
      else if (list.some((number) => number < least)) refuse(`must be whole numbers from ${least}`);
      else if (list.length > mostValues) refuse(`must be at most ${mostValues} numbers`);
      return [...new Set(list)];
    });

/** What a message says after "got" in place of the value, for issues whose code is `custom`. */
export interface OwnWords extends Record<string, unknown> {
  readonly got: string;
}

/** What is wrong with a range that goes downwards, or nowhere; undefined for any other text. */
function fallingRange(part: string): readonly [string, OwnWords] | undefined {
  const [, start, end, step] = /^(-?\d{1,15}):(-?\d{1,15})(:\d{1,15})?$/.exec(part.trim()) ?? [];
  if (start === undefined) return undefined;
  if (step !== undefined && Number(step.slice(1)) === 0)
    return ["must be ranges with a step of 1 or more", { got: `"${part.trim()}"` }];
  if (Number(end) >= Number(start)) return undefined;
  const got = `"${part.trim()}"; write "${end}:${start}${step ?? ""}"`;
  return ["must be ranges that go upwards", { got }];
}

function expandRange(part: string): readonly number[] | undefined {
  if (/^-?\d{1,15}$/.test(part)) return [Number(part)];
  const match = /^(-?\d{1,15}):(-?\d{1,15})(?::(\d{1,15}))?$/.exec(part);
  if (!match) return undefined;
  const [start, end, step] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 1)];
  if (step === 0 || end < start) return undefined;
  // One more than is allowed is enough to be refused.
  const length = Math.min(Math.floor((end - start) / step), mostValues) + 1;
  return Array.from({ length }, (_, i) => start + i * step);
}

/** A number, or a text that is nothing else: neither the empty text nor true count as one. */
export const number = (schema: z.ZodNumber) =>
  z.preprocess((value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value), schema);

/** A whole number from `least`, to `most` where it is given. */
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER) => number(z.int().min(least).max(most));

/** For analyses that have no settings of their own. */
export const noSettings = z.strictObject({});

/** Words from a word to the last word of its forecast window, negative for the past. */
export const distances = wholeNumbers();

/** Words in a forecast window: 1,000 are a story of six minutes. */
export const width = whole(1, 1000);

/** Where random numbers begin. */
export const seed = whole(0);
