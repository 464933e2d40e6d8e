import { checkArgument } from "../array/arguments.ts";
import { explainHub, huggingFaceAddress, listModel } from "../catalogue/hugging-face.ts";
import { listNarratives, type NarrativesQuery, narrativesAddresses } from "../catalogue/narratives.ts";
import { type FetchedSource, openRecord } from "../catalogue/record.ts";
import { listSurfaces, templateFlowAddress } from "../catalogue/template-flow.ts";
import { OptionError, optionName } from "../errors.ts";
import { formatSize } from "../report/numbers.ts";
import { digestOf } from "../sources/checksum.ts";
import type { HttpClient, HttpOptions } from "../sources/http.ts";
import { checkWritable, folderStore } from "../sources/node.ts";
import type { RemoteFile } from "../sources/remote-file.ts";
import { checkPlace } from "./check-place.ts";
import { type StudyTools, toolsOf } from "./tools.ts";

/** How files are fetched. */
export interface FetchOptions extends Omit<StudyTools, "command"> {
  /** Whether files are listed alone (default: they are fetched). */
  readonly dryRun?: boolean | undefined;
  /** Files at a time, 1 to 64. Default: 4. */
  readonly parallel?: number | undefined;
  /** Tries in a row without progress before a file is given up, 1 to 1,000. Default: 8. */
  readonly attempts?: number | undefined;
  /** Seconds without a byte that end a connection, 1 to 3,600. Default: 60. */
  readonly timeout?: number | undefined;
  /** Address to fetch from. Default: what the environment says, else the public one. */
  readonly baseUrl?: string | undefined;
  /** Proxies, tokens and addresses (`HTTPS_PROXY`, `HF_TOKEN`, `HF_ENDPOINT`, ...). Default: the environment of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** What of Narratives is fetched, and how. */
export interface FetchNarrativesOptions extends FetchOptions, NarrativesQuery {
  /** Address of the whole data set, with transcripts and responses; `baseUrl` is that of the raw one. */
  readonly derivativesUrl?: string | undefined;
}

/** Which version of a model is fetched, and how. */
export interface FetchModelOptions extends FetchOptions {
  /** Branch, tag or commit. Default: main. */
  readonly revision?: string | undefined;
}

/** What was fetched, or would be. */
export interface FetchedFiles extends FetchedSource {
  /** Bytes of all files. */
  readonly size: number;
  readonly files: readonly RemoteFile[];
  /** Paths of the files that were fetched by this call; none of a dry run. */
  readonly fetched: readonly string[];
  /** Paths of the files that were there; none of a dry run, which does not look. */
  readonly present: readonly string[];
}

/** The numbers of {@link FetchOptions} and their bounds. */
export const transferBounds = {
  parallel: { least: 1, most: 64, whole: true },
  attempts: { least: 1, most: 1000, whole: true },
  timeout: { least: 1, most: 3600, whole: false },
} as const;

/**
 * Brings the Narratives data set into a folder: description, participants, transcripts, events, and cleaned responses on the
 * surface, of the stories and participants that are asked for. What is there is not fetched again, and what was cut off goes on.
 *
 * @throws OptionError where an option cannot be used, or the folder holds other files
 * @throws NotFoundError where nothing is of what is asked for
 * @throws NetworkError, FormatError where a server does not give what it lists
 */
export async function fetchNarratives(folder: string, options: FetchNarrativesOptions = {}): Promise<FetchedFiles> {
  const { environment, onNote } = checkFetch("fetchNarratives", folder, options);
  const { stories, participants, hemispheres, space, derivative, responses } = options;
  for (const [key, labels] of Object.entries({ stories, participants, hemispheres }))
    if (labels !== undefined) checkArgument(`fetchNarratives: ${key}`, labels, "a list of texts");
  const addresses = {
    raw: addressOf("baseUrl", options.baseUrl, environment["CORTECAST_OPENNEURO_URL"], narrativesAddresses.raw),
    whole: addressOf(
      "derivativesUrl",
      options.derivativesUrl,
      environment["CORTECAST_NARRATIVES_URL"],
      narrativesAddresses.whole,
    ),
  };
  const query = { stories, participants, hemispheres, space, derivative, responses };
  return fetchInto(folder, { ...options, environment }, {}, async (client) => {
    onNote("Listing Narratives …");
    const files = await listNarratives(client, query, addresses);
    if (!files.some(({ path }) => /^stimuli\/(?!README)/.test(path)))
      onNote(`Neither ${addresses.raw} nor ${addresses.whole} has transcripts: put your own into stimuli/.`);
    return { source: { name: "Narratives (OpenNeuro ds002345)" }, files };
  });
}

/**
 * Brings a language model from Hugging Face into a folder: configuration, tokenizer and weights of one commit. What is there is
 * not fetched again, and what was cut off goes on.
 *
 * @param model - its name there: `"gpt2"`, `"openai-community/gpt2-large"`
 * @throws OptionError where an option cannot be used, or the folder holds other files, or another version
 * @throws NotFoundError where the model lacks a file that is needed
 * @throws NetworkError, FormatError where the server does not give what it lists
 */
export async function fetchModel(
  model: string,
  folder: string,
  options: FetchModelOptions = {},
): Promise<FetchedFiles> {
  checkArgument("fetchModel: model", model, "a text");
  const { environment } = checkFetch("fetchModel", folder, options);
  const revision = options.revision ?? "main";
  const address = addressOf("baseUrl", options.baseUrl, environment["HF_ENDPOINT"], huggingFaceAddress);
  const token = environment["HF_TOKEN"]?.trim() || undefined;
  const credentials = token === undefined ? undefined : { origin: safeOrigin(address), token };
  try {
    return await fetchInto(folder, { ...options, environment }, { credentials }, async (client) => {
      const { commit, files } = await listModel(client, model, revision, address);
      return { source: { name: `Hugging Face model ${model}`, commit, revision }, files };
    });
  } catch (error) {
    throw explainHub(error, model, token !== undefined);
  }
}

/**
 * Brings meshes, folding and atlases of a surface from TemplateFlow into a folder, both hemispheres. What is there is not
 * fetched again, and what was cut off goes on.
 *
 * @param space - `"fsaverage5"` or `"fsaverage6"`
 * @throws OptionError where an option cannot be used, or the folder holds other files
 * @throws NotFoundError where there is no such space
 * @throws NetworkError, FormatError where the server does not give what it lists
 */
export async function fetchSurfaces(space: string, folder: string, options: FetchOptions = {}): Promise<FetchedFiles> {
  checkArgument("fetchSurfaces: space", space, "a text");
  const { environment } = checkFetch("fetchSurfaces", folder, options);
  const address = addressOf("baseUrl", options.baseUrl, environment["CORTECAST_TEMPLATEFLOW_URL"], templateFlowAddress);
  return fetchInto(folder, { ...options, environment }, {}, async (client) => ({
    source: { name: `${space} of TemplateFlow` },
    files: await listSurfaces(client, space, address),
  }));
}

/** Checks what all three have in common, before anything is asked of a server. */
function checkFetch(where: string, folder: string, options: FetchOptions) {
  checkArgument(`${where}: folder`, folder, "a text");
  const tools = toolsOf(`${where}: options`, options);
  for (const [key, { least, most, whole }] of Object.entries(transferBounds)) {
    const value = options[key as keyof typeof transferBounds];
    if (value === undefined) continue;
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) continue;
    throw new OptionError(`must be a ${whole ? "whole " : ""}number from ${least} to ${most}, got ${value}.`, {
      where: optionName(key),
    });
  }
  return { ...tools, environment: options.environment ?? process.env };
}

