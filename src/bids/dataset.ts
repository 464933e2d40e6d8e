import { checkArgument } from "../array/arguments.ts";
import { emptyRecord, ownValue } from "../array/records.ts";
import { DatasetError } from "../errors.ts";
import { readJsonObject } from "../formats/json.ts";
import type { Source } from "../sources/source.ts";
import { unreadable, unreadableFiles } from "../sources/unreadable.ts";
import { ownResults } from "./data-or-results.ts";
import { entitiesWithin, isSameLabel, normalText } from "./identity.ts";
import { type BidsName, parseBidsName } from "./name.ts";

/** One file of a data set whose name follows BIDS. */
export interface BidsFile {
  /** Path within the source. */
  readonly path: string;
  readonly name: BidsName;
  /** Folder of the data set that the file belongs to: `""`, or a nested one such as `"derivatives/afni-nosmooth"`. */
  readonly root: string;
}

/** A BIDS data set, raw or derivative, with the derivative data sets nested in it. */
export interface BidsDataset {
  readonly source: Source;
  /** What `dataset_description.json` holds. */
  readonly description: Readonly<Record<string, unknown>>;
  /** Every file named as BIDS names files, sorted by path. */
  readonly files: readonly BidsFile[];
  /** Paths of data files whose names begin as BIDS's do and are not built so; these files are not read. */
  readonly misnamed: readonly string[];
  /** The folders at the top that are called as participants' are, `"sub-01"`, or nearly so. */
  readonly participantFolders: readonly string[];
}

/** Folders that hold no data files of the data set. */
const SKIPPED = new Set(["code", "sourcedata", "stimuli", "node_modules"]);

/** Names of folders that hold data files; a link to nothing of such a name would leave them out. */
const DATA_FOLDER = /^(sub|ses)-[\p{L}\p{M}\p{N}+]+$|^func$/iu;

/** What participants' folders are called, or nearly so. */
const PARTICIPANT_FOLDER = /^sub(?:j(?:ect)?)?(?:[-_]|[ ]?\p{N})/iu;

/** How names of data files end; a folder of such a name is in a file's place. */
const DATA_FILE = /\.(tsv|json|gii|nii)(\.gz)?$/i;

/** How names of the files of runs begin; a file that begins so and has no name of BIDS is told. */
const RUN_FILE = /^(sub|ses|task)[-_ ]/i;

/**
 * The index of a BIDS data set: its description and all files that BIDS names, those of nested data sets
 * (`derivatives/<name>/`) included, but for results of cortecast: files that a list of its own names
 * (`.cortecast-files.json`). Nothing but `dataset_description.json` and such lists is read.
 *
 * @param source - the data set's root folder
 * @throws DatasetError where `dataset_description.json` is missing, or a folder of data files is a link to nothing
 * @throws NotFoundError, FormatError where `dataset_description.json` cannot be read, or is not a JSON object, or where a
 * list of results is damaged
 * @remarks Hidden folders, `code/`, `sourcedata/` and `stimuli/` are not searched. A nested data set needs no
 * description of its own: many derivatives in use have none.
 */
