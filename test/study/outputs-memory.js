// Turns scores that are kept into results, as a study does once all steps are computed, and prints by how much memory grew:
// node --expose-gc --max-semi-space-size=16 outputs-memory.js PACKAGE SCORES OUTPUT N, where PACKAGE is the built package's
// folder and SCORES holds the scores `<participant>-<layer>-<place>` of N participants on two icospheres, layers 4 and 8, by the
// words alone (place 0) and with windows at four distances.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, kept, output, n] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(folder, "dist", path)).href);
const { createIcosphere } = await load("phantom/icosphere.js");
const { surfaceTargets } = await load("responses/target.js");
const { folderStore } = await load("sources/node.js");
const { openScored } = await load("study/told-scores.js");
const { checkOptions } = await load("study/options.js");
const { plannedFamilies, plannedScores } = await load("study/plan.js");
const { writeGroupLevel } = await load("study/group-level.js");
const { writeParticipants } = await load("study/outputs.js");

const { coordinates, triangles } = createIcosphere(32);
const nVertices = coordinates.length / 3;
const words = Array.from({ length: 100 }, (_, onset) => ({ text: "word", onset, duration: 1 }));
const transcript = { story: "alice", path: "alice.tsv", words, nInterpolated: 0 };
const participants = Array.from({ length: Number(n) }, (_, i) => ({
  participant: `sub-${i + 1}`,
  stories: [
    {
      files: {
        story: "alice",
        files: [],
        hemispheres: [],
        run: `sub-${i + 1}_task-alice`,
        stimFile: "alice.wav",
        notes: [],
      },
      ...{ transcript, nVolumes: 100, audioStart: 0, repetitionTime: 1, confounds: [] },
    },
  ],
  targets: surfaceTargets([nVertices, nVertices]),
  space: { kind: "surface", space: "sphere", nVertices: [nVertices, nVertices] },
  hashes: {},
  quality: { nConstant: 0, nNotFinite: 0 },
}));
const layers = [4, 8];
const options = checkOptions({ dataset: "data", output, distances: "0,4,8,12" });
const scores = plannedScores({ layers }, options);
const families = plannedFamilies({ layers }, options);
const plan = {
  nSteps: layers.length * participants.length,
  nFolds: options.folds,
  scores,
  groups: layers.map((layer) => {
    const family = families.find(({ label }) => label === `layer ${layer}`);
    const keysOf = (participant) => family.members.map((_, place) => `${participant}-${layer}-${place}`);
    return { family, steps: participants.map(({ participant }) => ({ participant, keys: keysOf(participant) })) };
  }),
};
const inputs = {
  ...{
    dataset: { description: {} },
    participants,
    transcripts: [transcript],
    leftOut: new Map(),
    withResponses: [],
    withoutResponses: [],
  },
  regions: ["L", "R"].flatMap((hemi, side) =>
    Array.from({ length: 100 }, (_, region) => ({
      ...{ name: `region ${region}`, hemi },
      targets: Int32Array.from({ length: 100 }, (__, i) => side * nVertices + 100 * region + i),
    })),
  ),
  surfaces: ["L", "R"].map((hemi) => ({
    hemi,
    name: "sphere",
    coordinates: Float32Array.from(coordinates),
    triangles,
  })),
};
const context = {
  inputs,
  model: { name: "model", fingerprint: "", warnings: [] },
  layers,
  options,
  warnings: [],
  inForce: { reading: undefined, threads: 1, memory: 1e9, cache: "cache" },
};

/** A store that has garbage collected whenever 16 MiB went through it: how much V8 lets lie is another on each version of Node. */
function collecting(store) {
  let moved = 0;
  const count = (bytes) => {
    moved += bytes.length;
    if (moved > 2 ** 24) {
      globalThis.gc();
      moved = 0;
    }
    return bytes;
  };
  return {
    ...store,
    read: async (...place) => count(await store.read(...place)),
    readRange: async (...place) => count(await store.readRange(...place)),
    write: async (path, bytes) => {
      await store.write(path, bytes);
      count(bytes);
    },
  };
}

globalThis.gc();
const before = process.memoryUsage().rss;
const scored = await openScored(participants, plan, collecting(folderStore(kept)), () => undefined);
const results = collecting(folderStore(output));
const ofParticipants = await writeParticipants(results, scored, context, () => undefined);
const { written, summary } = await writeGroupLevel(results, () => undefined);
const growth = process.resourceUsage().maxRSS * 1024 - before;
console.log(
  JSON.stringify({ growth, nWritten: ofParticipants.written.length + written.length, nLines: summary.length }),
);
