// How long does a whole brain take, from the command line to the maps: one participant, three stories (1,006 volumes of 1.5 s,
// real word times), forecast scores at the distances -10..30 (42 models: features alone, and with each window), 5 folds,
// leave-one-out over ten penalties, 81,924 vertices, PCA of 20 and 6 delays? `cortecast score` is started as a user would,
// without any cache. Beside it, on the same data: scikit-learn's pipeline (as the paper, double precision) and himalaya's (single
// precision, NumPy and PyTorch; five inner folds in place of leave-one-out), measured on two models and two folds, all
// vertices, and extrapolated to all models and folds; and how far scores and penalties agree with scikit-learn's.
//
// Usage: npm run build && CORTECAST_PYTHON=<a Python with scikit-learn> CORTECAST_HIMALAYA=<a checkout> node bench/whole-brain.js
//   <folder>                  data are made here once (700 MB), and figures of peers kept for the day
//   --vertices 81924 --distances -10:30    less of both, for a look
//   --peers kept|anew|none    as an earlier call of the day measured them (default), measured now, or left out;
//                             or the name of one, which is measured anew: --peers "himalaya, torch" --no-ours
//   --no-ours                 peers alone
//   --no-append               RESULTS.md is left as it is
// The words' times come from CORTECAST_SHARED (default ../shared), in data/narratives. Needs Linux and 10 GB of memory.
import { appendFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compareScores, recovery } from "./whole-brain/accuracy.js";
import { runScore } from "./whole-brain/command.js";
import { makeData, planted } from "./whole-brain/data.js";
import { describeMachine, loadNow, measureRate, resultsPath, table } from "./whole-brain/machine.js";
import { extrapolate, measurePeers } from "./whole-brain/peers.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    vertices: { type: "string", default: "81924" },
    distances: { type: "string", default: "-10:30" },
    peers: { type: "string", default: "kept" },
    ours: { type: "boolean", default: true },
    append: { type: "boolean", default: true },
  },
});
if (positionals.length !== 1)
  throw new Error("One folder for the data must be given: node bench/whole-brain.js <folder>");
const nVertices = Number(values.vertices);
const [first, last] = values.distances.split(":").map(Number);
const nWindows = last - first + 1;
const [nFolds, nAlphas, columnsAlone, columnsBoth] = [5, 10, 120, 240];

const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(2)} GB`;
const minutes = (seconds) => (seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`);

const data = await makeData(join(resolve(positionals[0]), `v${nVertices}-s1`), { nVertices });
const load = loadNow();
const { measured, left } = values.peers === "none" ? { measured: {}, left: [] } : measurePeers(data, values.peers);
const rates = [measureRate()];
const output = join(data.folder, "out");
let ours;
if (values.ours) {
  rmSync(output, { recursive: true, force: true });
  console.error("Measuring cortecast score");
  const flags = ["--activations", data.activations, "--layer", "0", `--distances=${values.distances}`];
  ours = await runScore(data.dataset, output, flags);
  rates.push(measureRate());
}
const rate = Math.max(...rates);

