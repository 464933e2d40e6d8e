/** What the operating system refused, and what to do; none of it is a fault of the program. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: "no permission. Change the permissions of the file or its folder",
  EPERM: "no permission. Change the permissions of the file or its folder",
  EROFS: "a file system that cannot be written to. Give another folder",
  ENOSPC: "no space left. Make room; what is finished is kept",
  EDQUOT: "no space left of the quota. Make room; what is finished is kept",
  ENOTDIR: "a file where a folder must be. Give another path",
  EEXIST: "a file where a folder must be. Give another path",
  EISDIR: "a folder where a file must be. Move it away",
  ELOOP: "a link that leads to itself. Mend the link",
  ENAMETOOLONG: "a name that is too long. Give a shorter path",
  EIO: "a damaged disk or connection. Copy the file anew",
  EMFILE: "too many open files. Raise the limit with ulimit -n",
};

/**
 * What to say of an error of the operating system, without the path: `the system must let it be read or written, got no
 * permission. …`; undefined for errors of other kinds.
 */
export function describeSystemError(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown };
  const reason = typeof code === "string" && Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  return reason && `the system must let it be read or written, got ${reason}.`;
}
