import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { embeddedModelFolder } from "../../src/language-model/load-language-model.ts";
import { loadTokenizer, type Tokenizer } from "../../src/language-model/tokenizer.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { folderStore } from "../../src/sources/node.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { byteVocabulary, vocabularyFiles } from "./small-models.ts";

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8"));
const expected = fixture("token-hashes.json") as {
  readonly real: Readonly<Record<string, { readonly nLines: number; readonly hashes: readonly string[] }>>;
  readonly awkward: { readonly hashes: readonly string[] };
  readonly samples: Readonly<Record<string, readonly number[]>>;
};

describeWithShared("GPT-2's tokens", "data/gpt2-bpe", () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await loadTokenizer(folderStore(shared("data/gpt2-bpe")));
  });

  it.each(Object.entries(expected.samples))("%j has the tokens of transformers (oracle)", (text, tokens) => {
    expect([...tokenizer.tokenise(text).tokens]).toEqual(tokens);
  });

  it("1,000 awkward lines have the tokens of transformers (oracle: SHA-256 of every 100 lines)", () => {
    const lines = fixture("awkward-lines.json") as string[];
    expect(hashLines(lines, tokenizer)).toEqual(expected.awkward.hashes);
    for (const line of lines) expect(tokenizer.decode(tokenizer.tokenise(line).tokens)).toBe(line);
  });
});

describeWithShared("GPT-2's tokens of real text", "corpus", () => {
  it.each(Object.entries(expected.real))(
    "%s has the tokens of transformers (oracle)",
    async (file, { nLines, hashes }) => {
      const tokenizer = await loadTokenizer(folderStore(shared("data/gpt2-bpe")));
      const text = gunzipSync(readFileSync(shared("corpus", file))).toString("utf8");
      const lines = text.split("\n").filter((line) => line !== "" && line !== "<|endoftext|>");
      expect(hashLines(lines.slice(0, nLines), tokenizer)).toEqual(hashes);
    },
  );
});

describe("tokenise and decode", () => {
  const withMerges = () => loadTokenizer(memoryStore(vocabularyFiles(["Ġ a", "a b", "Ġa b"])));

  it("merges by rank, and counts bytes, not characters (by hand)", async () => {
    const { tokens, ends } = (await withMerges()).tokenise("ab abé");
    // "ab" is the second merge's 258, " ab" the first's " a" joined to "b" by the third; é is two bytes.
    const e = byteVocabulary();
    expect([...tokens]).toEqual([258, 259, e["Ã"], e["©"]]);
    expect([...ends]).toEqual([2, 5, 6, 7]);
  });

  it("U+FEFF is not white space, U+0085 is, as in Unicode (by hand)", async () => {
    // "Ġ" joins what follows only where the rule lets a space stand before it: before U+FEFF, not before U+0085.
    const tokenizer = await loadTokenizer(memoryStore(vocabularyFiles(["Ġ ï", "Ġ Â"])));
    expect(tokenizer.tokenise("a \ufeff").tokens).toContain(257);
    expect(tokenizer.tokenise("a \u0085").tokens).toContain(258);
    expect(tokenizer.tokenise("a \u0085b").tokens).not.toContain(258);
  });

  it("the end of text is one token where the text spells it (by hand)", async () => {
    const { tokens, ends } = (await withMerges()).tokenise("c<|endoftext|>");
    expect([...tokens]).toEqual([byteVocabulary()["c"], 256]);
    expect([...ends]).toEqual([1, 14]);
    expect((await withMerges()).decode(tokens)).toBe("c<|endoftext|>");
  });

  it("tokenizer.json and vocab.json with merges.txt give the same tokens (agreement)", async () => {
    const folder = embeddedModelFolder();
    const fromJson = await loadTokenizer(folderStore(folder));
    const json = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8"));
    const merges = (json.model.merges as (string | [string, string])[]).map((merge) =>
      typeof merge === "string" ? merge : merge.join(" "),
    );
    const files = {
      "vocab.json": JSON.stringify(json.model.vocab),
      "merges.txt": `#version: 0.2\n${merges.join("\r\n")}\r\n`,
    };
    const fromText = await loadTokenizer(memoryStore(files));
    expect(fromText.vocabularySize).toBe(8192);
    for (const line of (fixture("awkward-lines.json") as string[]).slice(0, 200)) {
      expect(fromText.tokenise(line)).toEqual(fromJson.tokenise(line));
    }
  });

  it("refuses what it cannot write or read", async () => {
    const tokenizer = await withMerges();
    expect(() => tokenizer.tokenise("ab\ud83dc")).toThrow(
      expect.objectContaining({
        name: "OptionError",
        message: "tokenise: text must be whole Unicode characters, got half of a surrogate pair (character 2).",
      }),
    );
    expect(() => tokenizer.decode([1, 9999])).toThrow(
      expect.objectContaining({
        name: "OptionError",
        message: "decode: tokens must be in the vocabulary of memory/vocab.json, got 9999.",
      }),
    );
    const { z: _, ...lacking } = byteVocabulary();
    const without = await loadTokenizer(memoryStore({ "vocab.json": JSON.stringify(lacking), "merges.txt": "" }));
    expect(() => without.tokenise("a zoo")).toThrow(
      expect.objectContaining({
        name: "OptionError",
        message:
          'tokenise: the vocabulary of memory/vocab.json must be able to write the text, got "a zoo" (byte 2 of the text). Is a byte missing from the vocabulary?',
      }),
    );
  });
});

