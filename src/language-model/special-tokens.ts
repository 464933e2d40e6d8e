import { isJsonObject, type JsonValue, jsonEntries, jsonItems, jsonKey } from "../formats/json.ts";
import { type FoundToken, readAddedToken } from "./added-token.ts";
import { backendClasses, namedTokens } from "./tokenizer-fields.ts";

/** The text that GPT2Tokenizer takes for these tokens where no file names them. */
const endOfText = "<|endoftext|>";
const defaultPath = "GPT2Tokenizer";
const withDefault: readonly string[] = ["bos_token", "eos_token", "unk_token"];

/** The special tokens that the files of a tokenizer name. */
export interface SpecialTokens {
  readonly tokens: readonly FoundToken[];
  /**
   * The texts that count as special where `added_tokens.json` lists them: transformers leaves `additional_special_tokens`
   * of `special_tokens_map.json` out.
   */
  readonly ofLegacy: ReadonlySet<string>;
  /** Whether the class of the tokenizer takes all from `tokenizer.json`, and nothing by default. */
  readonly isBackend: boolean;
}

/**
 * The special tokens that `tokenizer_config.json` and `special_tokens_map.json` name, in the order in which transformers
 * adds them: `bos_token`, `eos_token` and their like, other fields that end with `_token`, then lists.
 *
 * @param map - holds over the configuration; undefined where there is none, or it is not read
 * @param warnings - warnings of fields that no table lists are added to it
 * @throws FormatError where a token is malformed
 */
export function findSpecialTokens(
  config: JsonValue | undefined,
  map: JsonValue | undefined,
  warnings: string[],
): SpecialTokens {
  const values = new Map<string, JsonValue>();
  for (const file of [config, map]) if (file) for (const [name, value] of jsonEntries(file)) values.set(name, value);
  const isBackend = config !== undefined && backendClasses.includes(jsonKey(config, "tokenizer_class").value);
  const read = (value: JsonValue) =>
    typeof value.value === "string" || isJsonObject(value.value) ? [readAddedToken(value, true, warnings)] : [];
  const named = namedTokens.flatMap((name) => {
    const value = values.get(name);
    if (value) return read(value);
    const isDefault = withDefault.includes(name) && !isBackend;
    return isDefault ? read({ value: endOfText, where: name, path: defaultPath }) : [];
  });
  const specific = values.get("model_specific_special_tokens");
  const others = [...values].filter(([name]) => name.endsWith("_token") && !namedTokens.includes(name));
  const extra = values.get("extra_special_tokens");
  const additional = isEmpty(extra) ? values.get("additional_special_tokens") : undefined;
  const list = (value: JsonValue | undefined) => {
    if (!value || isEmpty(value)) return [];
    const items = isJsonObject(value.value) ? jsonEntries(value).map(([, item]) => item) : jsonItems(value);
    return items.flatMap(read);
  };
  const extras = list(extra);
  const additionals = list(additional);
  // The class fills in its defaults after it has read that file.
  const counted = [
    ...named.filter(({ place }) => place.path !== defaultPath),
    ...extras,
    ...(additional?.path === map?.path ? [] : additionals),
  ];
  return {
    tokens: [...named, ...others.flatMap(([, value]) => read(value)), ...list(specific), ...extras, ...additionals],
    ofLegacy: new Set(counted.map(({ content }) => content)),
    isBackend,
  };
}

function isEmpty(list: JsonValue | undefined): boolean {
  const value = list?.value;
  return (
    value === undefined ||
    (Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0)
  );
}
