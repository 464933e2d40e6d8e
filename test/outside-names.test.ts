import { describe, expect, it } from "vitest";
import { emptyRecord, ownValue } from "../src/array/records.ts";
import { loadDataset, readSidecarWithOrigin } from "../src/bids/dataset.ts";
import { parseBidsName } from "../src/bids/name.ts";
import { parseCommandLine } from "../src/cli/flags.ts";
import { type DatasetError, FormatError, NotFoundError } from "../src/errors.ts";
import { readMetadata } from "../src/formats/gifti-array.ts";
import { readSafetensors, writeSafetensors } from "../src/formats/safetensors.ts";
import { numericColumn, readTsv } from "../src/formats/tsv.ts";
import { parseXml } from "../src/formats/xml.ts";
import { readGpt2Config } from "../src/language-model/gpt2-config.ts";
import { loadTokenizer } from "../src/language-model/tokenizer.ts";
import { chooseConfounds } from "../src/responses/confound-strategies.ts";
import { findResponses } from "../src/responses/find.ts";
import { memoryStore } from "../src/sources/memory-store.ts";
import { checkOptions } from "../src/study/options.ts";
import { readStudyFile } from "../src/study/study-file.ts";
import { byteVocabulary, vocabularyFiles } from "./language-model/small-models.ts";

// Names in files that every JavaScript object has too. All are by hand: they must be names like any other, or be refused
// like any other that is unknown.
const inherited = ["__proto__", "constructor", "toString", "hasOwnProperty"];
const bytes = (text: string) => new TextEncoder().encode(text);
const description = { "dataset_description.json": '{"Name": "Test", "BIDSVersion": "1.10.0"}' };

describe("records", () => {
  it.each(inherited)("%s is no value of an object that has none, and one of an object that has it", (name) => {
    expect(ownValue({}, name)).toBe(undefined);
    expect(ownValue(JSON.parse(`{"${name}": 1}`), name)).toBe(1);
    const record = emptyRecord<number>();
    expect(record[name]).toBe(undefined);
    record[name] = 1;
    expect(Object.entries(record)).toEqual([[name, 1]]);
  });
});

describe("sidecars", () => {
  const file = "sub-01/func/sub-01_task-picnic_timeseries.tsv";
  const events = {
    "sub-01/func/sub-01_task-picnic_events.tsv": "onset\tduration\tstim_file\n0\tn/a\tpicnic.wav\n",
    [file]: "a\n1\n2\n",
  };

  it("lend a run no value of their __proto__: RepetitionTime must be there", async () => {
    const sidecar = { "task-picnic_bold.json": '{"__proto__": {"RepetitionTime": 1.5}}' };
    const dataset = await loadDataset(memoryStore({ ...description, ...events, ...sidecar }));
    const error = await findResponses(dataset, {}).catch((thrown: unknown) => thrown);
    expect((error as DatasetError).issues).toMatchObject([
      {
        severity: "error",
        code: "repetition-time-missing",
        message: expect.stringMatching(/^a sidecar must give RepetitionTime in seconds, got none/),
      },
    ]);
  });

  it.each(inherited)("hold %s with its origin, and contradict each other in it", async (name) => {
    const files = (second: string) => ({
      ...description,
      ...events,
      "task-picnic_timeseries.json": `{"${name}": 1}`,
      "sub-01_timeseries.json": `{"${name}": ${second}}`,
    });
    const read = async (second: string) => {
      const dataset = await loadDataset(memoryStore(files(second)));
      return readSidecarWithOrigin(dataset, dataset.files.find(({ path }) => path === file)!);
    };
    const { values, origin } = await read("1");
    expect(Object.entries(values)).toEqual([[name, 1]]);
    expect(Object.keys(origin)).toEqual([name]);
    await expect(read("2")).rejects.toThrow(`${name} must be the same in sidecars that apply equally to one file`);
  });

  it("entities of a file's name", () => {
    expect(Object.entries(parseBidsName("sub-01_constructor-2_bold.json")!.entities)).toEqual([
      ["sub", "01"],
      ["constructor", "2"],
    ]);
  });
});