describe("malformed tokenizer files", () => {
  const vocab = byteVocabulary();
  const good = {
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    added_tokens: [{ id: 256, content: "<|endoftext|>" }],
    model: { type: "BPE", vocab, merges: [] as unknown },
  };
  const only = "Only GPT-2's byte-level tokenizer can be read";

  it.each<[string, unknown, string]>([
    ["a list", [], "the file must hold a JSON object ({...}), got an array"],
    ["no model", { ...good, model: undefined }, "model must be a JSON object, got none"],
    [
      "a normaliser",
      { ...good, normalizer: { type: "NFC" } },
      `normalizer must be null (text is read as it is written), got {"type":"NFC"}. ${only}`,
    ],
    ["no cutting", { ...good, pre_tokenizer: null }, "pre_tokenizer must be a JSON object, got null"],
    [
      "other cutting",
      { ...good, pre_tokenizer: { type: "Whitespace" } },
      `pre_tokenizer.type must be "ByteLevel", got "Whitespace". ${only}`,
    ],
    [
      "a space before the text",
      { ...good, pre_tokenizer: { type: "ByteLevel", add_prefix_space: true } },
      `pre_tokenizer.add_prefix_space must be false (a story begins without a space before it), got true. ${only}`,
    ],
    [
      "no rule",
      { ...good, pre_tokenizer: { ...good.pre_tokenizer, use_regex: false } },
      `pre_tokenizer.use_regex must be true or null (text is cut by GPT-2's rule), got false. ${only}`,
    ],
    [
      "another model",
      { ...good, model: { ...good.model, type: "Unigram" } },
      `model.type must be "BPE", got "Unigram". ${only}`,
    ],
    [
      "suffixes",
      { ...good, model: { ...good.model, end_of_word_suffix: "</w>" } },
      `model.end_of_word_suffix must be null or "" (symbols stand for bytes alone), got "</w>". ${only}`,
    ],
    [
      "dropout",
      { ...good, model: { ...good.model, dropout: 0.1 } },
      `model.dropout must be null or 0 (merges are never left out), got 0.1. ${only}`,
    ],
    [
      "no merges",
      { ...good, model: { ...good.model, merges: undefined } },
      `model.merges must be a list, got none. ${only}`,
    ],
    [
      "a merge of three",
      { ...good, model: { ...good.model, merges: ["a b", "a b c"] } },
      'a merge must be two symbols, got ["a","b","c"] (merge 1)',
    ],
    [
      "a token number of text",
      { ...good, model: { ...good.model, vocab: { a: "1" } } },
      'token numbers must be whole and not negative, got "1" ("a")',
    ],
    [
      "two symbols of one number",
      { ...good, model: { ...good.model, vocab: { a: 1, b: 1 } } },
      'token numbers must be different, got 1 for "a" and "b"',
    ],
    [
      "a flag that is none",
      { ...good, added_tokens: [{ id: 256, content: "<|endoftext|>", lstrip: "yes" }] },
      'added_tokens[0].lstrip must be true or false, got "yes"',
    ],
    [
      "an added token without a number",
      { ...good, added_tokens: [{ id: -1, content: "x" }] },
      "added_tokens[0].id must be a whole number from 0, got -1",
    ],
    [
      "an added token without a text",
      { ...good, added_tokens: [{ id: 256, content: "" }] },
      'added_tokens[0].content must be a text that is not empty, got ""',
    ],
    [
      "an added token that is half a character",
      { ...good, added_tokens: [{ id: 256, content: "a\ud83d" }] },
      'added_tokens[0].content must be whole Unicode characters, got "a\\ud83d"',
    ],
    [
      "an added token of a number that is another's",
      { ...good, added_tokens: [{ id: 5, content: "<x>" }] },
      'the number of the added token "<x>" must be 257, the first number behind the vocabulary that is free, got 5 (added_tokens[0]). Are the files of one model?',
    ],
    [
      "an added token that has another number in the vocabulary",
      { ...good, added_tokens: [{ id: 257, content: "a" }] },
      'the number of the added token "a" must be 97, its number in the vocabulary, got 257 (added_tokens[0]). Are the files of one model?',
    ],
  ])("tokenizer.json: %s", async (_, json, message) => {
    await expect(loadTokenizer(memoryStore({ "tokenizer.json": JSON.stringify(json) }))).rejects.toMatchObject({
      name: "FormatError",
      message: `memory/tokenizer.json: ${message}`,
    });
  });

  it.each<[string, Record<string, string>, string, string]>([
    [
      "not JSON",
      { "tokenizer.json": "{" },
      "FormatError",
      "memory/tokenizer.json: the file must be JSON, got an end too early",
    ],
    [
      "nothing",
      {},
      "NotFoundError",
      "memory: a model's folder must hold tokenizer.json, or vocab.json and merges.txt. Fetch them from where the weights came from.",
    ],
    ["no merges.txt", { "vocab.json": "{}" }, "NotFoundError", "memory: a model's folder must hold tokenizer.json"],
    [
      "a merge of one",
      { "vocab.json": "{}", "merges.txt": "#version: 0.2\na b\nab\n" },
      "FormatError",
      'memory/merges.txt: a merge must be two symbols, got ["ab"] (line 3)',
    ],
    [
      "a vocabulary of words",
      { "vocab.json": '{"日": 0}', "merges.txt": "" },
      "FormatError",
      'memory/vocab.json: characters of a byte-level vocabulary must each stand for a byte, got "日". Is this a GPT-2 vocabulary?',
    ],
  ])("files: %s", async (_, files, name, message) => {
    const error = await loadTokenizer(memoryStore(files)).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name });
    expect((error as Error).message.slice(0, message.length)).toBe(message);
  });
});

function hashLines(lines: readonly string[], tokenizer: Tokenizer): string[] {
  const hashes: string[] = [];
  for (let start = 0; start < lines.length; start += 100) {
    const text = lines.slice(start, start + 100).map((line) => tokenizer.tokenise(line).tokens.join(" "));
    hashes.push(createHash("sha256").update(text.join("\n")).digest("hex"));
  }
  return hashes;
}
