import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "./run.ts";

let folder = "";
const at = (...parts: readonly string[]) => join(folder, ...parts);
/** A WAV file of one channel, 8 bits and 100 samples a second. */
function wav(seconds: number): Uint8Array {
  const bytes = Buffer.alloc(44 + seconds * 100);
  bytes.write("RIFF\0\0\0\0WAVEfmt ", "latin1");
  for (const [place, value] of [
    [16, 16],
    [24, 100],
    [28, 100],
    [40, seconds * 100],
  ] as const)
    bytes.writeUInt32LE(value, place);
  for (const [place, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    bytes.writeUInt16LE(value, place);
  bytes.write("data", 36, "latin1");
  return bytes;
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-transcript-"));
  mkdirSync(at("pieman"));
  writeFileSync(at("pieman/align.csv"), "I,i,0,0.5\nbegan,,,\nmy,my,1,1.5\n");
  writeFileSync(at("bad_words.tsv"), "onset\tduration\tword\n2\t1\ta\n1\t1\tb\n");
  writeFileSync(at("cues.srt"), "1\n00:00:00,000 --> 00:00:01,000\na b\n");
  writeFileSync(at("broken.json"), "{");
  writeFileSync(
    at("tiers.json"),
    JSON.stringify({
      tiers: {
        A: { type: "interval", entries: [[0, 1, "a"]] },
        B: {
          type: "interval",
          entries: [
            [0, 1, "b"],
            [1, 2, "b"],
          ],
        },
      },
    }),
  );
  writeFileSync(at("long.wav"), wav(900));
  writeFileSync(at("short.wav"), wav(1));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("cortecast transcript", () => {
  test("prints what there is, with the name of the story from its file", async () => {
    const { code, stdout, stderr } = await run("transcript", at("pieman/align.csv"));
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`pieman: 3 words, 0:00.00 to 0:01.50 (Gentle, CSV, ${at("pieman/align.csv")})\n`);
    expect(stdout).toContain("got 1 of 3 without (33.3 %)");
    const named = await run("transcript", at("pieman/align.csv"), "--story", "other");
    expect(named.stdout).toMatch(/^other: 3 words/);
  });

  test("ends with 1 where there are errors, and says all of them on standard output", async () => {
    const { code, stdout, stderr } = await run("transcript", at("bad_words.tsv"));
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(/^bad: 2 words/);
    expect(stdout).toContain("onsets must not decrease, got 1 s after 2 s");
  });

  test("--json: the report as one object, the same exit code", async () => {
    const { code, stdout, stderr } = await run("transcript", at("bad_words.tsv"), "--json");
    expect([code, stderr]).toEqual([1, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      story: "bad",
      format: "table",
      nWords: 2,
      nErrors: 1,
      audioDuration: null,
      issues: [{ severity: "error", code: "decreasing-onset", word: 1, time: 1, remedy: "Sort the words by onset" }],
    });
  });

  test("--cues and --tier, as for other commands", async () => {
    expect((await run("transcript", at("cues.srt"))).code).toBe(1);
    expect((await run("transcript", at("cues.srt"), "--cues", "interpolate")).code).toBe(0);
    const unclear = await run("transcript", at("tiers.json"));
    expect([unclear.code, unclear.stderr]).toEqual([1, expect.stringContaining("Name it with the option tier")]);
    expect((await run("transcript", at("tiers.json"), "--tier", "B")).stdout).toMatch(/^tiers: 2 words/);
  });

  test("--audio reads the length from a WAV file, --audio-duration takes it", async () => {
    const durationOf = async (...flags: readonly string[]) => {
      const { stdout } = await run("transcript", at("pieman/align.csv"), "--json", ...flags);
      return (JSON.parse(stdout) as { audioDuration: number }).audioDuration;
    };
    // The header of 44 bytes is enough; the 90,000 samples are not looked at.
    expect(await durationOf("--audio", at("long.wav"))).toBe(900);
    expect(await durationOf("--audio-duration", "12.5")).toBe(12.5);
    const short = await run("transcript", at("pieman/align.csv"), "--audio", at("short.wav"));
    expect(short.stdout).toContain("words must end before the audio does (1 s), got 1.5 s");
  });

  test("--repetition-time, --volumes and --audio-start: the run", async () => {
    const argv = ["transcript", at("pieman/align.csv"), "--repetition-time", "0.5", "--volumes", "3"];
    expect((await run(...argv)).stdout).not.toContain("within the run");
    const shifted = await run(...argv, "--audio-start", "-0.25");
    expect([shifted.code, shifted.stdout]).toEqual([
      0,
      expect.stringContaining("(0 to 1.5 s, the audio from -0.25 s), got 1 before and 0 after"),
    ]);
    expect((await run(...argv, "--audio-start", "10")).code).toBe(1);
  });

  test("--picture draws the report", async () => {
    const path = at("pictures", "pieman.svg");
    const { code, stderr } = await run("transcript", at("pieman/align.csv"), "--picture", path);
    expect([code, stderr]).toEqual([0, `${path}: the report as a picture\n`]);
    expect(readFileSync(path, "utf8")).toMatch(/^<svg xmlns=/);
    expect(readdirSync(at("pictures"))).toEqual([".cortecast-pictures.json", "pieman.svg"]);
    // Its own picture is drawn anew; one that somebody changed is not, nor any other file.
    expect((await run("transcript", at("pieman/align.csv"), "--picture", path)).code).toBe(0);
    for (const mine of [path, at("pictures/mine.svg")]) {
      writeFileSync(mine, "mine");
      const refused = await run("transcript", at("pieman/align.csv"), "--picture", mine);
      expect([refused.code, refused.stdout]).toEqual([1, ""]);
      expect(refused.stderr).toMatch(/^cortecast: --picture: files that cortecast did not write, .*, got \w+\.svg \(/);
      expect(readFileSync(mine, "utf8")).toBe("mine");
    }
  });

  test.each<readonly [readonly string[], RegExp]>([
    [["@nowhere.csv"], /nowhere\.csv: the file must exist/],
    // A picture under the transcript's own name would take its place.
    [["@pieman/align.csv", "--picture", "@pieman/align.csv"], /--picture: must be a file that ends in \.svg/],
    [["@pieman/align.csv", "--volumes", "9"], /--volumes: must come with --repetition-time, .* got it alone/],
    [["@pieman/align.csv", "--repetition-time", "2"], /--repetition-time: must come with --volumes, .* got it alone/],
    [
      ["@pieman"],
      /pieman: the path must be a file, got a folder\. Give a file in it, or move the folder away where a file of that name belongs\./,
    ],
    [["@long.wav"], /the extension must be one of \.TextGrid, .*, got ".*long\.wav"/],
    [["@broken.json"], /broken\.json: the file must be JSON, got an end too early/],
    [["@pieman/align.csv", "--audio", "@nowhere.wav"], /nowhere\.wav: the file must exist/],
    [["@pieman/align.csv", "--audio", "@pieman/align.csv"], /a WAV file must begin with RIFF or RF64/],
    [
      ["@pieman/align.csv", "--audio", "@long.wav", "--audio-duration", "1"],
      /--audio: must not be given together with --audio-duration/,
    ],
    [
      ["@pieman/align.csv", "--audio-duration", "long"],
      /--audio-duration: must be a number from 0 to 604800, got "long"/,
    ],
    [["@pieman/align.csv", "--volumes", "1.5"], /--volumes: must be a whole number from 0, got "1\.5"/],
    [["@pieman/align.csv", "--cues", "guess"], /--cues: must be one of refuse, interpolate, got "guess"/],
    [["@pieman/align.csv", "--picture", "@long.wav/a.svg"], /long\.wav/],
  ])("%j: one line that says what to do", async (argv, message) => {
    const { code, stdout, stderr } = await run("transcript", ...argv.map((part) => part.replace(/^@/, at("/"))));
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^cortecast: [^\n]+\n$/);
    expect([code, stdout]).toEqual([1, ""]);
  });
});
