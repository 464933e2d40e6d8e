#!/usr/bin/env -S GLIBC_TUNABLES=glibc.malloc.hugetlb=1 node
import { readFileSync } from "node:fs";
import { describeSystemError } from "../sources/system-error.ts";
import { runCommandLine } from "./command-line.ts";
import { plainMessage } from "./plain-text.ts";

// The first Ctrl-C stops at the next safe place, the second at once.
const abort = new AbortController();
let terminated = false;
process.on("SIGINT", () => {
  if (abort.signal.aborted) process.exit(130);
  abort.abort();
});
process.on("SIGTERM", () => {
  terminated = true;
  abort.abort();
});
// Progress that nobody can see is no reason to stop.
process.stderr.on("error", () => {});
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that goes away (`cortecast … | head`) is no fault.
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`cortecast: standard output: ${describeSystemError(error) ?? error.message}\n`);
  if (process.argv.includes("--debug")) process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
// Seconds since 1970 to record in place of now, so that the same run gives the same bytes.
// https://reproducible-builds.org/specs/source-date-epoch
const epoch = process.env["SOURCE_DATE_EPOCH"];
if (epoch !== undefined && !/^\d{1,11}$/.test(epoch)) {
  const message = `cortecast: SOURCE_DATE_EPOCH: must be whole seconds since 1970, got "${epoch}". Unset it.`;
  process.stderr.write(`${plainMessage(message)}\n`);
  process.exit(1);
}
const date = () => (epoch === undefined ? new Date() : new Date(Number(epoch) * 1000));

const code = await runCommandLine(
  process.argv.slice(2),
  {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    now: () => performance.now(),
  },
  { signal: abort.signal, date, version },
);
// 128 and the number of the signal, as shells have it.
process.exitCode = code === 130 && terminated ? 143 : code;
