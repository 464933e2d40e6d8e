import type { Gifti, GiftiHeader } from "../formats/gifti.ts";
import { type GiftiSink, streamGifti } from "../formats/gifti-stream.ts";
import { splitPath } from "../sources/path.ts";
import type { Source } from "../sources/source.ts";

/**
 * A GIFTI file of a source, read as it comes, with the files beside it in which numbers may lie.
 *
 * @param shown - the file, for messages
 * @throws FormatError, NotFoundError where it, or a file beside it, cannot be read
 */
export function loadGifti(source: Source, path: string, shown: string = path): Promise<Gifti> {
  return streamGifti(source.stream(path), { path: shown, external: besides(source, path) });
}

/**
 * As {@link loadGifti}, but the numbers go to a sink and are not held.
 *
 * @param options.onFile - told of every file beside it that is read
 */
export function loadGiftiInto(
  source: Source,
  path: string,
  options: { readonly sink: GiftiSink; readonly onFile?: ((path: string) => void) | undefined },
): Promise<GiftiHeader> {
  const external = besides(source, path, options.onFile);
  return streamGifti(source.stream(path), { path, external, sink: options.sink });
}

/** Files that lie in a file's folder, or below. */
function besides(source: Source, path: string, onFile?: (path: string) => void) {
  const { folder } = splitPath(path);
  return (fileName: string) => {
    const parts = fileName.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
    const beside = [folder, ...parts].filter((part) => part !== "").join("/");
    onFile?.(beside);
    return source.stream(beside);
  };
}
