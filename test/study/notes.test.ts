import { describe, expect, test } from "vitest";
import { notesOn } from "../../src/study/notes.ts";
import { checkOptions } from "../../src/study/options.ts";

const options = checkOptions({ dataset: "in", output: "out", gap: "7" });

/** Notes on participants who heard so many stories each, of `nVolumes` volumes, a second a volume, a word a second. */
function notes(counts: readonly number[]) {
  const story = { files: { notes: [] } };
  const participants = counts.map((n, i) => ({ participant: `sub-${i + 1}`, stories: Array(n).fill(story) }));
  const inputs = { participants, transcripts: [], excluded: new Map(), dataset: {} };
  return notesOn(inputs as unknown as Parameters<typeof notesOn>[0], options);
}

describe("notesOn (by hand)", () => {
  test("nothing where nothing is odd", () => {
    expect(notes([2, 2])).toEqual([]);
  });

  test("participants with fewer stories than others", () => {
    expect(notes([2, 1, 2, 1])).toEqual(["Scored on fewer stories than others, who have 2: sub-2 1, sub-4 1."]);
    expect(notes([9, ...Array(22).fill(1)])[0]).toMatch(/^Scored on .* sub-21 1 and 2 more\.$/);
  });
});
