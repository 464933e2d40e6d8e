import { parseArgs } from "node:util";
import { ownValue } from "../array/records.ts";
import { NotFoundError, nearestNames, OptionError } from "../errors.ts";
import { flagOf } from "./flag-names.ts";

/** One flag of a command. */
export interface FlagSpecification {
  readonly type: "value" | "switch";
  /** What `--help` says: what the flag does, in which unit, and its default. */
  readonly help: string;
  /** Heading under which `--help` lists it. */
  readonly group: string;
}

/** One positional argument of a command. */
export interface PositionalSpecification {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
}

/** What a command takes. Flags are keyed in camel case: `minContext` is `--min-context`. */
export interface Usage {
  readonly name: string;
  readonly summary: string;
  readonly positionals: readonly PositionalSpecification[];
  readonly flags: Readonly<Record<string, FlagSpecification>>;
}

/** Flags that every command has. */
export const commonFlags: Readonly<Record<string, FlagSpecification>> = {
  json: { type: "switch", group: "output", help: "one JSON object on standard output, no progress" },
  debug: { type: "switch", group: "output", help: "show the stack of an error" },
  help: { type: "switch", group: "output", help: "this page" },
};

/** The arguments, values and switches of a command line. */
export interface Parsed {
  readonly positionals: Readonly<Record<string, string>>;
  /** Values by key in camel case. */
  readonly values: Readonly<Record<string, string>>;
  readonly switches: ReadonlySet<string>;
}

/**
 * Takes a command line apart. Values may begin with a minus sign: `--distances -10:30`.
 *
 * @throws NotFoundError for an unknown flag, with the nearest names
 * @throws OptionError for a missing or surplus argument, a flag without its value, or one given twice
 */
export function parseCommandLine(argv: readonly string[], usage: Usage): Parsed {
  const flags = { ...usage.flags, ...commonFlags };
  const keyOf = new Map(Object.keys(flags).map((key) => [flagOf(key), key]));
  const options = Object.fromEntries(
    Object.entries(flags).map(([key, { type }]) => [
      flagOf(key).slice(2),
      { type: type === "switch" ? ("boolean" as const) : ("string" as const) },
    ]),
  );

  const joined: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === "-h") {
      joined.push("--help");
      continue;
    }
    const [flag] = argument.split("=", 1);
    if (argument.startsWith("--") && argument !== "--") {
      const key = keyOf.get(flag!);
      if (key === undefined) {
        throw new NotFoundError(
          `the flag must be one of "cortecast ${usage.name}", got none of them. ${nearestNames(flag!, [...keyOf.keys()])}`,
          { where: flag },
        );
      }
      if (flags[key]!.type === "value" && flag === argument) {
        const value = argv[++i];
        if (value === undefined || keyOf.has(value)) {
          const got = value === undefined ? "nothing" : `the flag ${value}`;
          throw new OptionError(`a value must follow, got ${got}.`, { where: flag });
        }
        joined.push(`${argument}=${value}`);
        continue;
      }
      if (flags[key]!.type === "switch" && flag !== argument)
        throw new OptionError(`the flag must stand alone, got a value (${argument}).`, { where: flag });
    } else if (/^-[^-]/.test(argument)) {
      throw new OptionError(
        `cortecast ${usage.name}: flags must begin with two dashes, got "${argument}". A path that begins with a dash is written "./${argument}".`,
      );
    }
    joined.push(argument);
  }

  const { values, positionals, tokens } = parseArgs({ args: joined, options, allowPositionals: true, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    if (seen.has(token.name)) throw new OptionError("must be given once, got it twice.", { where: `--${token.name}` });
    seen.add(token.name);
  }
  const wantsHelp = values["help"] === true;
  const required = usage.positionals.filter((positional) => positional.required);
  if (!wantsHelp && positionals.length < required.length) {
    const missing = required.slice(positionals.length).map((positional) => `<${positional.name}>`);
    throw new OptionError(
      `cortecast ${usage.name}: ${missing.join(" and ")} must be given, got nothing. See "cortecast ${usage.name} --help".`,
    );
  }
  if (positionals.length > usage.positionals.length) {
    throw new OptionError(
      `cortecast ${usage.name}: at most ${usage.positionals.length} arguments must be given, got ${positionals.length} ("${positionals.at(-1)}"). Quote names with spaces.`,
    );
  }
  const named = Object.entries(values).map(([name, value]) => [keyOf.get(`--${name}`)!, value] as const);
  return {
    positionals: Object.fromEntries(positionals.map((value, i) => [usage.positionals[i]!.name, value])),
    values: Object.fromEntries(named.filter((pair): pair is [string, string] => typeof pair[1] === "string")),
    switches: new Set(named.filter(([, value]) => value === true).map(([key]) => key)),
  };
}

/** Columns of a page of help: those of a terminal that nobody made wider. */
const PAGE_WIDTH = 80;

/** A text in lines of at most `width` characters, parted between words; a longer word has a line of its own. */
function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const joined = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && joined.length <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}

/** The page that `--help` shows, as lines of at most 80 characters. */
export function formatUsage(usage: Usage): string[] {
  const positionals = usage.positionals.map((p) => (p.required ? `<${p.name}>` : `[${p.name}]`));
  const call = `  cortecast ${[usage.name, ...positionals, "[flags]"].join(" ")}`;
  const lines = [...wrapWords(usage.summary, PAGE_WIDTH), "", call];
  const rows = (pairs: readonly (readonly [string, string])[]) => {
    const width = Math.max(...pairs.map(([left]) => left.length));
    return pairs.flatMap(([left, right]) =>
      wrapWords(right, PAGE_WIDTH - width - 4).map((line, i) => `  ${(i === 0 ? left : "").padEnd(width)}  ${line}`),
    );
  };
  if (usage.positionals.length > 0)
    lines.push("", ...rows(usage.positionals.map((p) => [`<${p.name}>`, p.help] as const)));
  const all = Object.entries({ ...usage.flags, ...commonFlags });
  for (const group of new Set(all.map(([, flag]) => flag.group))) {
    const members = all.filter(([, flag]) => flag.group === group);
    lines.push(
      "",
      `${group}:`,
      ...rows(members.map(([key, { type, help }]) => [`${flagOf(key)}${type === "value" ? " …" : ""}`, help] as const)),
    );
  }
  return lines;
}

/** What a number must be. */
export interface NumberBounds {
  /** Default: 0. */
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/**
 * A flag's value as a number; undefined where the flag is not given.
 *
 * @throws OptionError where it is no number within the bounds
 */
export function numberFlag(
  { values }: Parsed,
  key: string,
  { least = 0, most = Infinity, whole }: NumberBounds,
): number | undefined {
  const text = ownValue(values, key);
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isSafeInteger(value)))
    return value;
  const range = most === Infinity ? `from ${least}` : `from ${least} to ${most}`;
  throw new OptionError(`must be a ${whole ? "whole " : ""}number ${range}, got "${text}".`, { where: flagOf(key) });
}
