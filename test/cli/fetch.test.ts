import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { loadDataset } from "../../src/bids/dataset.ts";
import { findResponses } from "../../src/responses/find.ts";
import { folderStore } from "../../src/sources/node.ts";
import { startBuckets } from "../support/bucket.ts";
import { commit, modelFiles, startHub } from "../support/hub.ts";
import { smallNarratives } from "../support/narratives.ts";
import { startServer, status, type TestServer } from "../support/server.ts";
import { templateFlowFiles } from "../support/template-flow.ts";
import { run, runWith } from "./run.ts";

const root = mkdtempSync(join(tmpdir(), "cortecast-fetch-"));
afterAll(() => rmSync(root, { recursive: true }));
let nFolders = 0;
const newFolder = () => join(root, `into-${nFolders++}`);
const inFolder = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
async function startSmallHub(settings: Parameters<typeof startHub>[1] = {}) {
  const servers = await startHub(modelFiles, settings);
  opened.push(servers);
  return { ...servers, environment: { HF_ENDPOINT: servers.hub.origin } };
}
const chosen = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];

describe("cortecast fetch model (by hand)", () => {
  test("the files of one commit, and a note of where they are from", async () => {
    const { environment } = await startSmallHub();
    const folder = newFolder();
    const first = await runWith(environment, "fetch", "model", "org/small", folder);
    expect(first).toEqual({
      code: 0,
      stdout: "",
      stderr: [
        "Hugging Face model org/small at 0123456789ab: 4 files, 400.0 kB; 400.0 kB to fetch",
        `Fetched 4 files into ${folder}.`,
        "",
      ].join("\n"),
    });
    expect(inFolder(folder)).toEqual([".cortecast-source.json", ...chosen]);
    for (const name of chosen) expect(readFileSync(join(folder, name), "utf8")).toBe(modelFiles[name]);
    const note = JSON.parse(readFileSync(join(folder, ".cortecast-source.json"), "utf8")) as Record<string, unknown>;
    expect(note).toMatchObject({ name: "Hugging Face model org/small", commit, revision: "main" });
    expect(Object.keys(note["files"] as object)).toEqual(chosen);

    const second = await runWith(environment, "fetch", "model", "org/small", folder, "--json");
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ commit, folder, fetched: [], size: 400_027 });
    const third = await runWith(environment, "fetch", "model", "org/small", folder);
    expect(third.stderr).toBe(
      `Hugging Face model org/small at 0123456789ab: 4 files, 400.0 kB, of which 4 are there\nAll files are in ${folder}.\n`,
    );
  });

  test("--dry-run lists the files with their sizes, and fetches and writes nothing", async () => {
    const { hub, store, environment } = await startSmallHub();
    const folder = newFolder();
    const argv = ["fetch", "model", "org/small", folder, "--dry-run"];
    const { code, stdout, stderr } = await runWith(environment, ...argv);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n")).toEqual([
      "    22 B  config.json",
      "     2 B  tokenizer.json",
      "     3 B  tokenizer_config.json",
      "400.0 kB  model.safetensors",
      "4 files, 400.0 kB in all, of Hugging Face model org/small at 0123456789ab",
      "",
    ]);
    expect([hub.asked.length, store.asked.length]).toEqual([1, 0]);
    expect(() => readdirSync(folder)).toThrow(/ENOENT/);
    const json = await runWith(environment, ...argv, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ size: 400_027, files: [{ path: "config.json" }, {}, {}, {}] });
  });

  test("a token goes to the hub, and not to where the hub sends for the weights", async () => {
    const { hub, store, environment } = await startSmallHub({ token: "hf_secret" });
    const folder = newFolder();
    const { code } = await runWith({ ...environment, HF_TOKEN: "hf_secret\n" }, "fetch", "model", "org/small", folder);
    expect(code).toBe(0);
    expect(new Set(hub.asked.map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer hf_secret"]));
    expect(store.asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ["/model.safetensors", undefined],
    ]);
  });

  test("a gated model without a token, and with the token of somebody who has no access", async () => {
    const { environment } = await startSmallHub({ token: "hf_secret" });
    const without = await runWith(environment, "fetch", "model", "org/small", newFolder());
    expect(without.code).toBe(1);
    expect(without.stderr).toMatch(
      /every file must arrive, got 0 of 4\..*\n {2}error: config\.json: \S+: the server must give it, got status 401\./,
    );
    expect(without.stderr).toMatch(
      /a gated or private model needs an access token in the environment variable HF_TOKEN/i,
    );
    const stranger = await runWith(
      { ...environment, HF_TOKEN: "hf_other" },
      "fetch",
      "model",
      "org/small",
      newFolder(),
    );
    expect(stranger.stderr).toMatch(/got status 403\.[\s\S]*the owner of HF_TOKEN must be granted access/);
    expect(without.stderr + stranger.stderr).not.toContain("hf_");
  });

  test("a token is not sent where anybody on the way could read it", async () => {
    const address = "http://hub.example.org";
    const argv = ["fetch", "model", "org/small", newFolder(), "--base-url", address];
    expect((await runWith({ HF_TOKEN: "x" }, ...argv)).stderr).toMatch(
      /^cortecast: --base-url: must begin with https:\/\/ where HF_TOKEN is set, got "http:\/\/hub\.example\.org"/,
    );
  });

  test("a folder of another version is refused, and told how to go on with its own", async () => {
    const { hub, environment } = await startSmallHub();
    const folder = newFolder();
    await runWith(environment, "fetch", "model", "org/small", folder);
    const moved = commit.replace("0", "f");
    const answer = JSON.stringify({ sha: moved, siblings: [] });
    hub.always("/api/models/org/small/revision/main", (_, response) =>
      response.end(answer.replace("[]", JSON.stringify(siblings))),
    );
    const { code, stderr } = await runWith(environment, "fetch", "model", "org/small", folder);
    expect([code, stderr]).toEqual([
      1,
      `cortecast: ${folder}: the folder must hold files of one version, got those of ${commit} where ${moved} is asked for. Give another folder, or --revision ${commit}.\n`,
    ]);
    expect((await runWith(environment, "fetch", "model", "org/small", folder, "--revision", commit)).code).toBe(0);
  });
  const siblings = ["config.json", "tokenizer.json", "model.safetensors"].map((rfilename) => ({
    rfilename,
    size: 1,
    blobId: "0".repeat(40),
  }));
});

