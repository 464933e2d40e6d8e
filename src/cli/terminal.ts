import { plainMessage, plainText } from "../array/plain-text.ts";
import type { OnProgress, Progress } from "../array/progress.ts";
import { formatSize } from "../report/numbers.ts";
import { withFlags } from "./flag-names.ts";

/** What a command writes to: the process's streams, or a test's. */
export interface Streams {
  readonly stdout: {
    write(text: string): unknown;
    readonly isTTY?: boolean | undefined;
    readonly columns?: number | undefined;
  };
  readonly stderr: {
    write(text: string): unknown;
    readonly isTTY?: boolean | undefined;
    readonly columns?: number | undefined;
  };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds; for the time left. */
  readonly now: () => number;
}

/**
 * The one place through which commands speak: what goes out is made plain, whatever names are in it, and options are called as
 * they are typed.
 */
export interface Terminal {
  /** A line of result, on standard output. */
  print(line?: string): void;
  /** A line of what a command finds, on standard output; not shown with `--json`, which prints the same as an object. */
  result(line: string): void;
  /** A line about the run, on standard error; not shown with `--json`. */
  note(line: string): void;
  /** Why the run ends, on standard error; shown with `--json` too. */
  fail(message: string): void;
  /** A progress bar with the time left on a terminal, else a line now and then; not shown with `--json`. */
  readonly onProgress: OnProgress;
  /** Ends the bar that stands, so that the next line starts on its own. */
  endProgress(): void;
}

/** How a {@link Terminal} speaks. */
export interface SpeechOptions {
  /** Nothing but what {@link Terminal.print} and {@link Terminal.fail} say (default: all). */
  readonly quiet?: boolean;
  /** As for `withFlags`; may be filled later. */
  readonly places?: ReadonlyMap<string, string>;
}

/** A terminal over two streams; without a bar where `TERM` is "dumb", which cannot go back in a line. */
export function createTerminal(streams: Streams, options: SpeechOptions = {}): Terminal {
  const { stdout, stderr } = streams;
  const { quiet = false, places } = options;
  const bar = progressBar(streams);
  // Output that is redirected to a file or a program is not broken into shorter lines.
  const inWidth = (text: string, { isTTY, columns }: Streams["stderr"]) =>
    isTTY === true && columns && !quiet
      ? text
          .split("\n")
          .map((line) => wrapLine(line, columns))
          .join("\n")
      : text;
  return {
    print(line = "") {
      bar.interrupt();
      stdout.write(`${inWidth(plainText(withFlags(line, places)), stdout)}\n`);
    },
    result(line) {
      if (quiet) return;
      bar.interrupt();
      stdout.write(`${inWidth(plainMessage(withFlags(line, places)), stdout)}\n`);
    },
    note(line) {
      if (quiet) return;
      bar.interrupt();
      stderr.write(`${inWidth(plainMessage(withFlags(line, places)), stderr)}\n`);
    },
    fail(message) {
      bar.end();
      stderr.write(`${inWidth(plainMessage(withFlags(message, places)), stderr)}\n`);
    },
    onProgress: quiet ? () => undefined : bar.update,
    endProgress: bar.end,
  };
}

const progressTimes = { redraw: 100, betweenLines: 10_000, beforeFirstLine: 2_000 } as const;

function progressBar({ stderr, now, environment }: Streams): {
  update: OnProgress;
  interrupt: () => void;
  end: () => void;
} {
  const live = stderr.isTTY === true && environment["TERM"] !== "dumb";
  let label = "";
  let done = 0;
  let started = 0;
  let drawn = 0;
  // The line of a bar is not ended yet.
  let standing = false;
  // The label was shown and did not come to its end: its last line is shown now.
  let owed = false;
  let ended = false;

  function begin(progress: Progress): void {
    end();
    label = progress.label;
    started = now();
    owed = false;
    ended = false;
    // On a pipe, work that ends within two seconds leaves no line.
    drawn = live ? 0 : started + progressTimes.beforeFirstLine - progressTimes.betweenLines;
  }

  function update(progress: Progress): void {
    const finished = progress.done >= progress.total;
    // Work side by side tells of 0 several times: that is one beginning.
    const isAgain = (progress.done === 0 && done > 0) || (ended && !finished);
    if (progress.label !== label || isAgain) begin(progress);
    done = progress.done;
    // The end is told once, and on a pipe where the label was shown before.
    if (finished && (ended || !(live || owed))) {
      ended = true;
      return;
    }
    const time = now();
    const due = time - drawn >= (live ? progressTimes.redraw : progressTimes.betweenLines);
    if (!due && !(finished && owed)) return;
    drawn = time;
    owed = !finished;
    ended = finished;
    const text = formatProgress(
      { ...progress, label: plainText(progress.label) },
      (time - started) / 1000,
      stderr.columns || 80,
    );
    if (live) {
      stderr.write(`\r\u001b[K${text}`);
      standing = !finished;
      if (finished) stderr.write("\n");
    } else stderr.write(`${text}\n`);
  }

  /** Ends the line of the bar, which is drawn again below when there is news. */
  function interrupt(): void {
    if (standing) stderr.write("\n");
    standing = false;
  }

  function end(): void {
    interrupt();
    label = "";
  }

  return { update, interrupt, end };
}

/**
 * A line in the width of a terminal, broken between words: what goes on stands below the text, right of the columns before
 * it (parted by two spaces or more), where that leaves half of the width. Words that are too long, such as paths, stay whole.
 */
export function wrapLine(line: string, columns: number): string {
  if (line.length <= columns) return line;
  const gaps = [...line.matchAll(/(?:^|\S) {2,}(?=\S)/g)].map((gap) => gap.index + gap[0].length);
  const indent = " ".repeat(Math.max(0, ...gaps.filter((column) => column <= columns / 2)));
  const lines = [line.slice(0, indent.length)];
  for (const [i, word] of line.slice(indent.length).split(" ").entries()) {
    const last = lines.at(-1)!;
    if (i === 0) lines[0] += word;
    else if (last.length + 1 + word.length <= columns) lines[lines.length - 1] += ` ${word}`;
    else lines.push(indent + word);
  }
  return lines.join("\n");
}

/** Share and seconds from which the time left is computed from the pace so far: the first pieces wait for threads and sessions to start. */
const TELLING = { share: 0.03, seconds: 30 } as const;

/**
 * One line of progress: `activations of alice ████████░░░░░░░░  50 %  12/24  0:31 left`.
 *
 * @param elapsed - seconds since the work began
 * @param columns - width of the terminal
 */
export function formatProgress(progress: Progress, elapsed: number, columns: number): string {
  const { label, done, total } = progress;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const left =
    share >= 1
      ? `${formatSeconds(elapsed)} in all`
      : done > 0 && (share >= TELLING.share || elapsed >= TELLING.seconds)
        ? `${formatSeconds((elapsed / share) * (1 - share))} left`
        : "";
  const show = (n: number) => (progress.unit === "bytes" ? formatSize(n) : `${n}`);
  const tail = `${`${Math.floor(share * 100)}`.padStart(3)} %  ${show(done)}/${show(total)}  ${left}`;
  const width = Math.max(5, Math.min(24, columns - label.length - tail.length - 4));
  const filled = Math.round(share * width);
  const line = `${label} ${"█".repeat(filled)}${"░".repeat(width - filled)} ${tail}`;
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}

/** `"0:31"`, `"12:05"`, `"3:02:07"`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => `${n}`.padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
