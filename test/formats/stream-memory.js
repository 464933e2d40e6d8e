// Reads a made-up GIFTI time series as it comes and prints by how much memory grew: node stream-memory.js LAYOUT FOLDER,
// where FOLDER holds the built package. The file is made as it is asked for and is nowhere whole.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deflateSync } from "node:zlib";

const [layout, folder] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(folder, path)).href);
const { streamGifti } = await load("formats/gifti-stream.js");
const { loadSurfaceSeries } = await load("responses/surface-series.js");

const nVertices = 40_000;
const nVolumes = 940;
const isTable = layout === "table";

/** Numbers that hardly pack, the same for all volumes: random bits in the lower half. */
const noise = new Float32Array(nVertices);
let state = 1;
for (let v = 0; v < nVertices; v++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  noise[v] = state / 2 ** 32;
}
const block = deflateSync(noise).toString("base64");
const tag = (dimensions) =>
  `<DataArray Intent="NIFTI_INTENT_TIME_SERIES" DataType="NIFTI_TYPE_FLOAT32" ArrayIndexingOrder="RowMajorOrder" Dimensionality="${dimensions.length}" ${dimensions.map((n, d) => `Dim${d}="${n}"`).join(" ")} Encoding="${isTable ? "Base64Binary" : "GZipBase64Binary"}" Endian="LittleEndian"><Data>`;

async function* pieces() {
  yield Buffer.from(`<GIFTI NumberOfDataArrays="${isTable ? 1 : nVolumes}">`);
  // 40,000 numbers are whole groups of base64 together, 160,000 bytes, but for one byte: three volumes at a time.
  const three = Buffer.from(new Uint8Array(noise.buffer)).toString("base64", 0, 159_999);
  if (isTable) yield Buffer.from(tag([nVertices, nVolumes]));
  let left = isTable ? nVertices * nVolumes * 4 : 0;
  for (; left >= 159_999; left -= 159_999) yield Buffer.from(three);
  if (isTable) yield Buffer.from(`${Buffer.from(noise.buffer, 0, left).toString("base64")}</Data></DataArray>`);
  else for (let t = 0; t < nVolumes; t++) yield Buffer.from(`${tag([nVertices])}${block}</Data></DataArray>`);
  yield Buffer.from("</GIFTI>");
}

const before = process.memoryUsage().rss;
const source = { location: "made", stream: () => pieces() };
const result = process.argv[4] === "matrix" ? await loadSurfaceSeries(source, "a", "n/a") : await streamGifti(pieces());
const numbers = nVertices * nVolumes * 4;
const held = "bold" in result ? result.bold.data.byteLength : result.arrays.reduce((n, a) => n + a.data.byteLength, 0);
console.log(JSON.stringify({ growth: process.resourceUsage().maxRSS * 1024 - before, numbers, held }));
