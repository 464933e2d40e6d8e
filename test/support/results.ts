import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { hashOf } from "./server.ts";

/** Paths of all files below a folder, sorted, with "/" on every system; none where there is no such folder. */
export function filesBelow(folder: string): string[] {
  let paths: string[];
  try {
    paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    // There is none, or one below it went while its files were listed.
    return statSync(folder, { throwIfNoEntry: false }) ? filesBelow(folder) : [];
  }
  const isFile = (path: string) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() ?? false;
  return paths
    .filter(isFile)
    .map((path) => path.replaceAll(sep, "/"))
    .sort();
}

/**
 * The files of a folder of results by path, to be held against those of another run: texts as they are, but for the command
 * that was typed and the name of the folder, other files by their SHA-256. Records of cortecast's own, which hold both or
 * digests of what does, are left out.
 */
export function resultsIn(folder: string): Record<string, string> {
  const paths = filesBelow(folder).filter((path) => !basename(path).startsWith(".cortecast-"));
  return Object.fromEntries(
    paths.map((path) => {
      const bytes = readFileSync(join(folder, path));
      if (!/\.(?:json|html|md|tsv)$/.test(path)) return [path, hashOf(bytes, "sha256")];
      const text = bytes
        .toString("utf8")
        .replace(/<code>cortecast score [^<]*<\/code>/, "<code></code>")
        .replace(/^ {4}cortecast score .*$/m, "");
      return [path, text.replaceAll(basename(folder), "RESULTS")];
    }),
  );
}
