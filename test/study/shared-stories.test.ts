import { describe, expect, test } from "vitest";
import { sharedStories } from "../../src/study/shared-stories.ts";

function heard(
  participant: string,
  ...stories: readonly [story: string, nVolumes: number, audioStart?: number, repetitionTime?: number][]
) {
  return {
    participant,
    responseKey: `responses of ${participant}`,
    stories: stories.map(([story, nVolumes, audioStart = 0, repetitionTime = 2]) => ({
      files: { story },
      nVolumes,
      audioStart,
      repetitionTime,
    })),
  };
}

/** Who heard each story that the first participant shares, and how many volumes of it. */
function shared(...people: readonly ReturnType<typeof heard>[]) {
  return sharedStories(people[0]!, people).map(({ of, nVolumes, heardBy }) => [
    of.index,
    nVolumes,
    heardBy.map(({ participant, index }) => `${participant} ${index}`).join(", "),
  ]);
}

describe("sharedStories (by hand)", () => {
  test("stories that others heard, the participant among them, in the order of the participants", () => {
    expect(shared(heard("b", ["x", 100], ["y", 50]), heard("c", ["y", 50]), heard("a", ["z", 9], ["y", 50]))).toEqual([
      [1, 50, "a 1, b 1, c 0"],
    ]);
    expect(shared(heard("a", ["x", 100]), heard("b", ["y", 100]))).toEqual([]);
  });

  test("of runs that differ by a tenth, the volumes that all have; shorter ones are left out", () => {
    expect(
      shared(heard("a", ["x", 100]), heard("b", ["x", 103]), heard("c", ["x", 95]), heard("d", ["x", 89])),
    ).toEqual([[0, 95, "a 0, b 0, c 0"]]);
    // For who has a short run, that of the others is long enough.
    expect(shared(heard("d", ["x", 89]), heard("a", ["x", 100]))).toEqual([[0, 89, "a 0, d 0"]]);
  });

  test("another repetition time or start is another moment; a tenth of a volume is not, and all of a group have the same others", () => {
    expect(shared(heard("a", ["x", 100]), heard("b", ["x", 100, 0, 1.5]))).toEqual([]);
    expect(shared(heard("a", ["x", 100, 4]), heard("b", ["x", 100, 6]))).toEqual([]);
    const people = [heard("a", ["x", 100, 4]), heard("b", ["x", 100, 4.15]), heard("c", ["x", 100, 4.25])];
    expect(shared(people[0]!, people[1]!, people[2]!)).toEqual([[0, 100, "a 0, b 0"]]);
    expect(shared(people[1]!, people[2]!, people[0]!)).toEqual([[0, 100, "a 0, b 0"]]);
    expect(shared(people[2]!, people[0]!, people[1]!)).toEqual([]);
  });

  test("of a participant who heard a story twice the first run counts, as another's and as one's own", () => {
    expect(shared(heard("a", ["x", 100], ["x", 100]), heard("b", ["x", 100]))).toEqual([
      [0, 100, "a 0, b 0"],
      [1, 100, "a 0, b 0"],
    ]);
  });
});
