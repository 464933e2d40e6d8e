import { FormatError } from "../errors.ts";
import { type Gifti, readGifti } from "../formats/gifti.ts";

/**
 * A GIFTI file that holds all its numbers itself: one of a data set, whose files are hashed and kept one by one.
 *
 * @param path - for messages
 * @throws FormatError as `readGifti`, and where an array lies in another file
 */
export function readWholeGifti(bytes: Uint8Array, path: string): Gifti {
  const external = (name: string): never => {
    throw new FormatError(
      path,
      `a GIFTI file must hold its numbers itself, got an array whose numbers lie in "${name}". Convert it: wb_command -gifti-convert GZIP_BASE64_BINARY ${path} <new file>`,
    );
  };
  return readGifti(bytes, { path, external });
}
