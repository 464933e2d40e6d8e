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
    // Of what is written, the server says when; a file's making may be known to this machine alone.
    await file.write("x");
    await file.sync().catch(() => {});
    await file.close();
    return (await stat(path)).mtimeMs;
  } finally {
    await file.close().catch(() => {});
    await rm(path, { force: true });
  }
}
