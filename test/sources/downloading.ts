import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach } from "vitest";
import type { Checksum } from "../../src/sources/checksum.ts";
import { type DownloadOptions, type DownloadPlan, downloadFiles } from "../../src/sources/download.ts";
import { createHttpClient, type HttpOptions } from "../../src/sources/http.ts";
import type { RemoteFile } from "../../src/sources/remote-file.ts";
import { hashOf, startServer, type TestServer } from "../support/server.ts";

const root = mkdtempSync(join(tmpdir(), "cortecast-download-"));
afterAll(() => rmSync(root, { recursive: true }));
let nFolders = 0;
/** A folder that is not there yet; it is removed in the end. */
export const newFolder = () => join(root, `into-${nFolders++}`);

/** What is closed after each test. */
export const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
/** A file server for one test. */
export async function serve(files: Parameters<typeof startServer>[0] = {}): Promise<TestServer> {
  const server = await startServer(files);
  opened.push(server);
  return server;
}
/** As it is listed. */
export const md5 = (bytes: Uint8Array): Checksum => ({ kind: "md5", digest: hashOf(bytes) });

/** The file that a server has under a path, as its list would tell it. */
export function listed(server: TestServer, path: string, changes: Partial<RemoteFile> = {}): RemoteFile {
  const bytes = server.files.get(path)!;
  return { path: path.slice(1), address: server.origin + path, size: bytes.length, checksum: md5(bytes), ...changes };
}

/** Fetches files with three tries and no pauses between them. */
export async function download(
  folder: string,
  files: readonly RemoteFile[],
  settings: DownloadOptions & HttpOptions = {},
): Promise<DownloadPlan> {
  const client = createHttpClient({ attempts: 3, sleep: async () => undefined, random: () => 0, ...settings });
  opened.push(client);
  return downloadFiles(client, folder, files, settings);
}
/** Where files go. */
export const paths = (files: readonly RemoteFile[]) => files.map(({ path }) => path);
/** What lies in a folder, hidden files too. */
export const inFolder = (folder: string) => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
/** What was asked for: where a connection is dropped, the client may or may not have taken in the last of what was sent. */
export const rangesOf = (server: TestServer) =>
  server.asked.map(({ headers }) => headers.range?.replace(/^bytes=[1-9]\d*-$/, "rest") ?? "whole");
