import { FormatError, NetworkError, shorten } from "../errors.ts";
import type { HttpClient } from "../sources/http.ts";
import { isWebPage, webPageError } from "../sources/web-page.ts";

const serverRemedy = "Check the address, or ask whoever runs the server.";

/**
 * What a server answers, read. An answer of another kind, as proxies and networks that want a login send it, is refused
 * in words of its own.
 *
 * @param kind - what it must be, for messages; JSON begins with "{" or "[", XML with "<"
 * @throws NetworkError where the server gives no answer of that kind, or one that `read` refuses
 */
export async function readAnswer<T>(
  client: HttpClient,
  address: string,
  kind: "JSON" | "XML",
  read: (bytes: Uint8Array, address: string) => T,
): Promise<T> {
  const bytes = await client.getBytes(address);
  const must = `the answer must be ${kind}`;
  if (bytes.length === 0) throw new NetworkError(`${address}: ${must}, got nothing. ${serverRemedy}`);
  if (isWebPage(bytes)) throw webPageError(address, must, bytes);
  const start = new TextDecoder().decode(bytes.subarray(0, 200)).trim();
  if (!(kind === "JSON" ? /^[{[]/ : /^</).test(start)) {
    throw new NetworkError(`${address}: ${must}, got ${JSON.stringify(shorten(start, 60))}. ${serverRemedy}`);
  }
  try {
    return read(bytes, address);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new NetworkError(`${error.message}. ${serverRemedy}`, {}, { cause: error });
  }
}