export async function loadDataset(source: Source): Promise<BidsDataset> {
  checkArgument("loadDataset: source", source, "an object", {
    read: "a function",
    has: "a function",
    list: "a function",
  });
  const descriptionPath = "dataset_description.json";
  if (!(await source.has(descriptionPath))) {
    throw new DatasetError(`${source.location}: not a BIDS data set.`, [
      {
        severity: "error",
        code: "no-dataset-description",
        path: descriptionPath,
        message:
          "the file must exist at the root of a BIDS data set. Give the folder that holds it, write one with Name and BIDSVersion, or say with `pattern` how the files of another folder are named.",
      },
    ]);
  }
  const description = readJsonObject(await source.read(descriptionPath), descriptionPath);
  const files: BidsFile[] = [];
  const misnamed: string[] = [];
  const participantFolders: string[] = [];
  const noFolders: string[] = [];
  const results = new Set<string>();
  const visit = async (folder: string) => {
    const entries = await source.list(folder);
    const names = new Set(entries.map(({ name }) => name));
    if (folder !== "") for (const path of await ownResults(source, folder, names)) results.add(path);
    for (const entry of entries) {
      const path = joinPath(folder, entry.name);
      if (results.has(path)) continue;
      const name = parseBidsName(entry.name);
      if (entry.kind === "folder" && !(name && DATA_FILE.test(entry.name))) {
        if (folder === "" && PARTICIPANT_FOLDER.test(entry.name)) participantFolders.push(path);
        if (!entry.name.startsWith(".") && !SKIPPED.has(entry.name)) await visit(path);
        continue;
      }
      if (name) files.push({ path, name, root: rootOf(path) });
      else if (DATA_FOLDER.test(entry.name)) noFolders.push(path);
      else if (RUN_FILE.test(entry.name) && DATA_FILE.test(entry.name)) misnamed.push(path);
    }
  };
  await visit("");
  const issues = await unreadableFiles(source, noFolders);
  if (issues.length > 0)
    throw new DatasetError(`${source.location}: folders of the data set must be readable.`, issues);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { source, description, files, misnamed, participantFolders };
}

const joinPath = (folder: string, path: string) => (folder === "" ? path : `${folder}/${path}`);

/**
 * The files that fit a query, in the order of the data set.
 *
 * @param query - entity keys to labels, and `suffix`, `extension` or `root`; a file fits where all of them mean the same.
 * A value of undefined asks for nothing; the empty string asks that the file has no such entity.
 */
export function findFiles(
  dataset: BidsDataset,
  query: Readonly<Record<string, string | undefined>>,
): readonly BidsFile[] {
  const wanted = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return dataset.files.filter((file) =>
    wanted.every(([key, label]) => {
      if (key === "suffix") return file.name.suffix.toLowerCase() === label.toLowerCase();
      if (key === "extension") return file.name.extension === label.toLowerCase();
      if (key === "root") return file.root === label;
      return isSameLabel(key, ownValue(file.name.entities, key) ?? "", label);
    }),
  );
}

const fileIndices = new WeakMap<BidsDataset, ReadonlyMap<string, readonly BidsFile[]>>();

/** Where the index holds files of a kind that name a participant, or none (""). */
const indexKey = (suffix: string, extension: string, sub: string) => `${sub} ${suffix}${extension}`.toLowerCase();

/**
 * The files with this suffix and extension, whatever their case, that name the participant or none at all, in the order of
 * the data set. Looked up in an index that is made once a data set: large ones hold tens of thousands of files, asked for
 * run by run.
 *
 * @param sub - label of the participant; undefined for files that name none
 */
