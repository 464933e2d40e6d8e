import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import { wordActivations } from "../../src/language-model/word-activations.ts";
import { tokeniseWords } from "../../src/language-model/word-tokens.ts";
import { describeWithShared, shared } from "../support/shared.ts";
import { relativeError } from "./small-models.ts";

interface Expected {
  readonly words: readonly string[];
  readonly tokens: readonly number[];
  readonly last_layer: readonly (readonly number[])[];
}

// Oracle: transformers 5.18 on the same folder. Single precision twice, two layers: relative error below 1e-5.
describe.each([
  ["config-attention-heads-alias", "num_attention_heads without n_head"],
  ["tokenizer-added-tokens-json", "added_tokens.json beside vocab.json"],
])("%s", (name, what) => {
  describeWithShared(what, `cases/${name}`, () => {
    const folder = shared("cases", name);
    const expected = () => JSON.parse(readFileSync(`${folder}/expected.json`, "utf8")) as Expected;

    it("tokens and last layer are those of transformers (oracle)", async () => {
      const { words, tokens, last_layer: rows } = expected();
      const model = await loadLanguageModel(`${folder}/model`);
      const read = tokeniseWords(words, model.tokenizer);
      expect([...read.tokens]).toEqual(tokens);
      const { activations } = await wordActivations(model, words, { layers: [2] });
      await model.close();
      expect(relativeError(activations.get(2)!.data, rows.flat())).toBeLessThan(1e-5);
      expect(model.warnings).toEqual([]);
    });
  });
});