describe("options", () => {
  it.each(inherited)("a study file with %s is refused, with its line", (name) => {
    for (const value of ["1", "{ components: 5 }"]) {
      const text = `dataset: d\noutput: o\n${name}: ${value}\n`;
      expect(() => readStudyFile(bytes(text), { path: "study.yaml" })).toThrow(
        expect.objectContaining({
          name: "NotFoundError",
          message: expect.stringMatching(new RegExp(`^study.yaml:3: ${name}: there is no option of that name\\.`)),
        }),
      );
    }
  });

  it.each(inherited)("checkOptions refuses %s", (name) => {
    const raw = JSON.parse(`{"dataset": "d", "output": "o", "${name}": 1}`) as Record<string, unknown>;
    expect(() => checkOptions(raw)).toThrow(NotFoundError);
  });

  it.each(inherited)("the command line refuses --%s", (name) => {
    const usage = { name: "score", summary: "", positionals: [], flags: {} };
    for (const argv of [[`--${name}`, "1"], [`--${name}=1`]])
      expect(() => parseCommandLine(argv, usage)).toThrow(
        expect.objectContaining({
          name: "NotFoundError",
          message: expect.stringMatching(`^--${name}: the flag must be one of`),
        }),
      );
  });
});

describe("tables", () => {
  it.each(inherited)("a column %s is read, and is not there where there is none", (name) => {
    expect([...numericColumn(readTsv(bytes(`${name}\tb\n1\t2\n`)), name)]).toEqual([1]);
    expect(() => numericColumn(readTsv(bytes("a\n1\n")), name)).toThrow(NotFoundError);
  });

  it.each(inherited)("the confound %s is refused where the table has none", (name) => {
    expect(() => chooseConfounds(readTsv(bytes("a\n1\n")), [name], {})).toThrow(NotFoundError);
  });
});

describe("files of a model", () => {
  it("config.json: __proto__ lends no value", () => {
    const json = '{"model_type": "gpt2", "__proto__": {"n_head": 2}, "constructor": 5}';
    expect(readGpt2Config(bytes(json), { path: "config.json" }).config.nHeads).toBe(12);
    expect(() => readGpt2Config(bytes('{"__proto__": {"model_type": "gpt2"}}'), { path: "config.json" })).toThrow(
      FormatError,
    );
  });

  it.each(inherited)("a tensor named %s is written and read", (name) => {
    const tensors = emptyRecord<{ shape: number[]; data: Float32Array }>();
    tensors[name] = { shape: [2], data: Float32Array.of(1, 2) };
    const read = readSafetensors(writeSafetensors(tensors)).tensors;
    expect([...read]).toEqual([[name, { shape: [2], data: Float32Array.of(1, 2) }]]);
  });

  it.each(["toString", "constructor", "valueOf"])("a token %s is one token, where it has merges", async (word) => {
    const merges = Array.from(word.slice(1), (letter, i) => `${word.slice(0, i + 1)} ${letter}`);
    const tokenizer = await loadTokenizer(memoryStore(vocabularyFiles(merges)));
    expect([...tokenizer.tokenise(word).tokens]).toEqual([256 + merges.length]);
    const without = await loadTokenizer(memoryStore(vocabularyFiles()));
    expect([...without.tokenise(word).tokens]).toEqual(Array.from(word, (letter) => byteVocabulary()[letter]));
  });

  it("a token __proto__ is one of the vocabulary, though GPT-2's rule cuts it in three", async () => {
    const merges = ["_ _", "p r", "pr o", "t o", "pro to", "__ proto", "__proto __"];
    const entries = [
      ...Object.entries(byteVocabulary()),
      ...merges.map((merge, i) => [merge.replace(" ", ""), 257 + i]),
    ];
    const files = { "vocab.json": JSON.stringify(Object.fromEntries(entries)), "merges.txt": merges.join("\n") };
    const tokenizer = await loadTokenizer(memoryStore(files));
    expect([...tokenizer.tokenise("__proto__").tokens]).toEqual([257, 261, 257]);
    expect(tokenizer.vocabularySize).toBe(264);
    expect(tokenizer.decode([263])).toBe("__proto__");
  });
});

describe("GIFTI", () => {
  it.each(inherited)("metadata named %s are kept", (name) => {
    const xml = parseXml(bytes(`<A><MetaData><MD><Name>${name}</Name><Value>1</Value></MD></MetaData></A>`), "a.gii");
    expect(Object.entries(readMetadata("a.gii", xml))).toEqual([[name, "1"]]);
  });
});
