import { type FileHandle, link, lstat, open, readFile, rm, rmdir, utimes } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { OptionError } from "../errors.ts";
import { folderNow } from "./folder-clock.ts";
import { isFolder, makeFolder } from "./make-folder.ts";
import { systemErrorAt } from "./system-error.ts";
import { type RunIdentity, runTag, stateOfRun, thisRun } from "./this-run.ts";

/** The lock of a folder, where no other is named. BIDS tools pass over names that begin with a dot. */
export const lockName = ".cortecast-lock.json";

/** Milliseconds. */
const times = {
  /** How often a holder writes into its file, so that others who cannot see its process see that it lives. */
  beat: 60_000,
  /** How long such a holder may be silent before it counts as ended: a server or a machine may stand still for a while. */
  silent: 3_600_000,
  /** A file whose time is later than now by more than this was written by a clock that was wrong. */
  ahead: 60_000,
  /** How long a process may take to remove an ended holder's file before it counts as ended itself. */
  taking: 60_000,
  /** How often, in all one second, to look again for the text of a file that was made and is still empty. */
  look: 100,
} as const;

/** How a folder is locked. */
export interface LockOptions {
  /** Name of the lock's file in the folder. Default: {@link lockName}. */
  readonly file?: string | undefined;
  /** Waits for a run that holds it, rather than to refuse: told who it is before each look; ends the waiting by an error. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

/**
 * Does work in a folder while no other process may: two that write different results into one folder at once would remove
 * each other's. A file in the folder says who holds it. A lock that an ended process left is taken over. This is at once
 * where host, boot and namespace of process numbers are this process's own, so that it would see the process. Else it is
 * after an hour in which nothing was written into the lock, by the clock of the folder's files. The folder is made, and taken away again where it
 * stays empty.
 *
 * @param name - what the folder is called in messages
 * @throws OptionError where another process, or another call of this one, works there, or where something else than a file
 * has the lock's name
 */
export async function withLock<T>(
  folder: string,
  name: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const release = await takeLock(folder, name, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

/**
 * Takes a folder's lock as {@link withLock} does, for work that ends elsewhere.
 *
 * @returns gives it back
 * @throws OptionError as {@link withLock}
 */
export async function takeLock(folder: string, name: string, options: LockOptions = {}): Promise<() => Promise<void>> {
  const path = join(resolve(folder), options.file ?? lockName);
  const isNew = !(await isFolder(folder));
  await makeFolder(resolve(folder));
  const run = thisRun();
  const own = JSON.stringify(run);
  // Noted before the file is there: another call of this process that sees the file must find it here.
  ownLocks.add(run.id);
  const file = await acquire(path, own, folder, name, options).catch((error: unknown) => {
    ownLocks.delete(run.id);
    throw error;
  });
  // Written, not touched: the time must be the folder's, not this machine's. By its handle, whatever has its name by then.
  const beat = setInterval(() => {
    file.write("{", 0).catch(() => {});
  }, times.beat).unref();
  return async () => {
    clearInterval(beat);
    await file.close().catch(() => {});
    if ((await textOfFile(path)) === own) await rm(path, { force: true });
    ownLocks.delete(run.id);
    // Usually the folder holds other files, and stays.
    if (isNew) await rmdir(folder).catch(() => {});
  };
}

/**
 * Checks that nobody holds a folder's lock; takes nothing over, and none.
 *
 * @throws OptionError as {@link withLock}
 */
export async function checkUnlocked(folder: string, name: string): Promise<void> {
  const path = join(resolve(folder), lockName);
  const holder = holderOf(await textOfFile(path));
  if (holder && (await isHeld(path, holder))) throw refusal(name, holder, folder, path);
}

async function acquire(
  path: string,
  own: string,
  folder: string,
  name: string,
  { onWait }: LockOptions,
): Promise<FileHandle> {
  let hasWaited = false;
  for (let attempt = 0; ; attempt++) {
    try {
      return await create(path, own);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== "EEXIST" && code !== "ENOENT") || (attempt > 20 && !hasWaited)) throw systemErrorAt(path, error);
      // The holder removed the folder again, since it stayed empty.
      if (code === "ENOENT") await makeFolder(dirname(path));
    }
    await checkIsFile(path, name);
    const text = await textOfFile(path);
    const holder = holderOf(text);
    if (holder && (await isHeld(path, holder))) {
      if (!onWait) throw refusal(name, holder, folder, path);
      onWait(describeHolder(holder));
      hasWaited = true;
      await wait(times.look);
    } else if (!holder && attempt < 10) {
      // Made just now, and not yet written.
      await wait(times.look);
    } else if (text !== undefined) await takeAway(path, text);
  }
}

/** Makes a lock's file, with its text from the first moment on; of several that make it at once one succeeds. */
async function create(path: string, own: string): Promise<FileHandle> {
  const aside = `${path}.${runTag()}.partial`;
  const file = await open(aside, "wx");
  try {
    await file.writeFile(own);
    await link(aside, path);
    await rm(aside, { force: true });
    return file;
  } catch (error) {
    await file.close();
    await rm(aside, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code ?? "")) throw error;
  }
  // A file system without links.
  const plain = await open(path, "wx");
  try {
    await plain.writeFile(own);
    return plain;
  } catch (error) {
    await plain.close();
    await rm(path, { force: true });
    throw error;
  }
}

