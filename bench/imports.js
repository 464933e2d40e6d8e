// How long does it take to import an entry point, and how many modules does it load? Beside the command line's module of options,
// which every command loads; in turns, each in a process of its own.
//
// Usage: npm run build && node bench/imports.js
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const REPETITIONS = 7;
const dist = join(import.meta.dirname, "../dist");
const files = ["index.js", "formats.js", "ridge.js", "study.js", "study/options.js"];
const run = (code) => execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
const hooks = `data:text/javascript,${encodeURIComponent('export async function load(url, context, next) { process._rawDebug("module"); return next(url, context); }')}`;

const times = new Map(files.map((file) => [file, []]));
for (let repetition = 0; repetition < REPETITIONS; repetition++) {
  for (const file of files) {
    const url = JSON.stringify(pathToFileURL(join(dist, file)).href);
    const code = `const [from, used] = [performance.now(), process.cpuUsage()]; await import(${url});
      const { user, system } = process.cpuUsage(used); console.log(performance.now() - from, (user + system) / 1000);`;
    times.get(file).push(run(code).split(" ").map(Number));
  }
}
const medianOf = (numbers) => Math.round(numbers.sort((a, b) => a - b)[Math.floor(REPETITIONS / 2)]);
console.log("| file | clock, median of 7 | processor, median of 7 | modules | values |\n|---|---|---|---|---|");
for (const [file, all] of times) {
  const url = JSON.stringify(pathToFileURL(join(dist, file)).href);
  const count = `import { register } from "node:module"; register(${JSON.stringify(hooks)});
    const values = await import(${url}); console.log(Object.keys(values).length);`;
  const output = execFileSync("sh", ["-c", '"$0" --input-type=module -e "$1" 2>&1', process.execPath, count], {
    encoding: "utf8",
  });
  const modules = output.split("\n").filter((line) => line === "module").length;
  const values = Number(/^\d+$/m.exec(output)[0]);
  const [clock, processor] = [0, 1].map((which) => medianOf(all.map((one) => one[which])));
  console.log(`| ${file} | ${clock} ms | ${processor} ms | ${modules} | ${values} |`);
}
