import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe } from "vitest";

/** The folder of real data that is not part of the project: `CORTECAST_SHARED`, else `../shared`. */
export const sharedRoot: string = resolve(
  process.env["CORTECAST_SHARED"] ?? join(import.meta.dirname, "../../../shared"),
);

/** Path of a file or folder of the shared data. */
export const shared = (...parts: string[]): string => join(sharedRoot, ...parts);

/**
 * Names in a folder of the shared data; none where it is not there: the body of a group of tests runs also where the group
 * is skipped.
 */
export const sharedNames = (...parts: string[]): readonly string[] =>
  existsSync(shared(...parts)) ? readdirSync(shared(...parts)) : [];

/**
 * A group of tests that needs shared data. Where it is missing the group is skipped and the reason printed; in CI
 * (`CI` set) missing data is a failure, so that nothing is skipped there unnoticed.
 */
export function describeWithShared(title: string, needed: string, body: () => void): void {
  const missing = !existsSync(shared(needed));
  if (missing && process.env["CI"]) {
    throw new Error(`${shared(needed)} is missing: in CI the shared data must be there. Set CORTECAST_SHARED.`);
  }
  if (missing) console.log(`skipped: ${title}: ${shared(needed)} is not on this machine (set CORTECAST_SHARED)`);
  describe.skipIf(missing)(title, body);
}