const rows = [];
const notes = [];
const size = `${data.nVolumes} volumes, ${nVertices} vertices, ${nWindows + 1} models, ${nFolds} folds, ${nAlphas} penalties`;
if (ours) {
  const how = "the whole command, measured";
  rows.push(["cortecast score", minutes(ours.seconds), minutes(ours.cpu), "", "", gigabytes(ours.peak), how]);
}
const sklearn = measured["scikit-learn"];
for (const [name, peer] of Object.entries(measured)) {
  if (!sklearn) break;
  const { seconds, cpu } = extrapolate(peer, sklearn, { nWindows, nFolds });
  const version = Object.entries(peer.versions).map((pair) => pair.join(" "));
  const share = peer.nMeasured === nVertices ? "all vertices" : `${peer.nMeasured} of the vertices`;
  rows.push([
    `${version.join(", ")}, ${name === "scikit-learn" ? "float64" : "float32"}`,
    minutes(seconds.total),
    minutes(cpu.total),
    ours ? `**${(seconds.total / ours.seconds).toFixed(1)}**` : "",
    ours ? `**${(cpu.total / ours.cpu).toFixed(1)}**` : "",
    gigabytes(peer.peak),
    `extrapolated from 2 models x 2 folds, ${share}: designs ${minutes(seconds.making)}, fits ${minutes(seconds.fitting)}; ${peer.date} ${peer.time} UTC, load ${peer.load}`,
  ]);
  const tried = peer.tried.map((one) => `${one.slice(0, -1).join("/")} ${one.at(-1).toFixed(2)} s`).join(", ");
  notes.push(
    `- ${name}: of the settings tried on ${peer.nTried} vertices the fastest is taken, ${peer.setting.join("/")} (${tried}).`,
  );
}
if (sklearn) {
  const share = (unit) => `${((100 * sklearn.quarter[unit]) / sklearn.window.at(-1).fit[unit]).toFixed(0)} %`;
  notes.push(
    `- scikit-learn: a quarter of the vertices took ${share("seconds")} of the time of all, ${share("cpu")} of the processor's.`,
  );
}
notes.push(...left.map((line) => `- ${line}`));

const needed = 2 * nVertices * data.nVolumes * nFolds * (columnsAlone + nWindows * columnsBoth);
const written =
  needed + 2 * nVertices * (nFolds - 1) * data.nVolumes * nAlphas * (columnsAlone + nWindows * columnsBoth);
if (ours) {
  const parts = ours.parts.map(
    ({ label, seconds }) => `${label.replace(/ of \/.*|, layer \d+$/, "")} ${seconds.toFixed(1)} s`,
  );
  const shareOf = (count) => `${((100 * count) / ours.seconds / (rate * 1e9)).toFixed(0)} %`;
  notes.push(
    `- Parts, by the progress bar: ${parts.join(", ")}.`,
    `- Matrix products of 2048 x 2048 in single precision ran at ${rate.toFixed(0)} GFLOP/s. Projecting targets on the designs' directions and predicting held-out volumes takes ${(needed / 1e12).toFixed(2)} TFLOP, which the whole command did at ${shareOf(needed)} of that rate; with the left-out residuals of all penalties written out it would be ${(written / 1e12).toFixed(1)} TFLOP, ${shareOf(written)}.`,
  );
  const { none, strong, r } = recovery(data, output);
  notes.push(
    `- Planted: ${100 * planted.share} % of the vertices, correlation of signal and response ${planted.lowest} to ${planted.highest}. Found: mean R ${none.toFixed(4)} without signal, ${strong.toFixed(3)} where over 0.3 was planted; R and what was planted correlate at ${r.toFixed(2)}.`,
  );
  if (sklearn && first <= 8 && last >= 8) {
    console.error("Comparing scores with scikit-learn's");
    const { nVertices: nCompared, models } = await compareScores(data, output);
    for (const model of models) {
      const what = model.distance === null ? "features alone" : `with the window at ${model.distance}`;
      notes.push(
        `- Beside scikit-learn (exact PCA), ${what}, ${nCompared} vertices x ${nFolds} folds: r differs by at most ${model.foldsWorst.toExponential(1)} where penalties agree, the mean over folds in the command's maps by ${model.commandWorst.toExponential(1)}; ${model.nOther} of ${model.nCompared} penalties are others, whose leave-one-out errors are greater by at most ${model.greatestTie.toExponential(1)} relatively (r then differs by at most ${model.foldsWorstOther.toExponential(1)}).`,
      );
    }
  }
}

const when = `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, load ${load}`;
const text = [
  `\n## whole-brain.js: ${size}\n`,
  `${describeMachine()}. ${when}.\n`,
  ...table(
    [
      "what",
      "the sweep",
      "of the processor",
      "times ours",
      "times our processor's",
      "peak memory",
      "how it was measured",
    ],
    rows,
  ),
  "",
  ...notes,
  "",
].join("\n");
console.log(text);
if (values.append) appendFileSync(resultsPath, text);
