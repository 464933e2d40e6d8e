/** The fields of an error beside its message, so that code need not take the message apart. */
export interface ErrorDetails extends ErrorOptions {
  /** The file, folder, address or option (as {@link optionName} has it) that it is about. The message begins with it, and a colon. */
  readonly where?: string | undefined;
  /** Code of the issue that an inspection makes of it, where the class does not say enough: `"mask-ambiguous"`. */
  readonly issueCode?: string | undefined;
}

/**
 * The errors that cortecast throws on purpose. Each carries a `kind`, so that a caller can tell them apart without
 * `instanceof` across package copies, and a message of the form
 * `<where>: <what must hold>, got <value> (<which file, story, vertex>). <what to do>.`
 */
abstract class CortecastError extends Error {
  abstract readonly kind: string;
  // Not fields: an error that is printed would show its message twice.
  readonly #where: string | undefined;
  readonly #detail: string;
  readonly #issueCode: string | undefined;

  /** An error whose message is given without `where`: one line, or the lines, whatever is in the names that they hold. */
  constructor(message: string | readonly string[], { where, issueCode, ...options }: ErrorDetails = {}) {
    const detail = (typeof message === "string" ? [message] : message).map(oneLine).join("\n");
    super(where === undefined ? detail : `${oneLine(where)}: ${detail}`, options);
    this.name = new.target.name;
    this.#where = where;
    this.#detail = detail;
    this.#issueCode = issueCode;
  }

  /** As in {@link ErrorDetails}; undefined where the message is about an argument, and begins with a function's name. */
  get where(): string | undefined {
    return this.#where;
  }

  /** The message without `where`. */
  get detail(): string {
    return this.#detail;
  }

  /** As in {@link ErrorDetails}. */
  get issueCode(): string | undefined {
    return this.#issueCode;
  }
}

