// How many tokens a second does a GPT-2 of 124 million weights read on the processor, all 13 hidden states given, at
// contexts of 256 and 1,024 tokens? Beside it, in the same run, Hugging Face's transformers on PyTorch, on as many threads,
// with the quicker of its two ways to attend; and the same with PyTorch's own GELU in place of the one transformers
// composes for "gelu_new", which a user would have to swap by hand. Both read one checkpoint of random weights, in single
// precision; both are loaded and warm; they take turns. Each setting of glibc's malloc is a run of its own for both.
// Beside the tokens stands the rate of the operations that cannot be left out (products with weights; attention to
// tokens up to one's own), and that of a matrix product of 2048 x 2048 in the same process.
//
// Usage: npm run build && CORTECAST_PYTHON=<a Python with torch, transformers> node bench/activations.js   (4 GB of memory)
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Matrix } from "../dist/array/matrix.js";
import { createRandom } from "../dist/array/random.js";
import { multiply } from "../dist/graph/multiply.js";
import { loadLanguageModel } from "../dist/index.js";

const contexts = [256, 1024];
const nRepeats = Number(process.env.BENCH_REPEATS ?? 7);
const threads = Number(process.env.BENCH_THREADS ?? availableParallelism());
const python = process.env.CORTECAST_PYTHON ?? "/usr/bin/python3";
const ways = ["sdpa", "eager", "sdpa, own GELU"];
const [nLayers, nUnits, nVocabulary] = [12, 768, 50_257];

const writer = `
import sys, torch, transformers
torch.manual_seed(1)
transformers.GPT2Model(transformers.GPT2Config()).save_pretrained(sys.argv[1])
`;

// Reads "<way>;<tokens>[;<file>]" a line; answers with the seconds, and writes the hidden states where a file is named.
const reader = `
import sys, time, torch, transformers
torch.set_num_threads(int(sys.argv[2]))
model = transformers.GPT2Model.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
composed, own = model.h[0].mlp.act, torch.nn.GELU(approximate="tanh")
a = torch.randn(2048, 2048)
print("ready", torch.__version__, transformers.__version__, flush=True)
with torch.inference_mode():
    for line in sys.stdin:
        way, n, *files = line.strip().split(";")
        if way == "product":
            started = time.perf_counter(); a @ a; print(time.perf_counter() - started, flush=True)
            continue
        model.set_attn_implementation(way.split(",")[0])
        for block in model.h: block.mlp.act = own if "GELU" in way else composed
        tokens = (torch.arange(int(n)) * 7919 % ${nVocabulary})[None]
        started = time.perf_counter()
        states = model(tokens, output_hidden_states=True, use_cache=False).hidden_states
        seconds = time.perf_counter() - started
        if files: torch.cat([state.flatten() for state in states]).numpy().tofile(files[0])
        print(seconds, flush=True)
`;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Operations of a pass: a product's inner step is two. */
const operations = (n) => nLayers * (24 * nUnits ** 2 * n + 2 * nUnits * n * (n + 1));

