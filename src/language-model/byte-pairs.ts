import { modelFile } from "../catalogue/model-files.ts";
import { FormatError, NotFoundError } from "../errors.ts";
import { checkFields, type FieldTable } from "../formats/field-table.ts";
import { isJsonObject, type JsonValue, readJsonObject } from "../formats/json.ts";
import { readText, type Source } from "../sources/source.ts";
import { byteLevelFields, bytePairFields, noEnds, tokenizerFields, tokenizerRemedy } from "./tokenizer-fields.ts";

/** A byte-pair encoding as its files describe it. */
export interface BytePairs {
  /** Symbols, one character a byte, to token numbers. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs of symbols that are joined, the first to be joined first. */
  readonly merges: readonly (readonly [string, string])[];
  /** `added_tokens` of `tokenizer.json`, where that is read. */
  readonly listed: JsonValue | undefined;
  /** The file with the vocabulary, for messages. */
  readonly path: string;
  /** All files that were read, within the model's folder. */
  readonly files: readonly string[];
  /** What the files ask for that is not done, one sentence each. */
  readonly warnings: readonly string[];
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
  if (await source.has(modelFile.tokenizer)) {
    const path = `${source.location}/${modelFile.tokenizer}`;
    const pairs = readTokenizerJson(readJsonObject(await source.read(modelFile.tokenizer), path), path);
    return { ...pairs, path, files: [modelFile.tokenizer] };
  }
  if (!(await source.has(modelFile.vocabulary)) || !(await source.has(modelFile.merges))) {
    throw new NotFoundError(
      "a model's folder must hold tokenizer.json, or vocab.json and merges.txt. Fetch them from where the weights came from.",
      { where: source.location },
    );
  }
  const path = `${source.location}/${modelFile.vocabulary}`;
  const vocabulary = readVocabulary(readJsonObject(await source.read(modelFile.vocabulary), path), path);
  const merges = readMerges(await readText(source, modelFile.merges), `${source.location}/${modelFile.merges}`);
  const files = [modelFile.vocabulary, modelFile.merges];
  return { vocabulary, merges, listed: undefined, path, files, warnings: [] };
}

function readTokenizerJson(file: Readonly<Record<string, unknown>>, path: string): Omit<BytePairs, "path" | "files"> {
  const model = asRecord(file["model"], path, "model");
  const must = (holds: boolean, field: string, rule: string, got: unknown) => {
    if (holds) return;
    const shown = JSON.stringify(got)?.slice(0, 80) ?? "none";
    throw new FormatError(path, `${field} must be ${rule}, got ${shown}. ${tokenizerRemedy}`);
  };
  const check = (values: Readonly<Record<string, unknown>>, table: FieldTable, prefix = "") =>
    checkFields(values, table, { path, prefix, remedy: tokenizerRemedy });
  const warnings = [...check(file, tokenizerFields)];
  const cutter = asRecord(file["pre_tokenizer"], path, "pre_tokenizer");
  must(cutter["type"] === "ByteLevel", "pre_tokenizer.type", '"ByteLevel"', cutter["type"]);
  must(cutter["add_prefix_space"] !== undefined, "pre_tokenizer.add_prefix_space", "false", undefined);
  warnings.push(...check(cutter, byteLevelFields, "pre_tokenizer."));
  must((model["type"] ?? "BPE") === "BPE", "model.type", '"BPE"', model["type"]);
  warnings.push(...check(model, bytePairFields, "model."));
  const after = file["post_processor"];
  if (after != null && (!isJsonObject(after) || after["type"] !== "ByteLevel")) {
    const kind = JSON.stringify(isJsonObject(after) ? after["type"] : after);
    warnings.push(`${path}: post_processor is of type ${kind}: ${noEnds}.`);
  }
  const merges = model["merges"];
  must(Array.isArray(merges), "model.merges", "a list", merges);
  return {
    vocabulary: readVocabulary(asRecord(model["vocab"], path, "the vocabulary"), path),
    merges: (merges as unknown[]).map((merge, i) =>
      readMerge(typeof merge === "string" ? merge.split(" ") : merge, path, `merge ${i}`),
    ),
    listed: { value: file["added_tokens"] ?? undefined, where: "added_tokens", path },
    warnings,
  };
}

function readVocabulary(vocabulary: Readonly<Record<string, unknown>>, path: string): ReadonlyMap<string, number> {
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
  return new Map(Object.entries(vocabulary as Record<string, number>));
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

function asRecord(value: unknown, path: string, what: string): Readonly<Record<string, unknown>> {
  if (isJsonObject(value)) return value;
  throw new FormatError(path, `${what} must be a JSON object, got ${JSON.stringify(value)?.slice(0, 40) ?? "none"}`);
}
