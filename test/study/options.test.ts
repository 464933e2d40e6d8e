import { describe, expect, test } from "vitest";
import { mainDistance } from "../../src/features/window.ts";
import { resolveDevice } from "../../src/graph/device.ts";
import { resolveActivationOptions } from "../../src/language-model/word-activations.ts";
import { resolveRidgeOptions } from "../../src/ridge/ridge-options.ts";
import { checkOptions } from "../../src/study/options.ts";
import { planSteps } from "../../src/study/plan.ts";
import { readStudyFile } from "../../src/study/study-file.ts";

const folders = { dataset: "in", output: "out" };
const bytes = (text: string) => new TextEncoder().encode(text);

describe("checkOptions", () => {
  test.each([
    ["4", [4]],
    ["0,4,8", [0, 4, 8]],
    ["-2:2", [-2, -1, 0, 1, 2]],
    ["-10:30:20", [-10, 10, 30]],
    ["none", []],
    [
      [3, 1],
      [3, 1],
    ],
  ])("by hand: distances %j", (distances, expected) => {
    expect(checkOptions({ ...folders, distances }).distances).toEqual(expected);
  });

  test("by hand: the paper's defaults", () => {
    const { distances, width, delays, components, folds, gap } = checkOptions(folders);
    expect([distances[0], distances.at(-1), distances.length]).toEqual([-10, 30, 41]);
    expect({ width, delays, components, folds, gap }).toEqual({
      width: 7,
      delays: 6,
      components: 20,
      folds: 5,
      gap: 0,
    });
  });

  test("agreement: what is left out is what the rooms do on their own where it is left out", () => {
    const options = checkOptions(folders);
    const { context, maxContext, pooling, layerZero, finalNorm } = options;
    const { layers: _, minContext: __, ...model } = resolveActivationOptions({ nLayers: 12, contextLength: 1e6 });
    expect({ context, maxContext, pooling, layerZero, finalNorm }).toEqual(model);
    const { alphaChoice: choice, innerFolds: nInnerFolds, precision } = options;
    expect(resolveRidgeOptions({}, "test")).toMatchObject({ choice, nInnerFolds, precision });
    expect(resolveDevice().provider).toBe(options.provider);
  });

  test.each([
    [{ fold: 3 }, 'Nearest: "folds"'],
    [{ distnces: "4" }, 'Nearest: "distances"'],
    [{ dist: "4" }, 'Nearest: "distances"'],
    [{ dataset: undefined }, "`dataset`: must be given, got nothing. Name the folder, here or in a study file."],
    [{ dataset: "" }, '`dataset`: must be a path, not the empty text, got "".'],
    [{ dataset: 7 }, "`dataset`: must be a text, got 7."],
    [{ distances: "5:1" }, '`distances`: must be ranges that go upwards, got "5:1"; write "1:5".'],
    [{ folds: "1" }, '`folds`: must be at least 2, got "1".'],
    [{ pooling: "max" }, '`pooling`: must be one of last, mean, sum, got "max".'],
    [{ distances: "a:b" }, '`distances`: must be whole numbers like "4", "0,4,8" or "-10:30", got "a:b".'],
    [{ distances: "" }, '`distances`: must be whole numbers like "4", "0,4,8" or "-10:30", got "".'],
    [{ distances: 1.5 }, '`distances`: must be whole numbers like "4", "0,4,8" or "-10:30", got 1.5.'],
    [{ distances: true }, '`distances`: must be whole numbers like 4, "0,4,8" or "-10:30", got true.'],
    [{ distances: "0:1e9" }, '`distances`: must be whole numbers like "4", "0,4,8" or "-10:30", got "0:1e9".'],
    [{ distances: "0:999999999" }, '`distances`: must be at most 10000 numbers, got "0:999999999".'],
    [{ layer: "-1" }, '`layer`: must be whole numbers from 0, got "-1".'],
    [{ folds: "NaN" }, '`folds`: must be a number, got "NaN".'],
    [{ folds: "" }, '`folds`: must be a number, got "".'],
    [{ folds: true }, "`folds`: must be a number, got true."],
    [{ folds: [5] }, "`folds`: must be a number, got [5]."],
    [{ folds: "2.5" }, '`folds`: must be a whole number, got "2.5".'],
    [{ folds: "Infinity" }, '`folds`: must be a number, got "Infinity".'],
    [{ width: "-3" }, '`width`: must be at least 1, got "-3".'],
    [{ memory: 8 }, "`memory`: must be an amount of memory with its unit, got 8 bytes; write 8GB or 8MB."],
    [{ memory: " 8000 " }, "got 8000 bytes; write 8000GB or 8000MB."],
    [{ distances: "0,4:0" }, '`distances`: must be ranges that go upwards, got "4:0"; write "0:4".'],
    [{ distances: "30:-10:2" }, 'must be ranges that go upwards, got "30:-10:2"; write "-10:30:2".'],
    [{ distances: "0:4:0" }, 'must be ranges with a step of 1 or more, got "0:4:0".'],
    [{ components: "all" }, '`components`: must be a whole number from 1, or none, got "all".'],
    [{ standardise: "yes" }, '`standardise`: must be true or false, got "yes".'],
    [{ stories: "," }, '`stories`: must be one name or more (leave the option out for all), got ",".'],
    [
      { participants: 18 },
      '`participants`: must be names like "a,b" or a list of them, got 18. Labels of digits need quotes',
    ],
    [
      { participants: ["01", 2] },
      'got ["01",2]. Labels of digits need quotes, such as "018": YAML reads them as numbers.',
    ],
    [{ atlas: 400 }, "`atlas`: must be a text, got 400. Labels of digits need quotes"],
    [{ alphas: "1,,2" }, '`alphas`: must be numbers above 0 like "0.1,1,10", got "1,,2".'],
    [{ alphas: "0,1" }, '`alphas`: must be numbers above 0 like "0.1,1,10", got "0,1".'],
    [{ alphas: [] }, '`alphas`: must be numbers above 0 like "0.1,1,10", got [].'],
    [
      { controls: "word-rate,noise" },
      '`controls`: must be one of word-rate, random-weights, random-window, got "noise"',
    ],
    [{ controls: "none,word-rate" }, "`controls`: must be one of word-rate, random-weights, random-window"],
    [{ analyses: "brainScore,depth" }, "`analyses`: must be one of brainScore, forecastScore, brainScoreWordRate"],
    [{ analyses: "forecastScore", distances: "none" }, '`analyses`: must not hold "forecastScore" where there are no'],
    [{ controls: "random-window", distances: "none" }, '`controls`: must not hold "random-window" where there are no'],
    [{ controls: "noise" }, "`controls`: must be one of word-rate, random-weights, random-window"],
  ])("refuses %j", (wrong, message) => {
    expect(() => checkOptions({ ...folders, ...wrong })).toThrow(message);
  });

  test("by hand: nothing, in words, where several may be named", () => {
    const nothing = checkOptions({ ...folders, controls: "none", exclude: "none", confounds: [] });
    expect(nothing).toMatchObject({ controls: [], exclude: [], confounds: [] });
    expect(checkOptions({ ...folders, controls: "word-rate, random-window" }).controls).toHaveLength(2);
  });

  test("a list holds each number once, in the order in which it was given", () => {
    expect(checkOptions({ ...folders, distances: "8,-2:2,0" }).distances).toEqual([8, -2, -1, 0, 1, 2]);
  });

  test("by hand: a number of bytes that may be meant is taken without a unit, a small one with it", () => {
    for (const [memory, nBytes] of [
      ["1000000", 1e6],
      [8e9, 8e9],
      ["8 kB", 8000],
      ["9b", 9],
    ] as const)
      expect(checkOptions({ ...folders, memory }).memory).toBe(nBytes);
  });

  test("numbers in words of a flag are numbers", () => {
    expect(checkOptions({ ...folders, folds: " 3 ", cutoff: "1e2", components: "7" })).toMatchObject({
      folds: 3,
      cutoff: 100,
      components: 7,
    });
  });

  test("all problems are told at once", () => {
    expect(() => checkOptions({ folds: 1, pooling: "max" })).toThrow(/`dataset`[\s\S]*`pooling`[\s\S]*`folds`/);
  });
});

