// The data set: synthetic activations and responses with a known share of signal, at real word times.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Matrix } from "../../dist/array/matrix.js";
import { createRandom } from "../../dist/array/random.js";
import { writeNpy } from "../../dist/formats.js";
import { wordsToVolumes } from "../../dist/index.js";
import { sampleHrf } from "../../dist/phantom/hrf.js";
import { convolveStories } from "../../dist/phantom/series.js";
import { seriesFile } from "../../dist/phantom/surface-files.js";
import { readStories, repetitionTime, writeStories } from "./stories.js";

/** Raised where the same options come to give other data. */
const version = 1;
const nUnits = 768;
/** Of the noise: x(t) = phi x(t - 1) + e(t) + theta e(t - 1); neighbouring volumes correlate at 0.42, the next 0.29. */
const [phi, theta] = [0.7, -0.35];
/** Latent directions that vertices respond to: of the word that is heard, and of the word eight later. */
const [nHeard, nAhead, ahead] = [12, 6, 8];
/** Share of the vertices that carry signal, and the range of its correlation with the response. */
export const planted = { share: 0.4, lowest: 0.05, highest: 0.4 };
/** Label of `space-`: only fsaverage6 itself may be called so. */
const spaceOf = (nVertices) => (nVertices === 81_924 ? "fsaverage6" : `part${nVertices}`);

/**
 * Makes what is measured, or finds it as an earlier call left it:
 *
 * - `dataset/`: BIDS, responses as GIFTI time series of both hemispheres; `activations/`: a NumPy file a story;
 * - `stories.json`: volumes, and onsets of words in seconds of scan time; `peer/`: the same responses as NumPy files.
 *
 * Activations: latent series that fall off in size as 1 / sqrt(k) and last the longer the larger they are, mixed by a random
 * matrix, each unit with a mean of its own. Responses: of `planted.share` of the vertices a random combination of latent
 * series, summed to volumes, convolved with the haemodynamic response, plus noise that is autocorrelated.
 *
 * @returns {Promise<object>} paths, stories, nVolumes, and the planted correlation of each vertex of the first participant
 */
export async function makeData(folder, { nVertices, nSubjects = 1, seed = 1 }) {
  const paths = {
    folder,
    dataset: join(folder, "dataset"),
    activations: join(folder, "activations"),
    peer: join(folder, "peer"),
  };
  const participants = Array.from({ length: nSubjects }, (_, i) => `sub-${String(i + 1).padStart(2, "0")}`);
  const made = JSON.stringify({ version, nVertices, nSubjects, seed });
  const marker = join(folder, "made.json");
  if (!existsSync(marker) || readFileSync(marker, "utf8") !== made) {
    console.error(`Making data in ${folder}: ${nVertices} vertices, ${nSubjects} participant(s)`);
    for (const path of [marker, ...Object.values(paths).slice(1)]) rmSync(path, { recursive: true, force: true });
    for (const path of Object.values(paths)) mkdirSync(path, { recursive: true });
    const stories = await writeStories(paths.dataset, participants);
    writeFileSync(join(folder, "stories.json"), JSON.stringify(stories));
    const basis = signalBasis(stories, writeActivations(paths.activations, stories, seed));
    for (const participant of participants) writeResponses(paths, participant, stories, basis, { nVertices, seed });
    writeFileSync(marker, made);
  }
  const stories = readStories(folder);
  const nVolumes = stories.reduce((sum, story) => sum + story.nVolumes, 0);
  return { ...paths, stories, nVolumes, nVertices, nSubjects };
}

/** Writes activations of every story; gives the latent series, [nWords x nUnits] a story. */
function writeActivations(folder, stories, seed) {
  const random = createRandom(`activations ${seed}`);
  const mixing = Float64Array.from({ length: nUnits * nUnits }, () => random.normal() / Math.sqrt(nUnits));
  const means = Float64Array.from({ length: nUnits }, () => random.normal());
  return stories.map(({ story, onsets }) => {
    const latent = Matrix.zeros(onsets.length, nUnits);
    for (let k = 0; k < nUnits; k++) {
      const [size, lasting] = [1 / Math.sqrt(1 + k), 0.2 + 0.6 / (1 + k / 50)];
      let x = random.normal();
      for (let n = 0; n < onsets.length; n++) {
        if (n > 0) x = lasting * x + Math.sqrt(1 - lasting ** 2) * random.normal();
        latent.data[n * nUnits + k] = size * x;
      }
    }
    const data = new Float32Array(onsets.length * nUnits);
    const row = new Float64Array(nUnits);
    for (let n = 0; n < onsets.length; n++) {
      row.set(means);
      for (let k = 0; k < nUnits; k++) {
        const value = latent.data[n * nUnits + k];
        for (let u = 0; u < nUnits; u++) row[u] += value * mixing[k * nUnits + u];
      }
      data.set(row, n * nUnits);
    }
    writeFileSync(join(folder, `${story}.npy`), writeNpy({ shape: [onsets.length, nUnits], data }));
    return latent;
  });
}

