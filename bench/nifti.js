// How fast, and in how much memory, is a series of volumes read: a 1 GB .nii and a 200 MB .nii.gz (int16 with a slope,
// 91 x 109 x 91 voxels, 560 and 250 volumes), all voxels and the quarter that a mask selects? Beside nibabel, in the same run:
// get_fdata(dtype=float32), then indexed by the mask. Each reading is a process of its own; files come from the page cache.
//
// Usage: npm run build && node bench/nifti.js   (1.3 GB of disk in a temporary folder, 5 GB of memory)
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { streamNifti, writeNifti } from "../dist/formats.js";
import { folderStore } from "../dist/index.js";

const here = dirname(fileURLToPath(import.meta.url));
const shape = [91, 109, 91];
const volumeSize = shape[0] * shape[1] * shape[2];
const nRepeats = 3;
const python = process.env.CORTECAST_PYTHON ?? "/usr/bin/python3";

/** Voxels of an ellipsoid in the middle: the size of a brain in its box. */
function maskVoxels() {
  const voxels = [];
  for (let voxel = 0; voxel < volumeSize; voxel++) {
    const at = [voxel % 91, Math.floor(voxel / 91) % 109, Math.floor(voxel / (91 * 109))];
    const squares = at.map((index, axis) => ((index - (shape[axis] - 1) / 2) / (0.39 * shape[axis])) ** 2);
    if (squares[0] + squares[1] + squares[2] < 1) voxels.push(voxel);
  }
  return Int32Array.from(voxels);
}

/** What our reader is asked in a process of its own: seconds, peak memory and a few values as JSON. */
async function readOurs(path, isMasked) {
  const voxels = maskVoxels();
  const started = performance.now();
  const before = process.cpuUsage();
  const options = { path, ...(isMasked && { select: () => voxels }) };
  const { volumes } = await streamNifti(folderStore(dirname(path)).stream(basename(path)), options);
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(before);
  const cpu = (used.user + used.system) / 1e6;
  const { data, nRows, nColumns } = volumes;
  const values = sampled(nRows, nColumns).map((index) => data[index]);
  console.log(JSON.stringify({ seconds, cpu, peak: process.resourceUsage().maxRSS * 1024, nRows, nColumns, values }));
}

/** Places in the matrix at which both readers must agree. */
function sampled(nRows, nColumns) {
  return Array.from({ length: 1000 }, (_, k) => Math.floor((k / 1000) * nRows * nColumns));
}

const program = `
import json, resource, sys, time
import nibabel, numpy
path, is_masked = sys.argv[1], sys.argv[2] == "mask"
shape = numpy.array([91, 109, 91])
at = numpy.indices(shape).reshape(3, -1).T
mask = ((((at - (shape - 1) / 2) / (0.39 * shape)) ** 2).sum(axis=1) < 1).reshape(shape)
started, before = time.perf_counter(), time.process_time()
data = nibabel.load(path).get_fdata(dtype=numpy.float32)
if is_masked:
    # Transposed, so that voxels come in the order of the file.
    data = data.T[:, mask.T]
seconds, cpu = time.perf_counter() - started, time.process_time() - before
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
rows = data if is_masked else data.T.reshape(data.shape[3], -1)
n_rows, n_columns = rows.shape
places = [k * n_rows * n_columns // 1000 for k in range(1000)]
values = [float(rows[place // n_columns, place % n_columns]) for place in places]
print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "nRows": n_rows, "nColumns": n_columns, "values": values}))
`;