// By hand: every option that the table describes as a file, a folder, or several. Data sets are never looked at for these.
describe("a path that begins with ~, which shells alone know", () => {
  const got =
    'a path must be written in full, got "~", which only a shell takes for the home folder, and not in quotes or files. Write the folder out, or ./~ where it is called so.';
  const folders = { dataset: "d", output: "o" };

  test.each([
    "dataset",
    "output",
    "cache",
    "model",
    "activations",
    "derivatives",
    "exclusions",
    "mask",
    "regions",
    "surfaces",
    "sulc",
    "transcript",
  ])("%s is named", (key) => {
    for (const value of ["~", "~/a", "~\\a"])
      expect(() => checkOptions({ ...folders, [key]: value })).toThrow(`\`${key}\`: ${got}`);
    const file = new TextEncoder().encode(`# a study\n${key}: "~/a"\n`);
    expect(() => readStudyFile(file, { path: "s.yaml", defaults: folders })).toThrow(`s.yaml:2: ${key}: ${got}`);
  });

  test("in a list of paths, too; other names that begin so are names", () => {
    expect(() => checkOptions({ ...folders, surfaces: "left,~/right" })).toThrow(`\`surfaces\`: ${got}`);
    expect(checkOptions({ ...folders, cache: "./~/c", mask: "~other", surfaces: "a~/b" })).toMatchObject({
      mask: "~other",
    });
  });
});

