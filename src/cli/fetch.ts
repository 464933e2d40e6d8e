import { ownValue } from "../array/records.ts";
import { huggingFaceAddress } from "../catalogue/hugging-face.ts";
import { templateFlowAddress } from "../catalogue/template-flow.ts";
import { OptionError } from "../errors.ts";
import { formatSize } from "../report/numbers.ts";
import {
  describeSource,
  type FetchedFiles,
  type FetchOptions,
  fetchModel,
  fetchNarratives,
  fetchSurfaces,
  transferBounds,
} from "../study/fetch.ts";
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
export const narrativesCommand: Command = {
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
    const { parsed } = context;
    const options = {
      ...transferOf(context),
      stories: listFlag(parsed, "stories"),
      participants: listFlag(parsed, "participants"),
      hemispheres: listFlag(parsed, "hemispheres"),
      space: parsed.values["space"],
      derivative: parsed.values["derivative"],
      responses: !parsed.switches.has("noResponses"),
      derivativesUrl: parsed.values["derivativesUrl"],
    };
    return tell(context, await fetchNarratives(parsed.positionals["folder"]!, options));
  },
};

/** `cortecast fetch model`. */
export const modelCommand: Command = {
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
    const { positionals, values } = context.parsed;
    const options = { ...transferOf(context), revision: values["revision"] };
    return tell(context, await fetchModel(positionals["model"]!, positionals["folder"]!, options));
  },
};

/** `cortecast fetch surfaces`. */
export const surfacesCommand: Command = {
  usage: {
    name: "fetch surfaces",
    summary: "Fetches meshes, folding and atlases of fsaverage5 or fsaverage6 from TemplateFlow, of both hemispheres.",
    positionals: [{ name: "space", required: true, help: "fsaverage5 or fsaverage6" }, folder],
    flags: { ...transferFlags, baseUrl: baseUrl(templateFlowAddress, "CORTECAST_TEMPLATEFLOW_URL") },
  },
  async run(context) {
    const { positionals } = context.parsed;
    return tell(context, await fetchSurfaces(positionals["space"]!, positionals["folder"]!, transferOf(context)));
  },
};

/** What all three commands take alike. */
function transferOf({ parsed, terminal, signal, environment, date }: CommandContext): FetchOptions {
  return {
    dryRun: parsed.switches.has("dryRun"),
    parallel: numberFlag(parsed, "parallel", transferBounds.parallel),
    attempts: numberFlag(parsed, "attempts", transferBounds.attempts),
    timeout: numberFlag(parsed, "timeout", transferBounds.timeout),
    baseUrl: parsed.values["baseUrl"],
    environment,
    onProgress: terminal.onProgress,
    onNote: (line) => terminal.note(line),
    date,
    signal,
  };
}

/** Tells what was fetched, or would be; returns what `--json` prints. */
function tell({ parsed, terminal }: CommandContext, { files, fetched, present, ...rest }: FetchedFiles): object {
  const { size, ...source } = rest;
  const folder = parsed.positionals["folder"]!;
  if (parsed.switches.has("dryRun")) {
    if (!parsed.switches.has("json")) {
      const width = Math.max(...files.map((file) => formatSize(file.size).length));
      for (const file of files) terminal.print(`${formatSize(file.size).padStart(width)}  ${file.path}`);
      terminal.print(`${files.length} files, ${formatSize(size)} in all, of ${describeSource(source)}`);
    }
    return { ...source, size, files };
  }
  terminal.endProgress();
  terminal.note(fetched.length > 0 ? `Fetched ${fetched.length} files into ${folder}.` : `All files are in ${folder}.`);
  return { ...source, folder, size, fetched, present };
}

function listFlag({ values }: Parsed, key: string): readonly string[] | undefined {
  const text = ownValue(values, key);
  if (text === undefined) return undefined;
  const labels = text.split(",").map((label) => label.trim());
  if (labels.every((label) => /^[A-Za-z0-9+-]+$/.test(label))) return labels;
  throw new OptionError(`must be labels with commas between them, got "${text}".`, { where: flagOf(key) });
}