/** Writes volumes of noise around 1,000, of which every second volume begins elsewhere in a pool of random numbers. */
function writeSeries(path, nVolumes) {
  const head = Buffer.from(
    writeNifti({
      shape: [1],
      affine: [-2, 0, 0, 90, 0, 2, 0, -126, 0, 0, 2, -72, 0, 0, 0, 1],
      data: new Float32Array(1),
    }),
  ).subarray(0, 352);
  for (const [axis, n] of [4, ...shape, nVolumes].entries()) head.writeInt16LE(n, 40 + 2 * axis);
  head.writeInt16LE(4, 70);
  head.writeInt16LE(16, 72);
  head.writeFloatLE(0.125, 112);
  head.writeFloatLE(-3, 116);
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const pool = Int16Array.from({ length: 3 * volumeSize }, () => 1000 + 60 * (random() + random() + random() - 1.5));
  const file = openSync(path, "w");
  const pack = path.endsWith(".gz") ? (bytes) => gzipSync(bytes, { level: 1 }) : (bytes) => bytes;
  writeSync(file, pack(head));
  for (let volume = 0; volume < nVolumes; volume++) {
    const start = Math.floor(random() * 2 * volumeSize);
    const values = pool.subarray(start, start + volumeSize);
    const bytes = pack(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  }
  closeSync(file);
}

function run(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (result.status !== 0) throw new Error(`${command} failed: ${result.error ?? result.stderr}`);
  return result.stdout;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function compare(path, isMasked) {
  const which = isMasked ? "mask" : "all";
  const ours = [];
  const theirs = [];
  for (let repeat = 0; repeat < nRepeats; repeat++) {
    ours.push(JSON.parse(run(process.execPath, [fileURLToPath(import.meta.url), path, which])));
    theirs.push(JSON.parse(run(python, ["-c", program, path, which])));
  }
  const [a, b] = [ours[0], theirs[0]];
  // nibabel scales in single precision, so the last of seven digits may differ.
  const isSame = a.values.every((value, k) => Math.abs(value - b.values[k]) <= 1e-6 * Math.abs(value));
  if (a.nRows !== b.nRows || a.nColumns !== b.nColumns || !isSame) {
    throw new Error(`${path}: the readers must agree, got ${a.nRows} x ${a.nColumns} and ${b.nRows} x ${b.nColumns}`);
  }
  const medians = (key) => [ours, theirs].map((runs) => median(runs.map((each) => each[key])));
  const result = (4 * a.nRows * a.nColumns) / 1e9;
  return {
    seconds: medians("seconds"),
    cpu: medians("cpu"),
    gigabytes: medians("peak").map((peak) => peak / 1e9),
    result,
  };
}

function main() {
  const folder = mkdtempSync(join(tmpdir(), "cortecast-bench-"));
  try {
    const versions = run(python, [
      "-c",
      "import nibabel, numpy; print('nibabel', nibabel.__version__, 'numpy', numpy.__version__)",
    ]);
    const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ${versions.trim()}`;
    const lines = [];
    for (const [name, nVolumes] of [
      ["a.nii", 560],
      ["a.nii.gz", 250],
    ]) {
      const path = join(folder, name);
      writeSeries(path, nVolumes);
      for (const isMasked of [false, true]) {
        const { seconds, cpu, gigabytes, result } = compare(path, isMasked);
        const what = `${nVolumes} volumes of ${name.slice(1)}, ${isMasked ? "voxels of a mask" : "all voxels"}`;
        const numbers = [
          ...seconds.map((value) => `${value.toFixed(2)} s`),
          (seconds[1] / seconds[0]).toFixed(2),
          ...cpu.map((value) => `${value.toFixed(2)} s`),
          ...[...gigabytes, result].map((value) => `${value.toFixed(2)} GB`),
        ];
        lines.push(`| ${new Date().toISOString().slice(0, 10)} | ${what} | ${numbers.join(" | ")} | ${machine} |`);
        console.log(
          `${what}: ours ${numbers[0]}, nibabel ${numbers[1]}, ratio ${numbers[2]}; of the processor ${numbers[3]}, ${numbers[4]}; peak ${numbers[5]}, ${numbers[6]}`,
        );
      }
      rmSync(path);
    }
    record(lines);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Adds the lines to the end of this benchmark's table in RESULTS.md, which may hold those of others behind it. */
function record(lines) {
  const path = join(here, "RESULTS.md");
  const title = "## nifti.js";
  const before = existsSync(path) ? readFileSync(path, "utf8").trimEnd() : "# Benchmarks";
  const text = before.includes(title)
    ? before
    : [
        `${before}\n\n${title}\n`,
        "Reading a series of volumes: seconds, nibabel's divided by ours, seconds of the processor, peak memory of each process,",
        "size of the result. Medians of three, interleaved in the same run.\n",
        "| date | what | ours | nibabel | ratio | our processor | nibabel's | our peak | nibabel's | result | machine |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
      ].join("\n");
  const section = text.indexOf(title);
  const next = text.indexOf("\n## ", section);
  const table = next < 0 ? text : text.slice(0, next);
  const end = table.indexOf("\n", table.lastIndexOf("\n|") + 1);
  const at = end < 0 ? table.length : end;
  writeFileSync(path, `${text.slice(0, at)}\n${lines.join("\n")}${text.slice(at)}\n`);
}

const [path, which] = process.argv.slice(2);
if (path === undefined) main();
else await readOurs(path, which === "mask");