describe("readStudyFile", () => {
  test("keys are the options; flags hold over the file", () => {
    const file = bytes("dataset: in\noutput: out\nlayer: [0, 4]\ndistances: -2:2\nfolds: 4\n");
    const options = readStudyFile(file, { overrides: { folds: "3" } });
    expect(options).toMatchObject({ dataset: "in", layer: [0, 4], distances: [-2, -1, 0, 1, 2], folds: 3 });
  });

  test("a wrong flag beside the file is called as it was typed", () => {
    const wrong = () => readStudyFile(bytes("dataset: a\noutput: b\nfolds: 3\n"), { overrides: { folds: "1" } });
    expect(wrong).toThrow(/^`folds`: must be at least 2, got "1"\.$/);
  });

  test("by hand: an alias within the value that it names is refused, with its line", () => {
    const text = "dataset: a\noutput: b\nstories: &a [*a]\n";
    expect(() => readStudyFile(new TextEncoder().encode(text), { path: "s.yaml" })).toThrow(
      "s.yaml:3: the study file must be YAML of values, got an alias within the value that it names. Write the value out",
    );
  });

  test("by hand: aliases stand for what they name, also within lists", () => {
    const file = bytes("dataset: &here in\noutput: *here\nfolds: &n 4\ninnerFolds: *n\nlayer: [*n, 5]\n");
    expect(readStudyFile(file)).toMatchObject({ dataset: "in", output: "in", folds: 4, innerFolds: 4, layer: [4, 5] });
  });

  test.each([
    ["UTF-16 as Windows writes it", Buffer.from("\ufeffdataset: a\n", "utf16le")],
    ["UTF-16 without a mark", Buffer.from("dataset: a\n", "utf16le")],
    ["UTF-16 the other way round", Buffer.from("\ufeffdataset: a\n", "utf16le").swap16()],
  ])("refuses %s by its name", (_, file) => {
    expect(() => readStudyFile(file, { path: "s.yaml" })).toThrow(
      "s.yaml: the study file must be in UTF-8, got UTF-16. Save it as UTF-8 in your editor",
    );
  });

  test("by hand: bytes that are no UTF-8 are not read as other letters; a byte order mark is passed over", () => {
    // é in Latin-1.
    const file = Buffer.from("dataset: \u00e9t\u00e9\noutput: b\n", "latin1");
    expect(() => readStudyFile(file, { path: "s.yaml" })).toThrow(
      "s.yaml: the text must be in UTF-8, got byte e9. Convert it, for example with iconv (at byte 9)",
    );
    expect(readStudyFile(bytes("\ufeffdataset: a\noutput: b\n")).dataset).toBe("a");
  });

  test.each([
    [
      "dataset: a\noutput: *nothing\n",
      "s.yaml:2: the study file must be YAML, got: Unresolved alias (the anchor must be set before the alias): nothing",
    ],
    [
      `a: &a [x, x, x, x, x, x, x, x, x, x]\n${"abcdefgh".replace(
        /./g,
        (name, i) =>
          `${
            i === 0
              ? ""
              : `${name}: &${name} [${Array(10)
                  .fill(`*${"abcdefgh"[i - 1]}`)
                  .join()}]\n`
          }`,
      )}`,
      "the study file must be YAML, got: Excessive alias count indicates a resource exhaustion attack",
    ],
    ["dataset: a\noutput: b\npoling: last\n", "s.yaml:3: poling: there is no option of that name."],
    ["dataset: a\noutput: b\nfolds: 1\n", "s.yaml:3: folds: must be at least 2, got 1."],
    ["dataset: a\noutput: b\n\nparticipants: 018\n", "s.yaml:4: participants: must be names"],
    ["output: b\n", "s.yaml: dataset: must be given, got nothing."],
    ["dataset: a\ndataset: b\n", "s.yaml:2:1: the study file must be YAML, got: Map keys must be unique"],
    ["dataset: a\noutput: [b\n", "s.yaml:3:1: the study file must be YAML"],
    ["- a\n", 's.yaml:1: the study file must hold "option: value" lines'],
  ])("refuses %j with its line", (text, message) => {
    expect(() => readStudyFile(bytes(text), { path: "s.yaml" })).toThrow(message);
  });
});

