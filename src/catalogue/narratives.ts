import { ownValue } from "../array/records.ts";
import { hemisphereOf, normalText } from "../bids/identity.ts";
import { parseBidsName } from "../bids/name.ts";
import { NotFoundError, nearestNames } from "../errors.ts";
import type { HttpClient } from "../sources/http.ts";
import type { RemoteFile } from "../sources/remote-file.ts";
import { listS3, type S3Object, s3File, s3Folder } from "./s3-listing.ts";

/** The part of Narratives that is wanted; undefined is all. */
export interface NarrativesQuery {
  /** Labels of `task-`. */
  readonly stories?: readonly string[] | undefined;
  /** With or without `sub-`. */
  readonly participants?: readonly string[] | undefined;
  /** Default: both. */
  readonly hemispheres?: readonly string[] | undefined;
  /** Label of `space-`. Default: fsaverage6. */
  readonly space?: string | undefined;
  /** Folder of the derivatives. Default: afni-nosmooth. */
  readonly derivative?: string | undefined;
  /** Whether responses are fetched. Default: true. */
  readonly responses?: boolean | undefined;
}

/** Where Narratives lies: the raw data set at OpenNeuro; all of it, with transcripts and derivatives, at INDI. */
export interface NarrativesAddresses {
  readonly raw: string;
  readonly whole: string;
}

/** The public ones. */
export const narrativesAddresses: NarrativesAddresses = {
  raw: "https://s3.amazonaws.com/openneuro.org/ds002345",
  whole: "https://s3.amazonaws.com/fcp-indi/data/Projects/narratives",
};

/** A request with every default filled in. */
type WantedFiles = Required<{ readonly [K in keyof NarrativesQuery]: NonNullable<NarrativesQuery[K]> | undefined }>;

/**
 * The files of Narratives that a study needs: description, participants, scans to exclude, transcripts with word times,
 * and for the stories and participants that are wanted events, sidecars and responses.
 *
 * @throws NotFoundError where nothing is of a story, a participant, a space, a hemisphere or a derivative that is asked for
 * @throws NetworkError, FormatError where a server does not give its listing
 * @see Nastase et al. 2021, https://doi.org/10.1038/s41597-021-01033-3
 */
export async function listNarratives(
  client: HttpClient,
  query: NarrativesQuery = {},
  addresses: NarrativesAddresses = narrativesAddresses,
): Promise<readonly RemoteFile[]> {
  const wanted: WantedFiles = {
    stories: query.stories?.map(normalText),
    participants: query.participants?.map((name) => normalText(name).replace(/^sub-/i, "")),
    hemispheres: query.hemispheres?.map((word) => hemisphereOf(word) ?? word),
    space: query.space ?? "fsaverage6",
    derivative: query.derivative ?? "afni-nosmooth",
    responses: query.responses ?? true,
  };
  const raw = await listRaw(client, wanted, addresses);
  return wanted.responses ? [...raw, ...(await listResponses(client, wanted, addresses))] : raw;
}

async function listRaw(client: HttpClient, wanted: WantedFiles, addresses: NarrativesAddresses): Promise<RemoteFile[]> {
  const folder = s3Folder(addresses.raw, "`baseUrl`");
  const toFile = (object: S3Object) => s3File(folder, object, object.key.slice(folder.prefix.length));
  const inRoot = await listS3(client, folder, "", "/");
  const files = inRoot.objects
    .map(toFile)
    .filter(({ path }) => /^(README(\.md)?|CHANGES|\w[\w-]*\.(json|tsv))$/.test(path));
  if (!files.some(({ path }) => path === "dataset_description.json")) {
    throw new NotFoundError(
      `a data set must have dataset_description.json, got ${inRoot.objects.length} other files. Is the address right?`,
      { where: addresses.raw },
    );
  }
  files.push(...(await listEither(client, addresses, "stimuli/", isOfStimuli)));
  files.push(...(await listEither(client, addresses, "code/", (path) => path === "code/scan_exclude.json")));

  const ofRuns = (await listSubjects(client, folder, "", wanted.participants)).map(toFile).filter(({ path }) => {
    const name = parseBidsName(path);
    return name !== undefined && /^(events\.tsv|bold\.json)$/.test(name.suffix + name.extension);
  });
  checkAsked(addresses.raw, wanted, ofRuns);
  files.push(...ofRuns.filter(({ path }) => isWanted(path, wanted)));
  return files;
}

