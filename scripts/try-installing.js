// Installs cortecast as its users do, each time in an empty folder from which only the npm registry is reached, and runs it:
//
//   the path of a clone  npm install <clone>, where nothing was installed; npx cortecast --version, also after a build
//   a packed tarball     npm pack; npm install cortecast-<version>.tgz; npx cortecast doctor; npx cortecast demo
//
// Requests to any other host go to a proxy that refuses them, and fail the trial. The folder of this script is copied, and
// not written to: it may be built and run meanwhile.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";

const root = join(import.meta.dirname, "..");
const temporary = mkdtempSync(join(tmpdir(), "cortecast-installing-"));
const asked = new Set();
const proxy = createServer((request, response) => refuse(request.url, response)).on("connect", (request, socket) => {
  asked.add(request.url);
  socket.on("error", () => undefined).end("HTTP/1.1 403 Forbidden\r\n\r\n");
});
function refuse(address, response) {
  asked.add(address);
  response.writeHead(403).end();
}
await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));

try {
  const registry = new URL(await output(["npm", "config", "get", "registry"]));
  const environment = closedIn(registry.hostname, `http://127.0.0.1:${proxy.address().port}`);
  const inFolder = (name) => {
    const cwd = join(temporary, name);
    mkdirSync(cwd, { recursive: true });
    // npm would install into a folder above that looks like a package's: then this one is made to look like one, too.
    if (isWithinPackage(temporary)) writeFileSync(join(cwd, "package.json"), "{}\n", { flag: "a" });
    return (...command) => run(command, cwd, environment);
  };

  const clone = join(temporary, "clone");
  const isOwn = (path) =>
    !/^(node_modules|dist|\.git|\.cache|cortecast-demo)$/.test(relative(root, path).split(sep)[0]);
  cpSync(root, clone, { recursive: true, filter: isOwn });
  const fromClone = inFolder("from-clone");
  const inClone = (...command) => run(command, clone, environment);
  // From npm 12 on another package's "prepare" does not run unless it is allowed to: it does in the clone itself.
  if (Number.parseInt(await output(["npm", "--version"]), 10) >= 12) await inClone("npm", "ci", "--no-audit");
  await fromClone("npm", "install", "--no-audit", clone);
  await fromClone("npx", "cortecast", "--version");

  const packed = join(temporary, "packed");
  mkdirSync(packed);
  // It builds the clone once more.
  const built = statSync(join(clone, "dist/cli/main.js")).mtimeMs;
  await inClone("npm", "pack", "--pack-destination", packed);
  if (statSync(join(clone, "dist/cli/main.js")).mtimeMs === built) throw new Error("npm pack must build, got none");
  await fromClone("npx", "cortecast", "--version");
  await inClone("npx", "cortecast", "--version");
  const fromTarball = inFolder("from-tarball");
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  await fromTarball("npm", "install", "--no-audit", join(packed, `${name}-${version}.tgz`));
  await fromTarball("npx", "cortecast", "doctor");
  await fromTarball("npx", "cortecast", "demo");
  if (!existsSync(join(temporary, "from-tarball/cortecast-demo/results/report.html"))) throw new Error("no report");

  if (asked.size > 0) throw new Error(`only ${registry.hostname} may be asked, got ${[...asked].join(", ")}`);
  console.log("Installed from a tarball and from a clone; no host was asked but the registry's.");
} finally {
  proxy.close();
  rmSync(temporary, { recursive: true, force: true });
}

/** An environment in which all hosts but one are looked for at a proxy; npm and what it runs go by it. */
function closedIn(host, address) {
  // What npm tells of the command under way is of another folder.
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|ONNXRUNTIME_)/i.test(name));
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
  const proxies = [...names, "GLOBAL_AGENT_HTTP_PROXY", "GLOBAL_AGENT_HTTPS_PROXY"].map((name) => [name, address]);
  // Where the registry itself is behind a proxy npm goes on asking that one; the install steps of packages do not.
  const isBehind = names.some((name) => process.env[name]);
  const closed = isBehind ? proxies.slice(names.length) : [...proxies, ["NO_PROXY", host], ["no_proxy", host]];
  return { ...Object.fromEntries(own), ...Object.fromEntries(closed) };
}

function isWithinPackage(folder) {
  const marks = ["package.json", "node_modules"].map((name) => join(folder, name));
  return marks.some((path) => existsSync(path)) || (dirname(folder) !== folder && isWithinPackage(dirname(folder)));
}

/** Runs a command, shown with what it prints. */
async function run(command, cwd, env) {
  console.log(
    `\n${relative(temporary, cwd).replace(/^\.\..*/, "clone")}$ ${command.join(" ").replaceAll(temporary, "..")}`,
  );
  const from = performance.now();
  const child = spawn(command[0], command.slice(1), { cwd, env, stdio: ["ignore", "inherit", "inherit"] });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("exit", resolve));
  if (code !== 0) throw new Error(`${command.join(" ")}: must end well, got exit code ${code}`);
  console.log(`(${((performance.now() - from) / 1000).toFixed(0)} s)`);
}

async function output([program, ...args]) {
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (data) => {
    text += data;
  });
  await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  return text.trim();
}
