import { OptionError } from "../errors.ts";

/** One run of the model over neighbouring tokens of a story, and the tokens whose activations are taken from it. */
export interface Pass {
  /** First token that the model reads. */
  readonly start: number;
  /** Behind the last token that the model reads. */
  readonly end: number;
  /** First token whose activations are taken from this pass. */
  readonly from: number;
  /** Behind the last token whose activations are taken. */
  readonly to: number;
}

/**
 * Overlapping passes that together give every token once, each with at least `minContext` tokens before it wherever
 * the story has that many. Passes of `maxContext` tokens start every `maxContext - minContext` tokens; the first
 * gives all its tokens, each later one those beyond what is given already; the last may be shorter. Which pass gives
 * a token depends on the token's place alone, never on what follows.
 *
 * @param nTokens - tokens of the story; 0 gives no pass
 * @param maxContext - most tokens that the model reads at once, the word's own included
 * @param minContext - 0..maxContext - 1
 * @throws OptionError where the numbers are not whole or leave their ranges
 */
export function planPasses(nTokens: number, maxContext: number, minContext: number): readonly Pass[] {
  checkContext(maxContext, minContext);
  const stride = maxContext - minContext;
  const passes: Pass[] = [];
  let given = 0;
  for (let start = 0; given < nTokens; start += stride) {
    const end = Math.min(start + maxContext, nTokens);
    passes.push({ start, end, from: given, to: end });
    given = end;
  }
  return passes;
}

/** Half of the context, the default of `minContext`. */
export const defaultMinContext = (maxContext: number): number => Math.floor(maxContext / 2);

/**
 * Passes that give every word its own window: the `maxContext` tokens that end with the word's last. Words that end
 * within the first `maxContext` tokens share one pass, as their windows all start with the story; every later word
 * has a pass of its own.
 *
 * @param words - first and last token of every word, in order of the story, no token between words
 * @throws OptionError where `maxContext` is not a whole number from 1, or a word has more tokens than it
 */
export function planExactPasses(words: readonly TokenRange[], maxContext: number): readonly Pass[] {
  checkContext(maxContext, 0);
  const passes: Pass[] = [];
  for (const [n, { first, last }] of words.entries()) {
    if (last - first >= maxContext) {
      throw new OptionError(
        `planExactPasses: maxContext must hold every word, got ${maxContext} (word ${n} has ${last - first + 1} tokens). Set \`maxContext\` higher.`,
      );
    }
    const end = last + 1;
    if (end > maxContext) passes.push({ start: end - maxContext, end, from: first, to: end });
    else passes[0] = { start: 0, end, from: 0, to: end };
  }
  return passes;
}

/** The tokens of one word: `first` to `last`, both included, counted from the start of the story. */
export interface TokenRange {
  readonly first: number;
  readonly last: number;
}

function checkContext(maxContext: number, minContext: number): void {
  if (!Number.isInteger(maxContext) || maxContext < 1) {
    throw new OptionError(`context: maxContext must be a whole number of tokens from 1, got ${maxContext}.`);
  }
  if (!Number.isInteger(minContext) || minContext < 0 || minContext >= maxContext) {
    throw new OptionError(
      `context: minContext must be a whole number of tokens in 0..${maxContext - 1} (below maxContext), got ${minContext}.`,
    );
  }
}
