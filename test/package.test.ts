import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

// What installing goes by. That all ways of it work is tried by scripts/try-installing.js.
const root = join(import.meta.dirname, "..");
const readJson = <T>(path: string) => JSON.parse(readFileSync(join(root, path), "utf8")) as T;
interface PackageFile {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly scripts?: unknown;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bundleDependencies: readonly string[];
}
const { bin, bundleDependencies, files, dependencies } = readJson<PackageFile>("package.json");

describe("the package", () => {
  it.runIf(process.platform !== "win32")("by hand: its command can be run after each build, not only the first", () => {
    for (const path of Object.values(bin)) expect(statSync(join(root, path)).mode & 0o111).toBe(0o111);
  });

  it("by hand: no dependency has an install step that npm would run", () => {
    type Lock = { readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>> };
    const { packages } = readJson<Lock>("package-lock.json");
    const marked = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    // After "npm install": node scripts/complete-lock.js
    expect(marked.map(([path]) => path).filter((path) => path !== "")).toEqual([]);
  });

  it("by hand: ONNX Runtime travels with it, whole, without its install step", () => {
    expect(bundleDependencies).toEqual(["onnxruntime-node"]);
    const { scripts, version, dependencies: its } = readJson<PackageFile>("node_modules/onnxruntime-node/package.json");
    expect([scripts, version]).toEqual([undefined, dependencies["onnxruntime-node"]]);
    expect(Object.keys(its)).toEqual(["adm-zip", "global-agent", "onnxruntime-common"]);
  });

  it("by hand: what its pages lead to travels with it", () => {
    expect(files).toEqual(expect.arrayContaining(["dist", "docs", "models", "NOTICE.md"]));
  });
});
