// How long do the eigenproblems of an encoding take: all eigenvectors of the inner products of 240 and 1,200 columns, and the
// 20 leading ones of a window's 805 volumes? Beside them, in the same run and on as many threads, numpy's eigh (LAPACK's
// divide and conquer) and scipy's eigh of the leading ones (MRRR), in double precision. They take turns.
//
// Usage: npm run build && CORTECAST_PYTHON=<a Python with numpy and scipy> node bench/eigen.js
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Matrix } from "../dist/array/matrix.js";
import { createRandom } from "../dist/array/random.js";
import { multiply } from "../dist/graph/multiply.js";
import { leadingEigen } from "../dist/linear-algebra/leading-eigen.js";
import { symmetricEigen } from "../dist/linear-algebra/symmetric-eigen.js";

const nRepeats = 7;
const python = process.env.CORTECAST_PYTHON ?? "/usr/bin/python3";
const random = createRandom(1);

/** Inner products of `n` vectors of 5,376 numbers that fall off in size, as those of a window of words. */
async function innerProducts(n) {
  const nUnits = 5376;
  const data = Float64Array.from({ length: n * nUnits }, (_, at) => random.normal() / (1 + (at % nUnits) / 40));
  const rows = Matrix.of(data, n, nUnits);
  return multiply(rows, rows, { transposeB: true });
}

const problems = [
  { name: "all of 240", n: 240, k: 240 },
  { name: "20 leading of 805", n: 805, k: 20 },
  { name: "all of 1,200", n: 1200, k: 1200 },
];
const folder = mkdtempSync(join(tmpdir(), "cortecast-bench-"));
for (const problem of problems) {
  problem.matrix = await innerProducts(problem.n);
  writeFileSync(join(folder, String(problem.n)), problem.matrix.data);
}

const program = `
import json, sys, time
import numpy, scipy, scipy.linalg
folder = sys.argv[1]
for line in sys.stdin:
    n, k = map(int, line.split())
    a = numpy.fromfile(folder + "/" + str(n), "<f8").reshape(n, n)
    started = time.perf_counter()
    w = numpy.linalg.eigh(a)[0] if k == n else scipy.linalg.eigh(a, subset_by_index=[n - k, n - 1])[0]
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "values": w[::-1].tolist(), "versions": [numpy.__version__, scipy.__version__]}), flush=True)
`;
const peer = spawn(python, ["-c", program, folder], { stdio: ["pipe", "pipe", "inherit"] });
const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

async function theirs({ n, k }) {
  peer.stdin.write(`${n} ${k}\n`);
  const { value, done } = await lines.next();
  if (done) throw new Error(`${python} must solve an eigenproblem, got its end.`);
  return JSON.parse(value);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
try {
  const table = [];
  let versions = ["", ""];
  for (const problem of problems) {
    const { name, n, k, matrix } = problem;
    const [own, other] = [[], []];
    let worst = 0;
    for (let repeat = -1; repeat < nRepeats; repeat++) {
      const started = performance.now();
      const { values } = k === n ? await symmetricEigen(matrix) : await leadingEigen(matrix, k);
      const took = performance.now() - started;
      const answer = await theirs(problem);
      versions = answer.versions;
      worst = Math.max(worst, ...answer.values.map((value, j) => Math.abs(value - values[j]) / answer.values[0]));
      if (repeat < 0) continue;
      own.push(took);
      other.push(answer.seconds * 1e3);
    }
    const [ms, peerMs] = [median(own), median(other)];
    table.push(
      `| ${name} | ${ms.toFixed(0)} ms | ${peerMs.toFixed(0)} ms | **${(peerMs / ms).toFixed(2)}** | ${worst.toExponential(1)} |`,
    );
  }
  const text = [
    `\n## eigen.js: eigenvectors of inner products, double precision, medians of ${nRepeats}; ${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model}, ${availableParallelism()} threads; Node ${process.versions.node}; numpy ${versions[0]}, scipy ${versions[1]}\n`,
    "| eigenvectors | ours | LAPACK | times faster | greatest difference of values, of the largest |",
    "|---|---|---|---|---|",
    ...table,
    "",
  ].join("\n");
  console.log(text);
  appendFileSync(join(dirname(fileURLToPath(import.meta.url)), "RESULTS.md"), text);
} finally {
  peer.stdin.end();
  await once(peer, "exit");
  rmSync(folder, { recursive: true });
}
