// Mends package-lock.json after "npm install". Adds the optional packages of other platforms that npm left out because the
// registry in use does not serve them: without these entries "npm ci" refuses the lock file. And takes out the mark that
// onnxruntime-node has an install step, by which npm would run it (scripts/prepare.js tells why it must not).
import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const systems = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32", "aix"];
const processors = ["arm64", "arm", "ia32", "x64", "ppc64", "riscv64", "s390x", "loong64", "mips64el", "wasm32"];
let added = 0;
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  if (path === "") continue;
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] || lock.packages[`${path}/${key}`] || !/^\d/.test(version)) continue;
    const parts = name.split(/[-/@]/);
    const os = systems.filter((system) => parts.includes(system));
    const cpu = processors.filter((processor) => parts.includes(processor));
    if (os.length === 0 && cpu.length === 0) continue;
    const libc = parts.includes("musl") ? ["musl"] : undefined;
    lock.packages[key] = {
      version,
      ...(cpu.length > 0 ? { cpu } : parts.includes("eabi") ? { cpu: ["arm"] } : {}),
      ...(dev ? { dev } : {}),
      ...(libc ? { libc } : {}),
      optional: true,
      ...(os.length > 0 ? { os } : {}),
    };
    added++;
  }
}
delete lock.packages["node_modules/onnxruntime-node"].hasInstallScript;
const [root, ...rest] = Object.entries(lock.packages);
rest.sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries([root, ...rest]);
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added`);
