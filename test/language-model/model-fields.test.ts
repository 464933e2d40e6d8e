import { describe, expect, it } from "vitest";
import { weightIndexFields } from "../../src/catalogue/weight-index.ts";
import { checkFields, type FieldTable, ruleOf } from "../../src/formats/field-table.ts";
import { gpt2ConfigFields } from "../../src/language-model/config-fields.ts";
import { readGpt2Config } from "../../src/language-model/gpt2-config.ts";
import {
  addedTokenFields,
  byteLevelFields,
  bytePairFields,
  generationFields,
  specialTokensMapFields,
  tokenizerConfigFields,
  tokenizerFields,
} from "../../src/language-model/tokenizer-fields.ts";
import { jsonFixture } from "./small-models.ts";

const { names, attribute_map: attributeMap } = jsonFixture<{
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly attribute_map: Readonly<Record<string, string>>;
}>("model-fields.json");

// Oracle: the names that transformers 5.18 and 4.57 define.
describe("every field that transformers defines has its row", () => {
  it.each<[string, FieldTable]>([
    ["config.json", gpt2ConfigFields],
    ["tokenizer_config.json", tokenizerConfigFields],
    ["special_tokens_map.json", specialTokensMapFields],
    ["tokenizer.json", tokenizerFields],
    ["tokenizer.json: model", bytePairFields],
    ["tokenizer.json: pre_tokenizer", byteLevelFields],
    ["added token", addedTokenFields],
    ["generation_config.json", generationFields],
    ["model.safetensors.index.json", weightIndexFields],
  ])("of %s", (file, table) => {
    expect(names[file]!.length).toBeGreaterThan(0);
    expect(names[file]!.filter((name) => !ruleOf(name, table))).toEqual([]);
  });

  it("other names of a field are those of transformers", () => {
    const ours = Object.entries(gpt2ConfigFields).flatMap(([name, rule]) =>
      rule.effect === "obeyed" && rule.sameAs ? [[name, rule.sameAs]] : [],
    );
    expect(Object.fromEntries(ours)).toEqual(attributeMap);
  });
});

describe("the table of config.json says what the reader does (agreement)", () => {
  const read = (fields: Readonly<Record<string, unknown>>) =>
    readGpt2Config(new TextEncoder().encode(JSON.stringify({ model_type: "gpt2", ...fields })), { path: "c" });
  const plain = read({});
  const rows = Object.entries(gpt2ConfigFields).map(([name, rule]) => ({ name, ...rule }));

  it.each(rows.filter(({ effect }) => effect === "obeyed"))(
    "$name is obeyed: what it cannot be is refused",
    ({ name }) => {
      expect(() => read({ [name]: { no: "value" } })).toThrow(expect.objectContaining({ name: "FormatError" }));
    },
  );

  it.each(rows.filter(({ effect }) => effect === "refused"))("$name is refused", ({ name }) => {
    expect(() => read({ [name]: { some: "value" } })).toThrow(expect.objectContaining({ name: "FormatError" }));
  });

  it.each(rows.filter(({ effect }) => effect === "told"))("$name is told, and changes nothing", ({ name }) => {
    const { config, warnings } = read({ [name]: { some: "value" } });
    expect(config).toEqual(plain.config);
    expect(warnings).toHaveLength(1);
  });

  it.each(rows.filter(({ effect }) => effect === "none"))("$name changes nothing, and is not told", ({ name }) => {
    for (const value of [null, true, 3, "text", { some: "value" }]) expect(read({ [name]: value })).toEqual(plain);
  });
});

describe("checkFields (by hand)", () => {
  const table: FieldTable = {
    a: { effect: "none", why: "it is a" },
    b: { effect: "refused", unless: [null, [1]], why: "b is not done" },
    "*_c": { effect: "told", unless: [0], why: "it ends with c" },
  };
  const check = (values: Readonly<Record<string, unknown>>) =>
    checkFields(values, table, { path: "f.json", prefix: "p.", remedy: "Mend it" });

  it("tells what the table says, and what it does not know in one line", () => {
    expect(check({ a: 1, b: [1], x_c: 0 })).toEqual([]);
    expect(check({ x_c: 1, y: 2, constructor: 3 })).toEqual([
      "f.json: p.x_c is 1: it ends with c.",
      "f.json: not known here, and not obeyed: p.y, p.constructor. Does the model compute something else with them?",
    ]);
  });

  it("refuses other values than those of the table", () => {
    expect(() => check({ b: 2 })).toThrow("f.json: p.b must be null or [1] (b is not done), got 2. Mend it");
  });
});
