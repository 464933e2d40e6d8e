// How fast, and in how much memory, is a hemisphere's time series of 1 GB read from a GIFTI (gzip-base64, 40,962 vertices by
// 6,500 volumes of z-scored noise, float32), as one array and as one array a volume? Ours gives the matrix [volumes x
// vertices]; beside it, in the same run, nibabel: load, then agg_data. Each reading is a process of its own; the readers
// take turns; the files come from the page cache. Ours is started as the command cortecast starts, which asks for huge
// pages of memory; nibabel as Python starts, and in huge pages too.
//
// Usage: npm run build && node bench/gifti.js   (2.7 GB of disk in a temporary folder, 6 GB of memory)
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, deflateRawSync, deflateSync } from "node:zlib";
import { folderStore } from "../dist/index.js";
import { loadSurfaceSeries } from "../dist/responses/surface-series.js";

const here = dirname(fileURLToPath(import.meta.url));
const nVertices = Number(process.env.BENCH_VERTICES ?? 40_962);
const nVolumes = Number(process.env.BENCH_VOLUMES ?? 6500);
const nRepeats = 3;
const python = process.env.CORTECAST_PYTHON ?? "/usr/bin/python3";
/** Rows of noise that are made and packed; files repeat them, which a stream of deflate cannot see from so far away. */
const nDistinct = 50;

/** What our reader is asked in a process of its own: seconds, processor time, peak memory and a few values as JSON. */
async function readOurs(path) {
  const started = performance.now();
  const before = process.cpuUsage();
  const { bold } = await loadSurfaceSeries(folderStore(dirname(path)), basename(path), "n/a");
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(before);
  const cpu = (used.user + used.system) / 1e6;
  const { data, nRows, nColumns } = bold;
  const values = sampled(nRows, nColumns).map((index) => data[index]);
  console.log(JSON.stringify({ seconds, cpu, peak: process.resourceUsage().maxRSS * 1024, nRows, nColumns, values }));
}

/** Places in the matrix at which both readers must agree. */
function sampled(nRows, nColumns) {
  return Array.from({ length: 1000 }, (_, k) => Math.floor((k * nRows * nColumns) / 1000));
}

const program = `
import json, resource, sys, time
import nibabel
started, before = time.perf_counter(), time.process_time()
data = nibabel.load(sys.argv[1]).agg_data()
seconds, cpu = time.perf_counter() - started, time.process_time() - before
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
n_columns, n_rows = data.shape
places = [k * n_rows * n_columns // 1000 for k in range(1000)]
values = [float(data[place % n_columns, place // n_columns]) for place in places]
print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "nRows": n_rows, "nColumns": n_columns, "values": values}))
`;

let state = 1;
function uniform() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

