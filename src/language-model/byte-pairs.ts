import { ownValue } from "../array/records.ts";
import { FormatError, NotFoundError } from "../errors.ts";
import { readText, type Source } from "../sources/source.ts";

/** A byte-pair encoding as its files describe it. */
export interface BytePairs {
  /** Symbols, one character a byte, to token numbers. */
  readonly vocabulary: Readonly<Record<string, number>>;
  /** Pairs of symbols that are joined, the first to be joined first. */
  readonly merges: readonly (readonly [string, string])[];
  /** Texts that are one token wherever they stand. */
  readonly added: readonly { readonly id: number; readonly content: string }[];
  /** The file with the vocabulary, for messages. */
  readonly path: string;
  /** All files that were read, within the model's folder. */
  readonly files: readonly string[];
}

/**
 * The byte pairs of a model's folder: from `tokenizer.json`, or where there is none from `vocab.json` and
 * `merges.txt`.
 *
 * @throws NotFoundError where neither is there
 * @throws FormatError where a file is malformed, or describes anything but GPT-2's byte-level encoding: a tokenizer
 * that adds a space before the text, normalises it, or cuts it by another rule is refused, not read wrongly
 */
export async function loadBytePairs(source: Source): Promise<BytePairs> {
  if (await source.has("tokenizer.json")) {
    const path = `${source.location}/tokenizer.json`;
    const pairs = readTokenizerJson(parseJson(await readText(source, "tokenizer.json"), path), path);
    return { ...pairs, path, files: ["tokenizer.json"] };
  }
  if (!(await source.has("vocab.json")) || !(await source.has("merges.txt"))) {
    throw new NotFoundError(
      `${source.location}: a model's folder must hold tokenizer.json, or vocab.json and merges.txt. Fetch them from where the weights came from.`,
    );
  }
  const path = `${source.location}/vocab.json`;
  const vocabulary = readVocabulary(parseJson(await readText(source, "vocab.json"), path), path);
  const merges = readMerges(await readText(source, "merges.txt"), `${source.location}/merges.txt`);
  const endOfText = Object.entries(vocabulary).find(([content]) => content === "<|endoftext|>");
  const added = endOfText ? [{ id: endOfText[1], content: endOfText[0] }] : [];
  return { vocabulary, merges, added, path, files: ["vocab.json", "merges.txt"] };
}

function readTokenizerJson(value: unknown, path: string): Omit<BytePairs, "path" | "files"> {
  const file = asRecord(value, path, "the file");
  const model = asRecord(file["model"], path, "model");
  const must = (holds: boolean, field: string, rule: string, got: unknown) => {
    if (holds) return;
    const shown = JSON.stringify(got)?.slice(0, 80) ?? "none";
    throw new FormatError(
      path,
      `${field} must be ${rule}, got ${shown}. Only GPT-2's byte-level tokenizer can be read`,
    );
  };
  must(file["normalizer"] == null, "normalizer", "null", file["normalizer"]);
  const cutter = asRecord(file["pre_tokenizer"], path, "pre_tokenizer");
  must(cutter["type"] === "ByteLevel", "pre_tokenizer.type", '"ByteLevel"', cutter["type"]);
  must(cutter["add_prefix_space"] === false, "pre_tokenizer.add_prefix_space", "false", cutter["add_prefix_space"]);
  must(cutter["use_regex"] !== false, "pre_tokenizer.use_regex", "true", cutter["use_regex"]);
  must((model["type"] ?? "BPE") === "BPE", "model.type", '"BPE"', model["type"]);
  for (const field of ["dropout", "continuing_subword_prefix", "end_of_word_suffix"]) {
    const value = ownValue(model, field);
    must((value ?? "") === "", `model.${field}`, "null", value);
  }
  must(model["ignore_merges"] !== true, "model.ignore_merges", "false", model["ignore_merges"]);
  const merges = model["merges"];
  must(Array.isArray(merges), "model.merges", "a list", merges);
  const added = file["added_tokens"] ?? [];
  must(Array.isArray(added), "added_tokens", "a list", added);
  return {
    vocabulary: readVocabulary(model["vocab"], path),
    merges: (merges as unknown[]).map((merge, i) =>
      readMerge(typeof merge === "string" ? merge.split(" ") : merge, path, `merge ${i}`),
    ),
    added: (added as unknown[]).map((entry, i) => {
      const { id, content, lstrip, rstrip } = asRecord(entry, path, `added_tokens[${i}]`);
      must(Number.isInteger(id), `added_tokens[${i}].id`, "a whole number", id);
      must(typeof content === "string" && content !== "", `added_tokens[${i}].content`, "text", content);
      must(lstrip !== true && rstrip !== true, `added_tokens[${i}].lstrip and rstrip`, "false", { lstrip, rstrip });
      return { id: id as number, content: content as string };
    }),
  };
}

function readVocabulary(value: unknown, path: string): Readonly<Record<string, number>> {
  const vocabulary = asRecord(value, path, "the vocabulary");
  const symbols = new Map<number, string>();
  for (const [symbol, id] of Object.entries(vocabulary)) {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0) {
      throw new FormatError(
        path,
        `token numbers must be whole and not negative, got ${JSON.stringify(id)} ("${symbol}")`,
      );
    }
    const other = symbols.get(id);
    if (other !== undefined) {
      throw new FormatError(path, `token numbers must be different, got ${id} for "${other}" and "${symbol}"`);
    }
    symbols.set(id, symbol);
  }
  return vocabulary as Record<string, number>;
}

function readMerges(text: string, path: string): [string, string][] {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  const skipped = lines[0]?.startsWith("#version") ? 1 : 0;
  return lines
    .slice(skipped)
    .flatMap((line, i) => (line === "" ? [] : [readMerge(line.split(" "), path, `line ${i + skipped + 1}`)]));
}

function readMerge(parts: unknown, path: string, place: string): [string, string] {
  if (Array.isArray(parts) && parts.length === 2 && parts.every((part) => typeof part === "string" && part !== "")) {
    return parts as [string, string];
  }
  throw new FormatError(path, `a merge must be two symbols, got ${JSON.stringify(parts)} (${place})`);
}

function asRecord(value: unknown, path: string, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FormatError(path, `${what} must be a JSON object, got ${JSON.stringify(value)?.slice(0, 40) ?? "none"}`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(path, `the file must be JSON, got: ${(error as Error).message}`, undefined, { cause: error });
  }
}
