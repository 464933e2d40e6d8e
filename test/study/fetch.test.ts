import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FetchModelOptions, fetchModel, fetchNarratives, fetchSurfaces } from "../../src/study/fetch.ts";
import { commit, modelFiles, startHub } from "../support/hub.ts";

// What the command line says of it is in test/cli/fetch.test.ts.
const root = mkdtempSync(join(tmpdir(), "cortecast-fetched-"));
let hub: Awaited<ReturnType<typeof startHub>>;
beforeAll(async () => {
  hub = await startHub(modelFiles);
});
afterAll(async () => {
  await hub.close();
  rmSync(root, { recursive: true });
});
// Weights come last.
const chosen = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];

describe("fetchModel (by hand)", () => {
  const fetchSmall = (name: string, options: FetchModelOptions = {}) =>
    fetchModel("org/small", join(root, name), { environment: { HF_ENDPOINT: hub.hub.origin }, ...options });

  test("a dry run lists the files and makes no folder", async () => {
    const { files, fetched, present, size } = await fetchSmall("dry", { dryRun: true });
    expect([files.map(({ path }) => path), fetched, present, size]).toEqual([chosen, [], [], 400_027]);
    expect(existsSync(join(root, "dry"))).toBe(false);
  });

  test("files of one commit are fetched once; the date that is handed in is noted", async () => {
    const notes: string[] = [];
    const onNote = (line: string) => notes.push(line);
    const first = await fetchSmall("whole", { onNote, date: () => new Date(0) });
    expect(first).toMatchObject({ commit, revision: "main", fetched: chosen, present: [] });
    expect(notes).toEqual(["Hugging Face model org/small at 0123456789ab: 4 files, 400.0 kB; 400.0 kB to fetch"]);
    expect(readFileSync(join(root, "whole", ".cortecast-source.json"), "utf8")).toContain("1970-01-01");
    expect(await fetchSmall("whole")).toMatchObject({ fetched: [], present: chosen });
  });

  test("a signal that was given before ends it", async () => {
    await expect(fetchSmall("ended", { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});

test.each([
  [() => fetchModel("gpt2", root, { parallel: 0 }), "`parallel`: must be a whole number from 1 to 64, got 0."],
  [
    () => fetchSurfaces("fsaverage5", root, { timeout: 1e9 }),
    "`timeout`: must be a number from 1 to 3600, got 1000000000.",
  ],
  [() => fetchNarratives(root, { attempts: 1.5 }), "`attempts`: must be a whole number from 1 to 1000, got 1.5."],
  [() => fetchNarratives(root, { derivativesUrl: "none" }), "`derivativesUrl`: must be an address such as https://s3"],
  [() => fetchNarratives(root, { stories: "pieman" as never }), "fetchNarratives: stories must be a list of texts"],
  [
    () => fetchModel("gpt2", root, { baseUrl: "http://example.org", environment: { HF_TOKEN: "a" } }),
    "`baseUrl`: must begin with https:// where HF_TOKEN is set",
  ],
])("%s is refused before anything is asked of a server (by hand)", async (call, message) => {
  await expect(call()).rejects.toThrow(message);
});