describe("cortecast fetch surfaces (by hand)", () => {
  test("meshes and atlases lie in the folder itself", async () => {
    const server = await startServer(templateFlowFiles("10k"));
    opened.push(server);
    const folder = newFolder();
    const environment = { CORTECAST_TEMPLATEFLOW_URL: server.origin };
    const { code, stderr } = await runWith(environment, "fetch", "surfaces", "fsaverage5", folder);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`Fetched 15 files into ${folder}.`)]);
    const names = Object.keys(templateFlowFiles("10k")).map((path) => path.slice("/tpl-fsaverage/".length));
    expect(inFolder(folder)).toEqual([".cortecast-source.json", ...names].sort());
  });
});

describe("cortecast fetch narratives (by hand)", () => {
  async function start(): Promise<{ server: TestServer; environment: Record<string, string> }> {
    const server = await startBuckets(smallNarratives());
    opened.push(server);
    const environment = {
      CORTECAST_OPENNEURO_URL: `${server.origin}/openneuro.org/ds002345`,
      CORTECAST_NARRATIVES_URL: `${server.origin}/fcp-indi/data/Projects/narratives`,
    };
    return { server, environment };
  }

  test("a data set that a study can be made of; more of it later, into the same folder", async () => {
    const { environment } = await start();
    const folder = newFolder();
    const fetch = (...flags: string[]) => runWith(environment, "fetch", "narratives", folder, ...flags);
    const first = await fetch("--stories", "pieman", "--participants", "001", "--json");
    expect(first.code).toBe(0);
    const find = async () => findResponses(await loadDataset(folderStore(folder)), { space: "fsaverage6" });
    expect((await find()).map(({ run: name, hemispheres }) => [name, hemispheres])).toEqual([
      ["sub-001_task-pieman_run-1", ["L", "R"]],
      ["sub-001_task-pieman_run-2", ["L", "R"]],
    ]);
    const second = await fetch("--stories", "pieman,lucy", "--json");
    expect(JSON.parse(second.stdout)).toMatchObject({ present: expect.arrayContaining(["participants.tsv"]) });
    expect((await find()).map(({ participant }) => participant)).toEqual([
      "sub-001",
      "sub-001",
      "sub-001",
      "sub-002",
      "sub-010",
    ]);
  });

  test("a server that fails for one file: the others arrive, exit code 1; the same command fetches the rest", async () => {
    const { server, environment } = await start();
    const folder = newFolder();
    const path = "/openneuro.org/ds002345/sub-002/func/sub-002_task-pieman_events.tsv";
    server.next(path, status(404));
    const argv = ["fetch", "narratives", folder, "--no-responses", "--participants", "002"];
    const first = await runWith(environment, ...argv);
    expect([first.code, first.stderr]).toEqual([1, expect.stringMatching(/every file must arrive, got 11 of 12\./)]);
    expect(first.stderr).toContain(`  error: sub-002/func/sub-002_task-pieman_events.tsv: ${server.origin}${path}: `);
    server.asked.length = 0;
    expect((await runWith(environment, ...argv)).code).toBe(0);
    expect(server.asked.filter(({ path: asked }) => !asked.includes("list-type"))).toHaveLength(1);
  });

  test("is not written over another data set", async () => {
    const { environment } = await start();
    const folder = newFolder();
    await folderStore(folder).write("dataset_description.json", '{"Name": "mine"}');
    // Twice: the first must not leave behind what makes the second do it.
    for (let i = 0; i < 2; i++) {
      const { code, stderr } = await runWith(environment, "fetch", "narratives", folder, "--no-responses");
      expect([code, stderr]).toEqual([
        1,
        `Listing Narratives …\ncortecast: ${folder}: files that were not fetched, or were changed since, must not be written over, got dataset_description.json. Give a folder of its own, or move them away.\n`,
      ]);
    }
    expect(inFolder(folder)).toEqual(["dataset_description.json"]);
  });
});

