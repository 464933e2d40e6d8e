import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { filesBelow } from "../support/results.ts";

const root = join(import.meta.dirname, "../..");
const builds = join(root, "node_modules/.cache/cortecast-built");

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as a program of its own, built from the sources as they are. */
export interface BuiltCommandLine {
  /**
   * Starts `cortecast` with these arguments; `output` gives what it has written so far. A redirection is written as for
   * a shell: `2>/dev/full`, as is what is done before.
   */
  readonly start: (
    argv: readonly string[],
    settings?: { readonly cwd?: string; readonly before?: string; readonly redirection?: string },
  ) => { readonly child: ChildProcess; readonly output: () => string; readonly ended: Promise<Ended> };
  /** The package's entry point among the built modules. */
  readonly entry: string;
}

/**
 * A folder with the package built into its `dist`, from the sources as they are. It is named after what it is made from, so that test
 * files and runs share one build, and no other build can change it.
 */
export function buildPackage(): string {
  const hash = createHash("sha256");
  const sources = filesBelow(join(root, "src")).map((path) => `src/${path}`);
  for (const path of ["tsconfig.json", "tsconfig.build.json", "package-lock.json", ...sources]) {
    const bytes = readFileSync(join(root, path));
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  }
  const folder = join(builds, hash.digest("hex"));
  if (existsSync(folder)) return folder;
  mkdirSync(builds, { recursive: true });
  const made = mkdtempSync(join(builds, "making-"));
  const compiler = join(root, "node_modules/.bin/tsc");
  execFileSync(compiler, ["-p", "tsconfig.build.json", "--outDir", join(made, "dist")], { cwd: root });
  for (const name of ["node_modules", "package.json", "models"]) symlinkSync(join(root, name), join(made, name));
  try {
    // Whole at once: other test files look for it.
    renameSync(made, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(made, { recursive: true });
  }
  return folder;
}

/** The command line, built by {@link buildPackage}. */
export function buildCommandLine(): BuiltCommandLine {
  const folder = buildPackage();
  return {
    start(argv, { cwd, before = "", redirection = "" } = {}) {
      // One time for all runs, so that their files can be compared.
      const env = { ...process.env, SOURCE_DATE_EPOCH: "0" };
      const command = [process.execPath, join(folder, "dist/cli/main.js"), ...argv];
      // The shell gives way to the program, so that signals reach it.
      const child = spawn("sh", ["-c", `${before} exec "$@" ${redirection}`, "sh", ...command], { cwd, env });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (data) => (stdout += data));
      child.stderr.on("data", (data) => (stderr += data));
      const ended = new Promise<Ended>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
      });
      return { child, output: () => stdout + stderr, ended };
    },
    entry: join(folder, "dist/index.js"),
  };
}
