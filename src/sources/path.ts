import { OptionError } from "../errors.ts";

/**
 * Checks that a path names something within its source.
 *
 * @param path - relative, parted by single "/", without "." and ".."
 * @param location - the source, for messages
 * @throws OptionError where it leads out of the source, or could name one thing in two ways
 */
export function checkPath(path: string, location: string): void {
  if (path.split("/").every((part) => part !== "" && part !== "." && part !== "..")) return;
  const got = JSON.stringify(path);
  throw new OptionError(`a path must lie within its source, parted by single "/", got ${got} (${location}).`);
}

/**
 * Checks a range of bytes.
 *
 * @throws OptionError where start or length is no whole number from 0
 */
export function checkRange(path: string, start: number, length: number): void {
  if (Number.isSafeInteger(start) && start >= 0 && Number.isSafeInteger(length) && length >= 0) return;
  throw new OptionError(
    `readRange: start and length must be whole numbers from 0, got ${start} and ${length} (${path}).`,
  );
}

/** The folder that a path lies in, "" at the root, and its name there. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const slash = path.lastIndexOf("/");
  return { folder: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) };
}

/** The last part of a location on any system, without what closes it: the name that a folder goes by. */
export function nameOfLocation(location: string): string {
  return (
    location
      .replace(/[/\\]+$/, "")
      .split(/[/\\]/)
      .at(-1) ?? location
  );
}

/**
 * The issues of a path that begins with `~` for the home folder, as "got ..." and what to do; undefined where it does not: a shell
 * puts the home folder in where `~` stands at the start of a word, and neither in quotes nor in a file.
 */
export function homeAlone(path: string): string | undefined {
  if (!/^~(?:[/\\]|$)/.test(path)) return undefined;
  return '"~", which only a shell takes for the home folder, and not in quotes or files. Write the folder out, or ./~ where it is called so';
}
