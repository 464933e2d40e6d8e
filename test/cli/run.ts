import { runCommandLine } from "../../src/cli/command-line.ts";

/** Runs a command line in this process: its exit code and what it wrote. */
export const run = (...argv: string[]) => runWith({}, ...argv);

/** The same, with variables of the environment. */
export const runWith = (environment: Readonly<Record<string, string>>, ...argv: string[]) =>
  runIn(environment, () => undefined, ...argv);

/** The same, where `onText` is told what the command writes to standard error, as it is written. */
export const runTold = (onText: (text: string) => void, ...argv: string[]) => runIn({}, onText, ...argv);

async function runIn(environment: Readonly<Record<string, string>>, onText: (text: string) => void, ...argv: string[]) {
  let stdout = "";
  let stderr = "";
  const streams = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: {
      write: (text: string) => {
        stderr += text;
        onText(text);
      },
    },
    environment,
    now: () => 0,
  };
  const settings = { signal: new AbortController().signal, date: () => new Date(0), version: "0.0.0" };
  const code = await runCommandLine(argv, streams, settings);
  return { code, stdout, stderr };
}
