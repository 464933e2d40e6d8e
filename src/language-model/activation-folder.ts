import { Matrix } from "../array/matrix.ts";
import type { OnProgress } from "../array/progress.ts";
import { singleWhereEnough } from "../array/single-precision.ts";
import { normalText } from "../bids/identity.ts";
import { FormatError, NotFoundError, nearestNames, OptionError } from "../errors.ts";
import { parseJsonText } from "../formats/json-text.ts";
import { checkNpySize, type NpyHeader, readNpy, readNpyHeader } from "../formats/npy.ts";
import { bytesOf, decodeNumbers, type NumberArray } from "../formats/number-type.ts";
import { decodeWideTensor, readSafetensorsHeader, safetensorsHeaderLength } from "../formats/safetensors.ts";
import { inputSource } from "../sources/input-source.ts";
import { nameOfLocation, splitPath } from "../sources/path.ts";
import type { Source } from "../sources/source.ts";
import { fingerprintModel } from "./fingerprint.ts";

/** Activations of stories that were made elsewhere, in place of a language model's. */
export interface ActivationFolder {
  /** What the folder is called. */
  readonly name: string;
  /** SHA-256 over names and bytes of the files of the stories that it was opened for. */
  readonly fingerprint: string;
  /** Layers that each of these stories has, ascending. */
  readonly layers: readonly number[];
  /**
   * One layer's activations of a story, [nWords x nUnits]: in single precision where that is enough for every unit
   * (`singleWhereEnough`), else, of numbers that are stored wider, in double.
   *
   * @param story - one of those that the folder was opened for
   * @param words - of the transcript: as many as the activations have rows; where the file says which words it holds, the
   * same ones
   * @throws FormatError where they are not, or a number is not finite
   */
  load(story: string, layer: number, words: readonly string[]): Promise<Matrix>;
  /**
   * Checks one layer of a story as {@link ActivationFolder.load} does, but for its numbers, of which none is read.
   *
   * @returns units of a word's vector
   * @throws FormatError where it has not a row a word, or holds other words
   */
  check(story: string, layer: number, words: readonly string[]): Promise<number>;
}

/** One layer of a story: a file, and where in it. */
interface LayerPlace {
  readonly path: string;
  /** The tensor in a safetensors file; for a NumPy file of three axes the index along the first. */
  readonly part?: string | number | undefined;
}

/** Far more layers than any model has (GPT-2: 48): a header that promises more is damaged, or its axes are in another order. */
const maxLayers = 10_000;

/**
 * Opens a folder of activations. For a story called `pieman` these are looked for, the first that is there counts:
 *
 * - `pieman.safetensors` or `pieman_activations.safetensors` (what `cortecast activations` writes): one tensor
 *   [nWords x nUnits] a layer, named `layer-8` (or `layer_8`, `layer8`, `8`);
 * - `pieman/layer-8.npy` or `pieman_layer-8.npy`: one NumPy array [nWords x nUnits] a layer;
 * - `pieman.npy`: one array [nLayers x nWords x nUnits], or [nWords x nUnits], which is layer 0.
 *
 * @param stories - names to look for, for each story; its first name is what `load` calls it
 * @throws NotFoundError where a story has no activations
 * @throws OptionError where the stories have no layer in common, or a story has two files of one layer
 * @throws FormatError where a file's header cannot be read, or two tensors of a file are one layer; also from `load`, where a
 * file has changed since its fingerprint was taken
 */