/** Both readers in turns, in this process' environment: seconds by context and way, greatest differences, versions. */
async function measure(folder) {
  const child = spawn(python, ["-c", reader, folder, `${threads}`], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const answers = lines[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await answers.next();
    if (done) throw new Error(`${python} must answer, got its end.`);
    return value;
  };
  const [, torch, transformers] = (await answer()).split(" ");
  const ask = async (...parts) => {
    child.stdin.write(`${parts.join(";")}\n`);
    return Number(await answer());
  };
  const model = await loadLanguageModel(folder, { device: { threads } });
  const results = [];
  for (const n of contexts) {
    const tokens = Int32Array.from({ length: n }, (_, i) => (i * 7919) % nVocabulary);
    const states = await model.hiddenStates(tokens);
    const file = join(folder, "states");
    for (const way of ways.toReversed()) await ask(way, n, file);
    const bytes = readFileSync(file);
    const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const differences = [...states.values()].map(({ data }, layer) => {
      let [worst, largest] = [0, 0];
      for (let i = 0; i < data.length; i++) {
        const other = theirs[layer * data.length + i];
        worst = Math.max(worst, Math.abs(data[i] - other));
        largest = Math.max(largest, Math.abs(other));
      }
      return worst / largest;
    });
    const seconds = Object.fromEntries(["ours", ...ways].map((way) => [way, []]));
    for (let repeat = 0; repeat < nRepeats; repeat++) {
      const started = performance.now();
      await model.hiddenStates(tokens);
      seconds.ours.push((performance.now() - started) / 1000);
      for (const way of ways) seconds[way].push(await ask(way, n));
    }
    results.push({ n, differences, seconds });
  }
  await model.close();
  const random = createRandom(1);
  const square = Matrix.of(
    Float32Array.from({ length: 2048 ** 2 }, () => random.normal()),
    2048,
    2048,
  );
  const products = { ours: [], theirs: [] };
  for (let repeat = 0; repeat <= nRepeats; repeat++) {
    const started = performance.now();
    await multiply(square, square, { device: { threads } });
    const ours = (performance.now() - started) / 1000;
    const theirs = await ask("product", 0);
    if (repeat === 0) continue;
    products.ours.push(ours);
    products.theirs.push(theirs);
  }
  child.stdin.end();
  await once(child, "close");
  console.log(JSON.stringify({ results, products, torch, transformers }));
}

function report(folder) {
  const rows = [];
  const notes = [];
  let versions = "";
  const load = loadavg()[0];
  for (const tunables of ["", "glibc.malloc.hugetlb=1"]) {
    const { GLIBC_TUNABLES: _, ...env } = process.env;
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), folder], {
      encoding: "utf8",
      env: tunables === "" ? env : { ...env, GLIBC_TUNABLES: tunables },
      maxBuffer: 2 ** 26,
    });
    if (status !== 0) throw new Error(`the measurement must end well, got ${signal ?? status}:\n${stderr}`);
    const { results, products, torch, transformers } = JSON.parse(stdout.trim().split("\n").at(-1));
    versions = `PyTorch ${torch}, transformers ${transformers}`;
    const pages = tunables === "" ? "as they are" : "huge";
    for (const { n, differences, seconds } of results) {
      const rate = (way) => n / median(seconds[way]);
      const best = (way) => n / Math.min(...seconds[way]);
      const theirs = rate("sdpa") > rate("eager") ? "sdpa" : "eager";
      const shown = (way) => `${rate(way).toFixed(0)} (${best(way).toFixed(0)})`;
      const gflops = (operations(n) / median(seconds.ours) / 1e9).toFixed(0);
      const ratio = (way) => `**${(rate("ours") / rate(way)).toFixed(2)}**`;
      rows.push(
        `| ${n} | ${pages} | ${shown("ours")} | ${shown(theirs)}, ${theirs} | ${ratio(theirs)} | ${shown(ways[2])} | ${ratio(ways[2])} | ${gflops} |`,
      );
      const all = differences.map((difference) => difference.toExponential(0)).join(" ");
      if (tunables === "") notes.push(`Greatest difference over the greatest value, layers 0 to 12 at ${n}: ${all}.`);
    }
    const product = (which) => ((2 * 2048 ** 3) / median(products[which]) / 1e9).toFixed(0);
    notes.push(
      `A product of 2048 x 2048, pages ${pages}: ours ${product("ours")}, PyTorch's ${product("theirs")} GFLOP/s.`,
    );
  }
  const text = [
    "\n## activations.js: GPT-2 124M, all 13 hidden states, single precision; tokens a second, median (best)\n",
    `${new Date().toISOString().slice(0, 10)}; ${cpus()[0].model}, ${threads} threads of ${cpus().length}, load ${load.toFixed(1)} at the start; Node ${process.versions.node}; ${versions}; ${nRepeats} repeats in turns.\n`,
    "| context | pages | ours | transformers | times faster | with PyTorch's own GELU | times faster | ours, GFLOP/s |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
    ...notes,
    "",
  ].join("\n");
  console.log(text);
  if (!process.env.BENCH_DRY) appendFileSync(join(dirname(fileURLToPath(import.meta.url)), "RESULTS.md"), text);
}

if (process.argv[2]) {
  await measure(process.argv[2]);
} else {
  const folder = mkdtempSync(join(tmpdir(), "cortecast-bench-"));
  try {
    const { status, stderr } = spawnSync(python, ["-c", writer, folder], { encoding: "utf8" });
    if (status !== 0) throw new Error(`${python} must write a checkpoint, got ${status}:\n${stderr}`);
    // One token a byte will do: tokens are given as numbers.
    const isPlain = (byte) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte < 0xad) || byte > 0xad;
    let next = 256;
    const symbols = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPlain(byte) ? byte : next++));
    const vocabulary = Object.fromEntries([...symbols, "<|endoftext|>"].map((symbol, id) => [symbol, id]));
    writeFileSync(join(folder, "vocab.json"), JSON.stringify(vocabulary));
    writeFileSync(join(folder, "merges.txt"), "#version: 0.2\n");
    report(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
