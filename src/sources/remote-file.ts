import { FormatError } from "../errors.ts";
import type { Checksum } from "./checksum.ts";

/** A file that can be fetched. */
export interface RemoteFile {
  /** Where it goes, relative to the folder, "/" on every system. */
  readonly path: string;
  /** Where it comes from. */
  readonly address: string;
  /** Bytes. */
  readonly size: number;
  /** Undefined where the server gives none: then only the size is checked. */
  readonly checksum?: Checksum | undefined;
  /** The kind of file that its bytes must begin as, before it gets its name. Undefined where any will do. */
  readonly holds?: "GIFTI" | "JSON" | undefined;
}

/** The folder of what is not finished yet, within the folder that files are fetched into. */
export const partFolder = ".cortecast-fetch";

/**
 * Checks that a file's name, which a server made, stays within the folder that it is fetched into, on every system.
 *
 * @param where - the server's answer, for messages
 * @throws FormatError where it leads out, or is no name
 */
export function checkRemotePath(path: string, where: string): void {
  const parts = path.split("/");
  const isName = (part: string) => part !== "" && part !== "." && part !== ".." && !/[. ]$/.test(part);
  // Backslashes, drives and streams lead elsewhere on Windows.
  const isPlain = path.split("").every((character) => character >= " " && !"\u007f\\:".includes(character));
  if (parts.every(isName) && isPlain && parts[0]!.toLowerCase() !== partFolder) return;
  throw new FormatError(
    where,
    `names of files must lie within the folder, got ${JSON.stringify(path)}. Nothing is fetched from there`,
  );
}
