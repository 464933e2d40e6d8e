import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Matrix, sliceColumns } from "../../src/array/matrix.ts";
import { forecastOf, forecastScore, prepareForecast } from "../../src/encoding/forecast-score.ts";
import { type KeptModels, loadKeptVariance, makeDesigns } from "../../src/engine/make-designs.ts";
import { slidingWindows } from "../../src/engine/perform-job.ts";
import { openPool, type Pool } from "../../src/engine/pool.ts";
import { BLOCK, removeBlocks, removeLeftBlocks, scoreResponses } from "../../src/engine/score-responses.ts";
import { FormatError, OptionError } from "../../src/errors.ts";
import { folderStore } from "../../src/sources/node.ts";
import { wordsToVolumes } from "../../src/stimulus/volumes.ts";
import { normalMatrix } from "../encoding/simulate.ts";

const nVolumes = 90;
const nTargets = BLOCK + 700;
const distances = [3, -2, 0];
const [nWords, nUnits] = [150, 20];
const vectors = normalMatrix(nWords, nUnits, "vectors");
const onsets = Float64Array.from({ length: nWords }, (_, n) => n * 0.9);
const volumes = { nVolumes, repetitionTime: 1.5 };
const options = { storyLengths: [nVolumes], components: 3, nDelays: 2 } as const;
const features = wordsToVolumes(vectors, onsets, volumes);
const stories = [{ vectors, onsets, volumes }];
const stimulus = { features, windows: { stories, width: 4 } };

/** Noise, some of it with a feature in it; one target is constant in a test chunk, one not finite. */
const bold = normalMatrix(nVolumes, nTargets, "bold");
for (let t = 0; t < nTargets; t += 2) {
  for (let i = 0; i < nVolumes; i++) bold.data[i * nTargets + t]! += 0.2 * features.data[i * nUnits + (t % nUnits)]!;
}
for (let i = 18; i < 36; i++) bold.data[i * nTargets + 5] = 1;
bold.data[7 * nTargets + BLOCK + 1] = Number.NaN;

const root = mkdtempSync(join(tmpdir(), "cortecast-engine-"));
let pool: Pool;
let models: KeptModels;
const designs = { location: root, keys: ["alone", "window 3", "window -2", "window 0"] };
const distancesOfModels = [undefined, ...distances];
beforeAll(async () => {
  pool = openPool(2);
  models = await makeDesigns(pool, designs, distancesOfModels, async () => stimulus, options);
});
afterAll(async () => {
  await pool.close();
  rmSync(root, { recursive: true });
});

const responses = {
  nTargets,
  nLoaded: nTargets,
  load: async (from: number, to: number): Promise<Matrix> => sliceColumns(bold, from, to),
};
const settings = (key: string) => ({
  ...({ average: "folds", designBytes: 1e8, store: folderStore(join(root, "scores")), keys: [key] } as const),
});