describe("planSteps", () => {
  const people = ["a", "b", "c"].map((participant, i) => ({
    participant,
    stimulusKey: i < 2 ? "one story" : "another",
    responseKey: participant,
    stories: [],
  }));
  const plan = (more: object = {}, layers: readonly number[] = [4], nLayers?: number) =>
    planSteps(
      people,
      { layers, nLayers },
      checkOptions({ ...folders, ...more }),
      { own: "m", random: "r" },
      (text) => text,
    );
  const keys = (p: ReturnType<typeof plan>) => p.groups.flatMap((group) => group.steps.flatMap((step) => step.keys));

  test("participants of one stimulus share a group; controls are steps of their own", () => {
    const { groups, nSteps } = plan({ controls: "word-rate" });
    expect(groups.map(({ family, steps }) => [family.label, steps.length])).toEqual([
      ["layer 4", 2],
      ["word rate", 2],
      ["layer 4", 1],
      ["word rate", 1],
    ]);
    expect(nSteps).toBe(6);
  });

  test.each([
    [[0, 4, 8, 12], 8],
    [[0, 1, 2, 3, 4, 5, 6], 4],
    // Two thirds of 6 are 4: 2 and 6 are equally near.
    [[2, 6], 2],
    [[9], 9],
  ])("by hand: with layers %j random controls are made with %d, which the report shows", (layers, main) => {
    const { scores } = plan({ controls: "random-weights,random-window" }, layers);
    const controls = scores.filter(({ analysis }) => analysis.includes("Random"));
    expect(controls.map(({ layer }) => layer)).toEqual([main, main]);
  });

  test("by hand: of a model of 6 layers the main one is the nearest to 4, however few are scored", () => {
    for (const [layers, main] of [
      [[0, 2, 4], 4],
      [[0, 1], 1],
      [[2, 6], 2],
    ] as const) {
      const { scores } = plan({ controls: "random-weights" }, layers, 6);
      expect(scores.find(({ analysis }) => analysis === "brainScoreRandomWeights")).toMatchObject({ layer: main });
    }
  });

  test("identity: keys change with what the numbers depend on, and with nothing else", () => {
    expect(keys(plan({ threads: 1, memory: "2GB", regions: "x" }))).toEqual(keys(plan()));
    expect(keys(plan({ gap: 3 }))).not.toEqual(keys(plan()));
    // What was computed at some distances is found by a study of more.
    const [few, all] = [keys(plan({ distances: "8" })), keys(plan())];
    expect([few.length, all.length, few.every((key) => all.includes(key))]).toEqual([3 * 2, 3 * 42, true]);
    const byEdge = ["silence", "zero", "wrap"].map((edge) => plan({ edge, controls: "word-rate" }));
    // Of each participant the word rate, the layer's words alone, and these with 41 windows.
    expect(new Set(byEdge.flatMap(keys)).size).toBe(3 * 3 * 43);
    expect(new Set(byEdge.flatMap(({ groups }) => groups.flatMap((group) => group.designKeys))).size).toBe(3 * 2 * 43);
    expect(keys(plan({ edge: "silence" }))).toEqual(keys(plan()));
  });

  test("by hand: the control's distance is the one nearest to 8", () => {
    expect([mainDistance([-2, 5, 10]), mainDistance([8, 30]), mainDistance([])]).toEqual([10, 8, undefined]);
  });
});
