import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { pureRooms } from "./pure-rooms.ts";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path: path.replaceAll("\\", "/"), text: readFileSync(join(source, path), "utf8") }));

/** The table of ARCHITECTURE.md, so that the page and this test cannot drift apart. */
const levels = new Map(
  [...readFileSync(join(root, "ARCHITECTURE.md"), "utf8").matchAll(/^\| (\d+) \| `([\w-]+)\/` \|/gm)].map(
    ([, level, room]) => [room!, Number(level)] as const,
  ),
);
const roomOf = (path: string) => (path.includes("/") ? path.split("/")[0]! : "");

describe("rooms", () => {
  test("every folder of src/ is a room of the table", () => {
    expect([...new Set(files.map(({ path }) => roomOf(path)))].filter((room) => room !== "").sort()).toEqual(
      [...levels.keys()].sort(),
    );
  });

  test.each(files.filter(({ path }) => roomOf(path) !== ""))(
    "$path imports only rooms of a smaller level",
    ({ path, text }) => {
      const imports = [...text.matchAll(/(?:from|import\()\s*"([.#][^"]+)"/g)].map(([, specifier]) =>
        specifier!.startsWith("#")
          ? specifier!.slice(1)
          : relative(source, resolve(source, dirname(path), specifier!)).replaceAll("\\", "/"),
      );
      const room = roomOf(path);
      const wrong = imports.filter(
        (target) =>
          target !== "errors.ts" &&
          roomOf(target) !== room &&
          !((levels.get(roomOf(target)) ?? 99) < levels.get(room)!),
      );
      expect(wrong).toEqual([]);
    },
  );

  test.each(files.filter(({ path }) => pureRooms.includes(roomOf(path))))("$path is pure", ({ text }) => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    expect(code).not.toMatch(
      /"node:(fs|net|http|https|os|child_process)|\bconsole\.|Math\.random|\bDate\b|performance\.now|\bfetch\(/,
    );
  });

  const inBrowsers = files.filter(
    ({ path }) => ["array", "formats", "platform"].includes(roomOf(path)) || ["errors.ts", "formats.ts"].includes(path),
  );
  test.each(inBrowsers.filter(({ path }) => !path.startsWith("platform/node/")))("$path needs no Node", ({ text }) => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    expect(code).not.toMatch(/node:|\bBuffer\b(?! larger)|\bprocess\.|\bNodeJS\b|\bsetImmediate\b/);
  });

  test("what is for Node has a file of the same name for browsers", () => {
    const within = (folder: string) =>
      files.flatMap(({ path }) => (path.startsWith(folder) ? [path.slice(folder.length)] : []));
    expect(within("platform/browser/")).toEqual(expect.arrayContaining(within("platform/node/")));
  });

  test.each(files)("$path has at most 600 lines", ({ text }) => {
    expect(text.split("\n").length).toBeLessThanOrEqual(600);
  });
});
