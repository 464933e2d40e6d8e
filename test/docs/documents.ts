import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The project's folder. */
export const root: string = join(import.meta.dirname, "../..");

/** A file of the project as text. */
export const readDocument = (path: string): string => readFileSync(join(root, path), "utf8");

/** A fenced block of a Markdown page. */
export interface CodeBlock {
  /** What stands after the fence: `"yaml"`; empty where nothing does. */
  readonly language: string;
  /** The file that the block is, where the line above the block is its path in backticks and nothing else. */
  readonly path: string | undefined;
  /** The text, ended by a line's end. */
  readonly text: string;
}

/** The fenced blocks of a Markdown page, in order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(/(?:^`([^`\n]+)`\n+)?^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, path, language, text]) => ({
    language: language!,
    path,
    text: text!,
  }));
}

/** A Markdown page without its fenced blocks. */
export const withoutCodeBlocks = (markdown: string): string => markdown.replace(/^```[\s\S]*?^```$/gm, "");

/** The part of a page from a heading, as it stands with its marks, to the next one of the same or a higher rank. */
export function sectionOf(markdown: string, heading: string): string {
  const start = markdown.indexOf(`${heading}\n`);
  if (start < 0 || (start > 0 && markdown[start - 1] !== "\n")) throw new Error(`there is no heading "${heading}"`);
  const rank = /^#+/.exec(heading)![0].length;
  const rest = markdown.slice(start + heading.length);
  const end = rest.search(new RegExp(`^#{1,${rank}} `, "m"));
  return end < 0 ? rest : rest.slice(0, end);
}

/** Every Markdown page of the project, relative to its folder; those of installed packages left out. */
export function listDocuments(): readonly string[] {
  const skipped = new Set(["node_modules", "dist", ".git", ".cache"]);
  const visit = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : visit(path);
      return entry.name.endsWith(".md") ? [path] : [];
    });
  return visit("");
}
