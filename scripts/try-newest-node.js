// Runs the tests that hang most on what Node does, on the newest Node that the npm registry has. All other tests run on the
// Node that is installed; which versions were tried with the whole suite is in CONTRIBUTING.md.
//
//   node scripts/try-newest-node.js           the newest
//   node scripts/try-newest-node.js 24        the newest 24
//   node scripts/try-newest-node.js 24 all    all tests, on that one
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const atRisk = [
  // Folders and links, locks, streams that are cut off, the network.
  "test/sources/",
  "test/cli/own-files.test.ts",
  // What the engine and the system say, in what the user is told; names that objects have by themselves.
  "test/cli/mistakes.test.ts",
  "test/cli/run-dry.test.ts",
  "test/bids/",
  "test/outside-names.test.ts",
  "test/language-model/model-files.test.ts",
  // zlib, bytes that come in pieces, and what lies in memory meanwhile.
  "test/platform/",
  "test/formats/gunzip.test.ts",
  "test/formats/byte-stream.test.ts",
  "test/formats/gifti-stream.test.ts",
  "test/formats/gifti-malformed.test.ts",
  "test/formats/gifti-memory.test.ts",
  // Classes of letters, ONNX Runtime's library, threads.
  "test/language-model/tokenizer.test.ts",
  "test/graph/operators.test.ts",
  "test/engine/score-responses.test.ts",
];

const [wanted = "latest", which] = process.argv.slice(2);
const root = join(import.meta.dirname, "..");
const temporary = mkdtempSync(join(tmpdir(), "cortecast-newest-node-"));
try {
  // Of several that fit npm prints a list, in the order of their letters.
  const fitting = [JSON.parse(output("npm", "view", `node@${wanted}`, "version", "--json"))].flat();
  const version = fitting.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  // The package of one platform is the program alone, and runs nothing when it is installed.
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  writeFileSync(join(temporary, "package.json"), "{}\n");
  run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", `${name}@${version}`], { cwd: temporary });
  const { bin } = JSON.parse(readFileSync(join(temporary, "node_modules", name, "package.json"), "utf8"));
  const node = join(temporary, "node_modules", name, bin.node);

  // What tests start by name is the same Node.
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const got = output("node", "--version", { env });
  if (got !== `v${version}`) throw new Error(`node must be v${version}, got ${got}`);
  console.log(`Node ${version}`);
  const tests = which === "all" ? [] : atRisk;
  run([node, join(root, "node_modules/vitest/vitest.mjs"), "run", "--reporter=dot", ...tests], { cwd: root, env });
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

function run([command, ...args], settings) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", ...settings });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: must end with 0, got ${status}`);
}

function output(command, ...rest) {
  const settings = typeof rest.at(-1) === "object" ? rest.pop() : {};
  const { status, stdout, stderr, error } = spawnSync(command, rest, { encoding: "utf8", ...settings });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${rest.join(" ")}: must end with 0, got ${status}\n${stderr}`);
  return stdout.trim();
}