describe("scores on threads", () => {
  it("are those of one thread and designs in memory, but for rounding (agreement)", async () => {
    const windows = slidingWindows(stories, distances, 4);
    const expected = await forecastScore(features, windows, bold, options);
    const { scores, audits } = await scoreResponses(pool, models, responses, settings("agreement"));
    const nAudited = audits.reduce((sum, audit) => sum + audit.nAudited, 0);
    // Places are drawn with repeats, and targets that cannot be scored are passed over.
    expect(audits.length).toBe(4);
    expect(nAudited).toBeGreaterThan(50);
    expect(nAudited).toBeLessThanOrEqual(100);
    const { brainScore, score, joint } = forecastOf(distances, scores);
    expect(brainScore.missing).toEqual(expected.brainScore.missing);
    expect(brainScore.nNotScored).toBe(2);
    for (const [own, other] of [
      [brainScore, expected.brainScore],
      ...distances.map((d) => [joint.get(d)!, expected.joint.get(d)!] as const),
    ] as const) {
      let nSame = 0;
      own.bestAlphas.data.forEach((alpha, k) => {
        if (!Object.is(alpha, other.bestAlphas.data[k])) return;
        nSame++;
        // Products of single precision add in another order on several threads.
        const difference = Math.abs(own.foldScores.data[k]! - other.foldScores.data[k]!);
        expect(Number.isNaN(alpha) || difference < 1e-5).toBe(true);
      });
      // Of penalties with equal errors either may be chosen.
      expect(nSame / own.bestAlphas.data.length).toBeGreaterThan(0.999);
    }
    expect(score.nRows).toBe(3);
  });

  it.each([0, 1e8])(
    "where rounding could decide every target, each is decided on its own design, with %d bytes of designs kept (agreement)",
    async (designBytes) => {
      // Errors of these penalties differ by less than single precision holds, so that all are compared in double.
      const alphas = [100, 100 * (1 + 1e-7), 100 * (1 + 2e-7)];
      const near = { ...designs, keys: designs.keys.map((key) => `${key}, near ties, ${designBytes}`) };
      const nearModels = await makeDesigns(pool, near, distancesOfModels, async () => stimulus, { ...options, alphas });
      const few = sliceColumns(bold, 40, 100);
      const some = { nTargets: 60, nLoaded: 60, load: async () => few };
      const { scores } = await scoreResponses(pool, nearModels, some, {
        ...settings(`near ties ${designBytes}`),
        designBytes,
      });
      const windows = slidingWindows(stories, distances, 4);
      const inDouble = { ...options, alphas, precision: "float64" } as const;
      const { brainScore, joint } = await forecastScore(features, windows, few, inDouble);
      const found = forecastOf(distances, scores);
      expect(found.brainScore.bestAlphas).toEqual(brainScore.bestAlphas);
      for (const d of distances) expect(found.joint.get(d)!.bestAlphas).toEqual(joint.get(d)!.bestAlphas);
      expect(new Set(brainScore.bestAlphas.data).size).toBeGreaterThan(1);
    },
  );

  it("do not depend on how many threads there are, nor on how many targets are in memory (identity)", async () => {
    const { scores: whole } = await scoreResponses(pool, models, responses, settings("whole"));
    const single = openPool(1);
    try {
      // What is audited goes by the key.
      expect((await scoreResponses(single, models, responses, settings("single"))).scores).toEqual(whole);
    } finally {
      await single.close();
    }
    const inParts = await scoreResponses(pool, models, { ...responses, nLoaded: BLOCK }, settings("parts"));
    expect(inParts.scores).toEqual(whole);
  });

  it("blocks that are there are not computed again, and the sum is the same, bit for bit (identity)", async () => {
    const whole = await scoreResponses(pool, models, responses, settings("kept"));
    const folder = join(root, "scores", `${whole.blocks}.blocks`);
    expect(readdirSync(folder).sort()).toEqual([`0-${BLOCK}.scores`, `${BLOCK}-${nTargets}.scores`, "keys.json"]);
    rmSync(join(folder, `0-${BLOCK}.scores`));
    expect(await scoreResponses(pool, models, responses, settings("kept"))).toEqual(whole);
    const never = () => Promise.reject(new Error("nothing is to be loaded"));
    expect(await scoreResponses(pool, models, { ...responses, load: never }, settings("kept"))).toEqual(whole);
    await removeBlocks(folderStore(join(root, "scores")), whole.blocks);
    expect(readdirSync(join(root, "scores"))).not.toContain(`${whole.blocks}.blocks`);
  });

  it("blocks that outlived their run go once the scores are kept elsewhere, others stay (by hand)", async () => {
    const store = folderStore(join(root, "left"));
    for (const key of ["a", "b"]) await store.write(`${key}.scores`, "scores");
    for (const [name, keys] of [
      ["done", ["a", "b"]],
      ["going-on", ["b", "c"]],
    ] as const) {
      await store.write(`${name}.blocks/keys.json`, JSON.stringify(keys));
      await store.write(`${name}.blocks/0-${BLOCK}.scores`, "scores");
    }
    await removeLeftBlocks(store, (key) => store.has(`${key}.scores`));
    expect(readdirSync(join(root, "left")).sort()).toEqual(["a.scores", "b.scores", "going-on.blocks"]);
  });

  it("a list of what blocks are of that somebody changed is refused, and the blocks stay (by hand)", async () => {
    const store = folderStore(join(root, "changed list"));
    await store.write("some.blocks/keys.json", "[");
    await expect(removeLeftBlocks(store, async () => true)).rejects.toThrow(FormatError);
    expect(readdirSync(join(root, "changed list"))).toEqual(["some.blocks"]);
  });

  it("a block that was changed is refused (identity)", async () => {
    const { store } = settings("changed");
    const { blocks } = await scoreResponses(pool, models, responses, settings("changed"));
    const path = `${blocks}.blocks/0-${BLOCK}.scores`;
    const bytes = await store.read(path);
    bytes[bytes.length - 100]! ^= 1;
    await store.write(path, bytes);
    await expect(scoreResponses(pool, models, responses, settings("changed"))).rejects.toThrow(FormatError);
  });

  it("concatenated: one correlation over all held-out volumes (agreement)", async () => {
    const few = sliceColumns(bold, 0, 30);
    const some = { nTargets: 30, nLoaded: 30, load: async () => few };
    const pooled = await scoreResponses(pool, models, some, { ...settings("pooled"), average: "concatenated" });
    const [scores] = pooled.scores;
    const windows = slidingWindows(stories, distances, 4);
    const { brainScore } = await forecastScore(features, windows, few, { ...options, average: "concatenated" });
    scores!.score.forEach((r, t) => {
      // Double precision throughout.
      expect(Number.isNaN(r) ? Number.isNaN(brainScore.score[t]!) : Math.abs(r - brainScore.score[t]!) < 1e-12).toBe(
        true,
      );
    });
  });

  it("progress counts designs and ends with all of them (by hand)", async () => {
    const told: string[] = [];
    const onProgress = ({ label, done, total }: { label: string; done: number; total: number }) =>
      told.push(`${label} ${done}/${total}`);
    await scoreResponses(pool, models, responses, { ...settings("told"), onProgress });
    expect(told[0]).toBe("scores 0/20");
    expect(told.at(-1)).toBe("scores 20/20");
  });
});

