import { describe, expect, it } from "vitest";
import { entitiesKey, hemisphereOf, isSameLabel, looseText, normalLabel } from "../../src/bids/identity.ts";
import { parseBidsName, troubleWithName } from "../../src/bids/name.ts";
import { normalStimFile } from "../../src/bids/stim-file.ts";

const composed = "M\u00fcller";
const decomposed = "Mu\u0308ller";

describe("labels (by hand, from the BIDS specification)", () => {
  it.each([
    ["run", "01", "1", true],
    ["run", "010", "10", true],
    ["run", "0", "00", true],
    ["run", "1", "10", false],
    ["run", "1a", "01a", false],
    ["echo", "1", "001", true],
    ["split", "2", "02", true],
    // Labels, not numbers.
    ["sub", "01", "1", false],
    ["ses", "01", "1", false],
    ["task", "Rest", "rest", false],
    ["res", "02", "2", false],
    ["sub", composed, decomposed, true],
    ["hemi", "lh", "L", true],
    ["hemi", "Right", "r", true],
    ["hemi", "L", "R", false],
    ["hemi", "X", "x", false],
  ])("%s-%s and %s-%s", (key, a, b, same) => {
    expect(isSameLabel(key, a, b)).toBe(same);
    expect(normalLabel(key, a) === normalLabel(key, b)).toBe(same);
  });

  it("hemispheres by any word, and no other word", () => {
    expect(["L", "l", "lh", "LH", "left", "Left", "LEFT"].map(hemisphereOf)).toEqual(Array(7).fill("L"));
    expect(["R", "rh", "right"].map(hemisphereOf)).toEqual(["R", "R", "R"]);
    expect(["", "B", "leftish", "hl", "__proto__"].map(hemisphereOf)).toEqual(Array(5).fill(undefined));
  });

  it("entities whatever their order", () => {
    expect(entitiesKey({ task: "x", sub: "1", run: "01" })).toBe(entitiesKey({ run: "1", sub: "1", task: "x" }));
    expect(entitiesKey({ sub: "1", run: "1" })).not.toBe(entitiesKey({ sub: "1", run: "11" }));
  });
});

describe("parseBidsName", () => {
  it("takes what is certain: case of keys and endings, words for hemispheres, composed letters (by hand)", () => {
    expect(parseBidsName(`Sub-${decomposed}_task-x_Hemi-rh_bold.func.GII`)).toEqual({
      entities: { sub: composed, task: "x", hemi: "R" },
      suffix: "bold",
      extension: ".func.gii",
    });
  });

  it.each([
    ["sub-0_3_task-x_bold.json", 'got "3" in the place of a pair key-label'],
    ["sub-01_task-my_story_events.tsv", 'got "story" in the place of a pair key-label'],
    ["sub-01_task-my-story_events.tsv", 'got the label "my-story" of task'],
    ["sub-01_task-x_bold (1).nii.gz", 'got "bold (1)" as the last part'],
    ["sub-01_Sub-02_bold.json", "got sub twice"],
    ["sub-_bold.json", 'got the label "" of sub'],
    ["README", "got a name without extension"],
  ])("says what stands against %s (by hand)", (name, trouble) => {
    expect(parseBidsName(name)).toBeUndefined();
    expect(troubleWithName(name)).toBe(trouble);
  });
});

describe("looseText (by hand)", () => {
  it.each([
    ["sub-0_3", "sub3"],
    ["sub-100", "sub100"],
    ["my_Story", "mystory"],
    ["run-010", "run10"],
    [decomposed, "muller"],
    [composed, "muller"],
    ["00", "0"],
  ])("%s gives %s", (text, loose) => expect(looseText(text)).toBe(loose));
});

describe("normalStimFile (by hand)", () => {
  it.each([
    [" pieman_audio.wav ", "pieman_audio.wav"],
    ["stimuli/pieman_audio.wav", "pieman_audio.wav"],
    ["./stimuli/pieman_audio.wav", "pieman_audio.wav"],
    ["sounds\\pieman.wav", "sounds/pieman.wav"],
    ["sounds/pieman.wav", "sounds/pieman.wav"],
    ["stimuli/", "stimuli/"],
    [`${decomposed}.wav`, `${composed}.wav`],
    ["n/a", "n/a"],
  ])("%j is %j", (text, name) => expect(normalStimFile(text)).toBe(name));
});