export function filesNamed(
  dataset: BidsDataset,
  suffix: string,
  extension: string,
  sub: string | undefined,
): readonly BidsFile[] {
  let index = fileIndices.get(dataset);
  if (!index) {
    const made = new Map<string, BidsFile[]>();
    for (const file of dataset.files) {
      const key = indexKey(file.name.suffix, file.name.extension, file.name.entities["sub"] ?? "");
      const list = made.get(key);
      if (list) list.push(file);
      else made.set(key, [file]);
    }
    index = made;
    fileIndices.set(dataset, index);
  }
  const common = index.get(indexKey(suffix, extension, "")) ?? [];
  // The index does not tell case apart, labels do.
  const own = (sub ? (index.get(indexKey(suffix, extension, sub)) ?? []) : []).filter(
    ({ name }) => name.entities["sub"] === sub,
  );
  return own.length === 0 ? common : [...common, ...own].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The longest leading run of `derivatives/<name>` folders in a path. */
function rootOf(path: string): string {
  const parts = path.split("/");
  let depth = 0;
  while (parts[depth] === "derivatives" && depth + 2 < parts.length) {
    // Some data sets have the participants of their only derivative directly in derivatives/.
    depth += /^sub-/i.test(parts[depth + 1]!) ? 1 : 2;
  }
  return parts.slice(0, depth).join("/");
}

/** What the JSON sidecars of one file say, joined by inheritance. */
export interface Sidecar {
  readonly values: Readonly<Record<string, unknown>>;
  /** The JSON file that each value comes from. */
  readonly origin: Readonly<Record<string, string>>;
}

/**
 * The JSON metadata of a file after BIDS inheritance: every JSON file with the same suffix, in the file's folder or one
 * above it within the same data set, whose entities are a subset of the file's. Deeper folders override outer ones;
 * within a folder, more entities override fewer.
 *
 * @returns the joined values; empty where the file has no sidecar
 * @throws DatasetError where a sidecar's content is not there, or two of equal rank give different values for a key
 * @throws FormatError where a sidecar is not a JSON object
 * @remarks BIDS allows one applicable sidecar a folder; data sets in use have more, so they are ranked.
 * @see https://bids-specification.readthedocs.io/en/stable/common-principles.html#the-inheritance-principle
 */
export async function readSidecar(dataset: BidsDataset, file: BidsFile): Promise<Readonly<Record<string, unknown>>> {
  return (await readSidecarWithOrigin(dataset, file)).values;
}

/**
 * As {@link readSidecar}, with the file that each value comes from.
 *
 * @throws DatasetError where a sidecar's content is not there, or two of equal rank give different values for a key
 * @throws FormatError where a sidecar is not a JSON object
 */
export async function readSidecarWithOrigin(dataset: BidsDataset, file: BidsFile): Promise<Sidecar> {
  const values = emptyRecord<unknown>();
  const origin = emptyRecord<string>();
  const ranks = emptyRecord<string>();
  for (const sidecar of sidecarsOf(dataset, file)) {
    const rank = `${depthInFolders(sidecar)} ${countEntities(sidecar)}`;
    const content = readJsonObject(await readSidecarBytes(dataset, file, sidecar.path), sidecar.path);
    for (const [key, value] of Object.entries(content)) {
      if (ranks[key] === rank && JSON.stringify(values[key]) !== JSON.stringify(value)) {
        throw new DatasetError(`${file.path}: its sidecars contradict each other.`, [
          {
            severity: "error",
            code: "sidecars-contradict",
            path: sidecar.path,
            message:
              `${key} must be the same in sidecars that apply equally to one file, got ${JSON.stringify(value)} here ` +
              `and ${JSON.stringify(values[key])} in ${origin[key]}. Correct one of them.`,
          },
        ]);
      }
      values[key] = value;
      origin[key] = sidecar.path;
      ranks[key] = rank;
    }
  }
  return { values, origin };
}

async function readSidecarBytes({ source }: BidsDataset, file: BidsFile, path: string): Promise<Uint8Array> {
  try {
    return await source.read(path);
  } catch (error) {
    throw new DatasetError(`${file.path}: its sidecars must be readable.`, [
      unreadable(path, error, "sidecar-unreadable"),
    ]);
  }
}

/** The sidecars that apply to a file, from the most general to the most specific. */
function sidecarsOf(dataset: BidsDataset, file: BidsFile): BidsFile[] {
  return filesNamed(dataset, file.name.suffix, ".json", file.name.entities["sub"])
    .filter(
      (candidate) =>
        candidate.root === file.root &&
        isAbove(normalFolder(candidate), normalFolder(file)) &&
        entitiesWithin(candidate.name.entities, file.name.entities),
    )
    .sort((a, b) => depthInFolders(a) - depthInFolders(b) || countEntities(a) - countEntities(b));
}

/** The folder that a file lies in, in the form in which folders are compared. */
const normalFolder = ({ path }: BidsFile) =>
  normalText(path.slice(0, Math.max(0, path.lastIndexOf("/")))).replace(/(?<=^|\/)(?:sub|ses)-/gi, (key) =>
    key.toLowerCase(),
  );
const isAbove = (outer: string, inner: string) => outer === "" || inner === outer || inner.startsWith(`${outer}/`);
const depthInFolders = (file: BidsFile) => file.path.split("/").length;
const countEntities = (file: BidsFile) => Object.keys(file.name.entities).length;