function refusal(name: string, holder: Holder, folder: string, path: string): OptionError {
  const here = stateOfRun(holder) !== "unknown";
  const unless = here
    ? "if it runs no longer"
    : "its process cannot be seen from here: if you know that it runs no longer";
  return new OptionError(
    `one run at a time must write there, got another that is not finished (${describeHolder(holder)}, ${folder}). Wait for it, or give another folder; ${unless}, delete ${path}.`,
    { where: name },
  );
}

const describeHolder = ({ process, host }: Holder) => `process ${process} on ${host}`;

/** Locks that this process holds or is about to take, by their ids: in a container, a process before it may have had its number. */
const ownLocks = new Set<string>();

async function isHeld(path: string, holder: Holder): Promise<boolean> {
  const state = stateOfRun(holder);
  if (state === "running" && holder.process === process.pid) return ownLocks.has(holder.id);
  if (state !== "unknown") return state === "running";
  const info = await lstat(path).catch(() => undefined);
  if (!info) return false;
  const now = await folderNow(dirname(path));
  // A holder that lives writes into it again within a minute; for one that ended, the silence is counted from here.
  if (info.mtimeMs > now + times.ahead) await utimes(path, new Date(now), new Date(now)).catch(() => {});
  return now - info.mtimeMs < times.silent;
}

/**
 * Removes an ended process's file, and no other that has come into its place meanwhile: one process at a time looks again and
 * removes, so that none acts on what it saw before another did.
 */
async function takeAway(path: string, text: string): Promise<void> {
  const guard = `${path}.taking`;
  try {
    await (await open(guard, "wx")).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw systemErrorAt(guard, error);
    const info = await lstat(guard).catch(() => undefined);
    // Held for an instant: this one's process was killed in it.
    if (info && (await folderNow(dirname(path))) - info.mtimeMs > times.taking) await rm(guard, { force: true });
    await wait(times.look);
    return;
  }
  try {
    if ((await textOfFile(path)) === text) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** Opening a pipe would wait for who writes to it. */
async function checkIsFile(path: string, name: string): Promise<void> {
  const info = await lstat(path).catch(() => undefined);
  if (!info || info.isFile()) return;
  const got = info.isDirectory() ? "a folder" : info.isSymbolicLink() ? "a link" : "a pipe or a device";
  throw new OptionError(`the lock of the folder must be a file, got ${got} (${path}). Move it away.`, { where: name });
}

async function textOfFile(path: string): Promise<string | undefined> {
  const info = await lstat(path).catch(() => undefined);
  return info?.isFile() ? readFile(path, "utf8").catch(() => undefined) : undefined;
}

/** Who holds a lock, as its file says; those of earlier versions say less, and cannot be seen. */
type Holder = RunIdentity;

function holderOf(text: string | undefined): Holder | undefined {
  try {
    const { process, host, boot, namespace, started, id } = JSON.parse(text ?? "") as Partial<Holder>;
    if (typeof process !== "number" || typeof host !== "string") return undefined;
    return { process, host, boot: String(boot), namespace: String(namespace), started, id: String(id) };
  } catch {
    return undefined;
  }
}
