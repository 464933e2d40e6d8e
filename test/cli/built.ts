import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

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
  readonly remove: () => void;
}

/** Builds the package into the folder `dist` of a temporary one, so that no other build can change it while a test runs. */
export function buildPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), "cortecast-built-"));
  const compiler = join(root, "node_modules/.bin/tsc");
  execFileSync(compiler, ["-p", "tsconfig.build.json", "--outDir", join(folder, "dist")], { cwd: root });
  for (const name of ["node_modules", "package.json", "models"]) symlinkSync(join(root, name), join(folder, name));
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
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
