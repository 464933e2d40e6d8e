import { createHash } from "node:crypto";

/** What a file's bytes must hash to. */
export interface Checksum {
  /** `git-sha1` is the name that git gives a file: SHA-1 over `blob <size>`, a zero byte, and the bytes. */
  readonly kind: "md5" | "sha256" | "git-sha1";
  /** Lower-case hexadecimal digits. */
  readonly digest: string;
}

/**
 * The checksum of bytes as they come.
 *
 * @param size - how many bytes there are in all
 */
export async function digestOf(
  kind: Checksum["kind"],
  size: number,
  pieces: AsyncIterable<Uint8Array>,
  onPiece: (length: number) => void = () => undefined,
): Promise<string> {
  const hash = createHash(kind === "git-sha1" ? "sha1" : kind);
  if (kind === "git-sha1") hash.update(`blob ${size}\0`);
  for await (const piece of pieces) {
    hash.update(piece);
    onPiece(piece.length);
  }
  return hash.digest("hex");
}

/**
 * The MD5 that an S3 `ETag` is, where it is one: objects that were uploaded in parts have another, with a dash.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 */
export function md5OfETag(etag: string): Checksum | undefined {
  const [, digest] = /^"?([0-9a-f]{32})"?$/i.exec(etag.trim()) ?? [];
  return digest === undefined ? undefined : { kind: "md5", digest: digest.toLowerCase() };
}

/** SHA-256 in hexadecimal. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
