import { ownValue } from "../array/records.ts";
import { explainHub, huggingFaceAddress, listModel } from "../catalogue/hugging-face.ts";
import { listNarratives, narrativesAddresses } from "../catalogue/narratives.ts";
import { type FetchedSource, openRecord } from "../catalogue/record.ts";
import { listSurfaces, templateFlowAddress } from "../catalogue/template-flow.ts";
import { OptionError } from "../errors.ts";
import { formatSize } from "../report/numbers.ts";
import { digestOf } from "../sources/checksum.ts";
import { downloadFiles } from "../sources/download.ts";
import { createHttpClient, type HttpClient, type HttpOptions } from "../sources/http.ts";
import { checkWritable, folderStore } from "../sources/node.ts";
import type { RemoteFile } from "../sources/remote-file.ts";
import { checkPlace } from "../study/check-place.ts";
import type { Command, CommandContext } from "./command-line.ts";
import { flagOf } from "./flag-names.ts";
import { type FlagSpecification, numberFlag, type Parsed, type PositionalSpecification } from "./flags.ts";

const folder: PositionalSpecification = { name: "folder", required: true, help: "folder that the files go into" };

const transferFlags: Readonly<Record<string, FlagSpecification>> = {
  dryRun: { type: "switch", group: "transfer", help: "list the files with their sizes, fetch nothing" },
  parallel: { type: "value", group: "transfer", help: "number of files fetched at a time (default: 4)" },
  attempts: {
    type: "value",
    group: "transfer",
    help: "number of tries without progress before a file is given up (default: 8)",
  },
  timeout: {
    type: "value",
    group: "transfer",
    help: "seconds without a byte after which a connection counts as dead (default: 60)",
  },
};

const baseUrl = (fallback: string, variable: string): FlagSpecification => ({
  type: "value",
  group: "transfer",
  help: `address to fetch from (default: ${variable}, else ${fallback})`,
});

/** `cortecast fetch narratives`. */
export const fetchNarratives: Command = {
  usage: {
    name: "fetch narratives",
    summary:
      "Fetches the Narratives data set (OpenNeuro ds002345): description, participants, transcripts, events, and cleaned responses on the surface.",
    positionals: [folder],
    flags: {
      stories: { type: "value", group: "data", help: "stories to fetch, by task- label: pieman,lucy (default: all)" },
      participants: { type: "value", group: "data", help: "participants to fetch: 001,002 (default: all)" },
      hemispheres: { type: "value", group: "data", help: "hemispheres to fetch, L or R (default: both)" },
      space: { type: "value", group: "data", help: "space- label of the responses (default: fsaverage6)" },
      derivative: {
        type: "value",
        group: "data",
        help: "folder below derivatives/ to take responses from (default: afni-nosmooth)",
      },
      noResponses: { type: "switch", group: "data", help: "fetch everything but the responses" },
      ...transferFlags,
      baseUrl: baseUrl("OpenNeuro's bucket", "CORTECAST_OPENNEURO_URL"),
      derivativesUrl: baseUrl("INDI's bucket", "CORTECAST_NARRATIVES_URL"),
    },
  },
  async run(context) {
    const { parsed, environment } = context;
    const query = {
      stories: listFlag(parsed, "stories"),
      participants: listFlag(parsed, "participants"),
      hemispheres: listFlag(parsed, "hemispheres"),
      space: parsed.values["space"],
      derivative: parsed.values["derivative"],
      responses: !parsed.switches.has("noResponses"),
    };
    const addresses = {
      raw: addressOf(parsed, "baseUrl", environment["CORTECAST_OPENNEURO_URL"], narrativesAddresses.raw),
      whole: addressOf(parsed, "derivativesUrl", environment["CORTECAST_NARRATIVES_URL"], narrativesAddresses.whole),
    };
    return await fetchInto(context, {}, async (client) => {
      context.terminal.note("Listing Narratives …");
      const files = await listNarratives(client, query, addresses);
      if (!files.some(({ path }) => /^stimuli\/(?!README)/.test(path))) {
        context.terminal.note(
          `Neither ${addresses.raw} nor ${addresses.whole} has transcripts: put your own into stimuli/.`,
        );
      }
      return { source: { name: "Narratives (OpenNeuro ds002345)" }, files };
    });
  },
};

/** `cortecast fetch model`. */
export const fetchModel: Command = {
  usage: {
    name: "fetch model",
    summary: "Fetches a language model from Hugging Face: configuration, tokenizer and weights of one commit.",
    positionals: [
      { name: "model", required: true, help: "name on Hugging Face, such as openai-community/gpt2" },
      folder,
    ],
    flags: {
      revision: { type: "value", group: "data", help: "branch, tag or commit to fetch (default: main)" },
      ...transferFlags,
      baseUrl: baseUrl(huggingFaceAddress, "HF_ENDPOINT"),
    },
  },
  async run(context) {
    const { parsed, environment } = context;
    const id = parsed.positionals["model"]!;
    const revision = parsed.values["revision"] ?? "main";
    const address = addressOf(parsed, "baseUrl", environment["HF_ENDPOINT"], huggingFaceAddress);
    const token = environment["HF_TOKEN"]?.trim() || undefined;
    const credentials = token === undefined ? undefined : { origin: safeOrigin(address), token };
    try {
      return await fetchInto(context, { credentials }, async (client) => {
        const { commit, files } = await listModel(client, id, revision, address);
        return { source: { name: `Hugging Face model ${id}`, commit, revision }, files };
      });
    } catch (error) {
      throw explainHub(error, id, token !== undefined);
    }
  },
};