export async function openActivationFolder(
  folder: Source,
  stories: readonly (readonly [string, ...string[]])[],
  options: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<ActivationFolder> {
  const source = inputSource(folder);
  const top = new Map((await source.list("")).map((entry) => [entry.name, entry.kind]));
  const places = new Map<string, ReadonlyMap<number, LayerPlace>>();
  for (const names of stories) places.set(names[0], await findStory(source, top, names));
  const all = [...places.values()].map((layers) => [...layers.keys()]);
  const layers = (all[0] ?? []).filter((layer) => all.every((others) => others.includes(layer))).sort((a, b) => a - b);
  if (layers.length === 0) {
    const shown = [...places].map(([story, own]) => `${story}: ${[...own.keys()].join(", ")}`).join("; ");
    throw new OptionError(
      `all stories must have a layer in common, got none (${shown}). Write one file a story with the same layers.`,
      { where: source.location },
    );
  }
  const files = [...new Set([...places.values()].flatMap((own) => layers.map((layer) => own.get(layer)!.path)))].sort();
  return {
    name: nameOfLocation(source.location),
    fingerprint: await fingerprintModel(source, files, options),
    layers,
    load: (story, layer, words) => loadLayer(source, places.get(story)!.get(layer)!, words),
    check: (story, layer, words) => checkLayer(source, places.get(story)!.get(layer)!, words),
  };
}

async function findStory(
  source: Source,
  top: ReadonlyMap<string, "file" | "folder">,
  names: readonly string[],
): Promise<ReadonlyMap<number, LayerPlace>> {
  for (const name of names.flatMap((own) => spellings(source, top, own))) {
    for (const path of [`${name}.safetensors`, `${name}_activations.safetensors`]) {
      if (top.get(path) === "file") return tensorLayers(source, path);
    }
    const own = new Map<number, LayerPlace>();
    const inFolder = top.get(name) === "folder" ? (await source.list(name)).map((entry) => entry.name) : [];
    for (const file of inFolder) {
      const layer = /^layer[-_]?(\d+)\.npy$/.exec(file)?.[1];
      if (layer !== undefined) addLayer(source, own, Number(layer), `${name}/${file}`);
    }
    for (const file of top.keys()) {
      const layer = file.startsWith(`${name}_layer`)
        ? /^[-_]?(\d+)\.npy$/.exec(file.slice(`${name}_layer`.length))?.[1]
        : undefined;
      if (layer !== undefined) addLayer(source, own, Number(layer), file);
    }
    if (own.size > 0) return own;
    if (top.get(`${name}.npy`) === "file") return arrayLayers(source, `${name}.npy`);
  }
  const known = [...top.keys()].map((file) =>
    file.replace(/(_activations)?\.(safetensors|npy)$|_layer[-_]?\d+\.npy$/, ""),
  );
  throw new NotFoundError(
    `every story must have activations, got none of "${names[0]}" (${names[0]}.safetensors, ${names[0]}/layer-<k>.npy, ${names[0]}.npy). ${nearestNames(names[0]!, [...new Set(known)])}`,
    { where: source.location },
  );
}

/**
 * A story's name as the folder spells it, where letters with accents are one character or two.
 *
 * @throws OptionError where it spells the name in both ways
 */
function spellings(source: Source, top: ReadonlyMap<string, unknown>, name: string): readonly string[] {
  const forms = [...new Set([normalText(name), name.normalize("NFD")])];
  const there = forms.filter((form) =>
    [...top.keys()].some((file) => file.startsWith(form) && /^(?:$|\.|_)/.test(file.slice(form.length))),
  );
  if (there.length < 2) return there;
  throw new OptionError(
    `a story must have its activations once, got files of the name "${name}" in two spellings of its letters (composed and decomposed Unicode). Remove one.`,
    { where: source.location },
  );
}

/** Refuses two files of one layer, such as layer-3 and layer-03: nothing says which one is meant. */
function addLayer(source: Source, layers: Map<number, LayerPlace>, layer: number, path: string): void {
  const other = layers.get(layer);
  if (other) {
    throw new OptionError(
      `every layer of a story must be one file, got ${other.path} and ${path} for layer ${layer}. Remove one.`,
      { where: source.location },
    );
  }
  layers.set(layer, { path });
}

async function tensorLayers(source: Source, path: string): Promise<ReadonlyMap<number, LayerPlace>> {
  const { tensors } = await tensorHeader(source, path);
  const layers = new Map<number, LayerPlace>();
  for (const name of tensors.keys()) {
    const layer = /^(?:layer[-_. ]?)?(\d+)$/.exec(name)?.[1];
    if (layer === undefined) continue;
    const other = layers.get(Number(layer));
    if (other) {
      throw new FormatError(
        `${source.location}/${path}`,
        `every layer must be one tensor, got "${other.part}" and "${name}" for layer ${Number(layer)}. Remove one`,
      );
    }
    layers.set(Number(layer), { path, part: name });
  }
  if (layers.size > 0) return layers;
  throw new FormatError(
    `${source.location}/${path}`,
    `tensors must be named layer-<k>, got ${
      [...tensors.keys()]
        .slice(0, 5)
        .map((name) => `"${name}"`)
        .join(", ") || "none"
    }. Rename them`,
  );
}

async function tensorHeader(source: Source, path: string) {
  const options = { path: `${source.location}/${path}` };
  const length = safetensorsHeaderLength(await source.readRange(path, 0, 8), options);
  return readSafetensorsHeader(await source.readRange(path, 0, 8 + length), options);
}

async function arrayLayers(source: Source, path: string): Promise<ReadonlyMap<number, LayerPlace>> {
  const { shape } = await arrayHeader(source, path);
  if (shape.length === 2) return new Map([[0, { path }]]);
  if (shape.length !== 3) throw wrongShape(`${source.location}/${path}`, shape);
  if (shape[0]! > maxLayers) {
    throw new FormatError(
      `${source.location}/${path}`,
      `layers must be at most ${maxLayers}, got ${shape.join(" x ")}. Write the array as layers by words by units`,
    );
  }
  return new Map(Array.from({ length: shape[0]! }, (_, layer) => [layer, { path, part: layer }]));
}

/** The header of a NumPy file, of whose numbers none is read. */
async function arrayHeader(source: Source, path: string): Promise<NpyHeader> {
  let head: Uint8Array = new Uint8Array(0);
  // NumPy writes no header that is longer than one piece.
  for await (const piece of source.stream(path)) {
    head = piece;
    break;
  }
  return readNpyHeader(head, { path: `${source.location}/${path}` });
}

/** The same, of a file that holds the numbers that its header says. */
async function wholeArrayHeader(source: Source, path: string): Promise<NpyHeader> {
  const header = await arrayHeader(source, path);
  const { folder, name } = splitPath(path);
  const entry = (await source.list(folder)).find((file) => file.name === name);
  checkNpySize(header, entry?.size ?? 0, `${source.location}/${path}`);
  return header;
}

async function loadLayer(source: Source, { path, part }: LayerPlace, words: readonly string[]): Promise<Matrix> {
  const where = `${source.location}/${path}`;
  const { data, nRows, nColumns } =
    typeof part === "string" ? await tensorLayer(source, path, part, words) : await arrayLayer(source, path, part);
  checkSize(where, nRows, nColumns, words);
  // Beyond single precision squares may overflow where features are standardised.
  const bad = data.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (bad >= 0) {
    throw new FormatError(
      where,
      `activations must be finite in single precision, got ${data[bad]} (word ${Math.floor(bad / nColumns) + 1}, unit ${(bad % nColumns) + 1}). Mend what made them`,
    );
  }
  return singleWhereEnough(Matrix.of(data, nRows, nColumns));
}

function checkSize(where: string, nRows: number, nColumns: number, words: readonly string[]): void {
  if (nColumns === 0) throw new FormatError(where, "activations must have units, got none. Write them anew");
  if (nRows === words.length) return;
  throw new FormatError(
    where,
    `activations must have a row for each of the ${words.length} words of the transcript, got ${nRows}. Are they of the same transcript?`,
  );
}

/** As {@link loadLayer}, by headers alone. */
async function checkLayer(source: Source, { path, part }: LayerPlace, words: readonly string[]): Promise<number> {
  const where = `${source.location}/${path}`;
  let shape: readonly number[];
  if (typeof part === "string") {
    const { tensors, metadata } = await tensorHeader(source, path);
    shape = tensors.get(part)!.shape;
    if (shape.length !== 2) throw wrongShape(where, shape);
    checkWords(metadata["words"], words, where);
  } else {
    ({ shape } = await wholeArrayHeader(source, path));
    if (shape.length !== (part === undefined ? 2 : 3)) throw wrongShape(where, shape);
  }
  const [nRows, nColumns] = shape.slice(-2) as [number, number];
  checkSize(where, nRows, nColumns, words);
  return nColumns;
}

async function tensorLayer(source: Source, path: string, name: string, words: readonly string[]) {
  const where = `${source.location}/${path}`;
  const { tensors, metadata } = await tensorHeader(source, path);
  const entry = tensors.get(name)!;
  if (entry.shape.length !== 2) throw wrongShape(where, entry.shape);
  checkWords(metadata["words"], words, where);
  const bytes = await source.readRange(path, entry.start, entry.end - entry.start);
  return { data: decodeWideTensor(entry, bytes, { path: where }), nRows: entry.shape[0]!, nColumns: entry.shape[1]! };
}

/** Files that say which words they hold must hold those of the transcript. */
function checkWords(told: string | undefined, words: readonly string[], path: string): void {
  if (told === undefined) return;
  let own: unknown;
  try {
    own = parseJsonText(told);
  } catch {
    own = undefined;
  }
  if (!Array.isArray(own))
    throw new FormatError(
      path,
      "the metadata `words` must be a JSON list of words, got something else. Write the file anew",
    );
  const differs = Array.from({ length: Math.max(own.length, words.length) }, (_, n) => n).find(
    (n) => own[n] !== words[n],
  );
  if (differs === undefined) return;
  throw new FormatError(
    path,
    `activations must be of the transcript's words, got ${JSON.stringify(own[differs]) ?? "no word"} where it has ${JSON.stringify(words[differs]) ?? "none"} (word ${differs + 1}). Make them anew from this transcript`,
  );
}

/** One layer of a NumPy file: its own bytes alone, but where the file has the first index run fastest, so that layers lie within one another. */
async function arrayLayer(source: Source, path: string, layer: number | undefined) {
  const where = `${source.location}/${path}`;
  const header = await wholeArrayHeader(source, path);
  const { shape, type, isLittleEndian, isFortranOrder, dataStart } = header;
  if (shape.length !== (layer === undefined ? 2 : 3)) throw wrongShape(where, shape);
  const [nRows, nColumns] = shape.slice(-2) as [number, number];
  const length = nRows * nColumns;
  let own: NumberArray;
  if (isFortranOrder) {
    const { data } = readNpy(await source.read(path), { path: where });
    own = data.subarray((layer ?? 0) * length, ((layer ?? 0) + 1) * length) as NumberArray;
  } else {
    const start = dataStart + (layer ?? 0) * length * bytesOf(type);
    const raw = await source.readRange(path, start, length * bytesOf(type));
    own = decodeNumbers(raw, { path: where, type, isLittleEndian, start });
  }
  const isWide = own instanceof Float64Array || own instanceof Int32Array || own instanceof Uint32Array;
  return { data: isWide ? Float64Array.from(own) : Float32Array.from(own), nRows, nColumns };
}

function wrongShape(path: string, shape: readonly number[]): FormatError {
  return new FormatError(
    path,
    `activations must be words by units, or layers by words by units, got ${shape.join(" x ") || "a single number"}. Write them so`,
  );
}
