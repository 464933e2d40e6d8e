import { beforeAll, describe, expect, it } from "vitest";
import { embeddedModelFolder } from "../../src/language-model/load-language-model.ts";
import { loadTokenizer, type Tokenizer } from "../../src/language-model/tokenizer.ts";
import { tokeniseWords } from "../../src/language-model/word-tokens.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { folderStore } from "../../src/sources/node.ts";
import { jsonFixture, vocabularyFiles } from "./small-models.ts";

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await loadTokenizer(folderStore(embeddedModelFolder()));
});

describe("tokeniseWords", () => {
  it("one token a byte: a word's tokens are its bytes and the space before it (by hand)", async () => {
    const bytes = await loadTokenizer(memoryStore(vocabularyFiles()));
    const { tokens, words } = tokeniseWords(["I", "naïve", "😀."], bytes);
    expect(words).toEqual([
      { first: 0, last: 0 },
      { first: 1, last: 7 },
      { first: 8, last: 13 },
    ]);
    expect(tokens).toHaveLength(14);
  });

  it("the tokens of every word say the word and the space before it (identity)", () => {
    const story = jsonFixture<string[]>("awkward-lines.json")
      .flatMap((line) => line.split(/\p{White_Space}+/u))
      .filter((word) => word !== "")
      .slice(0, 4000);
    const { tokens, words } = tokeniseWords(story, tokenizer);
    expect(words.map(({ first, last }) => tokenizer.decode(tokens.subarray(first, last + 1)))).toEqual(
      story.map((word, n) => (n === 0 ? word : ` ${word}`)),
    );
    expect(words.at(-1)!.last).toBe(tokens.length - 1);
  });

  it("words are read in their running text, not one by one (agreement with the text as a whole)", () => {
    const words = ["She", "said,", "\"don't", "!", "'s", "go", 'on"'];
    const { tokens } = tokeniseWords(words, tokenizer);
    expect(tokens).toEqual(tokenizer.tokenise(words.join(" ")).tokens);
    expect(tokeniseWords([], tokenizer)).toEqual({ tokens: new Int32Array(0), words: [] });
  });

  it("a space that is a token of its own belongs to the word behind it (by hand)", async () => {
    // The only merge joins two letters, so that the space before "ab" stays alone.
    const merging = await loadTokenizer(memoryStore(vocabularyFiles(["a b"])));
    expect(tokeniseWords(["ab", "ab"], merging).words).toEqual([
      { first: 0, last: 0 },
      { first: 1, last: 2 },
    ]);
  });

  it("a word with white space inside keeps all its tokens (identity)", () => {
    const { tokens, words } = tokeniseWords(["in", "New\tYork  City", "."], tokenizer);
    expect(tokenizer.decode(tokens.subarray(words[1]!.first, words[1]!.last + 1))).toBe(" New\tYork  City");
  });

  it("refuses words that are empty or padded with white space, all at once", () => {
    expect(() => tokeniseWords(["a", "", " b", "c\u00a0", "\n"], tokenizer)).toThrow(
      expect.objectContaining({
        name: "OptionError",
        message:
          'tokeniseWords: words must not be empty, nor begin or end with white space, got "" (word 1), " b" (word 2), "c\u00a0" (word 3), "\\n" (word 4). Clean the transcript first.',
      }),
    );
    expect(() => tokeniseWords(Array(7).fill(""), tokenizer)).toThrow('"" (word 4) and 2 more. Clean');
  });

  it("refuses a token that covers parts of two words", () => {
    // A tokenizer may cut as it likes; GPT-2's never does this.
    const odd: Tokenizer = {
      ...tokenizer,
      tokenise: () => ({ tokens: Int32Array.of(1, 2), ends: Int32Array.of(4, 5) }),
    };
    expect(() => tokeniseWords(["ab", "cd"], odd)).toThrow(
      expect.objectContaining({
        name: "OptionError",
        message:
          'tokeniseWords: no token may cover parts of two words, got one over "ab" and "cd" (words 0 and 1). Join them into one word.',
      }),
    );
  });
});
