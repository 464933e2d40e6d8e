import { gunzipSync } from "node:zlib";

/**
 * The regular files of a tar archive (plain or gzip), by path without leading "./": enough for archives that GNU tar
 * and bsdtar write of short or long names. Folders and links are left out.
 *
 * @throws Error where the archive ends within a file
 */
export function readTar(bytes: Uint8Array): Record<string, Uint8Array> {
  const data = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  const files: Record<string, Uint8Array> = {};
  let longName: string | undefined;
  for (let at = 0; at + 512 <= data.length; ) {
    const text = (from: number, length: number) => {
      const field = data.subarray(at + from, at + from + length);
      const end = field.indexOf(0);
      return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
    };
    if (data[at] === 0) break;
    const size = Number.parseInt(text(124, 12).trim() || "0", 8);
    const kind = text(156, 1);
    const prefix = text(257, 5) === "ustar" ? text(345, 155) : "";
    const name = longName ?? (prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    const body = data.subarray(at + 512, at + 512 + size);
    if (body.length < size) throw new Error(`readTar: ${name} must hold ${size} bytes, got ${body.length}.`);
    longName = undefined;
    // "L" is GNU's entry for a name of more than 100 bytes; the file that it names follows.
    if (kind === "L") longName = new TextDecoder().decode(body).replace(/\0+$/, "");
    else if (kind === "0" || kind === "") files[name.replace(/^(\.\/)+/, "")] = new Uint8Array(body);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
