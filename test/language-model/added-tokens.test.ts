import { describe, expect, it } from "vitest";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { loadTokenizer } from "../../src/language-model/tokenizer.ts";
import { tokeniseWords } from "../../src/language-model/word-tokens.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { jsonFixture, smallModelFiles } from "./small-models.ts";

interface Variant {
  readonly name: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly tokens: readonly string[];
}

const fixture = jsonFixture<{
  readonly vocabulary: readonly string[];
  readonly merges: readonly string[];
  readonly texts: readonly string[];
  readonly variants: readonly Variant[];
}>("added-tokens.json");
const vocabulary = Object.fromEntries(fixture.vocabulary.map((symbol, id) => [symbol, id]));

/** A folder with the vocabulary of the fixture: in tokenizer.json where there is one, else in files of its own. */
function folderOf(files: Readonly<Record<string, unknown>>) {
  const model = { type: "BPE", vocab: vocabulary, merges: fixture.merges };
  const texts = Object.entries(files).map(([name, value]) => [
    name,
    JSON.stringify(name === "tokenizer.json" ? { ...(value as object), model } : value),
  ]);
  const beside = { "vocab.json": JSON.stringify(vocabulary), "merges.txt": fixture.merges.join("\n") };
  return memoryStore({ ...(Object.hasOwn(files, "tokenizer.json") ? {} : beside), ...Object.fromEntries(texts) });
}

const load = (files: Readonly<Record<string, unknown>>) => loadTokenizer(folderOf(files));
const flags = { lstrip: false, rstrip: false, single_word: false, normalized: false, special: false };
const size = fixture.vocabulary.length;
const decoderOf = (more: Readonly<Record<string, unknown>>) => ({
  "tokenizer_config.json": { added_tokens_decoder: { [size]: { ...flags, content: "<laugh>", ...more } } },
});

describe("words with added tokens (by hand)", () => {
  const words = ["so", "<laugh>", "the", "cat"];
  const textOf = async (files: Readonly<Record<string, unknown>>, wanted = words) => {
    const tokenizer = await load(files);
    const { tokens, words: ranges } = tokeniseWords(wanted, tokenizer);
    return ranges.map(({ first, last }) => [...tokens.slice(first, last + 1)].map((one) => tokenizer.decode([one])));
  };

  it.each<[Readonly<Record<string, unknown>>, readonly (readonly string[])[]]>([
    // The space before the token is one of its own, as no letter follows it.
    [{}, [["s", "o"], [" ", "<laugh>"], [" the"], [" cat"]]],
    [{ lstrip: true }, [["s", "o"], ["<laugh>"], [" the"], [" cat"]]],
    // The space behind the token is no part of any token: the next word is read without it.
    [{ rstrip: true }, [["s", "o"], [" ", "<laugh>"], ["the"], [" cat"]]],
    [{ lstrip: true, rstrip: true }, [["s", "o"], ["<laugh>"], ["the"], [" cat"]]],
  ])("%j", async (more, tokens) => {
    expect(await textOf(decoderOf(more))).toEqual(tokens);
  });

  it("the last word strips what is behind it, of which there is nothing", async () => {
    expect(await textOf(decoderOf({ rstrip: true }), ["the", "<laugh>"])).toEqual([["the"], [" ", "<laugh>"]]);
    const { ends } = (await load(decoderOf({ rstrip: true }))).tokenise("<laugh>  ");
    expect([...ends]).toEqual([9]);
  });

  it("a text with an added token is written again from its tokens", async () => {
    const tokenizer = await load(decoderOf({}));
    const text = "the <laugh> 日本 é<|endoftext|> cat";
    expect(tokenizer.decode(tokenizer.tokenise(text).tokens)).toBe(text);
    expect([tokenizer.baseVocabularySize, tokenizer.vocabularySize]).toEqual([size, size + 1]);
  });
});

