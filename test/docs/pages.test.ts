import { describe, expect, it } from "vitest";
import { clean } from "../../src/cli/clean.ts";
import { flagOf } from "../../src/cli/flag-names.ts";
import { commonFlags } from "../../src/cli/flags.ts";
import { score } from "../../src/cli/score.ts";
import { transcript } from "../../src/cli/transcript.ts";
import { codeBlocks, listDocuments, readDocument } from "./documents.ts";

const pages = listDocuments().filter((path) => path.startsWith("docs/"));
/** options.md and fetch.md, which tell other commands' flags, have tests of their own. */
const ofScore = pages.filter((path) => !["docs/options.md", "docs/fetch.md"].includes(path));

describe("pages of docs/", () => {
  it.each(ofScore)("%s speaks of flags that score has", (path) => {
    const known = new Set([...Object.keys({ ...score.usage.flags, ...commonFlags }).map(flagOf)]);
    // fMRIPrep's own, Slurm's own, and what clean and transcript are told beside.
    const slurm = ["--array", "--cpus-per-task", "--dependency", "--mem", "--parsable", "--time", "--wrap"];
    const others = [clean, transcript].flatMap(({ usage }) => Object.keys(usage.flags).map(flagOf));
    for (const flag of ["--output-spaces", ...slurm, ...others]) known.add(flag);
    const flags = [...readDocument(path).matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag);
    // Anchors of options.md begin with the dashes of the flag.
    expect(flags.filter((flag) => !known.has(flag))).toEqual([]);
  });

  it.each(pages)("%s has one title, and fences that are closed", (path) => {
    const text = readDocument(path);
    expect(
      text.match(/^# /gm)!.length - codeBlocks(text).flatMap((block) => block.text.match(/^# /gm) ?? []).length,
    ).toBe(1);
    expect(text.match(/^```/gm)?.length ?? 0).toBe(2 * codeBlocks(text).length);
  });
});

describe("docs/methods.md", () => {
  const [text, sources] = readDocument("docs/methods.md").split("## Sources") as [string, string];

  it("cites every source, and no other", () => {
    const cited = [...text.matchAll(/\[(\d)\](?!\()/g)].map(([, n]) => n!);
    const listed = [...sources.matchAll(/^(\d)\. /gm)].map(([, n]) => n!);
    expect(new Set(cited)).toEqual(new Set(listed));
    expect(listed).toEqual(listed.map((_, i) => String(i + 1)));
  });

  it("links each doi that it shows", () => {
    const links = [...sources.matchAll(/\[doi:([^\]]+)\]\(https:\/\/doi\.org\/([^)]+)\)/g)];
    expect(links.length).toBeGreaterThan(5);
    for (const [, shown, linked] of links) expect(linked).toBe(shown);
    expect(sources.match(/doi:/g)).toHaveLength(links.length);
  });
});
