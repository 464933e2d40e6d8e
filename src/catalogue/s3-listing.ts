import { FormatError, NetworkError, OptionError } from "../errors.ts";
import { parseXml, type XmlElement, xmlChildren, xmlChildText } from "../formats/xml.ts";
import { type Checksum, md5OfETag } from "../sources/checksum.ts";
import type { HttpClient } from "../sources/http.ts";
import type { RemoteFile } from "../sources/remote-file.ts";
import { readAnswer } from "./answer.ts";

/** One object of a bucket. */
export interface S3Object {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Undefined for objects that were uploaded in parts: their ETag is no checksum of the bytes. */
  readonly checksum: Checksum | undefined;
}

/** One page of a listing. */
export interface S3Page {
  readonly objects: readonly S3Object[];
  /** With a delimiter: what the keys that go on after it begin with, the delimiter included. */
  readonly folders: readonly string[];
  /** Asks for the next page; undefined on the last. */
  readonly next: string | undefined;
}

/** Where a folder of a public bucket is, in path style. */
export interface S3Folder {
  /** `https://s3.amazonaws.com/openneuro.org`. */
  readonly bucket: string;
  /** What its keys begin with: empty, or ended by "/". */
  readonly prefix: string;
}

/** Most pages of a listing: at a thousand objects each, ten million, far more than any data set has. */
const mostPages = 10_000;

/**
 * Reads the answer to ListObjectsV2.
 *
 * @param where - the address, for messages
 * @throws FormatError where it is none
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function readS3Listing(bytes: Uint8Array, where: string): S3Page {
  const root = parseXml(bytes, where);
  if (root.name !== "ListBucketResult") {
    throw new FormatError(where, `a listing must be a <ListBucketResult>, got <${root.name}>`, root.start);
  }
  const text = (element: XmlElement, name: string) => xmlChildText(where, element, name);
  const objects = xmlChildren(root, "Contents").map((element) => {
    const size = text(element, "Size");
    if (!/^\d{1,15}$/.test(size)) {
      throw new FormatError(
        where,
        `<Size> must be a whole number of bytes, got ${JSON.stringify(size)}`,
        element.start,
      );
    }
    const etag = xmlChildren(element, "ETag").length > 0 ? text(element, "ETag") : "";
    return { key: text(element, "Key"), size: Number(size), checksum: md5OfETag(etag) };
  });
  return {
    objects,
    folders: xmlChildren(root, "CommonPrefixes").map((element) => text(element, "Prefix")),
    next: text(root, "IsTruncated") === "true" ? text(root, "NextContinuationToken") : undefined,
  };
}

/**
 * Takes the address of a folder of a bucket apart: the first part of its path is the bucket.
 *
 * @param name - the option, for messages
 * @throws OptionError where it is no such address
 */
export function s3Folder(address: string, name: string): S3Folder {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const [bucket = "", ...parts] = (url?.pathname ?? "").split("/").filter((part) => part !== "");
  const prefix = decoded(parts.map((part) => `${part}/`).join(""));
  if (url && /^https?:$/.test(url.protocol) && bucket !== "" && url.search === "" && prefix !== undefined) {
    return { bucket: `${url.origin}/${bucket}`, prefix };
  }
  throw new OptionError(
    `must be the address of a folder in an S3 bucket, https://<server>/<bucket>/<folder>, got "${address}".`,
    { where: name },
  );
}

/** A part of an address as it was before it was percent-encoded; undefined where it is not UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * All objects below a folder, page after page, by key; with `delimiter`, those in the folder itself, and its folders.
 *
 * @param within - what keys begin with after the folder's own prefix
 * @param delimiter - "/" to stay within the folder
 * @throws NetworkError where the server does not give the listing
 * @throws FormatError where it lists what lies elsewhere
 */
export async function listS3(
  client: HttpClient,
  { bucket, prefix }: S3Folder,
  within = "",
  delimiter = "",
): Promise<{ readonly objects: readonly S3Object[]; readonly folders: readonly string[] }> {
  const [objects, folders]: [S3Object[], string[]] = [[], []];
  const tokens = new Set<string | undefined>();
  let token: string | undefined;
  for (let nPages = 0; nPages < mostPages; nPages++) {
    const query = new URLSearchParams({ "list-type": "2", prefix: prefix + within });
    if (delimiter !== "") query.set("delimiter", delimiter);
    if (token !== undefined) query.set("continuation-token", token);
    const where = `${bucket}?${query.toString()}`;
    const page = await readAnswer(client, where, "XML", readS3Listing);
    const stray = [...page.objects.map(({ key }) => key), ...page.folders].find((key) => !key.startsWith(prefix));
    if (stray !== undefined) {
      throw new FormatError(
        where,
        `keys must begin with ${JSON.stringify(prefix)}, got ${JSON.stringify(stray)}. Ask whoever runs the server`,
      );
    }
    // Consoles make empty objects that stand for folders.
    objects.push(...page.objects.filter(({ key }) => !key.endsWith("/")));
    folders.push(...page.folders);
    if (page.next === undefined) return { objects, folders };
    tokens.add(token);
    if (tokens.has(page.next))
      throw new NetworkError(
        `${bucket}: a listing must go on from page to page, got a page again that was given (${prefix}${within}). Try another address.`,
      );
    token = page.next;
  }
  throw new NetworkError(
    `${bucket}: a listing must end, got more than ${mostPages} pages (${prefix}${within}). Try another address.`,
  );
}

/**
 * An object as a file to fetch.
 *
 * @param path - where it goes
 */
export function s3File({ bucket }: S3Folder, { key, size, checksum }: S3Object, path: string): RemoteFile {
  return { path, address: `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`, size, checksum };
}