describe("designs on threads", () => {
  it("what the system says of a file comes with its code, by which users are told what to do (contract)", async () => {
    const location = join(root, "a file");
    writeFileSync(location, "");
    const made = makeDesigns(pool, { ...designs, location }, distancesOfModels, async () => stimulus, options);
    await expect(made).rejects.toMatchObject({ code: expect.stringMatching(/^E(?:EXIST|NOTDIR)$/) });
  });

  it("are made once: a second call asks for no stimulus (identity)", async () => {
    const never = () => Promise.reject(new Error("nothing is to be made"));
    expect(await makeDesigns(pool, designs, distancesOfModels, never, options)).toEqual(models);
    for (const key of designs.keys) expect(readdirSync(join(root, key)).length).toBe(15);
  });

  it("tell what components keep of what each model adds to the design, as in memory (agreement)", async () => {
    const windows = slidingWindows(stories, distances, 4);
    const { base, joint } = await prepareForecast(features, windows, options);
    const expected = [base, ...distances.map((distance) => joint.get(distance)!)].map(({ keptVariance }) =>
      keptVariance.map((bands) => bands.at(-1)),
    );
    const kept = await loadKeptVariance(models);
    expect(kept.map((folds) => folds.length)).toEqual([5, 5, 5, 5]);
    for (const [model, folds] of expected.entries()) {
      // Sums in another order, on another number of threads.
      for (const [f, share] of folds.entries())
        expect(Math.abs((kept[model]![f] as number) - share!)).toBeLessThan(1e-12);
    }
    const none = { ...designs, keys: ["not reduced", "nor its window"] };
    const whole = await makeDesigns(pool, none, [undefined, 3], async () => stimulus, {
      ...options,
      components: "none",
    });
    expect(await loadKeptVariance(whole)).toEqual(["not reduced", "not reduced"]);
    await folderStore(root).remove("nor its window/fold-2.design-variance");
    await expect(loadKeptVariance(whole)).rejects.toMatchObject({ name: "NotFoundError" });
  });

  it("only those that are missing are made, the same (identity)", async () => {
    const store = folderStore(root);
    const path = "window -2/fold-4.design";
    const before = await store.read(path);
    await store.remove(path);
    await store.remove("alone/fold-1.design");
    const told: string[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => told.push(`${done}/${total}`);
    await makeDesigns(pool, designs, distancesOfModels, async () => stimulus, { ...options, onProgress });
    expect(told.at(-1)).toBe("2/2");
    expect(await store.read(path)).toEqual(before);
  });
});

describe("a pool", () => {
  it("hands on what a job throws, as the error that it is, and goes on with the next", async () => {
    const wrong = { ...options, components: 0 };
    const other = { ...designs, keys: ["1", "2", "3", "4"].map((key) => `wrong ${key}`) };
    await expect(makeDesigns(pool, other, distancesOfModels, async () => stimulus, wrong)).rejects.toThrow(
      new OptionError('fitDesign: components must be a whole number from 1 or "none", got 0 (features 90 x 20).'),
    );
    const missing = { ...models, designs: { ...designs, location: join(root, "nowhere") } };
    await expect(scoreResponses(pool, missing, responses, settings("nowhere"))).rejects.toThrow(/nowhere\/alone/);
    expect((await scoreResponses(pool, models, responses, settings("after"))).scores.length).toBe(4);
  });

  it("settles every job of a pool that is closed, whether it is under way, waits or comes later", async () => {
    const closing = openPool(1);
    const missing = { ...models, designs: { ...designs, location: join(root, "nowhere") } };
    const score = (key: string) => scoreResponses(closing, missing, responses, settings(key));
    const jobs = [score("under way"), score("waits")];
    const settled = Promise.allSettled(jobs);
    await closing.close();
    for (const { status } of await settled) expect(status).toBe("rejected");
    await expect(score("later")).rejects.toThrow("pool: it must be open until its jobs are done, got closed before.");
  });

  it("stops where whoever is told of progress throws", async () => {
    const stopped = openPool(2);
    const onProgress = ({ done }: { done: number }) => {
      if (done > 2) throw new Error("stopped");
    };
    try {
      await expect(scoreResponses(stopped, models, responses, { ...settings("stop"), onProgress })).rejects.toThrow(
        "stopped",
      );
    } finally {
      await stopped.close();
    }
  });
});
