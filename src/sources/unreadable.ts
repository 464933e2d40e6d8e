import { type DatasetIssue, detailOf } from "../errors.ts";
import type { Source } from "./source.ts";
import { describeSystemError } from "./system-error.ts";

/**
 * Files that cannot be read, one issue a file: links to nothing, content that was not fetched, folders and pipes
 * in the place of files, what the system refuses. Files are opened, not read.
 *
 * @param paths - within the source; each is looked at once
 */
export async function unreadableFiles(source: Source, paths: Iterable<string>): Promise<DatasetIssue[]> {
  const issues: DatasetIssue[] = [];
  for (const path of new Set(paths)) {
    try {
      await source.readRange(path, 0, 0);
    } catch (error) {
      issues.push(unreadable(path, error));
    }
  }
  return issues;
}

/**
 * An error that reading a file threw, as an issue of its data set.
 *
 * @param code - what kind of trouble it is
 */
export function unreadable(path: string, error: unknown, code = "file-unreadable"): DatasetIssue {
  // The issue names the path itself.
  return { severity: "error", code, path, message: describeSystemError(error) ?? detailOf(error) };
}
