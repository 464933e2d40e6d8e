import { NetworkError } from "../errors.ts";
import { digestOf } from "./checksum.ts";
import { decodeBody, type HttpAnswer, type HttpClient, readPieces } from "./http.ts";
import { openPart, type PartFile } from "./part-file.ts";
import type { RemoteFile } from "./remote-file.ts";
import { startRetries } from "./retry.ts";
import { isCalledWebPage, isWebPage, START_BYTES, webPageError } from "./web-page.ts";

/** Counts the bytes that move. */
export interface Tally {
  /** Bytes that were added to a part. */
  received(length: number): void;
  /** Bytes of a part that were thrown away: they come once more. */
  discarded(length: number): void;
}

/** What to do where a file is not what was listed. */
const mayHaveChanged = "It may have changed since: run the command again.";

/** Bytes beyond the farthest point so far that count as progress: with less, a server that sends a byte a try would be asked for ever. */
const progress = 2 ** 16;

/**
 * Fetches one file: goes on where an earlier try, or an earlier process, had come to, checks size and checksum, and gives
 * the file its name when all of it is there.
 *
 * @param folder - where it goes
 * @throws NetworkError where the server does not give it, or gives another, however often it is asked
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export async function downloadFile(client: HttpClient, folder: string, file: RemoteFile, tally: Tally): Promise<void> {
  const part = await openPart(folder, file);
  const retries = startRetries(client.retry, client.signal);
  const transfer: Transfer = { client, file, part, tally, takesRanges: true };
  let isFinished = false;
  let farthest = part.length;
  let nMismatches = 0;
  try {
    for (;;) {
      try {
        if (part.length < file.size) await receive(transfer);
        const wrong = await mismatch(file, part);
        if (wrong !== undefined) {
          await discardPart(transfer);
          throw new NetworkError(wrong, { mayPass: nMismatches++ === 0 });
        }
        if (file.holds !== undefined) await checkStart(transfer, file.holds);
        isFinished = true;
        await part.finish();
        return;
      } catch (error) {
        if (part.length >= farthest + progress) {
          farthest = part.length;
          retries.reset();
        }
        await retries.wait(error);
      }
    }
  } finally {
    if (!isFinished) await part.close();
  }
}

interface Transfer {
  readonly client: HttpClient;
  readonly file: RemoteFile;
  readonly part: PartFile;
  readonly tally: Tally;
  /** Until the server has shown that it cannot be asked for parts. */
  takesRanges: boolean;
}

/** One request and its answer, appended to the part. */
async function receive(transfer: Transfer): Promise<void> {
  const { client, file, part, tally, takesRanges } = transfer;
  const { address, size } = file;
  const etag = isStrong(part.etag) ? part.etag : undefined;
  // Without a validator or a checksum, nothing would show that the rest is of another file.
  const canResume = takesRanges && part.length > 0 && (etag !== undefined || file.checksum !== undefined);
  const answer = await client.send(address, canResume ? { from: part.length, ifRange: etag } : {});
  const body = answer.status === 200 ? await beginAnew(transfer, answer) : await goOn(transfer, answer, canResume);
  for await (const piece of readPieces(address, body, client.signal)) {
    if (part.length + piece.length > size) {
      await discardPart(transfer);
      throw new NetworkError(
        `${address}: the file must have the ${size} bytes that are listed, got more. ${mayHaveChanged}`,
        {
          mayPass: true,
        },
      );
    }
    await part.append(piece);
    tally.received(piece.length);
  }
  if (part.length === size) return;
  throw new NetworkError(
    `${address}: the file must have the ${size} bytes that are listed, got an end after ${part.length}. Run the command again: it goes on from there.`,
    { mayPass: true },
  );
}

