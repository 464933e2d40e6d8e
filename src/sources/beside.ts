import { lstat, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";

/**
 * The folder beside another one whose name is that one's with something behind it: `results-cache` for `results`, `results/`
 * and `./results`. Whatever way leads to a folder, it is the same: what lies behind a link has it beside the folder that the
 * link leads to, and `.` has it beside the working directory. Neither folder need exist.
 *
 * @returns as the folder was written, `results-cache`, or relative to the working directory, `../results-cache` for `.`;
 * absolute behind a link; undefined for the root of a file system, beside which nothing can lie
 */
export async function folderBeside(folder: string, suffix: string): Promise<string | undefined> {
  const whole = resolve(folder);
  const isLink = (await lstat(whole).catch(() => undefined))?.isSymbolicLink() ?? false;
  const real = isLink ? await realpath(whole).catch(() => whole) : whole;
  if (dirname(real) === real) return undefined;
  if (real !== whole) return `${real}${suffix}`;
  const written = basename(folder);
  if (written === "." || written === "..") return relative("", `${whole}${suffix}`);
  return join(dirname(folder), `${written}${suffix}`);
}

/** Whether a folder is on another file system than what lies beside it, as a volume that was hung into a container is. */
export async function isMountPoint(folder: string): Promise<boolean> {
  const real = await realpath(resolve(folder)).catch(() => undefined);
  if (real === undefined) return false;
  const [own, above] = await Promise.all([real, dirname(real)].map((path) => stat(path).catch(() => undefined)));
  return own !== undefined && above !== undefined && own.dev !== above.dev;
}

/**
 * Where a folder lies, or would, with every link on the way followed: the folder itself, then those above it up to the root
 * of the file system. It need not exist.
 */
export async function foldersAbove(folder: string): Promise<readonly string[]> {
  const missing: string[] = [];
  let nearest = resolve(folder);
  let real = await realpath(nearest).catch(() => undefined);
  while (real === undefined && dirname(nearest) !== nearest) {
    missing.unshift(basename(nearest));
    nearest = dirname(nearest);
    real = await realpath(nearest).catch(() => undefined);
  }
  const places = [join(real ?? nearest, ...missing)];
  for (let at = places[0]!; dirname(at) !== at; at = dirname(at)) places.push(dirname(at));
  return places;
}
