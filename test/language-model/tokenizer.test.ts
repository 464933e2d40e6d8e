import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { embeddedModelFolder } from "../../src/language-model/embedded.ts";
import { loadTokenizer, type Tokenizer } from "../../src/language-model/tokenizer.ts";
import { memoryStore } from "../../src/sources/memory.ts";
import { folderStore } from "../../src/sources/node.ts";
import { describeWithShared, shared } from "../support/shared.ts";

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

  describeWithShared("real text", "corpus", () => {
    it.each(Object.entries(expected.real))("%s has the tokens of transformers (oracle)", (file, { nLines, hashes }) => {
      const text = gunzipSync(readFileSync(shared("corpus", file))).toString("utf8");
      const lines = text.split("\n").filter((line) => line !== "" && line !== "<|endoftext|>");
      expect(hashLines(lines.slice(0, nLines), tokenizer)).toEqual(hashes);
    });
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
