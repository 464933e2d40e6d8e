import { afterEach, describe, expect, it } from "vitest";
import { listNarratives, type NarrativesQuery, narrativesAddresses } from "../../src/catalogue/narratives.ts";
import { createHttpClient } from "../../src/sources/http.ts";
import { startBuckets } from "../support/bucket.ts";
import { smallNarratives } from "../support/narratives.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function list(query: NarrativesQuery, buckets = smallNarratives()) {
  const server = await startBuckets(buckets);
  const client = createHttpClient();
  opened.push(server, client);
  const at = (address: string) => address.replace("https://s3.amazonaws.com", server.origin);
  const addresses = { raw: at(narrativesAddresses.raw), whole: at(narrativesAddresses.whole) };
  return { server, files: listNarratives(client, query, addresses) };
}
const pathsOf = async (query: NarrativesQuery) => (await (await list(query)).files).map(({ path }) => path).toSorted();

const always = [
  "CHANGES",
  "README",
  "code/scan_exclude.json",
  "dataset_description.json",
  "participants.json",
  "participants.tsv",
  "stimuli/README",
  "stimuli/gentle/lucy/align.csv",
  "stimuli/gentle/pieman/align.csv",
  "stimuli/transcripts/pieman_transcript.txt",
];
const events = (...runs: readonly string[]) =>
  runs.flatMap((run) => ["bold.json", "events.tsv"].map((end) => `${run.slice(0, 7)}/func/${run}_${end}`));
const derivative = "derivatives/afni-nosmooth";
const responses = (hemispheres: readonly string[], ...runs: readonly string[]) => [
  `${derivative}/dataset_description.json`,
  ...runs.flatMap((run) =>
    hemispheres.map(
      (hemi) => `${derivative}/${run.slice(0, 7)}/func/${run}_space-fsaverage6_hemi-${hemi}_desc-clean.func.gii`,
    ),
  ),
];
const allRuns = [
  "sub-001_task-lucy",
  "sub-001_task-pieman_run-1",
  "sub-001_task-pieman_run-2",
  "sub-002_task-pieman",
  "sub-010_task-lucy",
];

describe("listNarratives (by hand)", () => {
  it("everything that a study reads, and nothing that it does not: no images, no audio, no other files", async () => {
    const wanted = [...always, ...events(...allRuns), ...responses(["L", "R"], ...allRuns)];
    expect(await pathsOf({})).toEqual(wanted.toSorted());
  });

  it("without responses, none are asked for", async () => {
    const { server, files } = await list({ responses: false });
    expect((await files).map(({ path }) => path).toSorted()).toEqual([...always, ...events(...allRuns)].toSorted());
    expect(server.asked.filter(({ path }) => path.startsWith("/fcp-indi") && path.includes("derivatives"))).toEqual([]);
  });

  it.each<[NarrativesQuery, readonly string[], readonly string[]]>([
    [{ stories: ["pieman"] }, allRuns.filter((run) => run.includes("pieman")), ["L", "R"]],
    [{ participants: ["sub-001", "010"] }, allRuns.filter((run) => !run.includes("002")), ["L", "R"]],
    [{ stories: ["lucy"], participants: ["001"], hemispheres: ["R"] }, ["sub-001_task-lucy"], ["R"]],
  ])("%j", async (query, runs, hemispheres) => {
    const wanted = [...always, ...events(...runs), ...responses(hemispheres, ...runs)];
    expect(await pathsOf(query)).toEqual(wanted.toSorted());
  });

  it("another space", async () => {
    const query = { space: "MNI152NLin2009cAsym", participants: ["002"] };
    expect((await pathsOf(query)).filter((path) => path.startsWith("derivatives/"))).toEqual([
      `${derivative}/dataset_description.json`,
      `${derivative}/sub-002/func/sub-002_task-pieman_space-MNI152NLin2009cAsym_res-native_desc-clean_bold.nii.gz`,
    ]);
  });

  it("transcripts and the scans to exclude are where one of the two has them; the raw data set's count", async () => {
    const buckets = smallNarratives();
    const raw = { ...buckets["openneuro.org"], "ds002345/stimuli/gentle/lucy/align.csv": "lucy,lucy,0.1,0.2\n" };
    const { server, files } = await list({ responses: false }, { ...buckets, "openneuro.org": raw });
    const [at, whole] = [
      `${server.origin}/openneuro.org/ds002345`,
      `${server.origin}/fcp-indi/data/Projects/narratives`,
    ];
    const addresses = (await files).map(({ address }) => address);
    expect(addresses.filter((address) => /stimuli|code/.test(address)).toSorted()).toEqual(
      [
        `${at}/stimuli/README`,
        `${at}/stimuli/gentle/lucy/align.csv`,
        `${whole}/stimuli/gentle/pieman/align.csv`,
        `${whole}/stimuli/transcripts/pieman_transcript.txt`,
        `${whole}/code/scan_exclude.json`,
      ].toSorted(),
    );
  });

  it("sizes, addresses and checksums are those of the listing", async () => {
    const { server, files } = await list({ participants: ["002"], hemispheres: ["L"] });
    expect((await files).at(-1)).toEqual({
      path: `${derivative}/sub-002/func/sub-002_task-pieman_space-fsaverage6_hemi-L_desc-clean.func.gii`,
      address: `${server.origin}/fcp-indi/data/Projects/narratives/derivatives/afni-nosmooth/sub-002/func/sub-002_task-pieman_space-fsaverage6_hemi-L_desc-clean.func.gii`,
      size: "parts: pieman L of 002".length,
      // Uploaded in parts.
      checksum: undefined,
    });
  });

  it.each<[NarrativesQuery, RegExp]>([
    [{ stories: ["piemen"] }, /ds002345: task-piemen must be among the files there\. Nearest: "pieman"\.$/],
    [{ participants: ["3"] }, /ds002345: sub-3 must be among the files there\. There are none\.$/],
    [{ participants: ["001", "011"] }, /ds002345: sub-011 must be among the files there\. Nearest: "001"\.$/],
    [{ space: "fsaverage5" }, /narratives: space-fsaverage5 must be among the files there\. Nearest: "fsaverage6"\.$/],
    [{ hemispheres: ["X"] }, /narratives: hemi-X must be among the files there\. Nearest: "L", "R"\.$/],
    [{ derivative: "afni" }, /the derivative must be one of those there, got "afni"\. Nearest: .*"afni-smooth"/],
  ])("refuses %j", async (query, message) => {
    const { files } = await list(query);
    await expect(files).rejects.toMatchObject({ name: "NotFoundError" });
    await expect(files).rejects.toThrow(message);
  });

  it("refuses a bucket that holds another thing", async () => {
    const { files } = await list({}, { "openneuro.org": { "ds002345/x": "x" }, "fcp-indi": {} });
    await expect(files).rejects.toThrow(
      /must have dataset_description\.json, got 1 other files\. Is the address right\?$/,
    );
  });
});
