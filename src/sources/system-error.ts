import { ownValue } from "../array/records.ts";

/** Errors of the operating system in words, and what to do; none of them is a fault of the program. */
const systemReasons: Readonly<Record<string, readonly [got: string, remedy: string]>> = {
  EACCES: ["no permission", "Change the permissions of the file or its folder"],
  EPERM: ["no permission", "Change the permissions of the file or its folder"],
  EROFS: ["a file system that cannot be written to", "Give another folder"],
  ENOSPC: ["no space left", "Free some space; what is finished is kept"],
  EDQUOT: ["no space left of the quota", "Free some space; what is finished is kept"],
  ENOENT: ["nothing of that name, a link to nothing, or a place where nothing can be made", "Give another path"],
  ENOTDIR: ["a file where a folder must be", "Give another path"],
  EEXIST: ["a file or a broken link where a folder must be", "Give another path"],
  EISDIR: ["a folder where a file must be", "Move it away"],
  ELOOP: ["a link that leads to itself", "Mend the link"],
  ENAMETOOLONG: ["a name that is too long", "Give a shorter path"],
  EIO: ["a damaged disk or connection", "Copy the file anew"],
  EFBIG: [
    "a file larger than a limit or the file system allows",
    "Raise the limit with ulimit -f, or give a folder on another disk",
  ],
  EBUSY: ["a file or device that is in use", "Wait for who uses it"],
  ESTALE: ["a file that the server no longer knows", "Run again"],
  ENFILE: ["too many open files in the whole system", "Run again when it does less"],
  EMFILE: ["too many open files", "Raise the limit in the same shell, with ulimit -n 1024, and run again"],
};

/** An error of the operating system in words. */
export interface SystemReason {
  /** The words after "got": `"no space left"`. */
  readonly got: string;
  /** What to do: `"Free some space"`, without a full stop. */
  readonly remedy: string;
}

/** An error of the operating system in words; undefined for errors of other kinds, and those that no user can mend. */
export function systemReason(error: unknown): SystemReason | undefined {
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
  if (syscall === "uv_cwd") return { got: "none: it was removed", remedy: "Change to another" };
  const reason = typeof code === "string" ? ownValue(systemReasons, code) : undefined;
  return reason && { got: reason[0], remedy: reason[1] };
}

/** Whether an error of the operating system says nothing of the file that was asked for: too many others are open. */
export function isOfOtherFiles(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === "EMFILE" || code === "ENFILE";
}

/**
 * The message of an error of the operating system, without the path: `the system must let it be read or written, got no
 * permission. …`; undefined for errors of other kinds.
 */
export function describeSystemError(error: unknown): string | undefined {
  const reason = systemReason(error);
  return reason && `the system must let it be read or written, got ${reason.got}. ${reason.remedy}.`;
}

/** The same error of the operating system, of another path: the one that was asked for, where its own is a temporary one. */
export function systemErrorAt(path: string, cause: unknown): unknown {
  const { code } = cause as { readonly code?: unknown };
  return typeof code === "string" ? Object.assign(new Error(`${path}: ${code}`, { cause }), { code, path }) : cause;
}
