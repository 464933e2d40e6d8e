import { NetworkError } from "../errors.ts";

/** What to do where a web page came in place of a file. */
const loginRemedy =
  "A proxy, or a network that wants a login, may have sent it: sign in with a browser, check HTTP_PROXY and HTTPS_PROXY, or check the address.";

/** Bytes at the start of an answer that are looked at: a web page has its title there. */
export const START_BYTES = 4096;

/** Whether a server calls its answer a web page. */
export function isCalledWebPage(headers: Readonly<Record<string, string>>): boolean {
  return /^\s*(text\/html|application\/xhtml)/i.test(headers["content-type"] ?? "");
}

/** Whether bytes begin as a web page does. */
export function isWebPage(start: Uint8Array): boolean {
  const text = new TextDecoder().decode(start.subarray(0, 1024));
  return /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|script|meta)\b/is.test(text);
}

/**
 * The error for a web page in the place of what was asked for.
 *
 * @param must - `"the answer must be JSON"`
 * @param start - of the page, whose title is shown; left out where only its headers came
 */
export function webPageError(address: string, must: string, start?: Uint8Array): NetworkError {
  const [, title = ""] =
    /<title[^>]*>([^<]{1,200})/i.exec(new TextDecoder().decode(start?.subarray(0, START_BYTES))) ?? [];
  const named = title.trim() === "" ? "" : ` (${JSON.stringify(title.trim().replaceAll(/\s+/g, " "))})`;
  return new NetworkError(`${address}: ${must}, got a web page${named}. ${loginRemedy}`);
}
