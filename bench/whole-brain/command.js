// Runs a command and watches it from outside: time by the clock, time of the processor, peak memory, parts.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "../..");
const terminal = pathToFileURL(join(import.meta.dirname, "as-terminal.js")).href;
/** What the command's own first line sets. */
export const hugePages = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" };
/** Each state of the progress bar begins anew in its line. */
const newState = "\r\u001b[K";
const millisecondsBetweenLooks = 50;
/** Linux counts processor time in hundredths of a second. */
const ticksPerSecond = 100;

/**
 * `cortecast score` as a user would type it.
 *
 * @returns {Promise<object>} seconds, cpu (seconds), peak (bytes), and parts: seconds by what the progress bar said
 */
export async function runScore(dataset, output, flags) {
  // Within the output, so that whoever removes that begins anew.
  const cache = ["--cache", join(output, "cache")];
  const args = [join(root, "dist/cli/main.js"), "score", dataset, output, ...cache, ...flags];
  const environment = { ...process.env, ...hugePages, TERM: "xterm", NODE_OPTIONS: `--import ${terminal}` };
  const started = performance.now();
  const parts = [];
  let text = "";
  const usage = await watch(process.execPath, args, environment, (chunk) => {
    text += chunk;
    for (const state of chunk.split(newState)) {
      const label = /^(.*?) [█░]+ /.exec(state)?.[1];
      if (label && parts.at(-1)?.label !== label) parts.push({ label, at: (performance.now() - started) / 1000 });
    }
  });
  if (usage.status !== 0) throw new Error(`cortecast score must succeed, got ${usage.status}:\n${text}`);
  const timed = [{ label: "start", at: 0 }, ...parts].map(({ label, at }, i, all) => {
    return { label, seconds: (all[i + 1]?.at ?? usage.seconds) - at };
  });
  return { ...usage, parts: timed };
}

function watch(program, args, env, onText) {
  return new Promise((done, fail) => {
    const started = performance.now();
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const seen = { peak: 0, cpu: 0 };
    const look = () => {
      try {
        const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
        const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1].split(" ");
        if (peak) seen.peak = Math.max(seen.peak, Number(peak) * 1024);
        seen.cpu = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
      } catch {
        // It has ended.
      }
    };
    const timer = setInterval(look, millisecondsBetweenLooks);
    child.stdout.setEncoding("utf8").on("data", onText);
    child.stderr.setEncoding("utf8").on("data", onText);
    child.on("error", fail);
    child.on("close", (status) => {
      clearInterval(timer);
      done({ status, seconds: (performance.now() - started) / 1000, ...seen });
    });
  });
}
