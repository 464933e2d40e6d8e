import { NotFoundError } from "../errors.ts";

// Large data sets are fetched file by file (DataLad, git-annex). A file that was not fetched is there all the same: as a
// link to nothing, or, where the annex is "unlocked" and in Git LFS, as a small file that says where the content would be.

const remedy = 'Fetch it with "datalad get" or "git annex get"';

/** Pointers, files that stand for content which is elsewhere: how they begin, which program writes them, and what to do. */
const pointers = [
  { start: "/annex/objects/", kind: "git-annex", remedy },
  { start: "version https://git-lfs.github.com/spec/", kind: "Git LFS", remedy: 'Fetch it with "git lfs pull"' },
] as const;

/** Longer files are never taken for pointers; git-annex's own limit. */
const longestPointer = 32_768;

/** Bytes from the start of a file that {@link checkFetched} needs to see. */
export const pointerLength: number = Math.max(...pointers.map(({ start }) => start.length));

/**
 * Refuses a pointer of git-annex or Git LFS, which stands in the place of a file whose content was not fetched.
 *
 * @param start - the first bytes of the file, {@link pointerLength} or more where it has as many
 * @param size - bytes of the whole file
 * @param location - the file, for the message
 * @throws NotFoundError where the file is one
 */
export function checkFetched(start: Uint8Array, size: number, location: string): void {
  if (size > longestPointer) return;
  const pointer = pointers.find((known) =>
    Array.from(known.start).every((letter, i) => start[i] === letter.charCodeAt(0)),
  );
  if (!pointer) return;
  throw new NotFoundError(
    `the file must hold its content, got a ${pointer.kind} pointer in its place: it was not fetched. ${pointer.remedy}.`,
    { where: location },
  );
}

/** The error for a link that leads nowhere, as git-annex leaves it for a file that was not fetched. */
export function danglingLink(location: string): NotFoundError {
  return new NotFoundError(
    `the file must be there, got a link to nothing: its content was not fetched, or was moved. ${remedy}, or mend the link.`,
    { where: location },
  );
}
