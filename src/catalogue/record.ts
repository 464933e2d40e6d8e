import { readJsonObject } from "../bids/json.ts";
import { FormatError, OptionError } from "../errors.ts";
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
export const recordPath = ".cortecast-source.json";

/** The note in a folder of which files were fetched into it, from where. */
export interface SourceRecord {
  /** What earlier calls fetched: a file of any other name is not ours. */
  readonly paths: ReadonlySet<string>;
  /** Notes more files, with their checksums. */
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
      `${store.location}: the folder must be empty or hold files of ${source.name}, got those of ${earlier.name}. Give a folder of its own.`,
    );
  }
  if (earlier && earlier.commit !== source.commit) {
    throw new OptionError(
      `${store.location}: the folder must hold files of one version, got those of ${earlier.commit} where ${source.commit} is asked for. Give another folder, or --revision ${earlier.commit}.`,
    );
  }
  return {
    paths: new Set(Object.keys(earlier?.files ?? {})),
    async add(files, date) {
      const noted = files.map(({ path, address, size, checksum }) => {
        const digest = checksum ? { [checksum.kind]: checksum.digest } : {};
        return [path, { address, size, ...digest }] as const;
      });
      const all = Object.entries({ ...earlier?.files, ...Object.fromEntries(noted) });
      const sorted = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
      const record = { ...source, date: date.toISOString(), files: sorted };
      await store.write(recordPath, `${JSON.stringify(record, null, 2)}\n`);
    },
  };
}

interface FetchRecord extends FetchedSource {
  readonly files: Readonly<Record<string, unknown>>;
}

async function readRecord(store: Store): Promise<FetchRecord | undefined> {
  if (!(await store.has(recordPath))) return undefined;
  const where = `${store.location}/${recordPath}`;
  const { name, commit, files } = readJsonObject(await store.read(recordPath), where);
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
