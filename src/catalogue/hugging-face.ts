import { FormatError, NetworkError, NotFoundError, OptionError } from "../errors.ts";
import { readJsonObject } from "../formats/json.ts";
import type { HttpClient } from "../sources/http.ts";
import type { RemoteFile } from "../sources/remote-file.ts";
import { readAnswer } from "./answer.ts";
import { modelFile } from "./model-files.ts";
import { readWeightIndex } from "./weight-index.ts";

/** The public server of Hugging Face. */
export const huggingFaceAddress = "https://huggingface.co";

/** A model at one commit. */
export interface HubModel {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: readonly RemoteFile[];
}

/**
 * Checks the name of a model: `gpt2`, or `openai-community/gpt2`.
 *
 * @throws OptionError where it is none
 */
export function checkModelId(id: string): void {
  if (/^\w[\w.-]*(\/\w[\w.-]*)?$/.test(id) && !id.includes("..")) return;
  throw new OptionError(
    `must be a name on Hugging Face, such as gpt2 or openai-community/gpt2, got ${JSON.stringify(id)}.`,
    { where: "<model>" },
  );
}

/**
 * The files of a model that {@link selectModelFiles} takes, at the commit that a revision stands for now.
 *
 * @param revision - a branch, a tag or a commit
 * @throws NetworkError where the server does not give its list, or one that cannot be read
 * @throws NotFoundError where the model lacks a file that is needed
 * @throws FormatError where the list is of another commit than the one that was asked for
 */
export async function listModel(
  client: HttpClient,
  id: string,
  revision = "main",
  address = huggingFaceAddress,
): Promise<HubModel> {
  checkModelId(id);
  const base = address.replace(/\/+$/, "");
  const where = `${base}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const { commit, files } = await readAnswer(client, where, "JSON", readHubModel);
  if (/^[0-9a-f]{40}$/i.test(revision) && revision.toLowerCase() !== commit) {
    throw new FormatError(
      where,
      `the commit must be the one that was asked for, ${revision}, got ${commit}. Ask whoever runs the server`,
    );
  }
  const addressOf = (path: string) => `${base}/${id}/resolve/${commit}/${encodeURIComponent(path)}`;
  const names = files.map(({ path }) => path);
  const needsIndex = !names.includes(modelFile.weights) && names.includes(modelFile.weightIndex);
  const index = needsIndex
    ? await readAnswer(client, addressOf(modelFile.weightIndex), "JSON", readWeightIndex)
    : undefined;
  const chosen = new Set(selectModelFiles(names, `${base}/${id}`, index?.shards));
  return {
    commit,
    files: files.filter(({ path }) => chosen.has(path)).map((file) => ({ ...file, address: addressOf(file.path) })),
  };
}

/**
 * Reads what the Hub's API tells of a model: its commit, and its files with size and checksum (SHA-256 where a file is
 * kept in large file storage, else git's own).
 *
 * @returns files without an address yet
 * @throws FormatError where a field is missing or of another kind
 */
export function readHubModel(bytes: Uint8Array, where: string): HubModel {
  const { sha, siblings } = readJsonObject(bytes, where);
  if (typeof sha !== "string" || !/^[0-9a-f]{40}$/.test(sha))
    throw new FormatError(where, `sha must be a commit of 40 hexadecimal digits, got ${JSON.stringify(sha)}`);
  if (!Array.isArray(siblings)) throw new FormatError(where, "siblings must be a list of files, got none");
  const files = siblings.map((sibling: unknown): RemoteFile => {
    const { rfilename: path, size, blobId, lfs } = (sibling ?? {}) as Readonly<Record<string, unknown>>;
    const { sha256, size: lfsSize } = (lfs ?? {}) as Readonly<Record<string, unknown>>;
    const bytesOf = lfsSize ?? size;
    if (typeof path !== "string" || typeof bytesOf !== "number" || !Number.isSafeInteger(bytesOf) || bytesOf < 0) {
      throw new FormatError(where, `each file must have rfilename and size, got ${JSON.stringify(sibling)}`);
    }
    if (typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256))
      return { path, address: "", size: bytesOf, checksum: { kind: "sha256", digest: sha256 } };
    if (lfs === undefined || lfs === null) {
      if (typeof blobId === "string" && /^[0-9a-f]{40}$/.test(blobId))
        return { path, address: "", size: bytesOf, checksum: { kind: "git-sha1", digest: blobId } };
    }
    throw new FormatError(where, `each file must have lfs.sha256 or blobId, got ${JSON.stringify(sibling)}`);
  });
  return { commit: sha, files };
}

/**
 * The files that `loadLanguageModel` reads, all that are there of {@link modelFile}: configuration, tokenizer
 * (`tokenizer.json`, or else `vocab.json` and `merges.txt`) with what lies beside it, weights (`model.safetensors`, or else
 * index and shards).
 *
 * @param names - of all files of the model
 * @param where - the model's page, for messages
 * @param shards - files that the index of the weights names, where it is needed
 * @throws NotFoundError where one of them is missing
 */
export function selectModelFiles(
  names: readonly string[],
  where: string,
  shards: readonly string[] = [],
): readonly string[] {
  const has = (name: string) => names.includes(name);
  const fail = (what: string, hint = "") => {
    const shown = names.filter((name) => !/^\.|\.md$/.test(name)).slice(0, 20);
    return new NotFoundError(`a model must have ${what}, got ${shown.join(", ") || "no file"}.${hint}`, { where });
  };
  const { config, tokenizer: whole, vocabulary, merges, weights: single, weightIndex, ...beside } = modelFile;
  if (!has(config)) throw fail(config);
  const tokenizer = [[whole], [vocabulary, merges]].find((files) => files.every(has));
  if (!tokenizer) throw fail("tokenizer.json, or vocab.json and merges.txt");
  const isComplete = has(weightIndex) && shards.length > 0 && shards.every(has);
  const weights = has(single) ? [single] : isComplete ? [weightIndex, ...shards] : undefined;
  if (!weights) {
    const hint = names.some((name) => /\.(bin|pt|pth|ckpt)$/.test(name))
      ? " Weights in pickled form are not taken: they can run code when they are read."
      : "";
    throw fail("model.safetensors, or model.safetensors.index.json with all of its shards", hint);
  }
  return [config, ...tokenizer, ...Object.values(beside).filter(has), ...weights];
}

/** An error with what to do where the Hub refuses a model or has none of that name: it answers 401 to both. */
export function explainHub(error: unknown, id: string, hasToken: boolean): unknown {
  if (!(error instanceof NetworkError) || ![401, 403, 404].includes(error.status ?? 0)) return error;
  const remedy = hasToken
    ? `Is the name "${id}" right, with its revision? If so, the owner of HF_TOKEN must be granted access: ask for it on the model's page.`
    : `Is the name "${id}" right, with its revision? A gated or private model needs an access token in the environment variable HF_TOKEN, from https://huggingface.co/settings/tokens, and access granted on the model's page.`;
  const lines = [...error.message.split("\n"), `  ${remedy}`];
  return new NetworkError(lines, error.status === undefined ? {} : { status: error.status }, { cause: error });
}
