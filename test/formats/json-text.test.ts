import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { FormatError } from "../../src/errors.ts";
import { parseJson, readJsonObject } from "../../src/formats/json.ts";
import { findJsonFault, JsonError, parseJsonText } from "../../src/formats/json-text.ts";
import { readGpt2Config } from "../../src/language-model/gpt2-config.ts";
import { readTranscript } from "../../src/stimulus/transcript.ts";

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const bytes = (text: string) => new TextEncoder().encode(text);

describe("parseJsonText", () => {
  it.each(["[]", '{"a": [1, {"b": "c"}]}', String.raw`["[[[", "\\", "\"[", {"[": 1}]`, "3", '"["', nested(500)])(
    "identity: is JSON.parse for %s",
    (text) => {
      expect(parseJsonText(text)).toEqual(JSON.parse(text));
    },
  );

  it.each(["", "[", '["', '["a', "]", String.raw`"\\`])("refuses %j as JSON.parse does", (text) => {
    expect(() => parseJsonText(text)).toThrow(SyntaxError);
    expect(() => parseJsonText(text)).toThrow(JsonError);
  });

  it("counts brackets outside of strings alone, and those that are open at once (by hand)", () => {
    expect(parseJsonText(JSON.stringify("[".repeat(1000)))).toHaveLength(1000);
    expect(parseJsonText(`[${"[],".repeat(1000)}0]`)).toHaveLength(1001);
    expect(() => parseJsonText(nested(501))).toThrow("arrays and objects more than 500 deep within each other");
  });
});

describe("findJsonFault", () => {
  const document = String.raw`{"é\u00e9\n": [1, -0.5e+3, true, false, null, {}, [], {"b": ["c", 0]}], "": "x" }`;

  it("identity: every beginning of an object is truncated, at its end", () => {
    expect(findJsonFault(document)).toBeUndefined();
    for (let n = 0; n < document.length; n++) {
      const text = document.slice(0, n);
      expect([text, findJsonFault(text)]).toEqual([text, { kind: "truncated", at: n }]);
    }
  });

  it("agreement: finds a fault where JSON.parse does, in 20,000 documents with one to three characters changed", () => {
    const random = createRandom(3);
    const characters = `${String.raw`{}[]",:\ 0123456789-+.eEutrfalsn`}\t\n\u0001é`;
    const pick = (n: number) => Math.floor(random.uniform() * n);
    let nGood = 0;
    const unlike: string[] = [];
    for (let trial = 0; trial < 20_000; trial++) {
      let text = document;
      for (let n = pick(3); n >= 0; n--) {
        const at = pick(text.length);
        text =
          text.slice(0, at) + (pick(3) === 0 ? "" : characters[pick(characters.length)]) + text.slice(at + pick(2));
      }
      let isJson = true;
      try {
        JSON.parse(text);
        nGood++;
      } catch {
        isJson = false;
      }
      if ((findJsonFault(text) === undefined) !== isJson) unlike.push(text);
    }
    expect(unlike).toEqual([]);
    // Both happen often.
    expect(nGood).toBeGreaterThan(1000);
    expect(nGood).toBeLessThan(19_000);
  });

  it.each<[string, ReturnType<typeof findJsonFault>]>([
    ['{"a": 1,}', { kind: "other", at: 8 }],
    ["[1 2]", { kind: "other", at: 3 }],
    ["[1]]", { kind: "other", at: 3 }],
    ["{]", { kind: "other", at: 1 }],
    ["[01]", { kind: "other", at: 1 }],
    ["{a: 1}", { kind: "other", at: 1 }],
    ['"\t"', { kind: "other", at: 1 }],
    [String.raw`"\x"`, { kind: "other", at: 1 }],
    ["<html>", { kind: "other", at: 0 }],
    ["[tru]", { kind: "other", at: 1 }],
    ["tru", { kind: "truncated", at: 3 }],
    ["1.", { kind: "truncated", at: 2 }],
    [String.raw`"\u00`, { kind: "truncated", at: 5 }],
    ["[NaN]", { kind: "not-finite", at: 1, got: "NaN" }],
    ['{"NaN": -Infinity}', { kind: "not-finite", at: 8, got: "-Infinity" }],
    ['["NaN", nan]', { kind: "other", at: 8 }],
  ])("by hand: %j", (text, fault) => {
    expect(findJsonFault(text)).toEqual(fault);
  });
});

describe("files whose JSON is nested 300,000 deep are refused, whoever reads them (by hand)", () => {
  const deep = nested(300_000);
  it.each<[string, () => unknown]>([
    ["any", () => parseJson(bytes(deep), "a.json")],
    ["a sidecar", () => readJsonObject(bytes(`{"RepetitionTime": ${deep}}`), "a.json")],
    ["a configuration", () => readGpt2Config(bytes(`{"n_layer": ${deep}}`), { path: "a.json" })],
    ["a transcript", () => readTranscript(bytes(`{"words": ${deep}}`), { path: "a.json", story: "a" })],
  ])("%s", (_, read) => {
    expect(read).toThrow(FormatError);
    expect(read).toThrow(/^a\.json: .* arrays and objects more than 500 deep within each other/);
  });
});
