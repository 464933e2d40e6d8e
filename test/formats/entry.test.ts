import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPackage } from "../cli/built.ts";

// cortecast/formats, as a program of its own imports it from the built package.

let folder = "";
let built = "";
beforeAll(() => {
  built = buildPackage();
  folder = mkdtempSync(join(tmpdir(), "cortecast-formats-"));
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

describe("cortecast/formats", () => {
  it("loads its own rooms and Node's zlib, and nothing else (by hand)", () => {
    const modules = modulesOf("cortecast/formats");
    const rooms = modules.map((url) => /\/dist\/([\w-]+)/.exec(url)?.[1] ?? url.replace(/^.*\/(?=program\.mjs$)/, ""));
    expect([...new Set(rooms)].sort()).toEqual(
      ["array", "errors", "formats", "node:util", "node:zlib", "platform", "program.mjs"].sort(),
    );
    expect(modules.filter((url) => url.includes("/platform/browser/"))).toEqual([]);
  });

  it("by hand: this test sees what an entry point loads", () => {
    const modules = modulesOf("cortecast").join("\n");
    for (const name of ["onnxruntime-node", "zod"]) expect(modules).toContain(`/${name}/`);
  });

  it("the example of its description runs (by hand: three numbers, written and read twice)", () => {
    const description = readFileSync(join(import.meta.dirname, "../../src/formats.ts"), "utf8").split("*/", 1)[0]!;
    const example = /```js\n([\s\S]*?)```/.exec(description)![1]!.replace(/^ \* ?/gm, "");
    expect(example.trim().split("\n").length).toBeLessThanOrEqual(12);
    writeFileSync(join(folder, "example.mjs"), example);
    const output = execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
    expect(output).toBe("Float32Array(3) [ 0.5, 1, 1.5 ]\n".repeat(2));
  });
});
