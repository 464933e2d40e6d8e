// Scores random responses on all threads within a budget of memory, and prints what was resident at most:
// node sweep-memory.js PACKAGE FOLDER BUDGET, where PACKAGE is the built package's folder and the budget is in bytes.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [built, folder, budget] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(built, "dist", path)).href);
const { Matrix } = await load("array/matrix.js");
const { createRandom } = await load("array/random.js");
const { makeDesigns } = await load("engine/make-designs.js");
const { planMemory } = await load("engine/plan-memory.js");
const { openPool } = await load("engine/pool.js");
const { scoreResponses } = await load("engine/score-responses.js");
const { folderStore } = await load("sources/node.js");
const { wordsToVolumes } = await load("stimulus/volumes.js");

const [nVolumes, nTargets, nWords, nUnits, width] = [500, 120_000, 1500, 64, 3];
const distances = [3];
const random = createRandom("sweep");
const normals = (length) => Float32Array.from({ length }, () => random.normal());
const vectors = Matrix.of(normals(nWords * nUnits), nWords, nUnits);
const onsets = Float64Array.from({ length: nWords }, (_, n) => n / 2);
const volumes = { nVolumes, repetitionTime: 1.5 };
const stories = [{ vectors, onsets, volumes }];
const options = { storyLengths: [nVolumes], components: 20 };
const size = {
  ...{
    nTargets,
    nVolumes,
    longestStory: 100,
    heldBytes: 4,
    readingBytes: 800,
    scoringBytes: 4,
    nModels: 2,
    nFolds: 5,
    nColumns: 240,
    width,
    nUnits,
  },
  nThreads: 2,
};
const plan = planMemory(size, Number(budget));
const noise = normals(nVolumes * 1000);
let nLoads = 0;
const pool = openPool(size.nThreads);
const designs = { location: folder, keys: ["alone", "window"] };
const stimulus = async () => ({ features: wordsToVolumes(vectors, onsets, volumes), windows: { stories, width } });
const models = await makeDesigns(pool, designs, [undefined, ...distances], stimulus, options);
const responses = {
  nTargets,
  nLoaded: plan.nLoaded,
  async load(from, to) {
    nLoads++;
    const data = new Float32Array(nVolumes * (to - from));
    for (let at = 0; at < data.length; at++) data[at] = noise[(at * 7 + from) % noise.length];
    return Matrix.of(data, nVolumes, to - from);
  },
};
const { designBytes } = plan;
const { scores } = await scoreResponses(pool, models, responses, {
  ...{ average: "folds", designBytes, store: folderStore(join(folder, "scores")), keys: ["alone", "window"] },
});
await pool.close();
const nScored = scores.map(({ score }) => score.filter(Number.isFinite).length);
console.log(JSON.stringify({ plan, nLoads, nScored, resident: process.resourceUsage().maxRSS * 1024 }));
