#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { runCommandLine } from "./command-line.ts";

// The first Ctrl-C stops at the next safe place, the second at once.
const abort = new AbortController();
process.on("SIGINT", () => {
  if (abort.signal.aborted) process.exit(130);
  abort.abort();
});
process.on("SIGTERM", () => abort.abort());
// A reader that goes away (`cortecast … | head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
process.exitCode = await runCommandLine(
  process.argv.slice(2),
  {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    now: () => performance.now(),
  },
  { signal: abort.signal, date: () => new Date(), version },
);
