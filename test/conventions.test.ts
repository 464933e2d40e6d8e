import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";

// What the code is like inside its rooms. Which room may import which is held by architecture.test.ts.
const root = join(import.meta.dirname, "..");

interface SourceFile {
  /** Relative to `src`, "/" on every system: `array/matrix.ts`. */
  readonly path: string;
  readonly lines: readonly string[];
  /** Without comments. */
  readonly code: string;
}

/** Without block comments that begin a line and line comments after white space; addresses in strings stay. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

/** Exported declarations without a docstring right above: `line: name`. Overloads share the first one's. */
function withoutDocstring(lines: readonly string[]): readonly string[] {
  const declaration =
    /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(function\*?|interface|const|let|class|type)\s+([\w$]+)/;
  const functions = new Set<string>();
  return lines.flatMap((line, index) => {
    const [, kind, name] = declaration.exec(line) ?? [];
    if (kind === undefined || name === undefined) return [];
    const isOverload = kind.startsWith("function") && functions.has(name);
    if (kind.startsWith("function")) functions.add(name);
    return isOverload || /\*\/\s*$/.test(lines[index - 1] ?? "") ? [] : [`${index + 1}: ${name}`];
  });
}

const files: readonly SourceFile[] = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .sort()
  .map((name) => {
    const text = readFileSync(join(root, "src", name), "utf8");
    return { path: name.split(sep).join("/"), lines: text.split("\n"), code: withoutComments(text) };
  });

/** `path: what` for every place where the pattern is found in the code of the files. */
function findAll(where: readonly SourceFile[], pattern: RegExp): readonly string[] {
  return where.flatMap(({ path, code }) => [...code.matchAll(pattern)].map((match) => `${path}: ${match[0].trim()}`));
}
const inRooms = (...rooms: readonly string[]) => files.filter(({ path }) => rooms.includes(path.split("/")[0]!));
const outsideRooms = (...rooms: readonly string[]) => files.filter((file) => !inRooms(...rooms).includes(file));

describe("what this test sees (by hand)", () => {
  it("code without its comments, addresses in strings whole", () => {
    const text = ["/**", " * console.log", " */", 'const a = "https://b"; // console.log', "// console.log", "a;"];
    expect(withoutComments(text.join("\n")).trim()).toBe('const a = "https://b"; \n\na;');
  });

  it("exports without a docstring", () => {
    const text = ["/** A. */", "export const a = 1;", "", "export async function b(): void;", "export interface C {"];
    expect(withoutDocstring(text)).toEqual(["4: b", "5: C"]);
  });

  it("overloads under the docstring of the first", () => {
    expect(withoutDocstring(["/** A. */", "export function a(x: 1): 1;", "export function a(x: 2): 2;"])).toEqual([]);
  });
});

describe("files", () => {
  it("hold 150 lines or fewer at the median", () => {
    const lengths = files.map(({ lines }) => lines.length).sort((a, b) => a - b);
    expect(lengths.length).toBeGreaterThan(0);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(150);
  });

  it("are named after what they hold", () => {
    const wrong = files.filter(({ path }) => /(?:^|\/)(?:utils?|helpers?|misc|common)\.ts$/.test(path));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("hand on no values of other files but index.ts, which names each export", () => {
    // A file may hand on the types of its own room that its functions return.
    const others = files.filter(({ path }) => path !== "index.ts");
    expect(findAll(others, /^export\s*\{[^}]*\}\s*from\s*"[^"]+"/gm)).toEqual([]);
    expect(findAll(others, /^export\s+type\s*\{[^}]*\}\s*from\s*"\.\.\/[^"]+"/gm)).toEqual([]);
    expect(findAll(files, /^export\s+(?:type\s+)?\*.*/gm)).toEqual([]);
  });

  it("export by name", () => {
    expect(findAll(files, /^export\s+default\b.*/gm)).toEqual([]);
  });

  it("have a docstring on every export", () => {
    expect(files.flatMap(({ path, lines }) => withoutDocstring(lines).map((where) => `${path}:${where}`))).toEqual([]);
  });
});

describe("effects", () => {
  it("print and exit in cli/ only", () => {
    const prints = /\bconsole\s*\.\s*\w+|\bprocess\s*\.\s*(?:exit\w*|stdout|stderr)\b/g;
    expect(findAll(outsideRooms("cli"), prints)).toEqual([]);
  });

  it("reach the disk below the conductor through sources/ only", () => {
    const disk = /"(?:node:)?fs(?:\/promises)?"/g;
    expect(findAll(outsideRooms("sources", "study", "cli"), disk)).toEqual([]);
  });

  it("reach the network through sources/http.ts only", () => {
    const network = /"(?:undici|(?:node:)?(?:https?|http2|net|tls|dgram|dns))"|\bfetch\(|\bWebSocket\b/g;
    expect(findAll(files, network)).toEqual(['sources/http.ts: "undici"']);
  });

  it("ask for the time and for chance below the command line in sources/ only, and to time a sample", () => {
    const clock = /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bMath\.random\b|\bsetTimeout\b/g;
    const asked = findAll(outsideRooms("cli"), clock).map((where) => where.split(":")[0]);
    expect([...new Set(asked)]).toEqual([
      "engine/perform-job.ts",
      "sources/http.ts",
      "sources/lock.ts",
      "sources/node.ts",
    ]);
  });
});
