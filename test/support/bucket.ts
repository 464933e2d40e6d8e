import { hashOf, startServer, type TestServer } from "./server.ts";

const escapeText = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** An answer to ListObjectsV2 by hand, as S3 lays it out. */
export function listing(
  objects: readonly { readonly key: string; readonly size: number | string; readonly etag?: string }[],
  more: { readonly folders?: readonly string[]; readonly next?: string } = {},
): string {
  const contents = objects.map(
    ({ key, size, etag }) =>
      `<Contents><Key>${escapeText(key)}</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified>` +
      `${etag === undefined ? "" : `<ETag>${escapeText(etag)}</ETag>`}<Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const folders = (more.folders ?? []).map(
    (prefix) => `<CommonPrefixes><Prefix>${escapeText(prefix)}</Prefix></CommonPrefixes>`,
  );
  const next = more.next === undefined ? "" : `<NextContinuationToken>${escapeText(more.next)}</NextContinuationToken>`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
    `<Name>bucket</Name><IsTruncated>${more.next !== undefined}</IsTruncated>${contents.join("")}${folders.join("")}${next}</ListBucketResult>`
  );
}

/**
 * A public S3 in small: buckets with their objects, listed page after page.
 *
 * @param buckets - objects by key, by bucket; those whose content begins with "parts:" have the ETag of an upload in parts
 * @param pageSize - objects and folders a page
 */
export async function startBuckets(
  buckets: Readonly<Record<string, Readonly<Record<string, string>>>>,
  pageSize = 3,
): Promise<TestServer> {
  const files = Object.entries(buckets).flatMap(([bucket, objects]) =>
    Object.entries(objects).map(
      ([key, content]) => [`/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`, content] as const,
    ),
  );
  const server = await startServer(Object.fromEntries(files));
  for (const [bucket, objects] of Object.entries(buckets)) {
    server.always(`/${bucket}`, (request, response) => {
      const query = new URL(request.url!, server.origin).searchParams;
      const prefix = query.get("prefix") ?? "";
      const delimiter = query.get("delimiter");
      const entries = new Map<string, string | undefined>();
      for (const [key, content] of Object.entries(objects).sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (!key.startsWith(prefix)) continue;
        const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
        if (cut >= 0) entries.set(key.slice(0, cut + 1), undefined);
        else entries.set(key, content);
      }
      const start = Number(query.get("continuation-token")?.slice("from ".length) ?? 0);
      const page = [...entries].slice(start, start + pageSize);
      const etag = (content: string) => `"${hashOf(content)}${content.startsWith("parts:") ? "-2" : ""}"`;
      const text = listing(
        page.flatMap(([key, content]) =>
          content === undefined ? [] : [{ key, size: Buffer.byteLength(content), etag: etag(content) }],
        ),
        {
          folders: page.flatMap(([key, content]) => (content === undefined ? [key] : [])),
          ...(start + pageSize < entries.size ? { next: `from ${start + pageSize}` } : {}),
        },
      );
      response.writeHead(query.get("list-type") === "2" ? 200 : 400).end(text);
    });
  }
  return server;
}
