import { afterEach, describe, expect, it } from "vitest";
import {
  checkModelId,
  explainHub,
  listModel,
  readHubModel,
  selectModelFiles,
} from "../../src/catalogue/hugging-face.ts";
import { NetworkError } from "../../src/errors.ts";
import { createHttpClient } from "../../src/sources/http.ts";
import { expectOnlyFormatErrors } from "../support/fuzz.ts";
import { commit, described, modelFiles, startHub } from "../support/hub.ts";
import { hashOf } from "../support/server.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe("readHubModel", () => {
  it("by hand: commit, sizes, and the checksum of each kind of file", () => {
    const { commit: sha, files } = readHubModel(bytesOf(described(modelFiles)), "api");
    expect(sha).toBe(commit);
    expect(files.find(({ path }) => path === "config.json")).toMatchObject({
      size: 22,
      checksum: { kind: "git-sha1", digest: hashOf(`blob 22\0${modelFiles["config.json"]}`, "sha1") },
    });
    expect(files.find(({ path }) => path === "model.safetensors")).toMatchObject({
      size: 400_000,
      checksum: { kind: "sha256", digest: hashOf(modelFiles["model.safetensors"]!, "sha256") },
    });
  });

  const file = { rfilename: "a", size: 1, blobId: "0".repeat(40) };
  it.each<[unknown, string]>([
    [[], "api: the file must hold a JSON object ({...}), got an array"],
    [{ siblings: [] }, "api: sha must be a commit of 40 hexadecimal digits, got undefined"],
    [{ sha: "main", siblings: [] }, 'api: sha must be a commit of 40 hexadecimal digits, got "main"'],
    [{ sha: commit }, "api: siblings must be a list of files, got none"],
    [{ sha: commit, siblings: [null] }, "api: each file must have rfilename and size, got null"],
    [{ sha: commit, siblings: [{ size: 1 }] }, 'api: each file must have rfilename and size, got {"size":1}'],
    ...[-1, 1.5, "1", null, 1e300].map((size): [unknown, string] => [
      { sha: commit, siblings: [{ ...file, size }] },
      `api: each file must have rfilename and size, got ${JSON.stringify({ ...file, size })}`,
    ]),
    ...[{ blobId: "x" }, { lfs: { sha256: "x" } }, { lfs: {} }].map((change): [unknown, string] => [
      { sha: commit, siblings: [{ ...file, ...change }] },
      `api: each file must have lfs.sha256 or blobId, got ${JSON.stringify({ ...file, ...change })}`,
    ]),
  ])("by hand: refuses %j", (value, message) => {
    expect(() => readHubModel(bytesOf(value), "api")).toThrow(
      expect.objectContaining({ name: "FormatError", message }),
    );
  });

  it("refuses 10,000 damaged answers with a FormatError and nothing else (identity)", async () => {
    await expectOnlyFormatErrors([bytesOf(described(modelFiles))], (bytes) => readHubModel(bytes, "api"));
  }, 60_000);
});

describe("selectModelFiles (by hand)", () => {
  const [tokenizer, weights] = [["tokenizer.json"], ["model.safetensors"]];
  const shards = (n: number, of: string) =>
    Array.from({ length: n }, (_, i) => `model-0000${i + 1}-of-${of}.safetensors`);
  const index = "model.safetensors.index.json";
  const beside = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];
  it.each<[readonly string[], readonly string[], shards?: readonly string[]]>([
    [Object.keys(modelFiles), ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"]],
    [
      ["config.json", "vocab.json", "merges.txt", ...weights],
      ["config.json", "vocab.json", "merges.txt", ...weights],
    ],
    [
      ["config.json", ...tokenizer, index, ...shards(2, "00002"), "onnx/model.onnx"],
      ["config.json", ...tokenizer, index, ...shards(2, "00002")],
      shards(2, "00002"),
    ],
    [
      ["config.json", ...tokenizer, index, "a.safetensors", "b.safetensors", "other.safetensors"],
      ["config.json", ...tokenizer, index, "a.safetensors", "b.safetensors"],
      ["a.safetensors", "b.safetensors"],
    ],
    [
      ["config.json", "vocab.json", "merges.txt", "generation_config.json", ...[...beside].reverse(), ...weights],
      ["config.json", "vocab.json", "merges.txt", ...beside, ...weights],
    ],
    [
      ["config.json", ...tokenizer, index, ...weights, ...shards(2, "00002")],
      ["config.json", ...tokenizer, ...weights],
    ],
  ])("of %j", (names, chosen, named) => {
    expect(selectModelFiles(names, "hub/x", named)).toEqual(chosen);
  });

  it.each<[readonly string[], string]>([
    [["README.md", ".gitattributes"], "hub/x: a model must have config.json, got no file."],
    [
      ["config.json", "vocab.json"],
      "hub/x: a model must have tokenizer.json, or vocab.json and merges.txt, got config.json, vocab.json.",
    ],
    [
      ["config.json", ...tokenizer, "pytorch_model.bin"],
      "hub/x: a model must have model.safetensors, or model.safetensors.index.json with all of its shards, got config.json, tokenizer.json, pytorch_model.bin. Weights in pickled form are not taken: they can run code when they are read.",
    ],
    ...[shards(2, "00003"), [], ["model-00001-of-00000.safetensors"]].map((some): [readonly string[], string] => [
      ["config.json", ...tokenizer, index, ...some],
      `hub/x: a model must have model.safetensors, or model.safetensors.index.json with all of its shards, got ${["config.json", ...tokenizer, index, ...some].join(", ")}.`,
    ]),
    [
      ["config.json", ...tokenizer, ...shards(2, "00002")],
      "hub/x: a model must have model.safetensors, or model.safetensors.index.json with all of its shards, got config.json, tokenizer.json, model-00001-of-00002.safetensors, model-00002-of-00002.safetensors.",
    ],
  ])("refuses %j", (names, message) => {
    expect(() => selectModelFiles(names, "hub/x", shards(3, "00003"))).toThrow(
      expect.objectContaining({ name: "NotFoundError", message }),
    );
  });
});

