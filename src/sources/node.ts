import type { Stats } from "node:fs";
import {
  type FileHandle,
  lstat,
  mkdtemp,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { checkArgument } from "../array/arguments.ts";
import { FormatError, NotFoundError, nearestFiles, OptionError } from "../errors.ts";
import { checkFetched, danglingLink, pointerLength } from "./fetched.ts";
import { folderNow } from "./folder-clock.ts";
import { makeFolder } from "./make-folder.ts";
import { checkPath, checkRange, homeAlone, splitPath } from "./path.ts";
import type { Entry, Store } from "./source.ts";
import { systemErrorAt, systemReason } from "./system-error.ts";
import { runTag, stateOfTag } from "./this-run.ts";
import { walkFolder } from "./walk.ts";

/** Bytes of one piece of a stream: the fixed cost of a read is that of a quarter of a mebibyte, a fifth of this. */
const pieceSize = 2 ** 20;

/** Bytes that Node reads into memory at once. */
const mostAtOnce = 2 ** 31 - 1;

/**
 * A folder on this machine's disk, to read and to write. Writing goes to a temporary file beside the target and is
 * then renamed, so that a crash or Ctrl-C leaves no half-written file under its final name.
 *
 * @param folder - path of the folder; it need not exist before the first write
 * @throws OptionError where the path begins with `~`, which only shells replace: a folder of that name would be made
 */
export function folderStore(folder: string): Store {
  checkArgument("folderStore: folder", folder, "a text");
  checkHome(folder, folder);
  const root = resolve(folder);
  const at = (path: string) => {
    checkPath(path, folder);
    return join(root, path);
  };

  async function notFound(path: string): Promise<NotFoundError> {
    const { folder: parent, name } = splitPath(path);
    const info = await stat(at(path)).catch(() => undefined);
    if (info) {
      const [got, remedy] = info.isDirectory()
        ? ["a folder", "Give a file in it, or move the folder away where a file of that name belongs"]
        : ["a pipe or a device", "Write what comes out of it into a file, and give that"];
      return new NotFoundError(`the path must be a file, got ${got}. ${remedy}.`, { where: at(path) });
    }
    if (await lstat(at(path)).catch(() => undefined)) return danglingLink(at(path));
    const siblings = (await list(parent)).flatMap((entry) => (entry.kind === "file" ? [entry.name] : []));
    return new NotFoundError(`the file must exist. ${nearestFiles(name, siblings)}`, { where: at(path) });
  }

  function truncated(path: string, start: number, length: number, size: number): FormatError {
    const got = Math.max(0, size - start);
    const message = `the file must hold ${length} bytes from byte ${start}, got ${got}. It looks truncated: fetch it again`;
    return new FormatError(at(path), message, size);
  }

  /** Whether a link leads back to a folder that a path goes through, or above it: following it would never end. */
  async function leadsBack(path: string, name: string): Promise<boolean> {
    const target = await realpath(join(root, path, name));
    const parts = path === "" ? [] : path.split("/");
    for (let n = 0; n <= parts.length; n++) {
      const passed = await realpath(join(root, ...parts.slice(0, n)));
      if (`${passed}${sep}`.startsWith(target.endsWith(sep) ? target : `${target}${sep}`)) return true;
    }
    return false;
  }

  async function list(path: string): Promise<readonly Entry[]> {
    const within = path === "" ? root : at(path);
    let names: string[];
    const links = new Set<string>();
    try {
      const found = await readdir(within, { withFileTypes: true });
      names = found.map((entry) => entry.name);
      for (const entry of found) if (entry.isSymbolicLink()) links.add(entry.name);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
    const entries: Entry[] = [];
    for (const name of names.sort()) {
      const info = await stat(join(within, name)).catch(() => undefined);
      const isFolder = info?.isDirectory() && !(links.has(name) && (await leadsBack(path, name)));
      if (isFolder) entries.push({ name, kind: "folder", size: 0 });
      // An entry that cannot be read is listed, unless it went away since the names were read.
      else if (info || (await exists(join(within, name))))
        entries.push({ name, kind: "file", size: info?.isFile() ? info.size : 0 });
    }
    return entries;
  }

  /** A file that is open for reading, with its size; the caller closes it. */
  async function openFile(path: string): Promise<{ readonly file: FileHandle; readonly size: number }> {
    let info: Stats;
    try {
      info = await stat(at(path));
    } catch (error) {
      throw isMissing(error) ? await notFound(path) : error;
    }
    // Opening a pipe would wait for who writes to it.
    if (!info.isFile()) throw await notFound(path);
    const file = await open(at(path), "r");
    try {
      const { size } = await file.stat();
      const start = new Uint8Array(pointerLength);
      const { bytesRead } = await file.read(start, 0, pointerLength, 0);
      checkFetched(start.subarray(0, bytesRead), size, at(path));
      return { file, size };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  return {
    location: folder,
    list,
    async has(path) {
      const info = await stat(at(path)).catch(() => undefined);
      return info ? !info.isDirectory() : exists(at(path));
    },
    async read(path, memory) {
      const { file, size } = await openFile(path);
      try {
        if (size > mostAtOnce) {
          const message = `a file that is read at once must have less than 2 GiB, got ${size} bytes. Is it the right file? Only images, surfaces and .safetensors files are read in parts`;
          throw new FormatError(at(path), message);
        }
        // Some files have no size before they are read, those of /proc say.
        if (!memory || size === 0 || size > memory.length) return await file.readFile();
        const bytes = memory.subarray(0, size);
        return bytes.subarray(0, await fillFrom(bytes, file, 0));
      } finally {
        await file.close();
      }
    },
    async readRange(path, start, length) {
      checkRange(path, start, length);
      const { file, size } = await openFile(path);
      try {
        if (start + length > size) throw truncated(path, start, length, size);
        const bytes = new Uint8Array(length);
        const done = await fillFrom(bytes, file, start);
        if (done < length) throw truncated(path, start, length, start + done);
        return bytes;
      } finally {
        await file.close();
      }
    },
    async *stream(path) {
      const { file, size } = await openFile(path);
      // One is read into while the other is looked at. A byte more than there is, to see the end of a small file at once.
      const length = Math.min(pieceSize, size + 1);
      let [piece, other] = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)];
      let at = 0;
      let reading = file.read(piece, 0, length, at);
      try {
        for (;;) {
          const { bytesRead } = await reading;
          if (bytesRead === 0) return;
          at += bytesRead;
          reading = file.read(other, 0, length, at);
          // An error of the read ahead is thrown when its piece is asked for.
          reading.catch(() => undefined);
          // No Buffer, whose `slice` copies nothing.
          yield new Uint8Array(piece.buffer, 0, bytesRead);
          [piece, other] = [other, piece];
        }
      } finally {
        await reading.catch(() => undefined);
        await file.close();
      }
    },
    async write(path, bytes) {
      const target = at(path);
      const temporary = `${target}.${runTag()}.partial`;
      try {
        await makeFolder(dirname(target));
        await writeFile(temporary, bytes);
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {});
        throw systemErrorAt(target, error);
      }
    },
    async remove(path) {
      const target = at(path);
      const info = await lstat(target).catch(() => undefined);
      if (!info || info.isDirectory()) return;
      await rm(target, { force: true });
      for (let parent = dirname(target); parent !== root; parent = dirname(parent)) {
        try {
          await rmdir(parent);
        } catch {
          return; // It holds other files.
        }
      }
    },
  };
}

/**
 * Reads a file from `start` on until the bytes are full or it ends.
 *
 * @returns how many were read
 */
async function fillFrom(bytes: Uint8Array, file: FileHandle, start: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    // One read call moves at most 2 GiB on Linux.
    const { bytesRead } = await file.read(bytes, done, Math.min(bytes.length - done, 2 ** 30), start + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/**
 * Checks that a path does not begin with `~` for the home folder, as {@link homeAlone}.
 *
 * @param name - what the path is called in the message
 * @throws OptionError
 */
export function checkHome(path: string, name: string): void {
  const got = homeAlone(path);
  if (got !== undefined) throw new OptionError(`a path must be written in full, got ${got}.`, { where: name });
}

/**
 * Checks that a folder can be read.
 *
 * @param name - what the folder is called in the message
 * @throws NotFoundError where it does not exist, or is a file
 */
export async function checkFolder(folder: string, name: string): Promise<void> {
  checkHome(folder, name);
  const info = await stat(folder).catch(() => undefined);
  if (info?.isDirectory()) return;
  const [got, remedy] = info
    ? ["a file", "Give the folder that it lies in."]
    : ["nothing of that name", "Check the path: relative ones begin at the working directory."];
  throw new NotFoundError(`the folder must exist, got ${got} (${resolve(folder)}). ${remedy}`, { where: name });
}

/**
 * Checks that files can be written below a folder, which need not exist yet.
 *
 * @param name - what the folder is called in the message
 * @throws OptionError where it, or the folder in which it would be made, is no folder or cannot be written to
 */
export async function checkWritable(folder: string, name: string): Promise<void> {
  checkHome(folder, name);
  let nearest = resolve(folder);
  while (!(await exists(nearest)) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    if (!(await stat(nearest)).isDirectory())
      throw new OptionError(`must be a folder, got a path at or below a file (${nearest}). Give another.`, {
        where: name,
      });
    // By writing a file, since permissions do not tell: file systems may be read-only, full, or make no files.
    await rmdir(await mkdtemp(join(nearest, ".cortecast-")));
  } catch (error) {
    const reason = systemReason(error);
    if (!reason) throw error;
    throw new OptionError(
      `files must be allowed to be written there, got ${reason.got} (${nearest}). ${reason.remedy}.`,
      { where: name, cause: error },
    );
  }
}

/** Milliseconds for which a temporary file of a process that cannot be seen may lie still before it counts as abandoned. */
const DAY = 86_400_000;

/**
 * Removes the temporary files below a folder that killed writers left. These are files of processes that this one would see
 * and that run no longer, and files of others that were not written to for a day, by the clock of the folder's files. No link
 * is followed.
 *
 * @returns how many were removed
 */
export async function removeAbandoned(folder: string): Promise<number> {
  let nRemoved = 0;
  let now: number | undefined;
  for await (const { path, name } of walkFolder(folder)) {
    const state = stateOfTag(name);
    if (state === undefined || state === "running") continue;
    const info = await lstat(path).catch(() => undefined);
    if (!info?.isFile()) continue;
    if (state === "unknown") {
      now ??= await folderNow(folder);
      if (now - info.mtimeMs < DAY) continue;
    }
    await rm(path, { force: true });
    nRemoved++;
  }
  return nRemoved;
}

/** Whether there is anything of that name, even a link to nothing. */
async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    return !isMissing(error);
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR";
}
