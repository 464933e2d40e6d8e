// How do time and memory of a whole-brain sweep grow: with the vertices, with the distances, with the participants who heard the
// same stories? The command and the data are those of whole-brain.js; one of the three is changed at a time.
//
// Usage: npm run build && node bench/whole-brain-scaling.js <folder>     (a temporary one would do; data are made there once)
//   --vertices 2048,8192,32768,81924       at 41 distances, 1 participant
//   --distances 1,5,11,21,41               at 8,192 vertices, 1 participant
//   --participants 1,2,4,8                 at 2,048 vertices, 41 distances
//   --no-append                            RESULTS.md and whole-brain-scaling.svg are left as they are; the picture goes to <folder>
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { runScore } from "./whole-brain/command.js";
import { makeData } from "./whole-brain/data.js";
import { describeMachine, loadNow, resultsPath, table } from "./whole-brain/machine.js";
import { scalingPicture } from "./whole-brain/picture.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    vertices: { type: "string", default: "2048,8192,32768,81924" },
    distances: { type: "string", default: "1,5,11,21,41" },
    participants: { type: "string", default: "1,2,4,8" },
    append: { type: "boolean", default: true },
  },
});
if (positionals.length !== 1)
  throw new Error("One folder for the data must be given: node bench/whole-brain-scaling.js <folder>");
const folder = resolve(positionals[0]);

/** So many distances, spread over -10..30; one is 8. */
const spread = new Map([
  [1, "8"],
  [5, "-10:30:10"],
  [11, "-10:30:4"],
  [21, "-10:30:2"],
  [41, "-10:30"],
]);

const lists = Object.fromEntries(
  ["vertices", "distances", "participants"].map((name) => [name, values[name].split(",").filter(Boolean).map(Number)]),
);
const series = [
  { name: "vertices", at: "41 distances, 1 participant", points: lists.vertices.map((v) => [v, 41, 1]) },
  { name: "distances", at: "8,192 vertices, 1 participant", points: lists.distances.map((d) => [8192, d, 1]) },
  { name: "participants", at: "41 distances, 2,048 vertices", points: lists.participants.map((s) => [2048, 41, s]) },
];

const load = loadNow();
const measured = new Map();
for (const [nVertices, nDistances, nSubjects] of series.flatMap(({ points }) => points)) {
  const key = [nVertices, nDistances, nSubjects].join();
  if (measured.has(key)) continue;
  const distances = spread.get(nDistances);
  if (!distances) throw new Error(`--distances must be of ${[...spread.keys()].join(", ")}, got ${nDistances}`);
  const data = await makeData(join(folder, `v${nVertices}-s${nSubjects}`), { nVertices, nSubjects });
  const output = join(data.folder, "out");
  rmSync(output, { recursive: true, force: true });
  console.error(`${nVertices} vertices, ${nDistances} distance(s), ${nSubjects} participant(s)`);
  const flags = ["--activations", data.activations, "--layer", "0", `--distances=${distances}`];
  const { seconds, cpu, peak, parts } = await runScore(data.dataset, output, flags);
  const designs = parts.filter(({ label }) => label.startsWith("designs")).reduce((sum, part) => sum + part.seconds, 0);
  measured.set(key, { seconds, cpu, peak, designs });
  rmSync(output, { recursive: true });
}

const drawn = series.map(({ name, at, points }) => {
  const place = ["vertices", "distances", "participants"].indexOf(name);
  return { name, at, points: points.map((point) => ({ x: point[place], ...measured.get(point.join()) })) };
});
const rows = drawn.flatMap(({ name, at, points }) =>
  points.map(({ x, seconds, cpu, designs, peak }) => [
    `${x.toLocaleString("en")} ${x === 1 ? name.slice(0, -1).replace(/ice$/, "ex") : name}, ${at}`,
    ...[seconds, designs, cpu].map((value) => `${value.toFixed(1)} s`),
    `${(peak / 1e9).toFixed(2)} GB`,
  ]),
);
const text = [
  "\n## whole-brain-scaling.js: the sweep of whole-brain.js, larger and smaller\n",
  `${describeMachine()}. ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, load ${load}. Drawn in whole-brain-scaling.svg.\n`,
  ...table(["what", "the whole command", "of it designs", "of the processor", "peak memory"], rows),
  "",
].join("\n");
console.log(text);
writeFileSync(
  values.append ? join(import.meta.dirname, "whole-brain-scaling.svg") : join(folder, "scaling.svg"),
  scalingPicture(drawn),
);
if (values.append) appendFileSync(resultsPath, text);
