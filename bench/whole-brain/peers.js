// The peers, measured in processes of their own: Python programs that lie beside this file.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { hugePages } from "./command.js";

/** Every other distance has as many columns as this one. */
const distance = 8;
/** Folds that are measured; the faster one counts. */
const measuredFolds = "0,2";
/** More seconds are not given to one peer's fits: fewer vertices are. */
const longest = 200;

/** Runs one of the Python programs and gives what it prints as JSON; says why where it fails. */
export function runPython(program, args) {
  const python = process.env.CORTECAST_PYTHON ?? "/usr/bin/python3";
  // Names of older processors, which some machines set for older libraries, would have OpenBLAS run their code.
  const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ...environment } = { ...process.env, ...hugePages };
  const { status, stdout, stderr, error } = spawnSync(python, [join(import.meta.dirname, program), ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    env: environment,
  });
  if (status === 0) return JSON.parse(stdout);
  throw new Error(`${python} ${program}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`);
}

const himalaya = (backend) => (folder) => {
  if (!process.env.CORTECAST_HIMALAYA) throw new Error("CORTECAST_HIMALAYA must name a checkout of himalaya");
  return runPython("himalaya_time.py", [folder, distance, measuredFolds, backend, longest].map(String));
};

/** What is measured of each peer, in the order of the table. */
export const peers = new Map([
  ["scikit-learn", (folder) => runPython("sklearn_time.py", [folder, distance, measuredFolds].map(String))],
  ["himalaya, numpy", himalaya("numpy")],
  ["himalaya, torch", himalaya("torch")],
]);

/**
 * Times of the peers on the data of a folder: those of an earlier call of the same day on the same machine, kept in
 * `peers.json`, or measured now.
 *
 * @param wanted - "kept": what is not kept is measured; "anew": all; or the name of the peer to measure anew
 * @returns by name the measurement, with when it was made and the load before; and why others are left out
 */
export function measurePeers({ folder, nVertices, nVolumes }, wanted) {
  const path = join(folder, "peers.json");
  const key = JSON.stringify([nVertices, nVolumes, distance, measuredFolds, cpus()[0].model, cpus().length]);
  const date = new Date().toISOString().slice(0, 10);
  const kept = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  const measured = {};
  const left = [];
  for (const [name, measure] of peers) {
    if (wanted !== "anew" && wanted !== name && kept[name]?.key === key && kept[name].date === date) {
      measured[name] = kept[name];
      continue;
    }
    console.error(`Measuring ${name}`);
    const about = { key, date, time: new Date().toISOString().slice(11, 16), load: loadavg()[0].toFixed(1) };
    try {
      measured[name] = { ...about, ...measure(folder) };
      writeFileSync(path, JSON.stringify({ ...kept, ...measured }));
    } catch (problem) {
      left.push(`${name} is left out: ${problem.message}`);
    }
    if (wanted === name) break;
  }
  return { measured, left };
}

/**
 * Seconds of the whole sweep by a peer, by the clock and of the processor: the faster of the measured folds for all folds,
 * the one window for all windows, all vertices in proportion to those measured. Features' own columns are made once a fold
 * for all models.
 *
 * @param designs - a measurement of scikit-learn, whose designs both peers take
 */
export function extrapolate(peer, designs, { nWindows, nFolds }) {
  const vertices = peer.nVertices / peer.nMeasured;
  const sums = (unit) => {
    const least = (runs, part) => Math.min(...runs.map((run) => run[part][unit]));
    const { volumes, alone, window } = designs;
    const making =
      volumes.alone[unit] +
      nFolds * least(alone, "design") +
      nWindows * (volumes.window[unit] + nFolds * least(window, "design"));
    const fitting = vertices * nFolds * (least(peer.alone, "fit") + nWindows * least(peer.window, "fit"));
    return { making, fitting, total: making + fitting };
  };
  return { seconds: sums("seconds"), cpu: sums("cpu") };
}
