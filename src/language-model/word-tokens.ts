import { OptionError } from "../errors.ts";
import type { TokenRange } from "./passes.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A story as tokens, and where its words lie among them. */
export interface WordTokens {
  /** The tokens of the running text. */
  readonly tokens: Int32Array;
  /** For every word its tokens, in order; together they are all tokens, each once. */
  readonly words: readonly TokenRange[];
}

/**
 * The tokens of words read as running text: the words joined by single spaces, tokenised once as a whole, with no
 * special token anywhere. A word's tokens are those that cover its own bytes and the space before it, found by
 * running offsets, so that what a word becomes may depend on its neighbours as it does for the model.
 *
 * @param words - as they stand in the text, punctuation included
 * @throws OptionError listing the words that are empty or begin or end with white space, or naming two words of
 * which one token covers parts
 * @remarks A space that is a token of its own belongs to the word behind it.
 */
export function tokeniseWords(words: readonly string[], tokenizer: Tokenizer): WordTokens {
  const unfit = words.flatMap((word, n) => (/^\P{White_Space}(.*\P{White_Space})?$/su.test(word) ? [] : [n]));
  if (unfit.length > 0) {
    const shown = unfit.slice(0, 5).map((n) => `${JSON.stringify(words[n])} (word ${n})`);
    throw new OptionError(
      `tokeniseWords: words must not be empty, nor begin or end with white space, got ${shown.join(", ")}${unfit.length > 5 ? ` and ${unfit.length - 5} more` : ""}. Clean the transcript first.`,
    );
  }
  const { tokens, ends } = tokenizer.tokenise(words.join(" "));
  const utf8 = new TextEncoder();
  const ranges: TokenRange[] = [];
  let wordEnd = 0;
  let first = 0;
  for (const [n, word] of words.entries()) {
    wordEnd += utf8.encode(word).length + (n > 0 ? 1 : 0);
    let last = first;
    while (ends[last]! < wordEnd) last++;
    if (ends[last] !== wordEnd) {
      throw new OptionError(
        `tokeniseWords: no token may cover parts of two words, got one over ${JSON.stringify(word)} and ${JSON.stringify(words[n + 1])} (words ${n} and ${n + 1}). Join them into one word.`,
      );
    }
    ranges.push({ first, last });
    first = last + 1;
  }
  return { tokens, words: ranges };
}
