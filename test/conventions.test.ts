import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import type { Analysis } from "../src/analyses/analysis.ts";
import { analyses, peaks } from "../src/analyses/registry.ts";
import { pureRooms } from "./pure-rooms.ts";

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

/** The TypeScript files of a folder, sorted. */
function readFiles(folder: "src" | "test"): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => {
      const text = readFileSync(join(root, folder, name), "utf8");
      return { path: name.split(sep).join("/"), lines: text.split("\n"), code: withoutComments(text) };
    });
}

const files = readFiles("src");

/** Spreads of objects and lists that are written out on the spot, and could be fields and items. */
const literalSpread = /\.\.\.(?:\{|\(\[(?:"[^"]*"(?:, )?)*\] as|\[[^[\]]*\](?=\s*[,\])}])).*/g;

/** `path: what` for every place where the pattern is found in the code of the files. */
function findAll(where: readonly SourceFile[], pattern: RegExp): readonly string[] {
  return where.flatMap(({ path, code }) => [...code.matchAll(pattern)].map((match) => `${path}: ${match[0].trim()}`));
}
const inRooms = (...rooms: readonly string[]) => files.filter(({ path }) => rooms.includes(path.split("/")[0]!));
const outsideRooms = (...rooms: readonly string[]) => files.filter((file) => !inRooms(...rooms).includes(file));

/**
 * Places where a record of texts is read under a name that is computed, which finds what every object inherits as well
 * (`constructor`), or is filled with names where it has a prototype (`__proto__` is then no name). Records are known by
 * their type, written out: those of the file, and fields of interfaces of all files.
 */
function findInheriting(where: readonly SourceFile[]): readonly string[] {
  const record = String.raw`\??: (?:Readonly<)?Record<string,`;
  const names = (code: string, pattern: string) =>
    [...code.matchAll(new RegExp(pattern, "g"))].map(([, name]) => name!);
  const fields = where.flatMap(({ code }) =>
    names(code, String.raw`^\s*readonly (\w+)${record}`.replace("^", "(?:^|\\n)")),
  );
  return where.flatMap((file) => {
    const own = names(file.code, String.raw`(?<!readonly )\b(\w+)${record}`);
    const computed = String.raw`(?:\?\.)?\[(?!"|\d+\]|[a-z]\])[^\]]*\]`;
    const alternatives = [
      ...(own.length > 0 ? [String.raw`(?<![.\w])(?:${own.join("|")})${computed}`] : []),
      ...(fields.length > 0 ? [String.raw`\.(?:${fields.join("|")})${computed}`] : []),
      String.raw`Record<string,[^=;]*> = \{\};`,
    ];
    return findAll([file], new RegExp(alternatives.join("|"), "g"));
  });
}

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

describe("records with names from outside, as this test sees them (by hand)", () => {
  const see = (code: string) => findInheriting([{ path: "a.ts", lines: code.split("\n"), code }]);

  it("reads under a computed name", () => {
    expect(see("const a: Readonly<Record<string, number>> = b;\na[name];\na[b.c];")).toEqual([
      "a.ts: a[name]",
      "a.ts: a[b.c]",
    ]);
    expect(see("interface A {\n  readonly b: Record<string, string>;\n}\nc.b[d.e];")).toEqual(["a.ts: .b[d.e]"]);
    expect(see("function f(a?: Record<string, string>) {\n  a?.[name];")).toEqual(["a.ts: a?.[name]"]);
  });

  it("objects to fill that have a prototype", () => {
    expect(see("const a: Record<string, unknown> = {};")).toEqual(["a.ts: Record<string, unknown> = {};"]);
  });

  it("not names that are written out, nor records of known names", () => {
    expect(see('const a: Record<string, number> = b;\na["x"];\nconst c: Record<Key, number> = d;\nc[key];')).toEqual(
      [],
    );
  });
});

describe("spreads of literals, as this test sees them (by hand)", () => {
  const see = (code: string) => findAll([{ path: "a.ts", lines: [code], code }], literalSpread);

  it("objects and lists that are written out", () => {
    for (const code of ["...{ a, b },", "...{", '...["a", "b"],', '...["a"]]', '...(["a", "b"] as const),'])
      expect(see(code)).toEqual([`a.ts: ${code}`]);
  });

  it("not what is computed", () => {
    for (const code of ['...["a"].map(f)', "...[...a].reverse()", "...a", '...(a ? ["b"] : [])', "...(a && { b })"])
      expect(see(code)).toEqual([]);
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

  it("hand on no values of other files but entry points, which name each export", () => {
    // A file may hand on the types of its own room that its functions return.
    const others = files.filter(({ path }) => !["index.ts", "formats.ts", "ridge.ts", "study.ts"].includes(path));
    expect(findAll(others, /^export\s*\{[^}]*\}\s*from\s*"[^"]+"/gm)).toEqual([]);
    expect(findAll(others, /^export\s+type\s*\{[^}]*\}\s*from\s*"\.\.\/[^"]+"/gm)).toEqual([]);
    expect(findAll(files, /^export\s+(?:type\s+)?\*.*/gm)).toEqual([]);
  });

  it("export by name", () => {
    expect(findAll(files, /^export\s+default\b.*/gm)).toEqual([]);
  });

  it("write fields and items where they stand, and spread no literal", () => {
    expect(findAll(files, literalSpread)).toEqual([]);
    // This file quotes them.
    const tests = readFiles("test").filter(({ path }) => path !== "conventions.test.ts");
    expect(findAll(tests, literalSpread)).toEqual([]);
  });

  it("declare a name in one file only", () => {
    const places = new Map<string, Set<string>>();
    for (const { path, code } of files) {
      const declared =
        /^(?:export )?(?:abstract )?(?:async )?(?:function\*?|interface|const|let|class|type) ([\w$]+)/gm;
      // Files of platform/ with the same name are one or the other.
      const place = path.replace(/^platform\/(?:node|browser)\//, "#platform/");
      for (const name of new Set([...code.matchAll(declared)].map(([, found]) => found!)))
        places.set(name, (places.get(name) ?? new Set()).add(place));
    }
    expect([...places].filter(([, paths]) => paths.size > 1)).toEqual([]);
  });

  it("have docstrings that begin with what one gets, not with a tag", () => {
    const beginsWithTag = files.flatMap(({ path, lines }) => {
      const text = lines.join("\n");
      return [...text.matchAll(/^[ \t]*\/\*\*\s*(?:\* )?@\w+/gm)].map(
        ({ index }) => `${path}:${text.slice(0, index).split("\n").length}`,
      );
    });
    expect(beginsWithTag).toEqual([]);
  });

  it("have a docstring on every export", () => {
    expect(files.flatMap(({ path, lines }) => withoutDocstring(lines).map((where) => `${path}:${where}`))).toEqual([]);
  });
});

describe("analyses", () => {
  it("are named by the registry alone: studies run, and reports show, what it says", () => {
    const told = Object.values<Analysis>(analyses).flatMap(({ name, gains, shares = [] }) => [
      name,
      ...[...gains, ...shares].map((own) => own.name),
    ]);
    const names = new RegExp(String.raw`\b(?:${[...told, ...peaks.map(({ name }) => name)].join("|")})\b`, "g");
    expect(findAll(inRooms("analyses"), names)).not.toEqual([]);
    // Short names of three, which options have.
    expect(findAll(inRooms("engine", "report", "study", "cli"), names)).toEqual([
      "study/asked-analyses.ts: brainScoreWordRate",
      "study/asked-analyses.ts: brainScoreRandomWeights",
      "study/asked-analyses.ts: forecastScoreRandomWindow",
    ]);
  });
});

describe("names from outside", () => {
  it("are looked up with ownValue and kept with emptyRecord of array/records.ts, or in a Map", () => {
    // Names that the code itself gives, and an array of the same name.
    const harmless = [
      "array/records.ts: record[name]",
      "cli/command-line.ts: commands[name]",
      "sources/http.ts: environment[",
      "report/quality-section.ts: .quality[key]",
      "linear-algebra/leading-eigen.ts: .values[count]",
    ];
    const found = findInheriting(files);
    expect(found.filter((place) => !harmless.some((own) => place.startsWith(own)))).toEqual([]);
  });

  it("never meet `in`, which finds what every object inherits", () => {
    // `in` on the project's own values is left to types; this is what reads parsed JSON.
    expect(findAll(inRooms("formats", "bids", "stimulus"), /"[\w-]+" in \w+(?:\[\w+\])?/g)).toEqual([
      'stimulus/transcript-report.ts: "rows" in transcript',
    ]);
  });
});

describe("options of a study", () => {
  it("have the defaults of the rooms that use them, but for those that no room knows or that ask for nothing", () => {
    const own = findAll(
      files.filter(({ path }) => path === "study/options.ts"),
      /\.default\((?!DEFAULT_|ACTIVATION_DEFAULTS\.).*/g,
    );
    expect(own.map((place) => place.replace("study/options.ts: ", "").replace(/,$/, ""))).toEqual([
      '.default("none")',
      ".default(false)",
      ".default(0)",
      '.default(0), group: "cleaning", help: "number of volumes to drop at the end of each run" }',
      ".default(() => Array.from({ length: 41 }, (_, i) => i - 10))",
      ".default(0)",
      ".default([])",
      '.default(0), group: "encoding", help: "seed of the random controls" }',
      '.default("both")',
    ]);
  });
});

/** Variables of a module, and constants of a module that its code writes to. */
function moduleState(code: string): readonly string[] {
  const variables = [...code.matchAll(/^(?:export )?let (\w+)/gm)].map(([, name]) => name!);
  const constants = [...code.matchAll(/^(?:export )?const (\w+)(?::[^=]+)? = (?:new (?!RegExp)|\[|\{)/gm)];
  const written = constants
    .map(([, name]) => name!)
    .filter((name) => {
      const changes = "set|add|push|pop|shift|unshift|delete|clear|fill|splice|sort|reverse|copyWithin";
      const place = String.raw`(?<![.\w])${name}(?:\[[^\]]*\]|\.\w+)*`;
      return new RegExp(
        String.raw`${place}\.(?:${changes})\(|${place}(?:\[[^\]]*\]|\.\w+)!?\s*[-+*/|&^?]*=(?![=>])`,
      ).test(code);
    });
  return [...variables, ...written];
}

describe("state of a module, as this test sees it (by hand)", () => {
  it("variables, and constants that are written to", () => {
    const code = ["let a = 1;", "const b = new Map();", "b.set(1, 2);", "const c: number[] = [];", "c[0] = 1;"];
    expect(moduleState(code.join("\n"))).toEqual(["a", "b", "c"]);
    expect(moduleState("const d = { e: 0 };\nd.e += 1;\nconst f = new WeakMap<A, B>();\nf.set(g, h);")).toEqual([
      "d",
      "f",
    ]);
  });

  it("not what stays as it was made, nor what a function has", () => {
    const code = ["const a = new Set([1]);", "a.has(1);", "const b = [1];", "b[0] === 1;", "  let c = 1;", "  c = 2;"];
    expect(moduleState(code.join("\n"))).toEqual([]);
  });
});

describe("effects", () => {
  it("hold nothing between calls in the pure rooms", () => {
    const found = inRooms(...pureRooms).flatMap(({ path, code }) =>
      moduleState(code).map((name) => `${path}: ${name}`),
    );
    expect(found).toEqual([]);
  });

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
    expect(findAll(files, network)).toEqual(['sources/http.ts: "undici"', 'sources/proxies.ts: "node:net"']);
    // Which only tells addresses apart.
    const proxies = files.find(({ path }) => path === "sources/proxies.ts")!.code;
    expect(proxies).toContain('import { BlockList, isIP } from "node:net";');
  });

  it("tell errors apart by their classes and fields, never by the words of a message", () => {
    const byWords =
      /\bmessage\.(?:startsWith|endsWith|includes|indexOf|match|search)\(|\w\.message (?:===|!==)|\.(?:test|exec)\((?:String\()?(?:\w+\.)?(?:message|error|cause)\)/g;
    expect(findAll(files, byWords)).toEqual([]);
    // What a message is about is its `where`, the rest its `detail`.
    expect(findAll(files, /\bmessage\.(?:replace|slice)\([^)]*(?:path|location|where)/g)).toEqual([]);
  });

  it("name options in their errors and notes, not flags, which only the command line knows", () => {
    // CSS calls its own properties so, and JavaScript counts down so.
    const flags = findAll(
      outsideRooms("cli").filter(({ path }) => path !== "report/style.ts"),
      /(?<![\w(-])--(?:[a-z][a-z-]*|\$\{).*/g,
    );
    expect(flags).toEqual(["formats/xml-tokens.ts: --depth === 0) return i + 1;"]);
  });

  it("ask for the time and for chance below the command line in sources/ only, to time a sample, and where nobody hands the time in", () => {
    const clock = /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bMath\.random\b|\bsetTimeout\b/g;
    const asked = findAll(outsideRooms("cli"), clock).map((where) => where.split(":")[0]);
    expect([...new Set(asked)]).toEqual([
      "engine/perform-job.ts",
      "sources/http.ts",
      "sources/lock.ts",
      "sources/this-run.ts",
      "study/tools.ts",
    ]);
  });
});
