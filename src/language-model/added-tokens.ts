import { modelFile } from "../catalogue/model-files.ts";
import { FormatError } from "../errors.ts";
import { checkFields } from "../formats/field-table.ts";
import {
  isJsonObject,
  type JsonValue,
  jsonEntries,
  jsonError,
  jsonItems,
  jsonKey,
  parseJson,
} from "../formats/json.ts";
import type { Source } from "../sources/source.ts";
import { type AddedToken, type FoundToken, readAddedToken, readTokenId } from "./added-token.ts";
import { findSpecialTokens } from "./special-tokens.ts";
import { specialTokensMapFields, tokenizerConfigFields, tokenizerRemedy } from "./tokenizer-fields.ts";

/** What a model's folder says of its added tokens. */
export interface AddedTokens {
  readonly added: readonly AddedToken[];
  /** The files beside the vocabulary's that changed something, within the folder. */
  readonly files: readonly string[];
  /** What the files ask for that is not done, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * The added tokens of a model's folder, as transformers' GPT2Tokenizer finds them: those of `added_tokens_decoder` in
 * `tokenizer_config.json`; where that has none, those of `added_tokens.json` and of `tokenizer.json`; and the special
 * tokens that `tokenizer_config.json` and `special_tokens_map.json` name. A token that the vocabulary holds has its number
 * there, the others are numbered on from its end.
 *
 * @param vocabulary - symbols and their numbers
 * @param listed - `added_tokens` of `tokenizer.json`, where that is read
 * @throws FormatError where a file is malformed, two of them contradict each other, or a token's number is not the one that
 * transformers gives it
 */
export async function loadAddedTokens(
  source: Source,
  vocabulary: ReadonlyMap<string, number>,
  listed: JsonValue | undefined,
): Promise<AddedTokens> {
  const [config, map, legacy] = [
    await readOptional(source, modelFile.tokenizerConfig),
    await readOptional(source, modelFile.specialTokens),
    await readOptional(source, modelFile.addedTokens),
  ];
  const warnings: string[] = [];
  for (const [file, table] of [
    [config, tokenizerConfigFields],
    [map, specialTokensMapFields],
  ] as const) {
    const { value, path } = file ?? {};
    if (path !== undefined && isJsonObject(value))
      warnings.push(...checkFields(value, table, { path, remedy: tokenizerRemedy }));
  }
  const inTokenizer =
    listed?.value === undefined ? [] : jsonItems(listed).map((item) => readAddedToken(item, false, warnings));
  const decoder = config && jsonKey(config, "added_tokens_decoder");
  const hasDecoder = decoder?.value !== undefined;
  const special = findSpecialTokens(config, hasDecoder ? undefined : map, warnings);
  const declared = hasDecoder
    ? joinDecoder(readDecoder(decoder, warnings), inTokenizer, special.isBackend)
    : [...readLegacy(legacy, special.ofLegacy), ...inTokenizer];
  const added = numberTokens(declared, special.tokens, vocabulary);
  const plain = numberTokens(inTokenizer, findSpecialTokens(undefined, undefined, []).tokens, vocabulary);
  const files = [config && modelFile.tokenizerConfig, map && modelFile.specialTokens, legacy && modelFile.addedTokens];
  const isPlain = JSON.stringify(added) === JSON.stringify(plain);
  return { added, files: isPlain ? [] : files.filter((file) => file !== undefined), warnings };
}

async function readOptional(source: Source, name: string): Promise<JsonValue | undefined> {
  if (!(await source.has(name))) return undefined;
  const file = parseJson(await source.read(name), `${source.location}/${name}`);
  if (!isJsonObject(file.value)) throw jsonError(file, "must be an object");
  return file;
}

function readDecoder(decoder: JsonValue, warnings: string[]): readonly FoundToken[] {
  return jsonEntries(decoder).map(([key, place]) => {
    const id = readTokenId({ ...place, value: /^\d{1,15}$/.test(key) ? Number(key) : key });
    return { ...readAddedToken(place, false, warnings), id };
  });
}

/**
 * Tokens of `added_tokens_decoder`, and those of `tokenizer.json` that it lacks: of them GPT2Tokenizer knows nothing, other
 * classes do.
 */
function joinDecoder(
  decoder: readonly FoundToken[],
  inTokenizer: readonly FoundToken[],
  isBackend: boolean,
): readonly FoundToken[] {
  const known = new Map(decoder.map((token) => [token.content, token]));
  const others = inTokenizer.filter((token) => {
    const same = known.get(token.content);
    if (same ? same.id === token.id && isSameRule(same, token) : isBackend) return !same;
    const rule = "the added tokens must be those of added_tokens_decoder in tokenizer_config.json, with the same flags";
    throw contradiction(token, rule, JSON.stringify(token.place.value));
  });
  return [...decoder, ...others];
}

const isSameRule = (a: FoundToken, b: FoundToken) =>
  a.lstrip === b.lstrip && a.rstrip === b.rstrip && a.singleWord === b.singleWord;

/** `added_tokens.json`: texts and their numbers; those that are named as special tokens are not normalised. */
function readLegacy(legacy: JsonValue | undefined, special: ReadonlySet<string>): readonly FoundToken[] {
  if (!legacy) return [];
  return jsonEntries(legacy).map(([content, id]) => {
    const token = readAddedToken({ ...id, value: content }, special.has(content), []);
    return { ...token, normalized: !token.isSpecial, id: readTokenId(id), place: id };
  });
}

/**
 * Gives each token its number: the vocabulary's, or the next one behind it; first those whose files give them a number, in
 * its order, then the special tokens that are new.
 */
function numberTokens(
  declared: readonly FoundToken[],
  special: readonly FoundToken[],
  vocabulary: ReadonlyMap<string, number>,
): readonly AddedToken[] {
  const added = new Map<string, AddedToken>();
  const given = new Set(declared.map(({ content }) => content));
  const names = new Set(special.map(({ content }) => content));
  let next = vocabulary.size;
  const inOrder = [...declared].sort((a, b) => (a.id ?? Infinity) - (b.id ?? Infinity));
  for (const token of [...inOrder, ...special]) {
    const { id: wanted, content, lstrip, rstrip, singleWord, isSpecial } = token;
    const before = added.get(content);
    const id = before?.id ?? vocabulary.get(content) ?? next;
    if (wanted !== undefined && wanted !== id) {
      const why = vocabulary.has(content)
        ? "its number in the vocabulary"
        : "the first number behind the vocabulary that is free";
      throw contradiction(
        token,
        `the number of the added token ${JSON.stringify(content)} must be ${id}, ${why}`,
        String(wanted),
      );
    }
    next = Math.max(next, id + 1);
    // The flags of the last that has them hold, but where a special token is named that is listed as well.
    if (before && given.has(content) && special.includes(token)) continue;
    const normalized = token.normalized ?? !(isSpecial || names.has(content));
    added.set(content, { id, content, lstrip, rstrip, singleWord, normalized });
  }
  return [...added.values()];
}

const contradiction = ({ place }: FoundToken, rule: string, got: string) =>
  new FormatError(place.path, `${rule}, got ${got} (${place.where}). Are the files of one model?`);
