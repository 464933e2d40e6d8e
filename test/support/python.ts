import { spawnSync } from "node:child_process";

const found = new Map<string, string | undefined>();

/**
 * The first Python that can import all the modules: `CORTECAST_PYTHON`, else `python3` on the path, else Debian's
 * `/usr/bin/python3`; undefined where none can. Reference libraries are run with it, never the project itself.
 *
 * @param modules - names as imported: `["nibabel", "numpy"]`
 */
export function findPython(modules: readonly string[]): string | undefined {
  const key = modules.join(",");
  if (!found.has(key)) found.set(key, search(modules));
  return found.get(key);
}

/**
 * As {@link findPython}, and where there is none prints that the group of tests is skipped and why.
 *
 * @param title - the group of tests that needs it
 */
export function findPythonOrSay(title: string, modules: readonly string[]): string | undefined {
  const python = findPython(modules);
  if (python === undefined) {
    console.log(`skipped: ${title}: no Python with ${modules.join(", ")} on this machine (set CORTECAST_PYTHON)`);
  }
  return python;
}

/**
 * Runs a Python program with arguments and gives what it printed.
 *
 * @param input - text for its standard input
 * @throws Error with its stderr where it fails
 */
export function runPython(python: string, args: readonly string[], input?: string): string {
  const result = spawnSync(python, args, { encoding: "utf8", input, maxBuffer: 2 ** 28, timeout: 120_000 });
  if (result.status !== 0) {
    throw new Error(`${python} ${args.join(" ")} failed (status ${result.status}):\n${result.error ?? result.stderr}`);
  }
  return result.stdout;
}

function search(modules: readonly string[]): string | undefined {
  const candidates = [process.env["CORTECAST_PYTHON"], "python3", "/usr/bin/python3"];
  const program = modules.map((module) => `import ${module}`).join("\n");
  for (const candidate of new Set(candidates)) {
    if (candidate === undefined || candidate === "") continue;
    const result = spawnSync(candidate, ["-c", program], { stdio: "ignore", timeout: 60_000 });
    if (result.status === 0) return candidate;
  }
  return undefined;
}