/** `cortecast fetch surfaces`. */
export const fetchSurfaces: Command = {
  usage: {
    name: "fetch surfaces",
    summary: "Fetches meshes, folding and atlases of fsaverage5 or fsaverage6 from TemplateFlow, of both hemispheres.",
    positionals: [{ name: "space", required: true, help: "fsaverage5 or fsaverage6" }, folder],
    flags: { ...transferFlags, baseUrl: baseUrl(templateFlowAddress, "CORTECAST_TEMPLATEFLOW_URL") },
  },
  async run(context) {
    const { parsed, environment } = context;
    const space = parsed.positionals["space"]!;
    const address = addressOf(parsed, "baseUrl", environment["CORTECAST_TEMPLATEFLOW_URL"], templateFlowAddress);
    return await fetchInto(context, {}, async (client) => ({
      source: { name: `${space} of TemplateFlow` },
      files: await listSurfaces(client, space, address),
    }));
  },
};

/** Lists what there is, tells its size, and brings it into the folder. */
async function fetchInto(
  { parsed, terminal, signal, environment, date }: CommandContext,
  options: HttpOptions,
  list: (client: HttpClient) => Promise<{ readonly source: FetchedSource; readonly files: readonly RemoteFile[] }>,
): Promise<unknown> {
  const into = parsed.positionals["folder"]!;
  const parallel = numberFlag(parsed, "parallel", { least: 1, most: 64, whole: true });
  const attempts = numberFlag(parsed, "attempts", { least: 1, most: 1000, whole: true });
  const timeout = numberFlag(parsed, "timeout", { least: 1, most: 3600 });
  const isDry = parsed.switches.has("dryRun");
  if (!isDry) {
    await checkWritable(into, "<folder>");
    await checkPlace(into, "<folder>", { sourcedata: true });
  }
  const client = createHttpClient({ environment, attempts, timeout, signal, ...options });
  try {
    const { source, files } = await list(client);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (isDry) {
      const isJson = parsed.switches.has("json");
      const width = Math.max(...files.map((file) => formatSize(file.size).length));
      if (!isJson) {
        for (const file of files) terminal.print(`${formatSize(file.size).padStart(width)}  ${file.path}`);
        terminal.print(`${files.length} files, ${formatSize(size)} in all, of ${describeSource(source)}`);
      }
      return { ...source, size, files };
    }
    const record = await openRecord(folderStore(into), source);
    const { onProgress } = terminal;
    const { present, missing } = await downloadFiles(client, into, files, {
      parallel,
      fetched: record.files,
      onProgress,
      async onPlan({ present, missing, bytesLeft }) {
        await record.add(files, date());
        const there = present.length > 0 ? `, of which ${present.length} are there` : "";
        const left = missing.length > 0 ? `; ${formatSize(bytesLeft)} to fetch` : "";
        terminal.note(`${describeSource(source)}: ${files.length} files, ${formatSize(size)}${there}${left}`);
      },
    });
    // Where the server tells no checksum, ours shows the next call whether somebody changed the file.
    const unchecked = missing.filter(({ checksum }) => checksum === undefined);
    if (unchecked.length > 0) await record.add(await withDigests(into, unchecked), date());
    terminal.endProgress();
    terminal.note(missing.length > 0 ? `Fetched ${missing.length} files into ${into}.` : `All files are in ${into}.`);
    const paths = (some: readonly RemoteFile[]) => some.map(({ path }) => path);
    return { ...source, folder: into, size, fetched: paths(missing), present: paths(present) };
  } finally {
    await client.close();
  }
}

async function withDigests(into: string, files: readonly RemoteFile[]): Promise<RemoteFile[]> {
  const noted: RemoteFile[] = [];
  for (const file of files) {
    const digest = await digestOf("sha256", file.size, folderStore(into).stream(file.path));
    noted.push({ ...file, checksum: { kind: "sha256", digest } });
  }
  return noted;
}

function describeSource({ name, commit }: FetchedSource): string {
  return commit === undefined ? name : `${name} at ${commit.slice(0, 12)}`;
}

function listFlag({ values }: Parsed, key: string): readonly string[] | undefined {
  const text = ownValue(values, key);
  if (text === undefined) return undefined;
  const labels = text.split(",").map((label) => label.trim());
  if (labels.every((label) => /^[A-Za-z0-9+-]+$/.test(label))) return labels;
  throw new OptionError(`must be labels with commas between them, got "${text}".`, { where: flagOf(key) });
}

function addressOf({ values }: Parsed, key: string, variable: string | undefined, fallback: string): string {
  const address = ownValue(values, key) ?? (variable?.trim() || fallback);
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  throw new OptionError(`must be an address such as ${fallback}, got "${address}".`, { where: flagOf(key) });
}

/** The one server that a token is for. */
function safeOrigin(address: string): string {
  const { protocol, hostname, origin } = new URL(address);
  if (protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return origin;
  throw new OptionError(
    `must begin with https:// where HF_TOKEN is set, got "${address}": anybody on the way could read the token. Unset one of them.`,
    { where: "--base-url" },
  );
}