/** What an error says of the file, folder or option that it is about, without naming it again. */
export function detailOf(error: unknown): string {
  if (error instanceof CortecastError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}

/**
 * An option as messages name it, in backticks, with the value to give where there is one: `` `hemi` ``, `` `hemi: L` ``, as a
 * study file has it. The command line shows the flag in its place: `--hemi L`.
 */
export function optionName(key: string, value?: string): string {
  return value === undefined ? `\`${key}\`` : `\`${key}: ${value}\``;
}

/** A text with what would end its line written as `\u000a`: a name that holds it could pass for lines of ours. */
export function oneLine(text: string): string {
  return text.replace(/[\n\r\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Arrays whose shapes do not fit together. */
export class ShapeError extends CortecastError {
  readonly kind = "shape";
}

/** An option whose value cannot be used. */
export class OptionError extends CortecastError {
  readonly kind = "option";
}

/** Bytes that are not what the format says they must be. */
export class FormatError extends CortecastError {
  readonly kind = "format";
  /** The file, or a name for the bytes. */
  readonly path: string;
  /** Where in the bytes the trouble was seen, counted from 0; undefined where no place can be named. */
  readonly byteOffset: number | undefined;

  readonly #problem: string;

  /** An error whose message is given without the path: one line, or the lines. */
  constructor(path: string, message: string | readonly string[], byteOffset?: number, options?: ErrorOptions) {
    const lines = typeof message === "string" ? [message] : message;
    const last = byteOffset === undefined ? "" : ` (at byte ${byteOffset})`;
    super(lines.length === 1 ? `${lines[0]}${last}` : lines, { ...options, where: path });
    this.path = path;
    this.byteOffset = byteOffset;
    this.#problem = lines.map(oneLine).join("\n");
  }

  /** What is wrong, without the place in the bytes. */
  get problem(): string {
    return this.#problem;
  }
}

/** A file that is not what it was when it was first read: it ends the study, also where the file could be spared. */
export class ChangedFileError extends FormatError {}

/** Something that was asked for by name and is not there; the message lists the nearest names that are. */
export class NotFoundError extends CortecastError {
  readonly kind = "not-found";
}

/** One thing that is wrong with a data set. */
export interface DatasetIssue {
  /**
   * `error` stops the run that the file belongs to; `warning` is a doubt that somebody should look into; `note` is worth
   * knowing.
   */
  readonly severity: "error" | "warning" | "note";
  /** What kind of trouble it is, the same for all of its kind: `"events-missing"`. */
  readonly code: string;
  /** Path of the file within the data set; or a folder, or an option (as {@link optionName} has it). */
  readonly path: string;
  /** `"sub-18"`: the participant whom it is about, where one file tells of several. */
  readonly participant?: string | undefined;
  /** What is wrong and what to do, in one sentence each. */
  readonly message: string;
}

/** Files of which each is told by a line of its own, where the same is wrong with all of them. */
const mostAlike = 5;

/** Lines for one kind of issue: what is wrong with hundreds of participants would push the first lines off the screen. */
const mostOfKind = 20;

/** Issues of one kind: of one severity and one code. */
export interface IssueKind {
  readonly severity: DatasetIssue["severity"];
  readonly code: string;
  readonly members: readonly DatasetIssue[];
  /** The same issues, those that say the same of several files together. */
  readonly alike: readonly (readonly [DatasetIssue, ...DatasetIssue[]])[];
}

/** Issues by kind, kinds and messages in the order in which they are first met. */
export function issueKinds(issues: readonly DatasetIssue[]): readonly IssueKind[] {
  type Collected = { members: DatasetIssue[]; alike: Map<string, [DatasetIssue, ...DatasetIssue[]]> };
  const kinds = new Map<string, Collected>();
  for (const issue of issues) {
    const key = `${issue.severity} ${issue.code}`;
    const kind: Collected = kinds.get(key) ?? { members: [], alike: new Map() };
    kinds.set(key, kind);
    kind.members.push(issue);
    const same = kind.alike.get(issue.message);
    if (same) same.push(issue);
    else kind.alike.set(issue.message, [issue]);
  }
  return [...kinds.values()].map(({ members, alike }) => {
    const { severity, code } = members[0]!;
    return { severity, code, members, alike: [...alike.values()] };
  });
}

/** Issues one a line; those that say the same of many files in one line, as of a data set that was not fetched. */
function linesOf(issues: readonly DatasetIssue[]): string[] {
  return issueKinds(issues).flatMap(({ severity, code, alike }) => {
    const lines = alike.flatMap((same) => {
      const [{ message }] = same;
      if (same.length <= mostAlike) return same.map(({ path }) => `  ${severity}: ${path}: ${message}`);
      const paths = listSome(
        same.map(({ path }) => path),
        3,
      );
      return [`  ${severity}: ${same.length} files (${paths}): ${message}`];
    });
    if (lines.length <= mostOfKind) return lines;
    const more = `  ${severity}: and ${lines.length - mostOfKind} more like these (${code}): cortecast check \`all\` lists them.`;
    return [...lines.slice(0, mostOfKind), more];
  });
}

/** A data set that cannot be used; carries every issue that was found, not only the first, and its message tells them. */
export class DatasetError extends CortecastError {
  readonly kind = "dataset";
  readonly issues: readonly DatasetIssue[];

  constructor(message: string, issues: readonly DatasetIssue[]) {
    super([message, ...linesOf(issues)]);
    this.issues = issues;
  }
}

/** A device (CPU, GPU) or its runtime that cannot do what was asked. */
export class DeviceError extends CortecastError {
  readonly kind = "device";
}

/** Numbers that a fast path computed and that are not what their definition gives: a fault of ours. */
export class AuditError extends CortecastError {
  readonly kind = "audit";
}

/** What a server on the network did not give, or gave in a form that cannot be taken. */
export class NetworkError extends CortecastError {
  readonly kind = "network";
  /** HTTP's status code, where there was an answer. */
  readonly status: number | undefined;
  /** Whether another try may well succeed: a dropped connection, a server that is overloaded. */
  readonly mayPass: boolean;
  /** Seconds that the server asks to wait before another try. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string | readonly string[],
    details: { readonly status?: number; readonly mayPass?: boolean; readonly retryAfter?: number | undefined } = {},
    options?: ErrorDetails,
  ) {
    super(message, options);
    this.status = details.status;
    this.mayPass = details.mayPass ?? false;
    this.retryAfter = details.retryAfter;
  }
}

/**
 * The names nearest to a mistyped one, for the end of an error message.
 *
 * @param wanted - the name that was not found
 * @param names - the names that exist
 * @returns a sentence such as `Nearest: "pieman", "piemanpni".`, or what exists where nothing is near
 */
export function nearestNames(wanted: string, names: readonly string[]): string {
  if (names.length === 0) return "There are none.";
  // The time that a distance takes grows with the product of both lengths.
  const short = shorten(wanted).toLowerCase();
  const ranked = names
    .map((name) => ({ name, distance: editDistance(short, shorten(name).toLowerCase()) }))
    // The beginning of a name is near to it, however much is left out.
    .map(({ name, distance }) => ({ name, distance: wanted.length > 2 && name.startsWith(wanted) ? 1 : distance }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  const near = ranked.filter((r) => r.distance <= Math.max(2, wanted.length / 2)).slice(0, 3);
  const shown = (near.length > 0 ? near : ranked.slice(0, 8)).map((r) => `"${shorten(r.name)}"`).join(", ");
  if (near.length > 0) return `Nearest: ${shown}.`;
  return names.length > 8 ? `Choices: ${shown}, and ${names.length - 8} more.` : `Choices: ${shown}.`;
}

/**
 * The files that a path may have meant which is not there, for the end of an error message: {@link nearestNames} of those
 * with the same ending, or of which one name begins the other; hidden files only where the name is one.
 *
 * @param wanted - the name that was not found
 * @param files - names of files in its folder
 */
export function nearestFiles(wanted: string, files: readonly string[]): string {
  const ending = (name: string) => /(?:\.[^.]+)?$/.exec(name)![0].toLowerCase();
  const isMeant = (name: string) =>
    name.startsWith(".") === wanted.startsWith(".") &&
    (ending(name) === ending(wanted) || name.startsWith(wanted) || wanted.startsWith(name));
  const meant = files.filter(isMeant);
  return meant.length === 0 ? "No file there is called like it: check the path." : nearestNames(wanted, meant);
}

/** The first items of a list that may be long, for messages: `"a, b and 3 more"`. */
export function listSome(items: readonly string[], most = 10): string {
  const more = items.length - most;
  return more > 0 ? `${items.slice(0, most).join(", ")} and ${more} more` : items.join(", ");
}

/** A name that may be of any length, for messages: cut in the middle where it is longer than `most`. */
export function shorten(name: string, most = 100): string {
  if (name.length <= most) return name;
  const half = Math.floor((most - 1) / 2);
  return `${name.slice(0, half)}…${name.slice(-half)}`;
}

/** Levenshtein distance between two strings, in UTF-16 units. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
