// How far are cortecast's scores from scikit-learn's on real data: one chapter of Alice in Wonderland, 27 participants, six
// regions, forecast distances -10 to 30, all controls, 20 and 50 components and none? Every brain score and forecast score of every
// participant and region is compared with a pipeline of StandardScaler, PCA, RidgeCV(alpha_per_target) and KFold in double
// precision, which reads the data set's files itself; only activations and random vectors are cortecast's.
//
// Usage: npm run build && CORTECAST_PYTHON=<a Python with scikit-learn> node bench/alice.js <alice> <folder> [components ...]
//   <alice>   the data set; <folder> takes what is computed
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Matrix } from "../dist/array/matrix.js";
import { readSafetensors, writeNpy } from "../dist/formats.js";
import { randomWindow } from "../dist/index.js";

const layer = 4;
const [alice, folder, ...asked] = process.argv.slice(2);
const components = asked.length > 0 ? asked : ["20", "50", "none"];
mkdirSync(folder, { recursive: true });

function run(program, args) {
  const { status } = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with exit code ${status}`);
}
const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const cortecast = (...args) => run(process.execPath, [cli, ...args]);

for (const name of ["activations", "random-weights"]) {
  const path = join(folder, name);
  const flags = name === "random-weights" ? ["--random-weights"] : [];
  if (!existsSync(path)) cortecast("activations", alice, path, "--layer", String(layer), ...flags);
  const { tensors } = readSafetensors(new Uint8Array(readFileSync(join(path, "alice_activations.safetensors"))));
  const { shape, data } = tensors.get(`layer-${layer}`);
  writeFileSync(join(folder, `${name}.npy`), writeNpy({ shape, data }));
  if (name !== "activations") continue;
  const random = randomWindow(Matrix.of(data, ...shape), { seed: "0 alice" });
  writeFileSync(join(folder, "random-window.npy"), writeNpy({ shape, data: random.data }));
}
const peer = fileURLToPath(new URL("alice/sklearn_scores.py", import.meta.url));
for (const one of components) {
  const output = join(folder, `components-${one}`);
  const flags = ["--drift", "cosine", "--distances", "-10:30", "--controls", "word-rate,random-weights,random-window"];
  if (!existsSync(output)) cortecast("score", alice, output, "--layer", String(layer), "--components", one, ...flags);
  run(process.env.CORTECAST_PYTHON ?? "/usr/bin/python3", [peer, alice, folder, output, one]);
}
