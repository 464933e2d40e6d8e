#!/usr/bin/env -S GLIBC_TUNABLES=glibc.malloc.hugetlb=1 node
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { plainMessage } from "../array/plain-text.ts";
import { describeSystemError } from "../sources/system-error.ts";
import { runCommandLine } from "./command-line.ts";
import { untilDry } from "./run-dry.ts";

// Threads hold little in V8's heap and much beside it. From a small heap it collects garbage whenever 20 MB of arrays were made.
setFlagsFromString("--initial-old-space-size=256");

// The first Ctrl-C stops where files are whole, the second at once.
const abort = new AbortController();
let terminated = false;
process.on("SIGINT", () => {
  if (abort.signal.aborted) {
    // By the signal itself: exiting would wait for threads that compute, and abort where they answer too late.
    process.removeAllListeners("SIGINT");
    process.kill(process.pid, "SIGINT");
  } else if (process.stderr.isTTY)
    process.stderr.write("\nStopping: at most a few seconds of work are lost. Ctrl-C again ends at once.\n");
  abort.abort();
});
process.on("SIGTERM", () => {
  terminated = true;
  abort.abort();
});
// Modules are read side by side. Where files cannot be opened, only the first error reaches its waiter: the others are ignored here.
process.on("unhandledRejection", (error) => {
  if (describeSystemError(error) === undefined) throw error;
});
// A stream for progress that fails is no reason to stop.
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

const streams = {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  now: () => performance.now(),
};
const work = runCommandLine(process.argv.slice(2), streams, { signal: abort.signal, date, version });
const code = await untilDry(work, process, (message) => process.stderr.write(message));
// 128 and the number of the signal, as shells have it.
process.exitCode = code === 130 && terminated ? 143 : code;
