import { join } from "node:path";
import { type DatasetIssue, listSome, OptionError } from "../errors.ts";
import { folderBeside, isMountPoint } from "../sources/beside.ts";
import { checkWritable, folderStore } from "../sources/node.ts";
import { readText, type Store } from "../sources/source.ts";
import { participantFolders } from "./claim.ts";
import type { StudyOptions } from "./options.ts";
import { hasRecord } from "./participant-record.ts";

/** Where activations, designs and scores are kept. */
export interface CachePlace {
  readonly folder: string;
  /**
   * - `given`: an option names it;
   * - `beside`: beside the output folder, as without the option;
   * - `within`: in the output folder, where earlier versions kept it;
   * - `nowhere`: the output folder is the root of a file system, so that an option must name it.
   */
  readonly kind: "given" | "beside" | "within" | "nowhere";
  /** What the user should know of the place, as notes. */
  readonly issues: readonly DatasetIssue[];
}

/** Folders of a cache, each of files or folders named by a SHA-256. */
const parts = ["activations", "designs", "scores"] as const;

const tagPath = "CACHEDIR.TAG";

/**
 * The content of `CACHEDIR.TAG`: it tells programs that make backups that a folder is a cache, and cortecast that it is its own.
 *
 * @see https://bford.info/cachedir/
 */
const tag = `Signature: 8a477f597d28d172789f06886806bc55
# This file was written by cortecast, which keeps activations, designs and scores in this folder.
# The folder may be deleted when no run is under way: what is needed again is computed again.
`;

/**
 * Where a study keeps what it computes: where the options say, else in `<output>-cache`, beside the output folder. A
 * derivative of BIDS holds no cache, so it is not in the output folder. A cache that an earlier version left there is used
 * further. Nothing is written.
 *
 * @see folderBeside for links, `.` and roots
 */
export async function cachePlace({ cache, output }: Pick<StudyOptions, "cache" | "output">): Promise<CachePlace> {
  if (cache !== undefined) return { folder: cache, kind: "given", issues: [] };
  const within = join(output, "cache");
  const isWithin = (await contentOf(folderStore(within))) === "cache";
  const beside = await folderBeside(output, "-cache");
  if (beside === undefined) return { folder: within, kind: isWithin ? "within" : "nowhere", issues: [] };
  const content = await contentOf(folderStore(beside));
  if (isWithin && content !== "cache") {
    const message = `the cache is in the results, where earlier versions kept it, and goes on being used there. BIDS wants none in a derivative: once no run is under way, move the folder to ${beside}, where it is found.`;
    return { folder: within, kind: "within", issues: [note(within, message)] };
  }
  const issues: DatasetIssue[] = [];
  if (isWithin) {
    const message = `a cache of an earlier version, which is not used, since there is one at ${beside}. Copy what it holds into that one (files of the same name are the same), or delete it.`;
    issues.push(note(within, message));
  } else if (content === "nothing" && (await hasRecords(folderStore(output)))) {
    const message = `there are results, but no cache beside them (${beside}): what is not found there is computed anew. If they were moved, move their cache likewise, or name it with \`cache\`.`;
    issues.push(note(output, message));
  }
  if (await isMountPoint(output)) {
    const message = `the cache is on another file system than the results, which are at the root of theirs (${output}). In a container it may go when the container goes: name a folder that stays with \`cache\`.`;
    issues.push(note(beside, message));
  }
  return { folder: beside, kind: "beside", issues };
}

async function hasRecords(output: Store): Promise<boolean> {
  for (const participant of await participantFolders(output)) if (await hasRecord(output, participant)) return true;
  return false;
}

const note = (path: string, message: string): DatasetIssue => ({
  severity: "note",
  code: "cache-place",
  path,
  message,
});

/**
 * Checks that a cache may be written where it is to be, and that what lies there is not somebody's own.
 *
 * @throws OptionError where it may not, where other files lie in the folder beside the results, or where none can lie there
 */
export async function checkCachePlace({ folder, kind }: CachePlace, output: string): Promise<void> {
  if (kind === "nowhere") {
    throw new OptionError(
      `must be given where \`output\` is the root of a file system, which nothing lies beside, got nothing (${output}). Name a folder.`,
      { where: "`cache`" },
    );
  }
  if (kind !== "beside") return checkWritable(folder, "`cache`");
  await checkWritable(folder, "`cache`, without which it is beside `output`");
  const store = folderStore(folder);
  if ((await contentOf(store)) !== "other") return;
  const names = (await store.list("")).map(({ name }) => name);
  throw new OptionError(
    `must be given where the folder beside \`output\` is no cache of cortecast's, got none (${folder} holds ${listSome(names)}). Name another folder, or move that one away.`,
    { where: "`cache`" },
  );
}

/** Says in the folder beside the results that it is a cache, before anything else is written into it. */
export async function markCache({ folder, kind }: CachePlace): Promise<void> {
  const store = folderStore(folder);
  if (kind === "beside" && !(await store.has(tagPath))) await store.write(tagPath, tag);
}

/** Whether there is a cache of ours at a place. */
export async function isCacheThere({ folder }: CachePlace): Promise<boolean> {
  return (await contentOf(folderStore(folder))) === "cache";
}

/** What a folder holds: a cache of ours, with or without the file that says so; other files; or nothing. */
async function contentOf(store: Store): Promise<"cache" | "other" | "nothing"> {
  // Files that a writer or a check has there for a moment are passed over.
  const entries = (await store.list("")).filter(({ name }) => !/^\.cortecast-|\.partial$/.test(name));
  if (entries.length === 0) return "nothing";
  if (await store.has(tagPath)) return (await readText(store, tagPath)).includes("cortecast") ? "cache" : "other";
  for (const { name, kind } of entries) {
    if (kind !== "folder" || !(parts as readonly string[]).includes(name)) return "other";
    if (!(await store.list(name)).every((entry) => /^[0-9a-f]{64}(?:$|\.)/.test(entry.name))) return "other";
  }
  return "cache";
}
