import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder, and those above it that are not there. Level by level: Node's own `recursive` goes round forever on file
 * systems that make nothing and answer that there is nothing of that name, such as /proc.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (await isFolder(folder)) return;
    const above = dirname(folder);
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (!isMissing || above === folder) throw error;
    if (!(await isFolder(above))) await makeFolder(above);
    // Another thread may have made what was missing a moment ago, or this folder meanwhile.
    await mkdir(folder).catch(async (again: unknown) => {
      if (!(await isFolder(folder))) throw again;
    });
  }
}

/** Whether there is a folder, itself or behind a link. */
export async function isFolder(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info?.isDirectory() ?? false;
}
