import { NetworkError } from "../errors.ts";

/** How often and how fast a request is tried again; the clock and the dice are handed in, so that tests need no time. */
export interface RetryPolicy {
  /** Tries in a row that may fail without any progress between them; at least 1. */
  readonly attempts: number;
  /** Waits, in seconds; ends early, with the signal's reason, where the signal fires. */
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Seconds before the first try again, and at most, unless the server asks for more. */
const [firstDelay, longestDelay] = [0.5, 60];
/** Seconds: a server that asks for a longer pause than this is not waited for. */
const longestRetryAfter = 600;

/**
 * Seconds to wait before try `failures + 1`: twice as long after each failure, from 0.5 to 60, of which a random half is
 * left out so that clients which failed together do not come back together; never less than the server asked for.
 *
 * @param failures - tries that failed so far, from 1
 */
export function retryDelay(failures: number, random: () => number, retryAfter = 0): number {
  const longest = Math.min(longestDelay, firstDelay * 2 ** (failures - 1));
  return Math.max(retryAfter, longest * (0.5 + 0.5 * random()));
}

/** Counts failures in a row, and waits between tries. */
export interface Retries {
  /**
   * Waits until the next try is due.
   *
   * @throws the error itself, where another try would not help, or there were enough of them
   */
  wait(error: unknown): Promise<void>;
  /** Forgets the failures so far: there was progress. */
  reset(): void;
}

/**
 * Retries of one piece of work.
 *
 * @param signal - ends the waiting
 */
export function startRetries({ attempts, sleep, random }: RetryPolicy, signal?: AbortSignal): Retries {
  let failures = 0;
  return {
    reset() {
      failures = 0;
    },
    async wait(error) {
      signal?.throwIfAborted();
      if (!(error instanceof NetworkError) || !error.mayPass) throw error;
      failures++;
      const { message, status, retryAfter = 0 } = error;
      const details = { mayPass: false, ...(status === undefined ? {} : { status }) };
      if (failures >= attempts) {
        const tried = attempts === 1 ? "Tried once" : `Tried ${attempts} times`;
        throw new NetworkError(`${message} ${tried}.`, details, { cause: error });
      }
      if (retryAfter > longestRetryAfter) {
        const minutes = Math.ceil(retryAfter / 60);
        throw new NetworkError(`${message} It asks to wait for ${minutes} minutes: try again then.`, details, {
          cause: error,
        });
      }
      try {
        await sleep(retryDelay(failures, random, retryAfter), signal);
      } finally {
        signal?.throwIfAborted();
      }
    },
  };
}

/**
 * Seconds that a `Retry-After` header asks for: a number, or a date against which `now` is held.
 *
 * @param now - milliseconds since 1970
 * @returns undefined where there is no header, or it is neither
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header);
  // Date.parse makes dates of "-5" and "1.5" as well.
  const date = / GMT$/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
