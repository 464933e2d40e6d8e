import { describe, expect, test } from "vitest";
import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { listFiles } from "../../src/sources/source.ts";
import { othersResponses } from "../../src/study/others-responses.ts";
import { sharedStories } from "../../src/study/shared-stories.ts";
import { listenersOf, othersIn, type StoryBold } from "./noise-ceiling.ts";

/** People with as many targets as do not fit into a block. */
function crowd(nTargets: number): readonly StoryBold[] {
  const random = createRandom("crowd");
  return ["a", "b", "c", "d"].map((participant) => ({
    participant,
    story: "one",
    bold: Matrix.of(
      Float32Array.from({ length: 6 * nTargets }, () => random.normal()),
      6,
      nTargets,
    ),
  }));
}

async function columnsOf(participant: string, people: readonly StoryBold[], more = {}): Promise<readonly number[][]> {
  const listeners = listenersOf(people);
  const shared = sharedStories(listeners.find((one) => one.participant === participant)!, listeners);
  const parts: number[][] = [];
  for await (const block of othersResponses(shared, othersIn(people, more)).blocks()) parts.push([...block.data]);
  return parts;
}

describe("othersResponses", () => {
  const people = crowd(4100);

  test("agreement: block by block and some targets at a time, the mean of the others", async () => {
    const parts = await columnsOf("b", people);
    expect(parts.map(({ length }) => length)).toEqual([6 * 4096, 6 * 4]);
    const mean = (i: number, t: number) =>
      [0, 2, 3].reduce((sum, p) => sum + people[p]!.bold.data[i * 4100 + t]!, 0) / 3;
    for (const i of [0, 5]) {
      expect(parts[0]![i * 4096 + 17]).toBeCloseTo(mean(i, 17), 14);
      expect(parts[1]![i * 4 + 3]).toBeCloseTo(mean(i, 4099), 14);
    }
    expect(await columnsOf("b", people, { nAtOnce: 4096 })).toEqual(parts);
  });

  test("responses are added up once for all who share them, and again where another run has removed the sums", async () => {
    const store = memoryStore();
    let nLoaded = 0;
    const { load } = othersIn(people);
    const more = {
      store,
      load: (story: Parameters<typeof load>[0]) => {
        nLoaded++;
        return load(story);
      },
    };
    const first = await columnsOf("a", people, more);
    for (const participant of ["b", "c", "d"]) await columnsOf(participant, people, more);
    // Four to be added up, everybody's own, and for the audit of one of them the three others.
    expect(nLoaded).toBe(4 + 4 + 3);
    const listeners = listenersOf(people);
    const shared = sharedStories(listeners[0]!, listeners);
    const again: number[][] = [];
    for await (const block of othersResponses(shared, othersIn(people, more)).blocks()) {
      again.push([...block.data]);
      for (const path of await listFiles(store)) await store.remove(path);
    }
    expect(again).toEqual(first);
    expect(nLoaded).toBeGreaterThan(11 + 1 + 3);
  });

  test("by definition where one's own spike hides the others, which are added up without it", async () => {
    const spiked = people.map((one, p) => {
      if (p !== 1) return one;
      const data = one.bold.data.slice();
      data[4100 + 9] = 1e30;
      return { ...one, bold: Matrix.of(data, 6, 4100) };
    });
    const [block] = await columnsOf("b", spiked);
    const mean = (i: number, t: number) =>
      [0, 2, 3].reduce((sum, p) => sum + people[p]!.bold.data[i * 4100 + t]!, 0) / 3;
    for (let i = 0; i < 6; i++) expect(block![i * 4096 + 9]).toBeCloseTo(mean(i, 9), 14);
  });
});
