import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { FormatError, NotFoundError, nearestNames } from "../errors.ts";
import { checkPath, checkRange, splitPath } from "./path.ts";
import type { Entry, Store } from "./source.ts";

/**
 * A folder on this machine's disk, to read and to write. Writing goes to a temporary file beside the target and is
 * then renamed, so that a crash or Ctrl-C leaves no half-written file under its final name.
 *
 * @param folder - path of the folder; it need not exist before the first write
 */
export function folderStore(folder: string): Store {
  const root = resolve(folder);
  const at = (path: string) => {
    checkPath(path, folder);
    return join(root, path);
  };

  async function notFound(path: string): Promise<NotFoundError> {
    const { folder: parent, name } = splitPath(path);
    const siblings = (await list(parent)).map((entry) => entry.name);
    return new NotFoundError(`${at(path)}: the file must exist. ${nearestNames(name, siblings)}`);
  }

  function truncated(path: string, start: number, length: number, size: number): FormatError {
    const got = Math.max(0, size - start);
    const message = `the file must hold ${length} bytes from byte ${start}, got ${got}. It looks truncated: fetch it again`;
    return new FormatError(at(path), message, size);
  }

  async function list(path: string): Promise<readonly Entry[]> {
    const within = path === "" ? root : at(path);
    let names: string[];
    try {
      names = await readdir(within);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
    const entries: Entry[] = [];
    for (const name of names.sort()) {
      const info = await stat(join(within, name)).catch(() => undefined);
      if (info?.isFile()) entries.push({ name, kind: "file", size: info.size });
      else if (info?.isDirectory()) entries.push({ name, kind: "folder", size: 0 });
    }
    return entries;
  }

  return {
    location: folder,
    list,
    async has(path) {
      const info = await stat(at(path)).catch(() => undefined);
      return info?.isFile() ?? false;
    },
    async read(path) {
      try {
        return await readFile(at(path));
      } catch (error) {
        throw isMissing(error) ? await notFound(path) : error;
      }
    },
    async readRange(path, start, length) {
      checkRange(path, start, length);
      let file: Awaited<ReturnType<typeof open>>;
      try {
        file = await open(at(path), "r");
      } catch (error) {
        throw isMissing(error) ? await notFound(path) : error;
      }
      try {
        const info = await file.stat();
        if (info.isDirectory()) throw await notFound(path);
        if (info.isFile() && start + length > info.size) throw truncated(path, start, length, info.size);
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          // One read call moves at most 2 GiB on Linux.
          const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 2 ** 30), start + done);
          if (bytesRead === 0) throw truncated(path, start, length, start + done);
          done += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    },
    async write(path, bytes) {
      const target = at(path);
      await mkdir(dirname(target), { recursive: true });
      const temporary = `${target}.${randomUUID()}.partial`;
      try {
        await writeFile(temporary, bytes);
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR";
}
