import { FormatError, OptionError } from "../errors.ts";
import { readJsonObject } from "../formats/json.ts";
import type { FetchedFile } from "../sources/download.ts";
import type { RemoteFile } from "../sources/remote-file.ts";
import type { Store } from "../sources/source.ts";

/** Where the files of a folder come from. */
export interface FetchedSource {
  /** `Hugging Face model gpt2`. */
  readonly name: string;
  /** The version that was fetched, where the source has versions. */
  readonly commit?: string | undefined;
  /** As it was asked for: `main`. */
  readonly revision?: string | undefined;
}

/** Beside the files; BIDS tools pass over names that begin with a dot. */
export const fetchRecordPath = ".cortecast-source.json";

/** The note in a folder of which files were fetched into it, from where. */
export interface SourceRecord {
  /** Files that earlier calls fetched, by path; any other file is not ours. */
  readonly files: ReadonlyMap<string, readonly FetchedFile[]>;
  /**
   * Notes more files, with their checksums. What a file is to replace stays noted: it stands there until the other has
   * arrived.
   */
  add(files: readonly RemoteFile[], date: Date): Promise<void>;
}

/**
 * Opens a folder's note for files of a source.
 *
 * @throws OptionError where the folder holds files of another source, or of another version
 * @throws FormatError where the note is damaged
 */
export async function openRecord(store: Store, source: FetchedSource): Promise<SourceRecord> {
  const earlier = await readRecord(store);
  if (earlier && earlier.name !== source.name) {
    throw new OptionError(
      `the folder must be empty or hold files of ${source.name}, got those of ${earlier.name}. Give a folder of its own.`,
      { where: store.location },
    );
  }
  if (earlier && earlier.commit !== source.commit) {
    throw new OptionError(
      `the folder must hold files of one version, got those of ${earlier.commit} where ${source.commit} is asked for. Give another folder, or \`revision: ${earlier.commit}\`.`,
      { where: store.location },
    );
  }
  let known = new Map(Object.entries(earlier?.files ?? {}));
  return {
    files: new Map([...known].map(([path, entry]) => [path, fetchedFiles(entry)])),
    async add(files, date) {
      const noted = files.map(({ path, address, size, checksum }) => {
        const digest = checksum ? { [checksum.kind]: checksum.digest } : {};
        const before = fetchedFiles(known.get(path)).filter(
          (file) => file.checksum && !isSameFile(file, { size, checksum }),
        );
        const replaces = before.map((file) => ({ size: file.size, [file.checksum!.kind]: file.checksum!.digest }));
        return [path, { address, size, ...digest, ...(replaces.length > 0 ? { replaces } : {}) }] as const;
      });
      known = new Map([...known, ...noted]);
      const all = [...known];
      const sorted = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
      const record = { ...source, date: date.toISOString(), files: sorted };
      await store.write(fetchRecordPath, `${JSON.stringify(record, null, 2)}\n`);
    },
  };
}

const isSameFile = (a: FetchedFile, b: FetchedFile) =>
  a.size === b.size && a.checksum?.kind === b.checksum?.kind && a.checksum?.digest === b.checksum?.digest;

const checksumKinds = ["md5", "sha256", "git-sha1"] as const;

/** The files that may have a noted name on the disk: the new one, or the one that it replaces. */
function fetchedFiles(entry: unknown): readonly FetchedFile[] {
  if (typeof entry !== "object" || entry === null) return [];
  const noted = entry as Readonly<Record<string, unknown>>;
  const { size, replaces } = noted;
  const before = Array.isArray(replaces) ? replaces.flatMap(fetchedFiles) : [];
  if (typeof size !== "number") return before;
  const kind = checksumKinds.find((known) => typeof noted[known] === "string");
  return [kind ? { size, checksum: { kind, digest: noted[kind] as string } } : { size }, ...before];
}

interface FetchRecord extends FetchedSource {
  readonly files: Readonly<Record<string, unknown>>;
}

async function readRecord(store: Store): Promise<FetchRecord | undefined> {
  if (!(await store.has(fetchRecordPath))) return undefined;
  const where = `${store.location}/${fetchRecordPath}`;
  const { name, commit, files } = readJsonObject(await store.read(fetchRecordPath), where);
  const isText = (value: unknown) => value === undefined || typeof value === "string";
  if (
    typeof name === "string" &&
    isText(commit) &&
    typeof files === "object" &&
    files !== null &&
    !Array.isArray(files)
  )
    return { name, commit: commit as string | undefined, files: files as Readonly<Record<string, unknown>> };
  throw new FormatError(where, "the file must tell name, commit and files, got something else. Delete it");
}
