import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import type { EncodingScore } from "../../src/encoding/brain-score.ts";
import { readGifti } from "../../src/formats/gifti.ts";
import { NO_AUDIT } from "../../src/ridge/audit.ts";
import { folderStore } from "../../src/sources/node.ts";
import { writeScores } from "../../src/study/score-cache.ts";
import { buildPackage } from "../cli/built.ts";

const [nSubjects, nVertices, nFolds] = [40, 10_242, 10];
const nTargets = 2 * nVertices;
const distances = [0, 4, 8, 12];
const random = createRandom("scores of forty");
const noise = Float64Array.from({ length: nFolds * nTargets + nSubjects * 2 * (1 + distances.length) }, () =>
  random.normal(),
);

/** Scores of a layer's words alone (place 0) and with each window: the same noise, for each from another place on. */
function scoresOf(subject: number, layer: number, place: number): EncodingScore {
  const from = subject + nSubjects * (place + (layer === 8 ? 1 + distances.length : 0));
  const foldScores = Matrix.of(noise.slice(from, from + nFolds * nTargets), nFolds, nTargets);
  return {
    score: foldScores.data.slice(0, nTargets),
    foldScores,
    bestAlphas: Matrix.zeros(0, 0),
    nNotScored: 0,
    missing: [],
    alphaAtEdges: { lowest: 0, highest: 0 },
  };
}

// Of 720 MB of scores: two analyses of all participants at a time, 7 MB; statistics of one, 1 MB; the table of a participant
// as rows and as text, and its maps, 8 MB. The rest are buffers that are done with, collected whenever 16 MiB were read or
// written, the room of three times 16 MiB that V8 has for what was made a moment ago (on either it goes by its version), and what
// malloc leaves between them.
describe("memory that the results of forty participants take", () => {
  let folder = "";
  let built = "";
  let total = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cortecast-outputs-"));
    built = buildPackage();
    const store = folderStore(join(folder, "scores"));
    const facts = { audit: NO_AUDIT, keptVariance: "not reduced", date: new Date(0).toISOString() } as const;
    for (let subject = 0; subject < nSubjects; subject++) {
      for (const layer of [4, 8]) {
        for (let place = 0; place <= distances.length; place++) {
          const scores = scoresOf(subject, layer, place);
          total += scores.score.byteLength + scores.foldScores.data.byteLength;
          await writeScores(store, `sub-${subject + 1}-${layer}-${place}`, scores, facts);
        }
      }
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is under a quarter of their scores (by hand)", () => {
    const output = join(folder, "out");
    const args = [
      "--expose-gc",
      "--max-semi-space-size=16",
      join(import.meta.dirname, "outputs-memory.js"),
      built,
      join(folder, "scores"),
      output,
      `${nSubjects}`,
    ];
    const run = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(total).toBe(nSubjects * 2 * 5 * (1 + nFolds) * nTargets * 8);
    const { growth, nWritten } = JSON.parse(run.stdout) as { growth: number; nWritten: number };
    expect(growth).toBeLessThan(total / 4);
    // 13 analyses a participant, the depth among them; in the group 2 differences F(8) - F(0) more, and the 3 peaks
    // (d* of two layers, k*) masked as well as unmasked. Two hemispheres, a map and its JSON each; a table and its JSON for each participant and the group; a record for each participant; two descriptions, the report,
    // README.md and .bidsignore.
    expect(nWritten).toBe(nSubjects * (13 * 4 + 2 + 1) + 18 * 4 + 2 + 2 + 1 + 2);
    const mapOf = (label: string) => {
      const path = `sub-7/func/sub-7_hemi-R_space-sphere_desc-${label}_statmap.shape.gii`;
      return readGifti(readFileSync(join(output, path))).arrays[0]!.data;
    };
    // What is written is what was kept; the depth, the layer of which the score at distance 8 is larger.
    const [shallow, deep] = [4, 8].map((layer) => {
      const [alone, window] = [0, 3].map((place) => scoresOf(6, layer, place).score.subarray(nVertices));
      return window!.map((score, vertex) => score - alone![vertex]!);
    });
    expect(mapOf("forecastScoreL8D8")).toEqual(Float32Array.from(deep!));
    const depth = shallow!.map((score, vertex) => (deep![vertex]! > score ? 8 : 4));
    expect(mapOf("forecastDepthUnmaskedD8")).toEqual(Float32Array.from(depth));
  }, 300_000);
});
