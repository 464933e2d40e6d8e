// How long would the sweep of whole-brain.js take for all of Narratives on this machine? Participants, runs and events are the
// data set's own, less the scans that it says to leave out; volumes last until the last event and eight more. Work is counted and
// this machine measured as `cortecast plan` does, on all threads at once. There are no responses: nothing is scored.
//
// Usage: npm run build && node bench/narratives-plan.js          (needs data/narratives in CORTECAST_SHARED, or in ../shared)
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { countWork } from "../dist/engine/cost.js";
import { planMemory } from "../dist/engine/plan-memory.js";
import { openPool } from "../dist/engine/pool.js";
import { readTsv } from "../dist/formats/tsv.js";
import { describeMachine, loadNow, resultsPath } from "./whole-brain/machine.js";
import { repetitionTime, volumesAfter } from "./whole-brain/stories.js";

const shared = resolve(process.env.CORTECAST_SHARED ?? join(import.meta.dirname, "../../shared"));
const folder = mkdtempSync(join(tmpdir(), "cortecast-narratives-"));
const nThreads = availableParallelism();
const nAlphas = 10;
/** Bytes a second, and seconds a participant for maps, as runs of whole-brain.js take them. */
const [READING, MAPS] = [100e6, 8];

function participants() {
  execFileSync("tar", ["-xzf", join(shared, "data/narratives/ds002345-sidecars.tar.gz"), "-C", folder]);
  const excluded = new Set(
    Object.values(JSON.parse(readFileSync(join(folder, "code/scan_exclude.json"), "utf8"))).flatMap((task) =>
      Object.values(task).flat(),
    ),
  );
  const all = [];
  for (const participant of readdirSync(folder).filter((name) => name.startsWith("sub-"))) {
    const runs = [];
    for (const file of readdirSync(join(folder, participant, "func")).filter((name) => name.endsWith("_events.tsv"))) {
      const name = file.replace("_events.tsv", "");
      if (excluded.has(name)) continue;
      const path = join(folder, participant, "func", file);
      const { rows } = readTsv(readFileSync(path), { path });
      const end = Math.max(...rows.map(([onset, duration]) => Number(onset) + Number(duration)));
      runs.push({ run: name.slice(participant.length + 1), nVolumes: Math.ceil(end / repetitionTime) + volumesAfter });
    }
    if (runs.length > 0) all.push({ participant, runs });
  }
  return all;
}

const sizeOf = (runs) => ({
  ...{ nTargets: 81_924, nVolumes: runs.reduce((sum, { nVolumes }) => sum + nVolumes, 0) },
  ...{ longestStory: Math.max(...runs.map(({ nVolumes }) => nVolumes)), nModels: 42, nFolds: 5, nColumns: 240 },
  ...{ width: 7, nUnits: 768, nThreads },
});

try {
  const all = participants();
  const sets = new Map();
  for (const { runs } of all) {
    const key = JSON.stringify(runs);
    sets.set(key, { runs, nParticipants: (sets.get(key)?.nParticipants ?? 0) + 1 });
  }
  const typical = sizeOf([{ nVolumes: 440 }, { nVolumes: 290 }, { nVolumes: 276 }]);
  const pool = openPool(nThreads);
  const job = { kind: "measure", size: typical, options: { device: { threads: 1 } } };
  const speeds = await Promise.all(Array.from({ length: nThreads }, () => pool.run(job)));
  await pool.close();
  const mean = (name) => speeds.reduce((sum, speed) => sum + speed[name], 0) / nThreads;
  const [perDesign, perTarget] = [mean("secondsPerDesign"), mean("secondsPerTarget")];
  const sample = countWork({ ...typical, nTargets: 1 }, nAlphas);
  const nOfSample = typical.nModels * typical.nFolds;
  let [designs, scores, reading, operations, bytes, peak] = [0, 0, 0, 0, 0, 0];
  for (const { runs, nParticipants } of sets.values()) {
    const size = sizeOf(runs);
    const work = countWork(size, nAlphas);
    operations += work.designOperations + nParticipants * work.scoreOperations;
    bytes += work.designBytes + nParticipants * work.scoreBytes;
    designs += (perDesign * work.designOperations) / (sample.designOperations / nOfSample) / nThreads;
    scores += (nParticipants * perTarget * work.scoreOperations) / (sample.scoreOperations / nOfSample) / nThreads;
    reading += (nParticipants * 4 * size.nVolumes * size.nTargets) / READING + nParticipants * MAPS;
    peak = Math.max(peak, planMemory(size, 1e12).peakBytes);
  }
  const hours = (seconds) => `${(seconds / 3600).toFixed(1)} h`;
  const nRuns = all.reduce((sum, { runs }) => sum + runs.length, 0);
  const text = [
    "\n## narratives-plan.js: all of Narratives, 81,924 vertices, 42 models, 5 folds, 10 penalties, by the plan\n",
    `${describeMachine()} ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, load ${loadNow()}.\n`,
    `- ${all.length} participants, ${nRuns} runs, ${sets.size} different sets of stories: ${(operations / 1e15).toPrecision(3)} PFLOP; ${(bytes / 1e9).toFixed(0)} GB of designs and scores kept.`,
    `- Measured: ${(perTarget * 1e6).toFixed(1)} µs a target, model, fold and thread; ${(perDesign * 1e3).toFixed(0)} ms a design and thread.`,
    `- Designs ${hours(designs)}, scores ${hours(scores)}, reading responses and writing maps ${hours(reading)}: **${hours(designs + scores + reading)}** on ${nThreads} threads, ${(peak / 1e9).toFixed(1)} GB at most.`,
    "",
  ].join("\n");
  console.log(text);
  appendFileSync(resultsPath, text);
} finally {
  rmSync(folder, { recursive: true });
}
