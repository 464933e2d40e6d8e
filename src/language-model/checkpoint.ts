import { modelFile } from "../catalogue/model-files.ts";
import { readWeightIndex } from "../catalogue/weight-index.ts";
import { FormatError, listSome, NotFoundError } from "../errors.ts";
import {
  decodeTensor,
  readSafetensorsHeader,
  type SafetensorsEntry,
  safetensorsHeaderLength,
} from "../formats/safetensors.ts";
import type { Source } from "../sources/source.ts";

/** The tensors of a checkpoint, which may lie in several files; none is read before it is asked for. */
export interface Checkpoint {
  /** The weight files, within the folder. */
  readonly files: readonly string[];
  /** Fields of their index that no table lists, one sentence each. */
  readonly warnings: readonly string[];
  /** Shape of every tensor by its name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /**
   * One tensor in single precision, row-major. Only its own bytes are read.
   *
   * @throws NotFoundError where there is none of that name
   * @throws FormatError where its type is not a floating-point one, or a number in it is not finite
   */
  readTensor(name: string): Promise<Float32Array>;
}

/**
 * Opens the weights of a Hugging Face folder: `model.safetensors`, or the shards that `model.safetensors.index.json`
 * names. Reads the headers only.
 *
 * @throws NotFoundError where there are no weights; where there are only pickled ones, it says how to convert them
 * @throws FormatError where a file is malformed, or a shard lacks a tensor that the index puts there
 */
export async function openCheckpoint(source: Source): Promise<Checkpoint> {
  const { files, index, warnings } = await findWeightFiles(source);
  const places = new Map<string, { readonly file: string; readonly entry: SafetensorsEntry }>();
  for (const file of files) {
    for (const [name, entry] of await readCheckpointHeader(source, file)) places.set(name, { file, entry });
  }
  const astray = [...index].filter(([name, file]) => places.get(name)?.file !== file);
  if (astray.length > 0) {
    const shown = astray.map(([name, file]) => `"${name}" in ${file}`);
    throw new FormatError(
      `${source.location}/${indexFile}`,
      `every tensor must lie in the shard that the index names, got none for ${listSome(shown, 5)}. Fetch the shards again`,
    );
  }
  return {
    files,
    warnings,
    shapes: new Map([...places].map(([name, { entry }]) => [name, entry.shape])),
    async readTensor(name) {
      const place = places.get(name);
      if (!place)
        throw new NotFoundError(`the weights must hold tensor "${name}", got none.`, { where: source.location });
      const { file, entry } = place;
      const path = `${source.location}/${file}`;
      const data = decodeTensor(entry, await source.readRange(file, entry.start, entry.end - entry.start), { path });
      const bad = data.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) {
        throw new FormatError(
          path,
          `weights must be finite, got ${data[bad]} (element ${bad} of "${name}"). The checkpoint is damaged or did not converge`,
        );
      }
      return data;
    },
  };
}

const { weights: wholeFile, weightIndex: indexFile } = modelFile;

async function findWeightFiles(source: Source): Promise<{
  readonly files: readonly string[];
  readonly index: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}> {
  if (await source.has(wholeFile)) return { files: [wholeFile], index: new Map(), warnings: [] };
  if (await source.has(indexFile)) {
    const path = `${source.location}/${indexFile}`;
    const { shardOf: index, shards: files, warnings } = readWeightIndex(await source.read(indexFile), path);
    return { files, index, warnings };
  }
  const names = (await source.list("")).map((entry) => entry.name);
  const pickled = names.find((name) => /^pytorch_model.*\.bin(\.index\.json)?$|\.(pt|pth|ckpt)$/.test(name));
  if (pickled !== undefined) {
    throw new NotFoundError(
      `the weights must be safetensors, got only ${pickled}, a pickled file, which can run code when it is read. ` +
        `Convert it once, in that folder: python -c "from transformers import AutoModel; AutoModel.from_pretrained('.').save_pretrained('.', safe_serialization=True)"`,
      { where: source.location },
    );
  }
  throw new NotFoundError(
    `a model's folder must hold ${wholeFile} or ${indexFile}, got ${names.length === 0 ? "nothing" : listSome(names)}. Fetch the weights in safetensors form.`,
    { where: source.location },
  );
}

async function readCheckpointHeader(source: Source, file: string): Promise<ReadonlyMap<string, SafetensorsEntry>> {
  const path = `${source.location}/${file}`;
  const fileSize = (await source.list("")).find((entry) => entry.name === file)?.size;
  if (fileSize === undefined) {
    throw new NotFoundError(`the shard must exist, as ${indexFile} names it. Fetch it.`, { where: path });
  }
  const options = { path, fileSize };
  const length = safetensorsHeaderLength(await source.readRange(file, 0, Math.min(8, fileSize)), options);
  return readSafetensorsHeader(await source.readRange(file, 0, 8 + length), options).tensors;
}
