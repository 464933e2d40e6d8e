/**
 * What to do about a status that is no success, as a sentence.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-status-codes
 * @see https://www.rfc-editor.org/rfc/rfc6585#section-6 on 511
 */
export function statusRemedy(status: number): string {
  if (status === 401 || status === 403) return "Check the address, and whether access must be asked for there.";
  if (status === 404 || status === 410) return "Check the address: nothing is there.";
  if (status === 407) return proxyLogin;
  if (status === 511) return "Your network wants a login: sign in with a browser, then run the command again.";
  if (status === 429) return "Too much is asked of it: run the command again later, or with `parallel: 1`.";
  if (status === 408 || status === 425 || status >= 500) {
    return "The server, or a proxy before it, has trouble: run the command again later, or ask whoever runs it.";
  }
  return "Check the address, or ask whoever runs the server.";
}

/** A proxy that was asked for a tunnel and opened none. */
export class TunnelError extends Error {
  override readonly name = "TunnelError";
  /** As Node.js gives it for a connection that the other side closed. */
  readonly code = "ECONNRESET";
  /** HTTP's status code; undefined where the proxy closed the connection unanswered. */
  readonly status: number | undefined;

  constructor(status: number | undefined, options?: ErrorOptions) {
    super(
      status === undefined ? "the proxy closed the connection" : `the proxy answered with status ${status}`,
      options,
    );
    this.status = status;
  }
}

/**
 * What to do about a connection that failed, as a sentence.
 *
 * @param code - of Node.js or undici: `"ECONNREFUSED"`
 * @param error - the error that has it
 */
export function connectionRemedy(code: string, error?: unknown): string {
  if (error instanceof TunnelError) {
    return error.status === 407
      ? proxyLogin
      : "The proxy lets nothing through: check HTTPS_PROXY, or ask whoever runs it.";
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `No server of that name is found: check the address and your connection. ${proxy}`;
  }
  if (code === "ECONNREFUSED") {
    return "Nobody listens there: check the address, and HTTP_PROXY and HTTPS_PROXY where they are set.";
  }
  if (/TIMEOUT|ETIMEDOUT|UNREACH/.test(code)) {
    return `Run the command again later, or with a longer \`timeout\`. ${proxy}`;
  }
  if (isAboutCertificates(code)) {
    return "Check the address; where a proxy of your network stands in between, name the file of its certificate in NODE_EXTRA_CA_CERTS.";
  }
  return `Run the command again; if it fails again, try later. ${proxy}`;
}

/** Whether a code says that a server's certificate cannot be trusted: another try would not help. */
export function isAboutCertificates(code: string): boolean {
  return /^(CERT_|ERR_TLS_|DEPTH_|SELF_SIGNED_|UNABLE_TO_)/.test(code);
}

const proxy = "Where your network needs a proxy, set HTTPS_PROXY.";
const proxyLogin = "The proxy wants a login: set HTTPS_PROXY to http://<name>:<password>@<proxy>:<port>.";
