import { createHash } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { folderStore } from "../../src/sources/node.ts";
import { listFiles } from "../../src/sources/source.ts";
import { checkOptions } from "../../src/study/options.ts";
import { createTinyStudy, readInputs, type TinyStudy } from "./tiny-study.ts";

let study: TinyStudy;
beforeAll(async () => {
  study = await createTinyStudy();
});
afterAll(() => study.remove());

const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const pair = (kind: string) => ["L", "R"].map((hemi) => study.at("data", `atlas/tpl-phantom_hemi-${hemi}_${kind}.gii`));

describe("inspectStudy and readStudy", () => {
  const options = (more: object = {}) => checkOptions({ dataset: study.at("data"), output: study.at("out"), ...more });

  test("by hand: a participant's record names each file that went in, with the hash of its bytes", async () => {
    copyFileSync(study.at("data/stimuli/tiny_words.tsv"), study.at("words.tsv"));
    const [regions, surfaces] = [pair("atlas-phantom_dseg.label"), pair("inflated.surf")];
    const { participants } = await readInputs(options({ regions, surfaces, transcript: study.at("words.tsv") }));
    const base = "sub-02/func/sub-02_task-tiny";
    const inside = ["dataset_description.json", `${base}_events.tsv`, "task-tiny_bold.json"];
    for (const hemi of ["L", "R"]) inside.push(`${base}_hemi-${hemi}_space-phantom_desc-clean_bold.func.gii`);
    const paths = [...inside.map((path) => [path, study.at("data", path)] as const)];
    // Sulcal depth is found beside the meshes.
    for (const path of [...regions, ...surfaces, ...pair("sulc.shape"), study.at("words.tsv")])
      paths.push([path, path]);
    const expected = Object.fromEntries(paths.map(([name, path]) => [name, sha256(path)]));
    expect(participants[1]!.participant).toBe("sub-02");
    expect(participants[1]!.hashes).toEqual(expected);
    expect(Object.keys(participants[1]!.responseHashes).sort()).toEqual(
      inside.filter((path) => path.startsWith("sub-02")).sort(),
    );
  });

  test("by hand: the data set's own transcript is in the record", async () => {
    const { participants } = await readInputs(options());
    expect(participants[0]!.hashes).toMatchObject({
      "stimuli/tiny_words.tsv": sha256(study.at("data/stimuli/tiny_words.tsv")),
    });
  });

  test("every response is read to its end once", async () => {
    const counts = new Map<string, number>();
    const folder = folderStore(study.at("data"));
    const count = (path: string) => counts.set(path, (counts.get(path) ?? 0) + 1);
    const read = (path: string) => {
      count(path);
      return folder.read(path);
    };
    async function* stream(path: string) {
      yield* folder.stream(path);
      // Who reads headers leaves before.
      count(path);
    }
    await readInputs(options(), { ...folder, read, stream });
    const responses = [...counts].filter(([path]) => path.endsWith(".func.gii"));
    expect(responses).toHaveLength(4);
    expect(responses.filter(([, n]) => n !== 1)).toEqual([]);
  });

  test.each<[Record<string, string>, string]>([
    [{ surfaces: "/nowhere/lh.inflated" }, "lh.inflated: the file must exist"],
    [
      { surfaces: "@atlas/tpl-phantom_hemi-L_inflated.surf.gii,@atlas/tpl-phantom_hemi-L_inflated.surf.gii" },
      "one mesh",
    ],
    [{ regions: "@dataset_description.json" }, "the file must say its hemisphere"],
    [{ model: "/nowhere" }, "`model`: the folder must exist"],
    [{ layer: "99" }, "`layer`: layers must lie in"],
    [{ confounds: "csf" }, "the run must have a table"],
    [{ delays: "99" }, "`delays`: must be fewer"],
    [{ memory: "1MB" }, "`memory`: there must be"],
  ])("by hand: %j stops before a response is read", async (more, message) => {
    const read: string[] = [];
    const folder = folderStore(study.at("data"));
    async function* stream(path: string) {
      yield* folder.stream(path);
      read.push(path);
    }
    const given = Object.entries(more).map(([key, value]) => [key, value.replaceAll("@", study.at("data/"))]);
    await expect(
      readInputs(options(Object.fromEntries(given) as Record<string, string>), { ...folder, stream }),
    ).rejects.toThrow(message);
    expect(read.filter((path) => path.endsWith(".func.gii"))).toEqual([]);
  });

  test.each([
    [
      { exclude: "sub-01_task-tinny" },
      "NotFoundError",
      /^`exclude`: runs must be in the data set, as BIDS writes them, got "sub-01_task-tinny" .* Nearest: "sub-01_task-tiny", "sub-02_task-tiny"\.$/,
    ],
    [{ exclude: "x,sub-01_task-tiny,y" }, "NotFoundError", /got "x" and 1 more/],
    [
      { exclude: "sub-01_task-tiny,sub-02_task-tiny" },
      "DatasetError",
      /one response or more must be left, got none after exclusions/,
    ],
    [
      { participants: "3" },
      "NotFoundError",
      /the participant must be one with responses, got "sub-3"\. Nearest: "sub-01", "sub-02"/,
    ],
  ])("refuses %j", async (more, name, message) => {
    await expect(readInputs(options(more))).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message) as string,
    });
  });

  test("participants whose vertices differ are refused before anything is computed", async () => {
    const other = await createTinyStudy({ nVertices: 92, nSubjects: 1 });
    const mixed = memoryStore();
    const take = async (from: string, name: string, to: string) => {
      const store = folderStore(from);
      for (const path of await listFiles(store))
        if (!path.startsWith("sub-") || path.startsWith(name))
          await mixed.write(path.replaceAll(name, to), await store.read(path));
    };
    await take(other.at("data"), "sub-01", "sub-03");
    await take(study.at("data"), "sub-01", "sub-01");
    other.remove();
    const message =
      "all runs must have the same vertices, voxels or regions (L 42, R 42, 1 of 2 runs), got L 92, R 92. Choose one space, or exclude the run.";
    await expect(readInputs(options(), mixed)).rejects.toThrow(message);
  });
});
