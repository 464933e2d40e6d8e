import { basename, dirname, join } from "node:path";
import type { DatasetIssue } from "../errors.ts";
import { loadGifti } from "../responses/load-gifti.ts";
import { type InputSource, inputSource } from "../sources/input-source.ts";
import { folderStore } from "../sources/node.ts";
import { unreadableFiles } from "../sources/unreadable.ts";
import type { AtlasFiles } from "./atlas.ts";

/** Files that options name by a path of their own, with the hashes of those that were read. */
export interface OutsideFiles extends AtlasFiles {
  /** The folder that a file lies in. */
  sourceOf(path: string): InputSource;
  /** Path to SHA-256 of every file that was read so far. */
  hashes(): readonly (readonly [string, string])[];
  /** Errors of files that cannot be opened; none is read. */
  unreadable(paths: readonly string[]): Promise<readonly DatasetIssue[]>;
}

/** Files outside of a data set, each read through the folder that it lies in. */
export function outsideFiles(): OutsideFiles {
  const folders = new Map<string, InputSource>();
  const sourceOf = (path: string) => {
    const folder = dirname(path);
    const source = folders.get(folder) ?? inputSource(folderStore(folder));
    folders.set(folder, source);
    return source;
  };
  return {
    sourceOf,
    read: (path) => sourceOf(path).read(basename(path)),
    readGifti: (path) => loadGifti(sourceOf(path), basename(path), path),
    hashes: () =>
      [...folders].flatMap(([folder, { hashes }]) => [...hashes].map(([n, h]) => [join(folder, n), h] as const)),
    async unreadable(paths) {
      const issues: DatasetIssue[] = [];
      for (const path of new Set(paths)) {
        for (const issue of await unreadableFiles(sourceOf(path), [basename(path)])) issues.push({ ...issue, path });
      }
      return issues;
    },
  };
}