describe("files that list added tokens", () => {
  const json = {
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
    added_tokens: [{ ...flags, id: size, content: "<laugh>", lstrip: true }],
  };

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      "a number that is none",
      { "added_tokens.json": { "<x>": "7" } },
      'added_tokens.json: <x> must be a whole number from 0, got "7"',
    ],
    [
      "a key that is no number",
      { "tokenizer_config.json": { added_tokens_decoder: { x: { content: "<x>" } } } },
      'tokenizer_config.json: added_tokens_decoder.x must be a whole number from 0, got "x"',
    ],
    [
      "a number too large",
      { "added_tokens.json": { "<x>": size + 1 } },
      `added_tokens.json: the number of the added token "<x>" must be ${size}, the first number behind the vocabulary that is free, got ${size + 1} (<x>). Are the files of one model?`,
    ],
    [
      "other flags",
      { "tokenizer.json": json, ...decoderOf({}) },
      `tokenizer.json: the added tokens must be those of added_tokens_decoder in tokenizer_config.json, with the same flags, got {"lstrip":true,"rstrip":false,"single_word":false,"normalized":false,"special":false,"id":${size},"content":"<laugh>"} (added_tokens[0]). Are the files of one model?`,
    ],
    [
      "a token that the decoder lacks",
      { "tokenizer.json": json, "tokenizer_config.json": { added_tokens_decoder: {} } },
      `tokenizer.json: the added tokens must be those of added_tokens_decoder in tokenizer_config.json, with the same flags, got {"lstrip":true,"rstrip":false,"single_word":false,"normalized":false,"special":false,"id":${size},"content":"<laugh>"} (added_tokens[0]). Are the files of one model?`,
    ],
    [
      "a space before the text",
      { "tokenizer_config.json": { add_prefix_space: true } },
      "tokenizer_config.json: add_prefix_space must be false or null (a story begins without a space before it), got true. Only GPT-2's byte-level tokenizer can be read",
    ],
    ["a list", { "special_tokens_map.json": [] }, "special_tokens_map.json: the document must be an object, got []"],
    [
      "a token without text",
      { "special_tokens_map.json": { pad_token: {} } },
      "special_tokens_map.json: pad_token.content must be a text that is not empty, got nothing",
    ],
  ])("refuses %s", async (_, files, message) => {
    await expect(load(files)).rejects.toMatchObject({ name: "FormatError", message: `memory/${message}` });
  });

  it("tells of fields that ask for what is not done, and of those that it does not know (by hand)", async () => {
    const told = await load({
      "tokenizer_config.json": {
        add_bos_token: true,
        model_max_length: 1024,
        colour: "red",
        eos_token: "<|endoftext|>",
      },
      "special_tokens_map.json": { shape: 1 },
      "added_tokens.json": {},
    });
    expect(told.warnings).toEqual([
      "memory/tokenizer_config.json: add_bos_token is true: no token is added at either end of what is read.",
      "memory/tokenizer_config.json: not known here, and not obeyed: colour. Does the model compute something else with them?",
      "memory/special_tokens_map.json: not known here, and not obeyed: shape. Does the model compute something else with them?",
    ]);
    const after = { ...json, post_processor: { type: "TemplateProcessing" }, added_tokens: [] };
    expect((await load({ "tokenizer.json": after })).warnings).toEqual([
      'memory/tokenizer.json: post_processor is of type "TemplateProcessing": no token is added at either end of what is read.',
    ]);
  });

  it("count among the files that tokens depend on where they change something (by hand)", async () => {
    const plain = { "tokenizer_config.json": { eos_token: "<|endoftext|>" }, "special_tokens_map.json": {} };
    expect((await load(plain)).files).toEqual(["vocab.json", "merges.txt"]);
    expect((await load({ ...plain, "added_tokens.json": { "<laugh>": size } })).files).toEqual([
      "vocab.json",
      "merges.txt",
      "tokenizer_config.json",
      "special_tokens_map.json",
      "added_tokens.json",
    ]);
  });

  it("a token without an embedding is told; a vocabulary without one is refused (by hand)", async () => {
    const files = { ...(await smallModelFiles()), "added_tokens.json": '{"<laugh>": 257}' };
    const model = await loadLanguageModel(memoryStore(files));
    expect(model.warnings).toEqual([
      'memory: added tokens without an embedding (vocab_size 257): "<laugh>" (257). A text that holds one is refused.',
    ]);
    await expect(model.hiddenStates(model.tokenizer.tokenise("a <laugh>").tokens)).rejects.toThrow(
      "hiddenStates: tokens must lie in 0..256, got 257.",
    );
    await model.close();
  });
});

describe("added tokens", () => {
  it.each(fixture.variants)("$name: 60 texts have the tokens of transformers (oracle)", async ({ files, tokens }) => {
    const tokenizer = await loadTokenizer(folderOf(files));
    expect(fixture.texts.map((text) => tokenizer.tokenise(text).tokens.join(" "))).toEqual(tokens);
  });
});
