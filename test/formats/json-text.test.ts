import { describe, expect, it } from "vitest";
import { readJsonObject } from "../../src/bids/json.ts";
import { FormatError } from "../../src/errors.ts";
import { parseJson } from "../../src/formats/json.ts";
import { parseJsonText } from "../../src/formats/json-text.ts";
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
  });

  it("counts brackets outside of strings alone, and those that are open at once (by hand)", () => {
    expect(parseJsonText(JSON.stringify("[".repeat(1000)))).toHaveLength(1000);
    expect(parseJsonText(`[${"[],".repeat(1000)}0]`)).toHaveLength(1001);
    expect(() => parseJsonText(nested(501))).toThrow("arrays and objects more than 500 deep within each other");
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
