/**
 * Where bytes come from. Paths are relative to the source's root and use "/" on every system; every method throws an
 * OptionError for a path that leads out of the source, or that has empty parts, "." or "..".
 */
export interface Source {
  /** The root as a user would write it: a folder, an address, or a name for messages. */
  readonly location: string;
  /**
   * The whole file; the bytes are the caller's to change.
   *
   * @param memory - to read into, where the source can and the file fits: the bytes are then at its start
   * @throws NotFoundError where there is none, or its content is not there: a link to nothing, a git-annex pointer
   */
  read(path: string, memory?: Uint8Array): Promise<Uint8Array>;
  /**
   * `length` bytes from `start`.
   *
   * @throws NotFoundError as {@link read}
   * @throws FormatError where the file ends before `start + length`
   * @throws OptionError where start or length is no whole number from 0
   */
  readRange(path: string, start: number, length: number): Promise<Uint8Array>;
  /**
   * The bytes of a file from its start to its end, piece by piece, so that a file of any size can be read in little
   * memory. A piece holds one byte at least; the caller may change it, and must copy what is needed later: its
   * memory is used again for the next piece. A reader that leaves the loop early ends the reading.
   *
   * @throws NotFoundError as {@link read}
   */
  stream(path: string): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /**
   * What lies in a folder, sorted by name; empty where there is no such folder. Files that cannot be read, such as links
   * to nothing, are in it: reading them says why. So are, as files, links to a folder that the path goes through, or
   * above it: so going from folder to folder comes to an end.
   *
   * @param folder - relative path; "" is the root
   */
  list(folder: string): Promise<readonly Entry[]>;
  /** Whether a file with this path exists, readable or not. */
  has(path: string): Promise<boolean>;
}

/** One file or folder in a listing. */
export interface Entry {
  /** Name within its folder. */
  readonly name: string;
  readonly kind: "file" | "folder";
  /** Bytes; 0 for folders and for what cannot be read. */
  readonly size: number;
}

/** A source that can be written to. */
export interface Store extends Source {
  /**
   * Writes a file whole or not at all: readers see the old bytes or the new ones, never half of them, also where
   * several write it at once.
   * Folders are made as needed.
   */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Removes a file, and the folders that it leaves empty; nothing where there is no such file. */
  remove(path: string): Promise<void>;
}

/** All files below a folder, depth first, as paths relative to the source's root. */
export async function listFiles(source: Source, folder = ""): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await source.list(folder)) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.kind === "file") found.push(path);
    else found.push(...(await listFiles(source, path)));
  }
  return found;
}

/** The file as text, UTF-8. */
export async function readText(source: Source, path: string): Promise<string> {
  return new TextDecoder().decode(await source.read(path));
}
