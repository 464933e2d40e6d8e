import type { Expression } from "../graph/expression.ts";
import {
  add,
  concat,
  divide,
  greaterOrEqual,
  lengthOf,
  matmul,
  multiplyElements,
  scalar,
  slice,
  softmax,
  unsqueeze,
  where,
} from "../graph/operators.ts";

/**
 * The parts in which tokens attend: the products with tokens that a part cannot see, three eighths of all with four parts,
 * are left out, and the scores at hand stay small enough for the caches of a processor. No part may be empty, which
 * WebGPU refuses: a graph for `nPositions` reads this many tokens at least.
 */
export const nCausalParts = (nPositions: number): number => Math.min(4, nPositions);

/** A run of neighbouring tokens, and what they may look at. */
export interface CausalPart {
  /** First token and the one behind the last, 0-d int64. */
  readonly start: Expression;
  readonly end: Expression;
  /** Added to the scores, [nRows x nSeen]: row i may look at columns up to its own position. */
  readonly mask: Expression;
  /** Names of the two lengths. */
  readonly nRows: string;
  readonly nSeen: string;
}

/**
 * Tokens in parts of equal length, but for rounding; the same for all heads and layers of a model.
 *
 * @param positions - 0, 1, ..., int64, [nTokens], at least `nParts`
 */
export function causalParts(positions: Expression, nParts: number): readonly CausalPart[] {
  const nTokens = lengthOf(positions, 0);
  const int = (value: number) => scalar(value, "int64");
  const bound = (part: number) => divide(multiplyElements(nTokens, int(part)), int(nParts));
  return Array.from({ length: nParts }, (_, part) => {
    const [start, end, nRows, nSeen] = [bound(part), bound(part + 1), `nRows${part}`, `nSeen${part}`];
    const rows = unsqueeze(slice(positions, 0, start, end, nRows), 1);
    const seen = unsqueeze(slice(positions, 0, 0, end, nSeen), 0);
    const mask = where(greaterOrEqual(rows, seen), scalar(0), scalar(hidden));
    return { start, end, mask, nRows, nSeen };
  });
}

/** Added to the score of a token that may not be seen: what is left has the exponential 0. */
const hidden = -3.4028234663852886e38;

/**
 * softmax(scale Q K') V for each head, where each token sees itself and those before it only.
 *
 * @param queries - [nHeads x nTokens x width]
 * @param keys - [nHeads x width x nTokens]
 * @param values - [nHeads x nTokens x width]
 * @returns [nHeads x nTokens x width]
 */
export function causalAttention(
  queries: Expression,
  keys: Expression,
  values: Expression,
  scale: number,
  parts: readonly CausalPart[],
): Expression {
  const mixed = parts.map(({ start, end, mask, nRows, nSeen }) => {
    const asked = multiplyElements(slice(queries, 1, start, end, nRows), scalar(scale));
    const scores = matmul(asked, slice(keys, 2, 0, end, nSeen));
    return matmul(softmax(add(scores, mask)), slice(values, 1, 0, end, nSeen));
  });
  return concat(mixed, 1, queries.shape[1]!);
}
