import { ownValue } from "../array/records.ts";
import { nearestNames } from "../errors.ts";
import { describeSystemError } from "../sources/system-error.ts";
import { formatUsage, type Parsed, parseCommandLine, type Usage } from "./flags.ts";
import { createTerminal, type Streams, type Terminal } from "./terminal.ts";

/** What a command is given to work with. */
export interface CommandContext {
  readonly parsed: Parsed;
  /** Where options stand that were not typed, for messages: filled by who reads a study file. */
  readonly places: Map<string, string>;
  readonly terminal: Terminal;
  /** The command line as it was typed, for the record. */
  readonly commandLine: string;
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal;
  /** Today, for the record. */
  readonly date: () => Date;
  readonly environment: Streams["environment"];
}

/** A command: what it takes, and what it does; returns what `--json` prints. */
export interface Command {
  readonly usage: Usage;
  run(context: CommandContext): Promise<unknown>;
  /** Whether a script should take the outcome for a failure (exit code 1), though the command did its work. */
  hasFailed?(result: unknown): boolean;
}

/** The commands, loaded when they are called. */
const commands: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  demo: {
    summary: "simulate a data set, score it, write a report (a minute)",
    load: async () => (await import("./demo.ts")).demo,
  },
  score: {
    summary: "compute brain and forecast scores of a BIDS data set",
    load: async () => (await import("./score.ts")).score,
  },
  report: {
    summary: "write the group's files from the participants in a folder",
    load: async () => (await import("./report.ts")).report,
  },
  clean: {
    summary: "remove results from a folder",
    load: async () => (await import("./clean.ts")).clean,
  },
  plan: {
    summary: "tell the time, memory and disk space that score would take",
    load: async () => (await import("./plan.ts")).plan,
  },
  check: {
    summary: "tell everything that is wrong with a data set",
    load: async () => (await import("./check.ts")).check,
  },
  activations: {
    summary: "write a language model's activations for every word",
    load: async () => (await import("./activations.ts")).activations,
  },
  transcript: {
    summary: "tell what is odd about a transcript",
    load: async () => (await import("./transcript.ts")).transcript,
  },
  simulate: {
    summary: "write a synthetic BIDS data set with a known answer",
    load: async () => (await import("./simulate.ts")).simulate,
  },
  "fetch narratives": {
    summary: "fetch the Narratives data set",
    load: async () => (await import("./fetch.ts")).narrativesCommand,
  },
  "fetch model": {
    summary: "fetch a language model from Hugging Face",
    load: async () => (await import("./fetch.ts")).modelCommand,
  },
  "fetch surfaces": {
    summary: "fetch meshes and atlases of fsaverage5 or fsaverage6",
    load: async () => (await import("./fetch.ts")).surfacesCommand,
  },
  doctor: {
    summary: "tell versions, devices and speed, and what is missing",
    load: async () => (await import("./doctor.ts")).doctor,
  },
};

/** Kinds of error that are the user's to mend; any other is ours. */
const usersErrors = new Set(["shape", "option", "format", "not-found", "dataset", "device", "network"]);

/**
 * Runs one command line.
 *
 * @param argv - what stands after `cortecast`
 * @returns the exit code: 0, 1 (the user's mistake), 2 (ours), 130 (Ctrl-C)
 */
export async function runCommandLine(
  argv: readonly string[],
  streams: Streams,
  options: { readonly signal: AbortSignal; readonly date: () => Date; readonly version: string },
): Promise<number> {
  // Some commands have names of two words.
  const name = Object.hasOwn(commands, argv.slice(0, 2).join(" ")) ? argv.slice(0, 2).join(" ") : argv[0];
  const rest = argv.slice(name?.split(" ").length);
  const places = new Map<string, string>();
  const terminal = createTerminal(streams, { quiet: argv.includes("--json"), places });
  if (name === "--version" || name === "-v") {
    terminal.print(options.version);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    for (const line of overview(options.version)) terminal.print(line);
    return name === undefined ? 1 : 0;
  }
  const entry = ownValue(commands, name);
  const group = Object.keys(commands).filter((known) => known.startsWith(`${name} `));
  if (group.length > 0 && [undefined, "--help", "-h"].includes(rest[0])) {
    for (const line of overview(options.version, group)) terminal.print(line);
    return rest.length === 0 ? 1 : 0;
  }
  if (!entry) {
    const wanted = group.length > 0 ? `${name} ${rest[0]}` : name;
    terminal.fail(`cortecast: there is no command "${wanted}". ${nearestNames(wanted, Object.keys(commands))}`);
    return 1;
  }
  try {
    // In two parts: modules are read side by side, and all together are more files than some systems let a process open (macOS: 256).
    await import("../study/options.ts");
    const command = await entry.load();
    const parsed = parseCommandLine(rest, command.usage);
    if (parsed.switches.has("help")) {
      for (const line of formatUsage(command.usage)) terminal.print(line);
      return 0;
    }
    const commandLine = ["cortecast", ...argv].map(quote).join(" ");
    const { signal, date } = options;
    const onProgress: Terminal["onProgress"] = (progress) => {
      signal.throwIfAborted();
      terminal.onProgress(progress);
    };
    const { environment } = streams;
    const tools = { terminal: { ...terminal, onProgress }, commandLine, signal, date, environment };
    const result = await command.run({ parsed, places, ...tools });
    terminal.endProgress();
    if (parsed.switches.has("json")) terminal.print(JSON.stringify(result, null, 2));
    return command.hasFailed?.(result) ? 1 : 0;
  } catch (error) {
    if (options.signal.aborted) {
      const then = /^(score|demo|fetch .*)$/.test(name) ? "goes on from there" : "begins anew";
      terminal.fail(`Stopped. What is finished is kept; the same command ${then}.`);
      return 130;
    }
    return reportError(error, argv.includes("--debug"), terminal);
  }
}

function reportError(error: unknown, debug: boolean, terminal: Terminal): number {
  const kind = (error as { kind?: unknown }).kind;
  const ours = !(typeof kind === "string" && usersErrors.has(kind)) && describeSystemError(error) === undefined;
  const message = describeError(error);
  terminal.fail(`cortecast: ${message}`);
  if (debug && error instanceof Error) terminal.fail(String(error.stack));
  else if (ours)
    terminal.fail("This is a fault of cortecast, not yours. Run again with --debug and report what it prints.");
  return ours ? 2 : 1;
}

function describeError(error: unknown): string {
  const system = describeSystemError(error);
  const { path, syscall } = error as { readonly path?: unknown; readonly syscall?: unknown };
  const what = typeof path === "string" ? path : syscall === "uv_cwd" ? "the working directory" : "a file";
  if (system !== undefined) return `${what}: ${system}`;
  return error instanceof Error ? error.message : String(error);
}

function overview(version: string, names = Object.keys(commands)): string[] {
  const width = Math.max(...names.map((name) => name.length));
  return [
    `cortecast ${version}: how far ahead does the brain predict?`,
    "",
    "  cortecast <command> [arguments] [flags]",
    "",
    ...names.map((name) => `  ${name.padEnd(width)}  ${commands[name]!.summary}`),
    "",
    `"cortecast <command> --help" tells what a command takes.`,
  ];
}

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
