import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { listDocuments, readDocument, root, withoutCodeBlocks } from "./documents.ts";

/** The address of a heading, as GitHub makes it: lower case, no punctuation, dashes for spaces. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

const anchorsOf = (path: string) =>
  [...withoutCodeBlocks(readDocument(path)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!));

/** Targets of links and pictures, without code. */
const linksOf = (path: string) =>
  [
    ...withoutCodeBlocks(readDocument(path))
      .replace(/`[^`\n]*`/g, "")
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, target]) => target!);

describe("links of every page", () => {
  it.each(listDocuments())("%s leads to files and headings that exist", (path) => {
    const wrong = linksOf(path).filter((target) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [file, anchor] = target.split("#") as [string, string | undefined];
      const at = file === "" ? path : join(dirname(path), file);
      if (!existsSync(join(root, at))) return true;
      return anchor !== undefined && !anchorsOf(at).includes(anchor);
    });
    expect(wrong).toEqual([]);
  });

  it("headings are addressed as GitHub does (by hand)", () => {
    expect(anchorOf("`--min-context` (tokens, default: half)")).toBe("--min-context-tokens-default-half");
    expect(anchorOf("The journey of one study")).toBe("the-journey-of-one-study");
  });
});
