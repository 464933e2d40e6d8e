import { checkArgument } from "../array/arguments.ts";
import type { OnProgress } from "../array/progress.ts";

/** What a function of a study tells, and is told, while it works; all of it may be left out. */
export interface StudyTools {
  /** Is told how far a step has come. */
  readonly onProgress?: OnProgress | undefined;
  /** Receives one line at a time about what is being done. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** Now, for the record. Default: the machine's clock. */
  readonly date?: (() => Date) | undefined;
  /** The command that was typed, for the record. */
  readonly command?: string | undefined;
  /** Ends the work the next time that progress is told, and the waiting for other runs. What was kept stays. */
  readonly signal?: AbortSignal | undefined;
}

/** {@link StudyTools} to work with. */
export interface GivenTools {
  readonly onProgress: OnProgress;
  readonly onNote: (line: string) => void;
  readonly date: () => Date;
  readonly command: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * The tools that a function was given; without a function nothing is told, and without `date` the machine's clock is read.
 *
 * @param where - the function and its name for them, for messages: `"runStudy: tools"`
 * @throws OptionError where one is of another kind
 */
export function toolsOf(where: string, tools: StudyTools): GivenTools {
  checkArgument(where, tools, "an object");
  const { onProgress, onNote, date, command, signal } = tools;
  for (const [name, tool] of Object.entries({ onProgress, onNote, date }))
    if (tool !== undefined) checkArgument(`${where}.${name}`, tool, "a function");
  return {
    onProgress(progress) {
      signal?.throwIfAborted();
      onProgress?.(progress);
    },
    onNote: onNote ?? (() => {}),
    date: date ?? (() => new Date()),
    command,
    signal,
  };
}
