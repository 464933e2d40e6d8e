import { join } from "node:path";
import { checkUnlocked, takeLock, withLock } from "../sources/lock.ts";
import type { Store } from "../sources/source.ts";
import { outputName } from "./check-output.ts";

/**
 * Keeps other runs away from participants whose results a run will write: from all of a folder, or from some, so that several
 * runs may work in one folder at the same time, each for its own.
 *
 * @param participants - `"sub-18"`; undefined for all that there are or will be
 * @returns gives them back
 * @throws OptionError where another run has one of them
 */
export async function claimParticipants(
  output: Store,
  participants: readonly string[] | undefined,
): Promise<() => Promise<void>> {
  const { location } = output;
  const releases: (() => Promise<void>)[] = [];
  const release = async () => {
    for (const one of releases.reverse()) await one();
  };
  try {
    if (participants) {
      for (const participant of participants) releases.push(await takeLock(join(location, participant), outputName));
      // Other locks are looked for after the own ones were taken: of two runs that start at once, at least one sees the other.
      await checkUnlocked(location, outputName);
    } else {
      releases.push(await takeLock(location, outputName));
      for (const participant of await participantFolders(output))
        await checkUnlocked(join(location, participant), outputName);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

/** Folders of participants in a folder of results. */
export async function participantFolders(output: Store): Promise<string[]> {
  const entries = await output.list("");
  return entries.flatMap(({ name, kind }) => (kind === "folder" && name.startsWith("sub-") ? [name] : []));
}

/** How runs wait for each other. */
export interface WaitOptions {
  /** Receives one line where another run is waited for. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** Writes into a folder of results while no other run does: what is read or written in one go is of one run. */
export function whileWriting<T>(output: Store, work: () => Promise<T>, options: WaitOptions = {}): Promise<T> {
  let told: string | undefined;
  return withLock(output.location, outputName, work, {
    file: ".cortecast-writing.json",
    onWait(holder) {
      options.signal?.throwIfAborted();
      if (holder !== told) options.onNote?.(`Waiting for ${holder}, which writes into ${output.location} …`);
      told = holder;
    },
  });
}
