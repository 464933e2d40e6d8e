import { type BidsDataset, type BidsFile, readSidecarWithOrigin, type Sidecar } from "../bids/dataset.ts";
import { DatasetError, type DatasetIssue, FormatError } from "../errors.ts";

/** Largest relative difference of two repetition times that are the same number: they agree to six digits. */
const SAME_PERIOD = 1e-6;

/**
 * The repetition time of a run in seconds, from the sidecars of all its files, or an issue.
 *
 * @param files - response files of the run and its raw `_bold` files; at least one sidecar must give RepetitionTime
 * @returns an issue too where a sidecar is not a JSON object, or the sidecars of one file contradict each other
 */
export async function repetitionTimeOf(
  dataset: BidsDataset,
  files: readonly BidsFile[],
): Promise<{ readonly repetitionTime: number } | { readonly issue: DatasetIssue }> {
  let found: { readonly value: number; readonly path: string } | undefined;
  const failed = (code: string, path: string, message: string) => ({
    issue: { severity: "error", code, path, message } as const,
  });
  for (const file of files) {
    let sidecar: Sidecar;
    try {
      sidecar = await readSidecarWithOrigin(dataset, file);
    } catch (error) {
      if (error instanceof DatasetError) return { issue: error.issues[0]! };
      // The issue names the path itself.
      if (error instanceof FormatError) return failed("sidecar-unreadable", error.path, error.detail);
      throw error;
    }
    const { values, origin } = sidecar;
    if (values["RepetitionTime"] === undefined) continue;
    const value = values["RepetitionTime"];
    const path = origin["RepetitionTime"]!;
    if (typeof value !== "number" || !(value > 0)) {
      return failed(
        "repetition-time-invalid",
        path,
        `RepetitionTime must be a positive number of seconds, got ${JSON.stringify(value)}. Correct the sidecar.`,
      );
    }
    if (value > 100) {
      return failed(
        "repetition-time-invalid",
        path,
        `RepetitionTime must be in seconds, got ${value}, which looks like milliseconds. Correct it.`,
      );
    }
    if (found && Math.abs(found.value - value) > SAME_PERIOD * found.value) {
      return failed(
        "repetition-time-contradicts",
        path,
        `RepetitionTime must be the same in all files of a run, got ${value} here and ${found.value} in ${found.path}. Correct one of them.`,
      );
    }
    found ??= { value, path };
  }
  if (found) return { repetitionTime: found.value };
  const first = files[0]!.path;
  return failed(
    "repetition-time-missing",
    first,
    `a sidecar must give RepetitionTime in seconds, got none for ${files.length === 1 ? "this file" : files.map((file) => file.path).join(", ")}. Write ${first.replace(/\.[a-z.]+$/, "")}.json with it.`,
  );
}
