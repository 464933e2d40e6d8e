import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTranscript } from "../../src/stimulus/transcript.ts";
import { transcriptExtensions } from "../../src/stimulus/transcript-formats.ts";
import { codeBlocks, readDocument, root, sectionOf } from "./documents.ts";

const page = readDocument("docs/transcripts.md");
const files = codeBlocks(sectionOf(page, "## Formats")).map(({ path, text }) => ({ path: path!, text }));

describe("docs/transcripts.md", () => {
  it.each(files)("$path holds the words that the page says (by hand)", ({ path, text }) => {
    const { words, nInterpolated } = readTranscript(new TextEncoder().encode(text), { path, story: "s" });
    expect(words.map(({ text: word, onset, duration }) => [word, onset, duration])).toEqual([
      ["It's", 0.5, 0.5],
      ["so", 1, 0.25],
      ["late.", 2, 0.5],
    ]);
    expect(nInterpolated).toBe(0);
  });

  it("shows a file of every extension, and has each in its table", () => {
    const shown = new Set(files.map(({ path }) => /\.[^.]*$/.exec(path)![0]));
    expect([...shown].sort()).toEqual([...transcriptExtensions].sort());
    const table = page.slice(0, page.indexOf("## Formats"));
    for (const extension of transcriptExtensions) expect(table).toContain(`\`${extension}\``);
  });

  it("names the code of every issue, and no other", () => {
    const folder = join(root, "src/stimulus");
    const code = readdirSync(folder)
      .filter((name) => /issues\.ts$|^transcript\.ts$/.test(name))
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("\n");
    const kinds = new Set(
      [...code.matchAll(/code: "([\w-]+)"|add\(\s*"([\w-]+)"/g)].map(([, field, argument]) => field ?? argument!),
    );
    const rows = [...sectionOf(page, "## The report").matchAll(/^\| (`[^|]*`) \|/gm)].map(([, cell]) => cell!);
    const named = rows.flatMap((cell) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, kind]) => kind!));
    expect(named.toSorted()).toEqual([...kinds].sort());
  });
});
