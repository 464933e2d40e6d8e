// What the figures were measured on.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { hugePages } from "./command.js";

/** Processor, memory, versions and load, in words. */
export function describeMachine() {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
  const runtime = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../node_modules/onnxruntime-node/package.json"), "utf8"),
  ).version;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${cpus()[0].model}, ${cpus().length} cores, ${memory}; cortecast ${version}, Node ${process.versions.node}, ONNX Runtime ${runtime}`;
}

/** How many processes wanted to run in the last minute, before anything is measured. */
export const loadNow = () => loadavg()[0].toFixed(1);

/** GFLOP/s of a product of matrices in single precision, in a process that is started as the command is. */
export function measureRate() {
  const program = join(import.meta.dirname, "rate.js");
  const env = { ...process.env, ...hugePages };
  return Number(execFileSync(process.execPath, [program], { encoding: "utf8", env }));
}

/** Writes a text at the end of `bench/RESULTS.md`. */
export const resultsPath = join(import.meta.dirname, "../RESULTS.md");

/** A table in Markdown. */
export function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
