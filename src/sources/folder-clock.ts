import { randomUUID } from "node:crypto";
import { open, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Now, by the clock that a folder's files get their times from: on a network folder that is the server's, and this machine's
 * may be hours off.
 *
 * @returns milliseconds since 1970, the time of a file that was written there just now
 */
export async function folderNow(folder: string): Promise<number> {
  const path = join(folder, `.cortecast-clock-${randomUUID()}`);
  const file = await open(path, "wx");
  try {
    // The server gives the time of what is written; the time at which a file was made may be this machine's.
    await file.write("x");
    await file.sync().catch(() => {});
    await file.close();
    return (await stat(path)).mtimeMs;
  } finally {
    await file.close().catch(() => {});
    await rm(path, { force: true });
  }
}
