import { createHash } from "node:crypto";
import { open, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { digestOf } from "./checksum.ts";
import { makeFolder } from "./make-folder.ts";
import { folderStore } from "./node.ts";
import { partFolder, type RemoteFile } from "./remote-file.ts";

/** The beginning of a file that is being fetched; it outlives the process, so that the next one goes on from there. */
export interface PartFile {
  /** Bytes that are there. */
  readonly length: number;
  /** The `ETag` of the answer that they came with, where it had one. */
  readonly etag: string | undefined;
  /** Throws the bytes away, and notes the validator of those that are to come. */
  restart(etag: string | undefined): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
  /** The bytes that are there, from the first on. */
  read(): AsyncIterable<Uint8Array>;
  /** Makes the file appear under its own name, whole, in place of what stood there. */
  finish(): Promise<void>;
  /** Closes it; the bytes stay. */
  close(): Promise<void>;
}

/** A name by hash: two paths may be the same for a file system that ignores case, their hashes are not. */
const hashedName = (path: string) => createHash("sha256").update(path).digest("hex").slice(0, 32);
const statePath = (folder: string, path: string) => join(folder, partFolder, `${hashedName(path)}.json`);
const partPath = (folder: string, path: string) => join(folder, partFolder, `${hashedName(path)}.part`);

/** The file that the bytes of a part belong to; they are used for no other. */
const identityOf = ({ path, address, size, checksum }: RemoteFile) => ({ path, address, size, checksum });

/** Opens what is there of a file from an earlier run, if it was the same one, or begins it. */
export async function openPart(folder: string, file: RemoteFile): Promise<PartFile> {
  const [statefile, part, target] = [
    statePath(folder, file.path),
    partPath(folder, file.path),
    join(folder, file.path),
  ];
  await makeFolder(dirname(part));
  let { etag, length } = await inspectPart(folder, file);
  const handle = await open(part, length > 0 ? "r+" : "w+");

  return {
    get length() {
      return length;
    },
    get etag() {
      return etag;
    },
    async restart(newEtag) {
      length = 0;
      etag = newEtag;
      await handle.truncate(0);
      await writeFile(statefile, JSON.stringify({ ...identityOf(file), etag }));
    },
    async append(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, length);
        done += bytesWritten;
        length += bytesWritten;
      }
    },
    async *read() {
      const piece = new Uint8Array(2 ** 18);
      for (let at = 0; ; ) {
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) return;
        yield piece.subarray(0, bytesRead);
        at += bytesRead;
      }
    },
    async finish() {
      // Flushed to the disk before it gets its name: after a power cut, a file that looks whole is whole.
      await handle.sync();
      await handle.close();
      await makeFolder(dirname(target));
      await rename(part, target);
      await rm(statefile, { force: true });
    },
    close: () => handle.close(),
  };
}

/** The part that an earlier run left of a file; none where it was of another file. */
export async function inspectPart(
  folder: string,
  file: RemoteFile,
): Promise<{ readonly length: number; readonly etag: string | undefined }> {
  try {
    const { etag, ...identity } = JSON.parse(await readFile(statePath(folder, file.path), "utf8")) as {
      readonly etag?: string;
    };
    const { size: length } = await stat(partPath(folder, file.path));
    // JSON leaves out undefined values, in both texts.
    const isSame = JSON.stringify(identity) === JSON.stringify(identityOf(file));
    if (isSame && length <= file.size) return { length, etag };
  } catch {
    // Note or bytes are missing, or cut off: begin anew.
  }
  return { length: 0, etag: undefined };
}

/**
 * Tells what has a file's own name: the file, with the right size and checksum; another file; or none.
 *
 * @param onPiece - bytes that were read for the checksum
 */
export async function inspectFile(
  folder: string,
  file: RemoteFile,
  onPiece?: (length: number) => void,
): Promise<"whole" | "other" | "none"> {
  const info = await stat(join(folder, file.path)).catch(() => undefined);
  if (!info) return "none";
  if (!info.isFile() || info.size !== file.size) return "other";
  const { checksum } = file;
  if (checksum === undefined) return "whole";
  const pieces = folderStore(folder).stream(file.path);
  return (await digestOf(checksum.kind, file.size, pieces, onPiece)) === checksum.digest ? "whole" : "other";
}

/** Removes what is left of a file that is there, and the folder of parts if nothing is left in it. */
export async function removePart(folder: string, path: string): Promise<void> {
  await rm(partPath(folder, path), { force: true });
  await rm(statePath(folder, path), { force: true });
}

/** Bytes that can still be written below a folder, which need not exist yet. */
export async function freeBytes(folder: string): Promise<number> {
  for (let nearest = resolve(folder); ; nearest = dirname(nearest)) {
    try {
      const { bavail, bsize } = await statfs(nearest);
      return bavail * bsize;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(nearest) === nearest) throw error;
    }
  }
}

/** Whether two names that differ in capitals alone are one file in a folder that holds parts. */
export async function ignoresCase(folder: string): Promise<boolean> {
  const info = await stat(join(folder, partFolder.toUpperCase())).catch(() => undefined);
  return info !== undefined;
}
