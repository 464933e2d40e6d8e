// Our scores beside scikit-learn's, on a part of the vertices and two models, all folds.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Matrix } from "../../dist/array/matrix.js";
import { readGifti, readNpy, writeNpy } from "../../dist/formats.js";
import { forecastScore, forecastWindow, joinRows, wordsToVolumes } from "../../dist/index.js";
import { pearsonColumns } from "../../dist/ridge.js";
import { runPython } from "./peers.js";
import { repetitionTime } from "./stories.js";

const distance = 8;
const mostVertices = 4096;

/**
 * Compares maps of the command's output, and correlations and penalties of the library on the same vertices, with
 * scikit-learn's.
 *
 * @param output - the folder that `cortecast score` wrote
 */
export async function compareScores(data, output) {
  const { folder, stories, nVertices } = data;
  const step = Math.ceil(nVertices / mostVertices);
  const vertices = Array.from({ length: Math.ceil(nVertices / step) }, (_, i) => i * step);
  const atVolumes = (toFeatures) =>
    joinRows(
      stories.map(({ story, onsets, nVolumes }) => {
        const { shape, data: numbers } = readNpy(readFileSync(join(data.activations, `${story}.npy`)));
        return wordsToVolumes(toFeatures(Matrix.of(numbers, ...shape)), onsets, { nVolumes, repetitionTime });
      }),
    );
  const windows = new Map([[distance, () => atVolumes((words) => forecastWindow(words, { distance }))]]);
  const scores = await forecastScore(
    atVolumes((words) => words),
    windows,
    loadResponses(data, vertices),
    {
      storyLengths: stories.map((story) => story.nVolumes),
    },
  );
  const work = join(folder, "compare");
  mkdirSync(work, { recursive: true });
  const keep = (name, shape, values) => {
    const path = join(work, `${name}.npy`);
    writeFileSync(path, writeNpy({ shape, data: Float64Array.from(values) }));
    return path;
  };
  const alone = loadMap(output, "brainScoreL0");
  const gain = loadMap(output, `forecastScoreL0D${distance}`);
  const models = [
    { name: "alone", at: null, score: scores.brainScore, map: alone },
    { name: "window", at: distance, score: scores.joint.get(distance), map: alone.map((r, v) => r + gain[v]) },
  ].map(({ name, at, score, map }) => {
    const { foldScores, bestAlphas } = score;
    const shape = [foldScores.nRows, vertices.length];
    return {
      distance: at,
      r: keep(`${name}-r`, shape, foldScores.data),
      alpha: keep(`${name}-alpha`, shape, bestAlphas.data),
      mean: keep(`${name}-mean`, [vertices.length], score.score),
      command: keep(
        `${name}-command`,
        [vertices.length],
        vertices.map((vertex) => map[vertex]),
      ),
    };
  });
  const request = join(work, "request.json");
  writeFileSync(request, JSON.stringify({ vertices, models }));
  return { nVertices: vertices.length, models: runPython("sklearn_scores.py", [folder, request]) };
}

/** Mean brain score of vertices without signal, and of those whose planted correlation lies over 0.3. */
export function recovery({ peer }, output) {
  const strengths = readNpy(readFileSync(join(peer, "sub-01/planted.npy"))).data;
  const scores = loadMap(output, "brainScoreL0");
  const mean = (isWanted) => {
    const chosen = scores.filter((_, v) => isWanted(strengths[v]));
    return chosen.reduce((sum, r) => sum + r / chosen.length, 0);
  };
  const r = pearsonColumns(
    Matrix.of(Float64Array.from(strengths), strengths.length, 1),
    Matrix.of(scores, scores.length, 1),
  );
  return { none: mean((strength) => strength === 0), strong: mean((strength) => strength > 0.3), r: r[0] };
}

function loadResponses({ peer, stories }, vertices) {
  return joinRows(
    stories.map(({ story }) => {
      const [left, right] = ["L", "R"].map((hemi) =>
        readNpy(readFileSync(join(peer, "sub-01", `${story}_${hemi}.npy`))),
      );
      const [n, nLeft] = left.shape;
      const rows = Matrix.of(new Float32Array(n * vertices.length), n, vertices.length);
      for (let t = 0; t < n; t++) {
        vertices.forEach((vertex, i) => {
          const own = vertex < nLeft ? left.data[t * nLeft + vertex] : right.data[t * right.shape[1] + vertex - nLeft];
          rows.data[t * vertices.length + i] = own;
        });
      }
      return rows;
    }),
  );
}

/** A map of the first participant, both hemispheres side by side. */
function loadMap(output, label) {
  const { files } = JSON.parse(readFileSync(join(output, "sub-01/.cortecast-files.json"), "utf8"));
  // Sorted: the left hemisphere comes first.
  const names = Object.keys(files).filter((path) => path.endsWith(`_desc-${label}_statmap.shape.gii`));
  const both = names.map((name) => readGifti(readFileSync(join(output, name))).arrays[0].data);
  return Float64Array.from(both.flatMap((values) => [...values]));
}
