import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * The paths of all that lies below a folder and is no folder, links among it, folder by folder; nothing where there is no such
 * folder, and of folders that went away meanwhile. No link is followed, to wherever it leads: what is found may be
 * removed.
 *
 * @remarks Node's own `readdir` with `recursive` follows links or not, by version and by its other options.
 */
export async function* walkFolder(folder: string): AsyncGenerator<{ readonly path: string; readonly name: string }> {
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    let entries: Dirent[];
    try {
      entries = await readdir(at, { withFileTypes: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      throw error;
    }
    for (const entry of entries) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else yield { path, name: entry.name };
    }
  }
}
