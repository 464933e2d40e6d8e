import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../src/array/random.ts";
import { loadDataset } from "../../src/bids/dataset.ts";
import { findResponses, type ResponseQuery } from "../../src/responses/find.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { changed, type Files, plainPath, randomDataset, respelled, withPaths } from "./names.ts";

/** What a study makes of the files, told by `nameOf` of each path; the error where it is refused. */
async function studyOf(files: Files, nameOf: (path: string) => string, query: ResponseQuery = {}) {
  const dataset = await loadDataset(memoryStore(files, "names"));
  const found = await findResponses(dataset, query).catch((error: Error) => error);
  if (found instanceof Error) return found.message;
  return found
    .map(({ participant, story, kind, files: own, hemispheres, events, confounds, masks = [], ...rest }) => ({
      participant,
      story,
      kind,
      hemispheres,
      time: rest.repetitionTime,
      start: rest.audioStart,
      files: own.map(nameOf),
      beside: [events, ...confounds, ...masks].map(nameOf),
    }))
    .sort((a, b) => (a.files[0]! < b.files[0]! ? -1 : 1));
}

const nSeeds = 100;
const seeds = Array.from({ length: nSeeds }, (_, seed) => createRandom(`names ${seed}`));
const atLeastOne = (study: Awaited<ReturnType<typeof studyOf>>) => typeof study !== "string" && study.length > 0;

describe(`names of ${nSeeds} random data sets (identity)`, () => {
  it("spelled otherwise, every file for itself, make the same study", async () => {
    for (const random of seeds) {
      const files = randomDataset(random);
      const back = new Map<string, string>();
      const spelled = withPaths(files, (file) => {
        const path = respelled(file, random);
        back.set(path, plainPath(file));
        return path;
      });
      const expected = await studyOf(withPaths(files, plainPath), (path) => path);
      expect(atLeastOne(expected)).toBe(true);
      expect(await studyOf(spelled, (path) => back.get(path)!)).toEqual(expected);
    }
  });

  it("in which one label says something else make another study, or none", async () => {
    for (const random of seeds) {
      const files = randomDataset(random);
      const at = random.integer(files.length);
      const back = new Map<string, string>();
      const other = withPaths(
        files.map((file, i) => (i === at ? changed(file, random) : file)),
        (file) => {
          const path = plainPath(file);
          back.set(path, path);
          return path;
        },
      );
      const expected = await studyOf(withPaths(files, plainPath), (path) => path);
      expect(await studyOf(other, (path) => path)).not.toEqual(expected);
    }
  });

  it("twice in two spellings are refused, whatever file it is but a sidecar that says the same", async () => {
    let nTried = 0;
    for (const random of seeds) {
      const files = randomDataset(random);
      const paths = withPaths(files, plainPath);
      const file = files[random.integer(files.length)]!;
      const twin = respelled(file, random);
      if (twin in paths || file.extension === ".json") continue;
      nTried++;
      const study = await studyOf({ ...paths, [twin]: file.content }, (path) => path);
      if (typeof study === "string") expect(study).toMatch(/Keep one of them|Remove one of them/);
      // Tables of confounds and masks are refused where they are used: both are handed on.
      else expect(study.some(({ beside }) => beside.includes(twin) && beside.includes(plainPath(file)))).toBe(true);
    }
    expect(nTried).toBeGreaterThan(nSeeds / 3);
  });

  it("in exclusions and of participants mean the same in every spelling", async () => {
    for (const random of seeds) {
      const files = randomDataset(random);
      const paths = withPaths(files, plainPath);
      const whole = await studyOf(paths, (path) => path);
      if (typeof whole === "string") throw new Error(whole);
      const left = files.find(({ suffix }) => suffix === "events")!;
      const named = respelled(left, random);
      const exclude = [pickForm(named, random)];
      const without = await studyOf(paths, (path) => path, { exclude });
      expect(without).toEqual(whole.filter(({ beside }) => beside[0] !== plainPath(left)));
      const participant = whole[0]!.participant;
      const participants = [participant.normalize(random.integer(2) === 0 ? "NFC" : "NFD")];
      expect(await studyOf(paths, (path) => path, { participants })).toEqual(
        whole.filter((one) => one.participant === participant),
      );
    }
  });
});

/** The path, the file's name, or the run alone. */
function pickForm(path: string, random: Random): string {
  const base = path.slice(path.lastIndexOf("/") + 1);
  const [name = base] = base.split(".");
  return [path, base, name.replace(/_events$/i, "")][random.integer(3)]!;
}