/** What vertices may respond to, all stories joined, [nVolumes x (nHeard + nAhead)], each column of mean 0 and variance 1. */
function signalBasis(stories, latents) {
  const nColumns = nHeard + nAhead;
  const nVolumes = stories.reduce((sum, story) => sum + story.nVolumes, 0);
  const joined = Matrix.zeros(nVolumes, nColumns);
  let start = 0;
  stories.forEach(({ onsets, nVolumes: length }, s) => {
    const words = Matrix.zeros(onsets.length, nColumns);
    for (let n = 0; n < onsets.length; n++) {
      const [heard, later] = [n, n + ahead].map((word) => latents[s].data.subarray(word * nUnits, (word + 1) * nUnits));
      for (let k = 0; k < nColumns; k++)
        words.data[n * nColumns + k] = (k < nHeard ? heard[k] : later[k - nHeard]) ?? 0;
    }
    joined.data.set(wordsToVolumes(words, onsets, { nVolumes: length, repetitionTime }).data, start * nColumns);
    start += length;
  });
  const lengths = stories.map((story) => story.nVolumes);
  const basis = convolveStories(joined, sampleHrf(repetitionTime), lengths);
  for (let k = 0; k < nColumns; k++) {
    let square = 0;
    for (let t = 0; t < nVolumes; t++) square += basis.data[t * nColumns + k] ** 2 / nVolumes;
    for (let t = 0; t < nVolumes; t++) basis.data[t * nColumns + k] /= Math.sqrt(square);
  }
  return basis;
}

/** Writes one participant's responses as GIFTI and as NumPy files, and the planted correlations of the vertices. */
function writeResponses({ dataset, peer }, participant, stories, basis, { nVertices, seed }) {
  const random = createRandom(`responses ${participant} ${seed}`);
  const derivative = join(dataset, "derivatives/afni-nosmooth", participant, "func");
  for (const path of [derivative, join(peer, participant)]) mkdirSync(path, { recursive: true });
  const strengths = new Float32Array(nVertices);
  const half = Math.floor(nVertices / 2);
  for (const [hemi, first, n] of [
    ["L", 0, half],
    ["R", half, nVertices - half],
  ]) {
    const weights = plantVertices(basis, n, random);
    strengths.set(weights.strengths, first);
    let start = 0;
    for (const { story, nVolumes } of stories) {
      const bold = respond(basis, start, nVolumes, weights, random);
      const name = `${participant}_task-${story}_space-${spaceOf(nVertices)}_hemi-${hemi}_desc-clean.func.gii`;
      writeFileSync(join(derivative, name), seriesFile(bold, hemi, repetitionTime));
      const npy = writeNpy({ shape: [nVolumes, n], data: bold.data });
      writeFileSync(join(peer, participant, `${story}_${hemi}.npy`), npy);
      start += nVolumes;
    }
  }
  writeFileSync(join(peer, participant, "planted.npy"), writeNpy({ shape: [nVertices], data: strengths }));
}

/**
 * How vertices respond: planted correlation of signal and response (0 where there is none), weights of the basis by which
 * the signal has that deviation, [nColumns x n], and the deviation of the response.
 */
function plantVertices({ data, nRows, nColumns }, n, random) {
  const gram = new Float64Array(nColumns ** 2);
  for (let t = 0; t < nRows; t++) {
    for (let i = 0; i < nColumns; i++) {
      for (let j = 0; j < nColumns; j++)
        gram[i * nColumns + j] += (data[t * nColumns + i] * data[t * nColumns + j]) / nRows;
    }
  }
  const [strengths, scales] = [new Float32Array(n), new Float32Array(n)];
  const weights = new Float64Array(nColumns * n);
  for (let v = 0; v < n; v++) {
    scales[v] = 0.5 + 1.5 * random.uniform();
    if (random.uniform() >= planted.share) continue;
    strengths[v] = planted.lowest + (planted.highest - planted.lowest) * random.uniform();
    const own = Float64Array.from({ length: nColumns }, () => random.normal());
    let variance = 0;
    for (let i = 0; i < nColumns; i++) {
      for (let j = 0; j < nColumns; j++) variance += own[i] * gram[i * nColumns + j] * own[j];
    }
    for (let k = 0; k < nColumns; k++) weights[k * n + v] = (own[k] * strengths[v]) / Math.sqrt(variance);
  }
  return { strengths, scales, weights, n };
}

/** Responses of one story, [nVolumes x n]. */
function respond(basis, start, nVolumes, { strengths, scales, weights, n }, random) {
  const bold = Matrix.of(new Float32Array(nVolumes * n), nVolumes, n);
  const unit = Math.sqrt((1 - phi ** 2) / (1 + 2 * phi * theta + theta ** 2));
  const [state, last] = [new Float64Array(n), new Float64Array(n)];
  const row = new Float64Array(n);
  // Volumes before the first bring the noise to its own variance.
  for (let t = -20; t < nVolumes; t++) {
    row.fill(0);
    for (let k = 0; t >= 0 && k < basis.nColumns; k++) {
      const value = basis.data[(start + t) * basis.nColumns + k];
      const own = weights.subarray(k * n, (k + 1) * n);
      for (let v = 0; v < n; v++) row[v] += value * own[v];
    }
    for (let v = 0; v < n; v++) {
      const e = random.normal();
      state[v] = phi * state[v] + e + theta * last[v];
      last[v] = e;
      if (t >= 0) bold.data[t * n + v] = scales[v] * (row[v] + Math.sqrt(1 - strengths[v] ** 2) * unit * state[v]);
    }
  }
  return bold;
}
