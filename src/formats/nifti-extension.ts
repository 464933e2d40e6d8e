import { FormatError } from "../errors.ts";
import type { NiftiHeader } from "./nifti-header.ts";
import { niftiLayouts } from "./nifti-layout.ts";

/** What a program put between header and values. */
export interface NiftiExtension {
  /** Whose it is: 4 AFNI, 6 a comment, 32 CIFTI, ... */
  readonly code: number;
  /** Its content; zeros may fill up its end. */
  readonly bytes: Uint8Array;
  /** Byte of the unpacked file at which the content begins. */
  readonly start: number;
}

/**
 * The extensions of a file.
 *
 * @remarks The standard has each a multiple of 16 bytes long; as in nibabel other lengths are taken as they are.
 *
 * @param bytes - the unpacked file, up to its values at least
 * @throws FormatError where the file ends before its values, or an extension is longer than the space before them
 */
export function readNiftiExtensions(bytes: Uint8Array, header: NiftiHeader, path: string): NiftiExtension[] {
  const { dataStart, isLittleEndian, version } = header;
  if (bytes.length < dataStart) {
    const message = `the values must begin at byte ${dataStart} (vox_offset), got a file of ${bytes.length} bytes. It looks truncated: fetch it again`;
    throw new FormatError(path, message, bytes.length);
  }
  const flag = niftiLayouts[version].size;
  const view = new DataView(bytes.buffer, bytes.byteOffset, dataStart);
  const extensions: NiftiExtension[] = [];
  if (bytes[flag] === 0) return extensions;
  for (let at = flag + 4; at + 16 <= dataStart; ) {
    const size = view.getInt32(at, isLittleEndian);
    const code = view.getInt32(at + 4, isLittleEndian);
    // Zeros up to the values.
    if (size === 0 && code === 0) break;
    if (size < 8 || at + size > dataStart) {
      const message = `an extension must be 8 to ${dataStart - at} bytes long, got ${size}`;
      throw new FormatError(path, message, at);
    }
    extensions.push({ code, bytes: bytes.subarray(at + 8, at + size), start: at + 8 });
    at += size;
  }
  return extensions;
}
