import { ownValue } from "../array/records.ts";
import type { DatasetIssue } from "../errors.ts";
import type { BidsDataset, BidsFile } from "./dataset.ts";
import { isSameLabel, looseText } from "./identity.ts";
import { isStrictLabel, troubleWithName } from "./name.ts";

/**
 * Issues of the names of a data set's files:
 *
 * - names that are nearly BIDS's, whose files are left out;
 * - labels that BIDS does not allow, which are read all the same;
 * - labels so alike that they may be meant to be one;
 * - names that contradict the folder that the file lies in.
 */
export function doubtfulNames(dataset: BidsDataset): readonly DatasetIssue[] {
  return [
    ...dataset.misnamed.map((path) =>
      warning(
        "name-not-bids",
        path,
        `a name must be made of pairs key-label joined by "_", labels of letters and digits, ${troubleWithName(path) ?? "got another"}. The file is left out: rename it.`,
      ),
    ),
    ...labelsNotAllowed(dataset.files),
    ...labelsAlike(dataset.files),
    ...dataset.files.flatMap(inOtherFolder),
  ];
}

const warning = (code: string, path: string, message: string): DatasetIssue => ({
  severity: "warning",
  code,
  path,
  message,
});

/** Each label that BIDS does not allow, once, with the first file that has it. */
function labelsNotAllowed(files: readonly BidsFile[]): readonly DatasetIssue[] {
  const first = new Map<string, string>();
  for (const { name, path } of files) {
    for (const [key, label] of Object.entries(name.entities)) {
      const pair = `${key}-${label}`;
      if (!isStrictLabel(label) && !first.has(pair)) first.set(pair, path);
    }
  }
  return [...first].map(([pair, path]) => ({
    severity: "note",
    code: "label-not-bids",
    path,
    message: `labels should be Latin letters without accents and digits, got ${pair}. It is read, and other programs may leave it out.`,
  }));
}

/**
 * Participants, tasks and sessions of a participant whose labels differ in case, zeros or accents alone: two by BIDS, and
 * perhaps meant to be one.
 */
function labelsAlike(files: readonly BidsFile[]): readonly DatasetIssue[] {
  return ["sub", "task", "ses"].flatMap((key) => {
    const alike = new Map<string, Map<string, string>>();
    for (const { name, path } of files) {
      const label = ownValue(name.entities, key);
      if (label === undefined) continue;
      const loose = `${key === "ses" ? name.entities["sub"] : ""} ${looseText(label)}`;
      const same = alike.get(loose) ?? new Map<string, string>();
      alike.set(loose, same);
      if (!same.has(label)) same.set(label, path);
    }
    return [...alike.values()].flatMap((same) => {
      const [first, ...others] = [...same].sort(([a], [b]) => (a < b ? -1 : 1));
      return others.map(([label, path]) =>
        warning(
          "labels-alike",
          path,
          `labels must differ by more than case, zeros or accents, got ${key}-${label} and ${key}-${first![0]}. They count as two, and some disks hold one of them only: rename the files of one.`,
        ),
      );
    });
  });
}

/** A file whose name says another participant or session than its folder does. */
function inOtherFolder({ name, path }: BidsFile): readonly DatasetIssue[] {
  return path.split("/").flatMap((folder): DatasetIssue[] => {
    const [, key = "", label = ""] = /^(sub|ses)-([^_.]+)$/i.exec(folder) ?? [];
    const own = ownValue(name.entities, key.toLowerCase());
    if (own === undefined || isSameLabel(key, own, label)) return [];
    const message = `a file must lie in the folder of its ${key}, got ${key}-${own} in ${folder}. The name counts: move the file, or rename it.`;
    return [warning("name-contradicts-folder", path, message)];
  });
}