/** A row of normally distributed numbers in single precision. */
function noise(length) {
  return Float32Array.from(
    { length },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

function tag(dimensions) {
  const sizes = dimensions.map((n, d) => `Dim${d}="${n}"`).join(" ");
  return `<DataArray Intent="NIFTI_INTENT_TIME_SERIES" DataType="NIFTI_TYPE_FLOAT32" ArrayIndexingOrder="RowMajorOrder" Dimensionality="${dimensions.length}" ${sizes} Encoding="GZipBase64Binary" Endian="LittleEndian" ExternalFileName="" ExternalFileOffset=""><MetaData></MetaData><Data>`;
}

function begin(path, nArrays) {
  const file = openSync(path, "w");
  writeSync(
    file,
    `<?xml version="1.0" encoding="UTF-8"?>\n<GIFTI Version="1.0" NumberOfDataArrays="${nArrays}"><MetaData></MetaData><LabelTable></LabelTable>\n`,
  );
  return file;
}

/** One array a volume. */
function writeVolumes(path) {
  const file = begin(path, nVolumes);
  const blocks = Array.from({ length: nDistinct }, () => deflateSync(noise(nVertices)).toString("base64"));
  for (let t = 0; t < nVolumes; t++)
    writeSync(file, `${tag([nVertices])}${blocks[t % nDistinct]}</Data></DataArray>\n`);
  writeSync(file, "</GIFTI>\n");
  closeSync(file);
}

/** One array of vertices by volumes: a single stream, put together of packed parts that each begin afresh. */
function writeTable(path) {
  const file = begin(path, 1);
  const rows = Math.max(1, Math.floor((nDistinct * nVertices) / nVolumes));
  const parts = [0, 1].map(() => {
    const raw = Buffer.from(noise(rows * nVolumes).buffer);
    return { raw, packed: deflateRawSync(raw, { finishFlush: constants.Z_FULL_FLUSH }) };
  });
  let carry = Buffer.alloc(0);
  const put = (bytes, isLast = false) => {
    const all = Buffer.concat([carry, bytes]);
    const whole = isLast ? all.length : all.length - (all.length % 3);
    writeSync(file, all.toString("base64", 0, whole));
    carry = all.subarray(whole);
  };
  writeSync(file, tag([nVertices, nVolumes]));
  put(Buffer.of(0x78, 0x9c));
  const sum = { a: 1, b: 0 };
  let left = nVertices;
  for (let i = 0; left > 0; i++) {
    const { raw, packed } = parts[i % 2];
    const isWhole = left >= rows;
    const used = isWhole ? raw : raw.subarray(0, left * nVolumes * 4);
    put(isWhole ? packed : deflateRawSync(used, { finishFlush: constants.Z_FULL_FLUSH }));
    addTo(sum, used);
    left -= rows;
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(sum.b * 65536 + sum.a);
  // An empty last block.
  put(Buffer.concat([Buffer.of(0x03, 0x00), checksum]), true);
  writeSync(file, "</Data></DataArray>\n</GIFTI>\n");
  closeSync(file);
}

/** Adler-32 (RFC 1950, section 9), some bytes further. */
function addTo(sum, bytes) {
  let { a, b } = sum;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 3800);
    for (; at < end; at++) {
      a += bytes[at];
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  Object.assign(sum, { a, b });
}

const hugePages = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" };

function run(command, args, environment = {}) {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 26, env });
  if (status !== 0) throw new Error(`${command} must succeed, got ${status}:\n${stderr}`);
  return JSON.parse(stdout);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const shown = (runs, key, unit) => `${median(runs.map((one) => one[key] / unit)).toFixed(unit === 1 ? 1 : 2)}`;

function compare(name, path) {
  const ours = [];
  const theirs = [];
  const theirsHuge = [];
  for (let repeat = 0; repeat < nRepeats; repeat++) {
    ours.push(run(process.execPath, [fileURLToPath(import.meta.url), path], hugePages));
    theirs.push(run(python, ["-c", program, path]));
    theirsHuge.push(run(python, ["-c", program, path], hugePages));
    const [a, b] = [ours.at(-1), theirs.at(-1)];
    const isSame =
      a.nRows === b.nRows && a.nColumns === b.nColumns && a.values.every((value, k) => value === b.values[k]);
    if (!isSame) throw new Error(`${name}: both readers must give the same numbers.`);
  }
  const ratio = (runs) => (median(runs.map((one) => one.seconds)) / median(ours.map((one) => one.seconds))).toFixed(2);
  const size = (statSync(path).size / 1e9).toFixed(2);
  const row = [
    name,
    `${size} GB`,
    `${shown(ours, "seconds", 1)} s`,
    `${shown(theirs, "seconds", 1)} s`,
    `${shown(theirsHuge, "seconds", 1)} s`,
    `**${ratio(theirs)}**`,
    `**${ratio(theirsHuge)}**`,
    `${shown(ours, "cpu", 1)} s`,
    `${shown(theirs, "cpu", 1)} s`,
    `${shown(ours, "peak", 1e9)} GB`,
    `${shown(theirs, "peak", 1e9)} GB`,
  ];
  const line = `| ${row.join(" | ")} |`;
  console.log(line);
  return line;
}

if (process.argv[2]) await readOurs(process.argv[2]);
else {
  const folder = mkdtempSync(join(tmpdir(), "cortecast-bench-"));
  try {
    const lines = [];
    for (const [name, write] of [
      ["one array a volume", writeVolumes],
      ["one array", writeTable],
    ]) {
      const path = join(folder, "series.func.gii");
      write(path);
      lines.push(compare(name, path));
    }
    const numbers = ((nVertices * nVolumes * 4) / 1e9).toFixed(2);
    const versions = run(python, [
      "-c",
      "import json, platform, zlib, nibabel; print(json.dumps([platform.python_version(), nibabel.__version__, zlib.ZLIB_RUNTIME_VERSION]))",
    ]);
    const machine = `${cpus()[0].model}, ${cpus().length} cores; Node ${process.versions.node} (zlib ${process.versions.zlib}); Python ${versions[0]}, nibabel ${versions[1]}, zlib ${versions[2]}`;
    const text = [
      `\n## Reading a GIFTI time series: ${nVertices} vertices x ${nVolumes} volumes, gzip-base64, ${numbers} GB of numbers\n`,
      `${machine}. Medians of ${nRepeats} readings each, in turns; \`node bench/gifti.js\`.\n`,
      "| layout | file | ours | nibabel | nibabel, huge pages | times faster | than in huge pages | ours, processor | nibabel, processor | ours, peak memory | nibabel, peak memory |",
      "|---|---|---|---|---|---|---|---|---|---|---|",
      ...lines,
      "",
    ].join("\n");
    const results = join(here, "RESULTS.md");
    if (!existsSync(results)) appendFileSync(results, "# Results of the benchmarks\n");
    const isNew = !readFileSync(results, "utf8").includes(text);
    if (isNew) appendFileSync(results, text);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