describe("listModel", () => {
  async function start(files = modelFiles) {
    const [servers, client] = [await startHub(files), createHttpClient()];
    opened.push(servers, client);
    return { ...servers, client };
  }

  it.each(["main", "v1", "refs/pr/1", commit])("by hand: revision %s is pinned to its commit", async (revision) => {
    const { hub, client } = await start();
    const { commit: sha, files } = await listModel(client, "org/small", revision, `${hub.origin}/`);
    expect(sha).toBe(commit);
    expect(files.map(({ path, address }) => [path, address])).toEqual(
      ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"].map((name) => [
        name,
        `${hub.origin}/org/small/resolve/${commit}/${name}`,
      ]),
    );
  });

  it("by hand: the index of the weights tells which files are its shards", async () => {
    const { "model.safetensors": weights, ...others } = modelFiles;
    const index = JSON.stringify({ weight_map: { a: "part-1.safetensors", b: "part-2.safetensors" } });
    const shards = { "part-1.safetensors": weights!, "part-2.safetensors": weights!, "part-3.safetensors": weights! };
    const { hub, client } = await start({ ...others, "model.safetensors.index.json": index, ...shards });
    const { files } = await listModel(client, "org/small", "main", hub.origin);
    const beside = ["config.json", "tokenizer.json", "tokenizer_config.json"];
    expect(files.map(({ path }) => path)).toEqual([
      ...beside,
      "model.safetensors.index.json",
      "part-1.safetensors",
      "part-2.safetensors",
    ]);
  });

  it("by hand: another commit than the one asked for is refused", async () => {
    const { hub, client } = await start();
    const other = "f".repeat(40);
    hub.always(`/api/models/org/small/revision/${other}`, (_, response) =>
      response.end(JSON.stringify(described(modelFiles))),
    );
    await expect(listModel(client, "org/small", other, hub.origin)).rejects.toThrow(
      `the commit must be the one that was asked for, ${other}, got ${commit}. Ask whoever runs the server`,
    );
  });

  const wrongAnswers: readonly [name: string, answer: string, message: string][] = [
    [
      "a web page",
      "<!DOCTYPE html>\n<html><head><title>Sign in to\n WiFi</title></head></html>",
      'the answer must be JSON, got a web page ("Sign in to WiFi"). A proxy, or a network that wants a login, may have sent it: sign in with a browser, check HTTP_PROXY and HTTPS_PROXY, or check the address.',
    ],
    ["nothing", "", "the answer must be JSON, got nothing. Check the address, or ask whoever runs the server."],
    ["a text", "hello", 'the answer must be JSON, got "hello". Check the address, or ask whoever runs the server.'],
    [
      "a list",
      "[1]",
      "the file must hold a JSON object ({...}), got an array. Check the address, or ask whoever runs the server.",
    ],
    [
      "an object of another kind",
      "{}",
      "sha must be a commit of 40 hexadecimal digits, got undefined. Check the address, or ask whoever runs the server.",
    ],
  ];
  it.each(wrongAnswers)("by hand: %s where the model's list must be", async (_, answer, message) => {
    const { hub, client } = await start();
    const path = "/api/models/org/small/revision/main";
    hub.always(path, (_request, response) => response.end(answer));
    await expect(listModel(client, "org/small", "main", hub.origin)).rejects.toMatchObject({
      name: "NetworkError",
      message: `${hub.origin}${path}?blobs=true: ${message}`,
    });
  });

  it("by hand: a model that is not there", async () => {
    const { hub, client } = await start();
    await expect(listModel(client, "org/none", "main", hub.origin)).rejects.toMatchObject({ status: 404 });
  });
});

describe("checkModelId (by hand)", () => {
  it.each(["gpt2", "openai-community/gpt2-large", "a/b.c_d"])("takes %s", (id) => {
    expect(() => checkModelId(id)).not.toThrow();
  });
  it.each(["", "/gpt2", "a/b/c", "a/..", "../x", "a b", "a?b", "a/", "-a", "https://huggingface.co/gpt2"])(
    "refuses %j",
    (id) => {
      expect(() => checkModelId(id)).toThrow(
        `<model>: must be a name on Hugging Face, such as gpt2 or openai-community/gpt2, got ${JSON.stringify(id)}.`,
      );
    },
  );
});

describe("explainHub (by hand)", () => {
  const error = (status?: number) => new NetworkError("x: refused.", status === undefined ? {} : { status });
  it("says how to get access, and leaves other errors alone", () => {
    for (const status of [401, 403, 404]) {
      const [without, withToken] = [explainHub(error(status), "a/b", false), explainHub(error(status), "a/b", true)];
      expect((without as Error).message).toBe(
        'x: refused.\n  Is the name "a/b" right, with its revision? A gated or private model needs an access token in the environment variable HF_TOKEN, from https://huggingface.co/settings/tokens, and access granted on the model\'s page.',
      );
      expect((withToken as Error).message).toBe(
        'x: refused.\n  Is the name "a/b" right, with its revision? If so, the owner of HF_TOKEN must be granted access: ask for it on the model\'s page.',
      );
    }
    for (const other of [error(500), error(), new Error("x")]) expect(explainHub(other, "a/b", false)).toBe(other);
  });
});