/** Lists what there is, tells its size, and brings it into the folder. */
async function fetchInto(
  folder: string,
  options: FetchOptions,
  more: HttpOptions,
  list: (client: HttpClient) => Promise<{ readonly source: FetchedSource; readonly files: readonly RemoteFile[] }>,
): Promise<FetchedFiles> {
  const { onProgress, onNote, date, signal } = toolsOf("fetch: options", options);
  const { dryRun = false, parallel, attempts, timeout, environment } = options;
  if (!dryRun) {
    await checkWritable(folder, "`folder`");
    await checkPlace(folder, "`folder`", { sourcedata: true });
  }
  // Loaded when something is fetched, and not with the library.
  const { createHttpClient } = await import("../sources/http.ts");
  const { downloadFiles } = await import("../sources/download.ts");
  const client = createHttpClient({ environment, attempts, timeout, signal, ...more });
  try {
    const { source, files } = await list(client);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (dryRun) return { ...source, size, files, fetched: [], present: [] };
    const record = await openRecord(folderStore(folder), source);
    const { present, missing } = await downloadFiles(client, folder, files, {
      parallel,
      fetched: record.files,
      onProgress,
      async onPlan({ present, missing, bytesLeft }) {
        await record.add(files, date());
        const there = present.length > 0 ? `, of which ${present.length} are there` : "";
        const left = missing.length > 0 ? `; ${formatSize(bytesLeft)} to fetch` : "";
        onNote(`${describeSource(source)}: ${files.length} files, ${formatSize(size)}${there}${left}`);
      },
    });
    // Where the server tells no checksum, ours shows the next call whether somebody changed the file.
    const unchecked = missing.filter(({ checksum }) => checksum === undefined);
    if (unchecked.length > 0) await record.add(await withDigests(folder, unchecked), date());
    const paths = (some: readonly RemoteFile[]) => some.map(({ path }) => path);
    return { ...source, size, files, fetched: paths(missing), present: paths(present) };
  } finally {
    await client.close();
  }
}

async function withDigests(folder: string, files: readonly RemoteFile[]): Promise<RemoteFile[]> {
  const noted: RemoteFile[] = [];
  for (const file of files) {
    const digest = await digestOf("sha256", file.size, folderStore(folder).stream(file.path));
    noted.push({ ...file, checksum: { kind: "sha256", digest } });
  }
  return noted;
}

/** Where files are from, for people: `Hugging Face model gpt2 at 607a30d783df`. */
export function describeSource({ name, commit }: FetchedSource): string {
  return commit === undefined ? name : `${name} at ${commit.slice(0, 12)}`;
}

function addressOf(key: string, given: string | undefined, variable: string | undefined, fallback: string): string {
  const address = given ?? (variable?.trim() || fallback);
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  throw new OptionError(`must be an address such as ${fallback}, got "${address}".`, { where: optionName(key) });
}

/** The one server that a token is for. */
function safeOrigin(address: string): string {
  const { protocol, hostname, origin } = new URL(address);
  if (protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return origin;
  throw new OptionError(
    `must begin with https:// where HF_TOKEN is set, got "${address}": anybody on the way could read the token. Unset one of them.`,
    { where: optionName("baseUrl") },
  );
}
