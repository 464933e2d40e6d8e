import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPackage } from "./cli/built.ts";

// Entry points of the built package, as programs of their own import them.

let folder = "";
let built = "";
beforeAll(() => {
  built = buildPackage();
  folder = mkdtempSync(join(tmpdir(), "cortecast-entry-"));
  // A name in node_modules leads to the package, as after npm install.
  execFileSync("mkdir", ["-p", join(folder, "node_modules")]);
  symlinkSync(built, join(folder, "node_modules/cortecast"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Addresses of all modules that a program loads which imports an entry point. */
function modulesOf(specifier: string): readonly string[] {
  const hooks = `
    export async function load(url, context, next) {
      process._rawDebug("module " + url);
      return next(url, context);
    }`;
  writeFileSync(join(folder, "hooks.mjs"), hooks);
  const register = `
    import { register } from "node:module";
    register("./hooks.mjs", import.meta.url);`;
  writeFileSync(join(folder, "register.mjs"), register);
  writeFileSync(join(folder, "program.mjs"), `import ${JSON.stringify(specifier)};`);
  const program = `"${process.execPath}" --import "${pathToFileURL(join(folder, "register.mjs")).href}" program.mjs 2>&1`;
  const output = execFileSync("sh", ["-c", program], { cwd: folder, encoding: "utf8" });
  return [...output.matchAll(/^module (.*)$/gm)].map(([, url]) => url!);
}

/** Packages among what an entry point loads. */
const packagesOf = (specifier: string) => [
  ...new Set(
    modulesOf(specifier).flatMap((url) => /\/node_modules\/(?!cortecast\/)((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []),
  ),
];

describe("what an entry point loads (by hand)", () => {
  it("cortecast/formats: its own rooms and Node's zlib, and nothing else", () => {
    const modules = modulesOf("cortecast/formats");
    const rooms = modules.map((url) => /\/dist\/([\w-]+)/.exec(url)?.[1] ?? url.replace(/^.*\/(?=program\.mjs$)/, ""));
    expect([...new Set(rooms)].sort()).toEqual(
      ["array", "errors", "formats", "node:util", "node:zlib", "platform", "program.mjs"].sort(),
    );
    expect(modules.filter((url) => url.includes("/platform/browser/"))).toEqual([]);
  });

  it("cortecast/ridge: ONNX Runtime, and nothing of studies, servers or drawing", () => {
    expect(packagesOf("cortecast/ridge")).toEqual(expect.arrayContaining(["onnxruntime-node"]));
    for (const name of ["zod", "yaml", "undici", "linkedom", "@observablehq/plot"])
      expect(packagesOf("cortecast/ridge")).not.toContain(name);
  });

  it("cortecast: neither what asks servers, nor what draws, nor what studies check their options with", () => {
    const packages = packagesOf("cortecast");
    expect(packages).toEqual(expect.arrayContaining(["onnxruntime-node"]));
    for (const name of ["zod", "yaml", "undici", "linkedom", "@observablehq/plot"])
      expect(packages).not.toContain(name);
  });

  it("cortecast/study: not what asks servers, before anything is fetched", () => {
    const packages = packagesOf("cortecast/study");
    expect(packages).toEqual(expect.arrayContaining(["onnxruntime-node", "zod"]));
    expect(packages).not.toContain("undici");
  });
});

// What the example in the description of an entry point prints.
describe("the example of its description", () => {
  it.each([
    ["formats.ts", "Float32Array(3) [ 0.5, 1, 1.5 ]\n".repeat(2), "three numbers, written and read twice"],
    [
      "index.ts",
      "[ true, true, true ]\n",
      "units of a layer are predicted from that layer, in volumes that were held out",
    ],
    [
      "ridge.ts",
      "Float64Array(1) [ 0.001 ] 3.32 3.32\n1.000\n",
      "5 less twice sin(1), by the least penalty; what is a sum of features correlates by 1",
    ],
    [
      "study.ts",
      "[] 2 of 2 steps\n[ 'sub-01', 'sub-02' ] true\n",
      "nothing stands against a study of two participants and one layer, of which nothing was computed before",
    ],
  ])(
    "of %s runs (by hand)",
    (entry, printed) => {
      const description = readFileSync(join(import.meta.dirname, "../src", entry), "utf8").split("*/", 1)[0]!;
      const example = /```js\n([\s\S]*?)```/.exec(description)![1]!.replace(/^ \* ?/gm, "");
      expect(example.trim().split("\n").length).toBeLessThanOrEqual(12);
      writeFileSync(join(folder, "example.mjs"), example);
      const output = execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8", stdio: "pipe" });
      expect(output).toBe(printed);
    },
    300_000,
  );
});
