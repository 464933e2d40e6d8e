import { FormatError } from "../errors.ts";
import { checkFields, type FieldTable } from "../formats/field-table.ts";
import { isJsonObject, jsonEntries, jsonKey, parseJson } from "../formats/json.ts";

/** Every field of `model.safetensors.index.json`, and what becomes of it. */
export const weightIndexFields: FieldTable = {
  weight_map: { effect: "obeyed", why: "the shard of each tensor" },
  metadata: { effect: "none", why: "sizes, which the shards tell themselves" },
};

/** Which shard holds which tensor. */
export interface WeightIndex {
  /** Names of tensors to files of the same folder. */
  readonly shardOf: ReadonlyMap<string, string>;
  /** The files, each once, sorted. */
  readonly shards: readonly string[];
  /** Fields that no table lists, in one sentence. */
  readonly warnings: readonly string[];
}

/**
 * Reads `model.safetensors.index.json`.
 *
 * @throws FormatError where it is not JSON, has no `weight_map`, or names a shard that is no `.safetensors` file of the same
 * folder: an index may not point elsewhere
 */
export function readWeightIndex(bytes: Uint8Array, path: string): WeightIndex {
  const file = parseJson(bytes, path);
  const map = isJsonObject(file.value) ? jsonKey(file, "weight_map") : undefined;
  if (!map || !isJsonObject(map.value)) {
    throw new FormatError(path, "weight_map must be an object of tensor names to files, got none");
  }
  const shardOf = new Map<string, string>();
  for (const [name, { value }] of jsonEntries(map)) {
    if (typeof value !== "string" || !/^[^/\\]+\.safetensors$/.test(value)) {
      throw new FormatError(
        path,
        `shards must be .safetensors files of the same folder, got ${JSON.stringify(value)} ("${name}")`,
      );
    }
    shardOf.set(name, value);
  }
  const remedy = "Fetch the file again";
  const warnings = checkFields(file.value as Readonly<Record<string, unknown>>, weightIndexFields, { path, remedy });
  return { shardOf, shards: [...new Set(shardOf.values())].sort(), warnings };
}
