import { BlockList, isIP } from "node:net";
import { OptionError } from "../errors.ts";

/** The variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy through which a URL is asked for, as curl finds it: `http_proxy` or `https_proxy` by the URL's protocol, else
 * `all_proxy`; none where `no_proxy` names the host ({@link isExempt}). Each may be in capitals; one in small letters
 * goes first, and one that is empty counts as not set.
 *
 * @returns the proxy's address, undefined where the server is asked directly
 * @throws OptionError where a proxy's address is none
 * @remarks curl takes `http_proxy` in small letters alone, since servers hand a header of requests on to the programs that
 * they start as `HTTP_PROXY`; cortecast is not started so.
 * @see https://curl.se/docs/manpage.html#ENVIRONMENT
 */
export function proxyFor({ protocol, hostname, port }: URL, environment: Environment): string | undefined {
  const own = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const name = lookUp(environment, own) === "" ? "ALL_PROXY" : own;
  const address = lookUp(environment, name);
  const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  if (address === "" || isExempt(hostname, number, lookUp(environment, "NO_PROXY"))) return undefined;
  return checkedAddress(name, address);
}

/**
 * Refuses an environment in which a proxy's address is none.
 *
 * @throws OptionError
 */
export function checkProxies(environment: Environment): void {
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]) {
    const address = lookUp(environment, name);
    if (address !== "") checkedAddress(name, address);
  }
}

/**
 * Whether a host is among those that `NO_PROXY` names: `*` alone for all; else a list, by commas or blanks, of names, which
 * stand for what ends in them as well, with a dot before them or without; of addresses; and of ranges of addresses
 * (`10.0.0.0/8`, `fd00::/8`). As curl 7.86 and later take it; beyond curl, `host:port` and `*.name` as other programs do.
 *
 * @param hostname - as in a URL: an IPv6 address in brackets
 */
export function isExempt(hostname: string, port: number, noProxy: string): boolean {
  if (noProxy.trim() === "*") return true;
  const host = unbracketed(hostname.toLowerCase().replace(/\.$/, ""));
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === "") return false;
    const [, before, number] = /^([^:]+|\[.*\]):(\d+)$/.exec(entry) ?? [];
    if (before !== undefined && Number(number) !== port) return false;
    const named = unbracketed((before ?? entry).toLowerCase());
    return isIP(host) > 0 ? isInRange(host, named) : isWithin(host, named);
  });
}

function isWithin(host: string, entry: string): boolean {
  const name = entry.replace(/^\*?\./, "").replace(/\.$/, "");
  return name !== "" && (host === name || host.endsWith(`.${name}`));
}

/** Whether an address is another, or in its range; no bits, or 0, stand for all, as in curl. */
function isInRange(host: string, entry: string): boolean {
  const [address = "", length = "0", ...more] = entry.split("/");
  const kind = isIP(address);
  const nBits = kind === 6 ? 128 : 32;
  if (kind === 0 || kind !== isIP(host) || more.length > 0 || !/^\d+$/.test(length) || Number(length) > nBits) {
    return false;
  }
  const type = kind === 6 ? "ipv6" : "ipv4";
  const range = new BlockList();
  range.addSubnet(address, Number(length) || nBits, type);
  return range.check(host, type);
}

const unbracketed = (host: string) => host.replace(/^\[(.*)\]$/, "$1");

/** Variables by their names in capitals. */
function lookUp(environment: Environment, name: string): string {
  return environment[name.toLowerCase()] || environment[name] || "";
}

function checkedAddress(name: string, address: string): string {
  // curl and others take "proxy:3128" as well.
  const whole = address.includes("://") ? address : `http://${address}`;
  if (URL.canParse(whole) && /^(https?|socks5?):$/.test(new URL(whole).protocol)) return whole;
  throw new OptionError(
    "must be a proxy's address, such as http://proxy:3128, got something else (not shown, it may hold a password). Mend or unset it.",
    { where: name },
  );
}
