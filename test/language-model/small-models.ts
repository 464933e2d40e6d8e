import { readFileSync } from "node:fs";
import { writeSafetensors } from "../../src/formats/safetensors.ts";
import { readGpt2Config } from "../../src/language-model/gpt2-config.ts";
import { gpt2Shapes, randomGpt2Weights } from "../../src/language-model/gpt2-weights.ts";

/** A byte-level vocabulary of the 256 bytes and the end of text, without merges: one token a byte. */
export function byteVocabulary(): Record<string, number> {
  const isPlain = (byte: number) =>
    (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte < 0xad) || (byte > 0xad && byte < 0x100);
  let next = 256;
  const symbols = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPlain(byte) ? byte : next++));
  return Object.fromEntries([...symbols, "<|endoftext|>"].map((symbol, id) => [symbol, id]));
}

/** `vocab.json` and `merges.txt` of {@link byteVocabulary}, with merges where they are given. */
export function vocabularyFiles(merges: readonly string[] = []): Record<string, string> {
  const vocabulary = byteVocabulary();
  for (const merge of merges) vocabulary[merge.replace(" ", "")] = Object.keys(vocabulary).length;
  return { "vocab.json": JSON.stringify(vocabulary), "merges.txt": ["#version: 0.2", ...merges, ""].join("\n") };
}

/** A file of test/language-model/fixtures. */
export const fixture = (path: string): Uint8Array => readFileSync(new URL(`fixtures/${path}`, import.meta.url));

/** A file of test/language-model/fixtures, parsed. */
export const jsonFixture = <T>(path: string): T => JSON.parse(new TextDecoder().decode(fixture(path))) as T;

/** A two-layer GPT-2 of 8 units and 12 positions with random weights, as the files of its folder. */
export async function smallModelFiles(
  changes: Record<string, unknown> = {},
): Promise<Record<string, Uint8Array | string>> {
  const json = { ...smallConfig, ...changes };
  const { config } = readGpt2Config(new TextEncoder().encode(JSON.stringify(json)), { path: "config.json" });
  const weights = randomGpt2Weights(config, "small model");
  const tensors: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  for (const name of gpt2Shapes(config).keys()) tensors[name] = await weights(name);
  return { "config.json": JSON.stringify(json), "model.safetensors": writeSafetensors(tensors), ...vocabularyFiles() };
}

const smallConfig = {
  model_type: "gpt2",
  n_layer: 2,
  n_head: 2,
  n_embd: 8,
  n_positions: 12,
  vocab_size: 257,
  // Large enough that attention is far from uniform, so that a leak would show.
  initializer_range: 0.5,
};

/** ||a - b|| / ||b|| over all numbers. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return a.length === b.length ? Math.sqrt(difference / norm) : Number.NaN;
}
