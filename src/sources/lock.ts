import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { OptionError } from "../errors.ts";
import { isFolder, makeFolder } from "./make-folder.ts";
import { host, isRunning } from "./node.ts";
import { systemErrorAt } from "./system-error.ts";

/** BIDS tools pass over names that begin with a dot. */
const lockName = ".cortecast-lock.json";

/** The process that holds a lock, as its file says. */
interface Holder {
  readonly process: number;
  readonly host: string;
}

/** Milliseconds. */
const times = {
  /** How often a holder touches its file, so that other machines, which cannot see its process, know that it lives. */
  beat: 60_000,
  /** How long another machine's holder may be silent: its clock may be wrong by some minutes, its disk slow. */
  silent: 3_600_000,
  /** How often, in all one second, to look again for the text of a file that was made and is still empty. */
  look: 100,
} as const;

/**
 * Does work in a folder while no other process may: two that write different results into one folder at once would remove
 * each other's. A file in the folder says who holds it. One that a killed process left is taken over: on this machine at
 * once, on another's after an hour. The folder is made, and taken away again where it stays empty.
 *
 * @param name - what the folder is called in messages
 * @throws OptionError where another process, or another call of this one, works there
 */
export async function withLock<T>(folder: string, name: string, work: () => Promise<T>): Promise<T> {
  const path = join(resolve(folder), lockName);
  const isNew = !(await isFolder(folder));
  await makeFolder(resolve(folder));
  const own = JSON.stringify({ process: process.pid, host, id: randomUUID() });
  await acquire(path, own, folder, name);
  held.add(path);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, times.beat).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    held.delete(path);
    if ((await textOf(path)) === own) await rm(path, { force: true });
    // It holds other files, as a rule.
    if (isNew) await rmdir(folder).catch(() => {});
  }
}

async function acquire(path: string, own: string, folder: string, name: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      // Of several that make it at once one succeeds, also on network folders.
      await writeFile(path, own, { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt > 20) throw systemErrorAt(path, error);
    }
    const text = await textOf(path);
    const holder = holderOf(text);
    if (holder && (await isHeld(path, holder))) {
      throw new OptionError(
        `${name}: one run at a time must write there, got another that is not finished (process ${holder.process} on ${holder.host}, ${folder}). Wait for it, or give another folder; if it runs no longer, delete ${path}.`,
      );
    }
    // Made just now, and not yet written.
    if (!holder && attempt < 10) await wait(times.look);
    else if (text !== undefined) await takeAway(path, text);
  }
}

/** Locks of this process: in a container, one before it may have had its number. */
const held = new Set<string>();

async function isHeld(path: string, holder: Holder): Promise<boolean> {
  if (holder.host === host && holder.process === process.pid) return held.has(path);
  if (holder.host === host) return isRunning(holder.process);
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs < times.silent;
}

/** Removes a dead process's file, and no other that has come into its place meanwhile. */
async function takeAway(path: string, text: string): Promise<void> {
  const aside = `${path}.${host}-${process.pid}-${randomUUID().slice(0, 8)}.partial`;
  try {
    await rename(path, aside);
  } catch {
    return; // Another process was faster.
  }
  if ((await textOf(aside)) !== text) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

function holderOf(text: string | undefined): Holder | undefined {
  try {
    const { process, host } = JSON.parse(text ?? "") as Partial<Holder>;
    return typeof process === "number" && typeof host === "string" ? { process, host } : undefined;
  } catch {
    return undefined;
  }
}
