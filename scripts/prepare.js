// What npm runs after "npm ci" in a clone, before it packs one, and when another package installs one by its path or from
// git: takes the install step out of onnxruntime-node, which the package carries along, and builds.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const run = (args, env = process.env) =>
  execFileSync(process.execPath, [process.env.npm_execpath, ...args], { cwd: root, env, stdio: "inherit" });

if (!existsSync(join(root, "node_modules"))) {
  // Linked from elsewhere ("npm install <clone>"): npm installs what the other package needs, nothing here. It ends by running this.
  run(["ci", "--no-audit", "--no-fund"], withoutInstall(process.env));
} else {
  removeInstallStep(join(root, "node_modules/onnxruntime-node/package.json"));
  if (existsSync(join(root, "node_modules/typescript"))) run(["run", "--silent", "build"]);
  else console.log("cortecast: not built: what the build needs was left out (npm ci --omit=dev).");
}

/**
 * The only install step among the dependencies downloads CUDA libraries from a server of its own, on Linux x64, and fails
 * where that cannot be reached. The CPU and WebGPU providers are inside the npm package. Nobody asked for CUDA: whoever
 * wants it runs node_modules/onnxruntime-node/script/install.
 */
function removeInstallStep(path) {
  const { scripts, ...rest } = JSON.parse(readFileSync(path, "utf8"));
  if (scripts === undefined) return;
  // Another file in its place: some package managers share the one that is there with other projects.
  writeFileSync(`${path}.partial`, `${JSON.stringify(rest, null, 2)}\n`);
  renameSync(`${path}.partial`, path);
}

/** The environment without what npm says of the installation under way; where packages come from stays. */
function withoutInstall(environment) {
  const source =
    /^npm_config_(registry|cafile|strict_ssl|proxy|https_proxy|noproxy|cache|userconfig|globalconfig|offline|prefer_offline)$/;
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_ENV$)/i.test(name) || source.test(name)),
  );
}
