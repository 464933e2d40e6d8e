import { runCommandLine } from "../../src/cli/command-line.ts";

/** Runs a command line in this process: its exit code and what it wrote. */
export const run = (...argv: string[]) => runWith({}, ...argv);

/** The same, with variables of the environment. */
export async function runWith(environment: Readonly<Record<string, string>>, ...argv: string[]) {
  let stdout = "";
  let stderr = "";
  const streams = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    environment,
    now: () => 0,
  };
  const settings = { signal: new AbortController().signal, date: () => new Date(0), version: "0.0.0" };
  const code = await runCommandLine(argv, streams, settings);
  return { code, stdout, stderr };
}