async function listResponses(
  client: HttpClient,
  wanted: WantedFiles,
  addresses: NarrativesAddresses,
): Promise<readonly RemoteFile[]> {
  const folder = s3Folder(addresses.whole, "`derivativesUrl`");
  const below = `derivatives/${wanted.derivative}/`;
  const toFile = (object: S3Object) => s3File(folder, object, object.key.slice(folder.prefix.length));
  const inRoot = (await listS3(client, folder, below, "/")).objects.map(toFile);
  const all = (await listSubjects(client, folder, below, wanted.participants)).map(toFile);
  if (inRoot.length + all.length === 0) {
    const { folders } = await listS3(client, folder, "derivatives/", "/");
    const known = folders.map((name) => name.slice(folder.prefix.length).split("/")[1]!);
    throw new NotFoundError(
      `the derivative must be one of those there, got "${wanted.derivative}". ${nearestNames(wanted.derivative!, known)}`,
      { where: addresses.whole },
    );
  }
  const inSpace = all.filter(({ path }) => parseBidsName(path)?.entities["space"] === wanted.space);
  if (inSpace.length === 0) throw notFetchable(addresses.whole, "space", wanted.space!, labelsOf(all, "space"));
  const ofStories = inSpace.filter(({ path }) => isWanted(path, wanted) && isResponse(path));
  const hemispheres = labelsOf(ofStories, "hemi");
  for (const hemi of wanted.hemispheres ?? [])
    if (!hemispheres.includes(hemi)) throw notFetchable(addresses.whole, "hemi", hemi, hemispheres);
  const chosen = ofStories.filter(({ path }) => {
    const hemi = parseBidsName(path)?.entities["hemi"];
    return wanted.hemispheres === undefined || hemi === undefined || wanted.hemispheres.includes(hemi);
  });
  return [...inRoot.filter(({ path }) => /\/(README|\w[\w-]*\.json)$/.test(path)), ...chosen];
}

/** Objects below the folders of the participants. */
async function listSubjects(
  client: HttpClient,
  folder: ReturnType<typeof s3Folder>,
  below: string,
  participants: readonly string[] | undefined,
): Promise<readonly S3Object[]> {
  const prefixes = participants?.map((label) => `${below}sub-${label}/`) ?? [`${below}sub-`];
  const found: S3Object[] = [];
  for (const prefix of prefixes) found.push(...(await listS3(client, folder, prefix)).objects);
  return found;
}

/** The files of a folder that one of the two has or both have: then the raw data set's. */
async function listEither(
  client: HttpClient,
  { raw, whole }: NarrativesAddresses,
  within: string,
  isMeant: (path: string) => boolean,
): Promise<readonly RemoteFile[]> {
  const found = new Map<string, RemoteFile>();
  for (const folder of [s3Folder(whole, "`derivativesUrl`"), s3Folder(raw, "`baseUrl`")]) {
    for (const object of (await listS3(client, folder, within)).objects) {
      const path = object.key.slice(folder.prefix.length);
      if (isMeant(path)) found.set(path, s3File(folder, object, path));
    }
  }
  return [...found.values()];
}

function isOfStimuli(path: string): boolean {
  return /^stimuli\/(README|gentle\/[^/]+\/align\.csv|transcripts\/[^/]+\.txt|[^/]+\.(TextGrid|tsv))$/.test(path);
}

function isResponse(path: string): boolean {
  const { extension = "", suffix = "" } = parseBidsName(path) ?? {};
  return [".func.gii", ".nii.gz", ".json", ".tsv"].includes(extension) && ["", "bold", "timeseries"].includes(suffix);
}

function isWanted(path: string, { stories, participants }: WantedFiles): boolean {
  const { sub = "", task = "" } = parseBidsName(path)?.entities ?? {};
  return (stories?.includes(task) ?? task !== "") && (participants?.includes(sub) ?? true);
}

function checkAsked(where: string, { stories, participants }: WantedFiles, files: readonly RemoteFile[]): void {
  for (const [key, labels] of [
    ["sub", participants],
    ["task", stories],
  ] as const) {
    const known = labelsOf(files, key);
    for (const label of labels ?? []) if (!known.includes(label)) throw notFetchable(where, key, label, known);
  }
}

function labelsOf(files: readonly RemoteFile[], key: string): readonly string[] {
  const labels = files.map(({ path }) => ownValue(parseBidsName(path)?.entities ?? {}, key));
  return [...new Set(labels.filter((label) => label !== undefined))].sort();
}

function notFetchable(where: string, key: string, label: string, known: readonly string[]): NotFoundError {
  return new NotFoundError(`${key}-${label} must be among the files there. ${nearestNames(label, known)}`, { where });
}