/** The body of an answer that holds the whole file. */
async function beginAnew(transfer: Transfer, answer: HttpAnswer): Promise<HttpAnswer["body"]> {
  const { address, size } = transfer.file;
  const { headers } = answer;
  const length = headers["content-length"];
  const isEncoded = !/^(identity)?$/i.test(headers["content-encoding"]?.trim() ?? "");
  // A file that is stored in compressed form, and says so, has the listed size before it is unpacked.
  const isPlain = !isEncoded || length === String(size);
  if (isPlain && length !== undefined && length !== String(size)) {
    answer.body.drop();
    if (isCalledWebPage(headers)) throw webPageError(address, `the file must have the ${size} bytes that are listed`);
    throw new NetworkError(
      `${address}: the file must have the ${size} bytes that are listed, got Content-Length ${length}. ${mayHaveChanged}`,
      { mayPass: true },
    );
  }
  await discardPart(transfer, isPlain ? headers["etag"] : undefined);
  return isPlain ? answer.body : decodeBody(address, answer);
}

/** The body of an answer that holds the rest of the file. */
async function goOn(transfer: Transfer, answer: HttpAnswer, wasAsked: boolean): Promise<HttpAnswer["body"]> {
  const { file, part } = transfer;
  const { status, headers, body } = answer;
  const got = headers["content-range"];
  const wanted = `bytes ${part.length}-${file.size - 1}/${file.size}`;
  const etag = headers["etag"];
  const isSame = etag === undefined || part.etag === undefined || etag === part.etag;
  const isWhole = [undefined, String(file.size - part.length)].includes(headers["content-length"]);
  const isEncoded = !/^(identity)?$/i.test(headers["content-encoding"]?.trim() ?? "");
  if (status === 206 && wasAsked && got === wanted && isSame && isWhole && !isEncoded) return body;
  body.drop();
  // The whole file is asked for from now on.
  transfer.takesRanges = false;
  const told = status === 416 ? "status 416" : `"${got}"${isSame ? "" : ` of a file with another ETag`}`;
  throw new NetworkError(
    `${file.address}: the rest of a file must be the range "${wanted}", got ${told}. Ask whoever runs the server.`,
    {
      mayPass: true,
    },
  );
}

async function discardPart({ part, tally }: Transfer, etag?: string): Promise<void> {
  tally.discarded(part.length);
  await part.restart(etag);
}

/**
 * Refuses bytes that begin otherwise than the file's kind does, and throws them away: without a checksum, anything of the
 * right size would pass.
 */
async function checkStart(transfer: Transfer, kind: NonNullable<RemoteFile["holds"]>): Promise<void> {
  const { file, part } = transfer;
  let start: Uint8Array = new Uint8Array();
  for await (const piece of part.read()) {
    start = piece.slice(0, START_BYTES);
    break;
  }
  if (beginsAs(kind, start)) return;
  await discardPart(transfer);
  const must = `the file must be ${kind}`;
  if (isWebPage(start)) throw webPageError(file.address, must, start);
  const got = start.length === 0 ? "an empty file" : `bytes ${Buffer.from(start.subarray(0, 8)).toString("hex")} first`;
  throw new NetworkError(`${file.address}: ${must}, got ${got}. Check the address, or ask whoever runs the server.`);
}

/** Whether a file's first bytes are those of its kind; GIFTI may be packed with gzip. */
function beginsAs(kind: NonNullable<RemoteFile["holds"]>, start: Uint8Array): boolean {
  const text = new TextDecoder().decode(start).trimStart();
  if (kind === "JSON") return text.startsWith("{");
  return (start[0] === 0x1f && start[1] === 0x8b) || (text.startsWith("<") && /<(!DOCTYPE\s+)?GIFTI\b/.test(text));
}

/** The difference between a file of the right size and what was listed; undefined where there is none. */
async function mismatch({ address, size, checksum }: RemoteFile, part: PartFile): Promise<string | undefined> {
  if (checksum === undefined) return undefined;
  const { kind, digest } = checksum;
  const got = await digestOf(kind, size, part.read());
  if (got === digest) return undefined;
  return `${address}: the file's ${kind} must be ${digest}, got ${got}. It is damaged, or changed since it was listed: run the command again.`;
}

/** Weak validators say that two files serve as well as one another, not that they are byte for byte the same. */
function isStrong(etag: string | undefined): boolean {
  return etag !== undefined && /^"[^"]*"$/.test(etag);
}
