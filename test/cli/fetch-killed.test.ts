import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { commit, described } from "../support/hub.ts";
import { hashOf, someBytes, startServer, type TestServer } from "../support/server.ts";
import { type BuiltCommandLine, buildCommandLine } from "./built.ts";

/** A model of 20 MB in five shards, from a server that needs a second for each. */
const shardBytes = 4_000_000;
const shards = Array.from({ length: 5 }, (_, i) => `model-0000${i + 1}-of-00005.safetensors`);
const index = { weight_map: Object.fromEntries(shards.map((shard, i) => [`h.${i}.weight`, shard])) };
const files: Readonly<Record<string, Uint8Array>> = {
  "config.json": new TextEncoder().encode("{}"),
  "tokenizer.json": someBytes(300_000, 100),
  "model.safetensors.index.json": new TextEncoder().encode(JSON.stringify(index)),
  ...Object.fromEntries(shards.map((shard, i) => [shard, someBytes(shardBytes, i)])),
};
const total = Object.values(files).reduce((sum, { length }) => sum + length, 0);
const hashes = new Map(Object.entries(files).map(([name, bytes]) => [name, hashOf(bytes, "sha256")]));

let built: BuiltCommandLine;
let server: TestServer;
const root = mkdtempSync(join(tmpdir(), "cortecast-killed-"));
const proxies = process.env["NO_PROXY"];
beforeAll(async () => {
  process.env["NO_PROXY"] = "*";
  built = buildCommandLine();
  server = await startServer({}, { bytesPerSecond: 4_000_000 });
  const siblings = Object.entries(files).map(([rfilename, bytes]) => ({
    rfilename,
    size: bytes.length,
    lfs: { sha256: hashes.get(rfilename), size: bytes.length },
  }));
  server.always("/api/models/org/big/revision/main", (_, response) =>
    response.end(JSON.stringify({ ...described({}), siblings })),
  );
  for (const [name, bytes] of Object.entries(files)) server.files.set(`/org/big/resolve/${commit}/${name}`, bytes);
}, 60_000);
afterAll(async () => {
  if (proxies === undefined) delete process.env["NO_PROXY"];
  else process.env["NO_PROXY"] = proxies;
  await server.close();
  rmSync(root, { recursive: true });
});

const start = (folder: string) =>
  built.start(["fetch", "model", "org/big", folder, "--base-url", server.origin], { cwd: root });

/** What lies under a file's own name is that file, whole. */
function expectWhole(folder: string): number {
  if (!existsSync(folder)) return 0;
  const there = readdirSync(folder).filter((name) => !name.startsWith("."));
  for (const name of there)
    expect([name, hashOf(readFileSync(join(folder, name)), "sha256")]).toEqual([name, hashes.get(name)]);
  return there.length;
}

describe("fetching that is cut off goes on where it was, and never shows a file that is not whole (identity)", () => {
  test.each([1, 2, 3])(
    "killed at random moments until it is done, seed %d",
    async (seed) => {
      const random = createRandom(seed);
      const folder = `killed-${seed}`;
      server.bytesServed = 0;
      let nKilled = 0;
      for (;;) {
        const { child, ended } = start(folder);
        const alive = () => child.exitCode === null && child.signalCode === null;
        // Most moments lie within transfers, some while files are checked and named.
        const served = server.bytesServed + 200_000 + 5_000_000 * random.uniform();
        while (alive() && server.bytesServed < served) await setTimeout(1);
        await setTimeout(40 * random.uniform());
        if (alive()) child.kill("SIGKILL");
        const { code, signal, stderr } = await ended;
        expectWhole(join(root, folder));
        if (signal !== "SIGKILL") {
          expect([code, stderr]).toEqual([0, expect.stringMatching(/(into|are in) killed-/)]);
          break;
        }
        // Each comes farther than the one before by what it was served.
        expect(++nKilled).toBeLessThan(60);
      }
      expect(nKilled).toBeGreaterThan(0);
      expect(expectWhole(join(root, folder))).toBe(hashes.size);
      expect(readdirSync(join(root, folder)).filter((name) => name.startsWith("."))).toEqual([
        ".cortecast-source.json",
      ]);
      expect(server.bytesServed).toBeLessThan(2 * total);
    },
    120_000,
  );

  test("Ctrl-C: exit code 130 and one line; the same command goes on from there", async () => {
    server.bytesServed = 0;
    const { child, ended } = start("stopped");
    while (server.bytesServed < total / 4) await setTimeout(5);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /^Hugging Face model [^\n]*to fetch\nStopped\. What is finished is kept; the same command goes on from there\.\n$/,
    );
    expectWhole(join(root, "stopped"));
    const second = await start("stopped").ended;
    expect(second.code).toBe(0);
    expect(expectWhole(join(root, "stopped"))).toBe(hashes.size);
    expect(server.bytesServed).toBeLessThan(1.5 * total);
  }, 60_000);
});