describe("mistakes: one line that says what must hold (by hand)", () => {
  test.each<[readonly string[], RegExp]>([
    [["fetch", "modl", "x"], /there is no command "fetch modl"\. Nearest: "fetch model"/],
    [["fetch", "model", "gpt2"], /cortecast fetch model: <folder> must be given, got nothing/],
    [["fetch", "model", "a/b/c", "@"], /<model>: must be a name on Hugging Face/],
    [["fetch", "model", "gpt2", "@file"], /<folder>: must be a folder, got a path at or below a file/],
    [["fetch", "surfaces", "fsaverage", "@"], /<space>: must be fsaverage5 or fsaverage6, got "fsaverage"/],
    [
      ["fetch", "narratives", "@", "--stories", "a,,b"],
      /--stories: must be labels with commas between them, got "a,,b"/,
    ],
    [["fetch", "narratives", "@", "--participants", "../1"], /--participants: must be labels/],
    [["fetch", "narratives", "@", "--parallel", "0"], /--parallel: must be a whole number from 1 to 64, got "0"/],
    [["fetch", "narratives", "@", "--attempts", "x"], /--attempts: must be a whole number from 1 to 1000, got "x"/],
    [["fetch", "narratives", "@", "--timeout", "0"], /--timeout: must be a number from 1 to 3600, got "0"/],
    [
      ["fetch", "narratives", "@", "--base-url", "x"],
      /--base-url: must be an address such as https:\/\/s3\.amazonaws\.com/,
    ],
    [
      ["fetch", "narratives", "@", "--base-url", "http://127.0.0.1:1"],
      /--base-url: must be the address of a folder in an S3/,
    ],
    [
      ["fetch", "narratives", "@", "--base-url", "http://127.0.0.1:1/b", "--attempts", "1"],
      /127\.0\.0\.1:1\/b: the connection must hold until all is there, got ECONNREFUSED/,
    ],
  ])("%j", async (argv, message) => {
    writeFileSync(join(root, "file"), "x");
    const at = argv.map((part) => (part === "@" ? newFolder() : part === "@file" ? join(root, "file") : part));
    const { code, stdout, stderr } = await run(...at);
    expect(stderr).toMatch(message);
    expect(stderr.replace("Listing Narratives …\n", "")).toMatch(/^cortecast: [^\n]+\n$/);
    expect([code, stdout]).toEqual([1, ""]);
  });

  test("cortecast fetch alone shows what can be fetched", async () => {
    const [bare, help] = [await run("fetch"), await run("fetch", "--help")];
    expect([bare.code, help.code]).toEqual([1, 0]);
    expect(help.stdout).toBe(bare.stdout);
    expect(help.stdout.match(/^ {2}fetch (\w+) /gm)).toEqual([
      "  fetch narratives ",
      "  fetch model ",
      "  fetch surfaces ",
    ]);
    expect((await run("fetch", "model", "--help")).stdout).toContain("cortecast fetch model <model> <folder> [flags]");
  });
});
