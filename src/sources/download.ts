import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { OnProgress } from "../array/progress.ts";
import { NetworkError, OptionError } from "../errors.ts";
import { downloadFile, type Tally } from "./download-file.ts";
import type { HttpClient } from "./http.ts";
import { withLock } from "./lock.ts";
import { freeBytes, ignoresCase, inspectFile, inspectPart, removePart } from "./part-file.ts";
import { checkRemotePath, partFolder, type RemoteFile } from "./remote-file.ts";

/** How files are fetched. */
export interface DownloadOptions {
  /** Files at a time. Default: 4. */
  readonly parallel?: number | undefined;
  /**
   * What an earlier call fetched, by path: where another file than the wanted one stands there, it is replaced if it is one
   * of these, byte for byte. Default: none.
   */
  readonly fetched?: ReadonlyMap<string, readonly FetchedFile[]> | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Told what is to come, before it is fetched. */
  readonly onPlan?: ((plan: DownloadPlan) => void | Promise<void>) | undefined;
}

/** A file that an earlier call fetched; without a checksum it cannot be told whether it was changed since. */
export type FetchedFile = Pick<RemoteFile, "size" | "checksum">;

/** What is to be fetched, and what is there. */
export interface DownloadPlan {
  /** Files that are there, whole. */
  readonly present: readonly RemoteFile[];
  readonly missing: readonly RemoteFile[];
  /** Bytes to fetch: of the missing files, without what an earlier run has of them. */
  readonly bytesLeft: number;
}

/**
 * Brings files into a folder, several at a time. Files that are there with their size and checksum are left
 * alone. A file appears under its own name when all of it is there and checked. Parts of
 * the others stay in a hidden folder, and the next call goes on from them.
 *
 * @throws NetworkError with every file that could not be had, after all others were
 * @throws OptionError where the disk has no space for them, where files stand under their names that were not fetched or
 * were changed since, or where another process fetches into the folder
 * @throws FormatError where a name leads out of the folder
 */
export async function downloadFiles(
  client: HttpClient,
  folder: string,
  files: readonly RemoteFile[],
  options: DownloadOptions = {},
): Promise<DownloadPlan> {
  const { parallel = 4, fetched = new Map(), onProgress = () => undefined, onPlan } = options;
  for (const { path, address } of files) checkRemotePath(path, address);
  const parts = join(folder, partFolder);
  const done = await withLock(parts, folder, async () => {
    await checkCapitals(folder, files);
    const plan = await sortOut(folder, files, fetched, onProgress);
    const free = await freeBytes(folder);
    if (plan.bytesLeft > free) {
      throw new OptionError(
        `the disk must have ${plan.bytesLeft} bytes free, got ${free}. Free some space, or fetch less at a time.`,
        { where: folder },
      );
    }
    await onPlan?.(plan);
    await fetchAll(client, folder, plan, parallel, onProgress);
    for (const { path } of plan.present) await removePart(folder, path);
    return plan;
  });
  // When all is fetched the hidden folder is empty.
  await rmdir(parts).catch(() => undefined);
  return done;
}

async function sortOut(
  folder: string,
  files: readonly RemoteFile[],
  fetched: ReadonlyMap<string, readonly FetchedFile[]>,
  onProgress: OnProgress,
): Promise<DownloadPlan> {
  const [present, missing]: [RemoteFile[], RemoteFile[]] = [[], []];
  const others: string[] = [];
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let [done, bytesLeft] = [0, 0];
  for (const file of files) {
    const report = (bytes: number) => onProgress({ label: "checking", done: bytes, total, unit: "bytes" });
    let checked = done;
    const onPiece = (length: number) => {
      checked += length;
      report(checked);
    };
    const found = await inspectFile(folder, file, onPiece);
    if (found === "whole") present.push(file);
    else {
      if (found === "other" && !(await isOneOf(folder, file, fetched.get(file.path) ?? []))) others.push(file.path);
      missing.push(file);
      bytesLeft += file.size - (await inspectPart(folder, file)).length;
    }
    done += file.size;
    report(done);
  }
  if (others.length > 0) {
    const shown = others.slice(0, 5).join(", ") + (others.length > 5 ? ` and ${others.length - 5} more` : "");
    throw new OptionError(
      `files that were not fetched, or were changed since, must not be written over, got ${shown}. Give a folder of its own, or move them away.`,
      { where: folder },
    );
  }
  return { present, missing, bytesLeft };
}

/** Whether what stands under a file's name is one that was fetched earlier, as it was then. */
async function isOneOf(
  folder: string,
  { path, address }: RemoteFile,
  fetched: readonly FetchedFile[],
): Promise<boolean> {
  for (const { size, checksum } of fetched) {
    if (checksum && (await inspectFile(folder, { path, address, size, checksum })) === "whole") return true;
  }
  return false;
}

async function fetchAll(
  client: HttpClient,
  folder: string,
  { missing, bytesLeft }: DownloadPlan,
  parallel: number,
  onProgress: OnProgress,
): Promise<void> {
  let [done, total] = [0, bytesLeft];
  /** An error of this machine, which stops all. */
  let stop: { readonly reason: unknown } | undefined;
  const report = () => {
    client.signal?.throwIfAborted();
    if (stop) throw stop.reason;
    onProgress({ label: "fetching", done, total, unit: "bytes" });
  };
  const tally: Tally = {
    received(length) {
      done += length;
      report();
    },
    discarded(length) {
      total += length;
    },
  };
  const failures: { readonly path: string; readonly error: NetworkError }[] = [];
  const queue = missing.values();
  const work = async () => {
    for (const file of queue) {
      report();
      try {
        await downloadFile(client, folder, file, tally);
      } catch (error) {
        if (!(error instanceof NetworkError)) {
          stop ??= { reason: error };
          throw error;
        }
        failures.push({ path: file.path, error });
      }
    }
  };
  await Promise.allSettled(Array.from({ length: Math.max(1, parallel) }, work));
  client.signal?.throwIfAborted();
  if (stop) throw stop.reason;
  // In the order of the list, whichever came to its end first.
  const order = new Map(missing.map(({ path }, index) => [path, index]));
  failures.sort((a, b) => order.get(a.path)! - order.get(b.path)!);
  if (failures.length > 0) throw incomplete(folder, missing.length, failures);
}

function incomplete(
  folder: string,
  nWanted: number,
  failures: readonly { readonly path: string; readonly error: NetworkError }[],
): NetworkError {
  const shown = failures.slice(0, 20).flatMap(({ path, error }) => `  error: ${path}: ${error.message}`.split("\n"));
  if (failures.length > 20) shown.push(`  error: and ${failures.length - 20} more`);
  const { status } = failures[0]!.error;
  return new NetworkError(
    [
      `${folder}: every file must arrive, got ${nWanted - failures.length} of ${nWanted}. What has arrived stays, and the same command fetches the rest.`,
      ...shown,
    ],
    status === undefined ? {} : { status },
  );
}

/** Names that differ in capitals alone would be one file on some systems. */
async function checkCapitals(folder: string, files: readonly RemoteFile[]): Promise<void> {
  const seen = new Map<string, string>();
  for (const { path } of files) {
    const key = path.normalize("NFC").toLowerCase();
    const other = seen.get(key);
    if (other === path || (other !== undefined && (await ignoresCase(folder)))) {
      throw new OptionError(
        `names of files must differ there, got ${JSON.stringify(other)} and ${JSON.stringify(path)}. Give a folder on a disk that tells capitals apart.`,
        { where: folder },
      );
    }
    seen.set(key, path);
  }
}
