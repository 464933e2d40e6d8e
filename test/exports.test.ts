import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import * as formats from "../src/formats.ts";
import * as cortecast from "../src/index.ts";
import * as ridge from "../src/ridge.ts";
import * as study from "../src/study.ts";

// What the package hands out can be named by who uses it: every type in the signature of an export is an export too.
const source = join(import.meta.dirname, "../src");
const read = (path: string) => readFileSync(join(source, path), "utf8");

/** Comments and strings taken out: what looks like a type in them is none. */
const bare = (code: string) =>
  code.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');

/** The declaration of an exported name without a function's body; empty where the file has none. */
function declarationOf(code: string, name: string): string {
  const start = code.search(new RegExp(`^export (?:async )?(?:function|interface|type|class|const) ${name}\\b`, "m"));
  if (start < 0) return "";
  const rest = code.slice(start);
  const [line] = rest.split("\n", 1) as [string];
  if (/^export (?:async )?function/.test(line)) {
    // The formatter ends a signature with the one brace at a line's end outside of all parentheses.
    let depth = 0;
    for (const match of rest.matchAll(/[()]|\{$/gm)) {
      if (match[0] === "(") depth++;
      else if (match[0] === ")") depth--;
      else if (depth === 0) return rest.slice(0, match.index);
    }
  }
  if (/^export const/.test(line)) return rest.slice(0, rest.indexOf("=") + 1);
  if (/^export type/.test(line)) return rest.slice(0, rest.indexOf(";\n") + 1);
  return rest.slice(0, rest.indexOf("\n}\n") + 2);
}

/** Names that a file has from other files of the project, or exports itself. */
function ownNames(code: string): ReadonlySet<string> {
  const imported = [...code.matchAll(/^import (?:type )?\{([^}]*)\} from "\."/gm)];
  const names = imported.flatMap(([, list]) => list!.split(",").map((name) => name.replace(/\btype\b/, "").trim()));
  const declared = [...code.matchAll(/^export (?:interface|type|class) (\w+)/gm)].map(([, name]) => name!);
  return new Set([...names, ...declared]);
}

const entryPoints = {
  cortecast: { entry: "index.ts", values: cortecast },
  "cortecast/formats": { entry: "formats.ts", values: formats },
  "cortecast/ridge": { entry: "ridge.ts", values: ridge },
  "cortecast/study": { entry: "study.ts", values: study },
};

/** The exports of an entry point, with the file that each is from. */
function exportsOf(entry: string) {
  return [...read(entry).matchAll(/^export (?:type )?\{([^}]*)\} from "\.\/([^"]+)";$/gm)].flatMap(([, list, path]) =>
    list!
      .split(",")
      .map((name) => name.replace(/\btype\b/, "").trim())
      .filter((name) => name !== "")
      .map((name) => ({ name, path: path! })),
  );
}
const all = Object.values(entryPoints).flatMap(({ entry }) => exportsOf(entry));
const exported = [...new Map(all.map((each) => [each.name, each])).values()];
const names = new Set(exported.map(({ name }) => name));

/** Follows `export type { A } from "./b.ts"` to the file that declares A. */
function declaringFile(name: string, path: string): string {
  const [, next] =
    new RegExp(`^export type \\{[^}]*\\b${name}\\b[^}]*\\} from "\\./([^"]+)"`, "m").exec(read(path)) ?? [];
  return next === undefined ? path : declaringFile(name, join(dirname(path), next));
}

/** Types of the project in the declaration of an export that are not exported themselves. */
function unnamed(name: string, path: string): readonly string[] {
  const file = declaringFile(name, path);
  const code = read(file).replace(/from "\.[^"]*"/g, 'from "."');
  const declaration = bare(declarationOf(code, name));
  expect(declaration, `${file} must declare ${name}`).not.toBe("");
  const used = new Set(declaration.match(/\b[A-Z]\w*/g) ?? []);
  const own = ownNames(code);
  return [...used].filter((type) => own.has(type) && !names.has(type));
}

describe("what this test sees (by hand)", () => {
  const code = [
    'import { type A, b } from ".";',
    "export async function f(",
    "  a: A,",
    "  options: { readonly c: C } = {},",
    "): Promise<{ d: D }> {",
    "  return new E(b);",
    "}",
    "export interface C {",
    "  readonly d: D; // not F",
    "}",
    'export type D = "G" | A;',
    "",
  ].join("\n");

  it("a signature without its body, an interface and a type whole", () => {
    expect(bare(declarationOf(code, "f")).match(/\b[A-Z]\b/g)).toEqual(["A", "C", "D"]);
    expect(bare(declarationOf(code, "C")).match(/\b[A-Z]\b/g)).toEqual(["C", "D"]);
    expect(bare(declarationOf(code, "D")).match(/\b[A-Z]\b/g)).toEqual(["D", "A"]);
    expect(declarationOf(code, "E")).toBe("");
  });

  it("names from other files and of the file", () => {
    expect([...ownNames(code)]).toEqual(["A", "b", "C", "D"]);
  });
});

describe("the package's exports", () => {
  it.each(exported.map(({ name, path }) => [name, path]))(
    "%s: types of its signature can be imported",
    (name, path) => {
      expect(unnamed(name, path)).toEqual([]);
    },
  );

  it.each(Object.entries(entryPoints))("%s names each once, and these values", (name, { entry, values }) => {
    const exports = exportsOf(entry);
    expect(new Set(exports.map((each) => each.name)).size).toBe(exports.length);
    // Pinned: whoever adds a name or takes one away says so here (vitest -u), and in docs/library.md.
    expect(Object.keys(values).sort().join("\n")).toMatchSnapshot(name);
  });

  it("is what benches, scripts and programs of tests import from the build (by hand)", () => {
    const root = join(source, "..");
    const programs = ["bench", "scripts", "test"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".js"))
        .map((path) => join(root, folder, path)),
    );
    const lacking = programs.flatMap((program) => {
      const text = readFileSync(program, "utf8");
      const imports = text.matchAll(/^import \{([^}]*)\} from "(?:\.\.\/)+dist\/(.*)\.js"/gm);
      const loads = text.matchAll(/^const \{([^}]*)\} = await load\("(.*)\.js"\)/gm);
      return [...imports, ...loads].flatMap(([, list, path]) => {
        const code = read(`${path}.ts`);
        const known = new Set([
          ...[...code.matchAll(/^export (?:async )?(?:function\*?|class|const) (\w+)/gm)].map(([, name]) => name!),
          ...exportsOf(`${path}.ts`).map(({ name }) => name),
        ]);
        const wanted = list!.split(",").map((name) => name.trim().split(" as ")[0]!);
        return wanted.filter((name) => name !== "" && !known.has(name)).map((name) => `${program}: ${name} of ${path}`);
      });
    });
    expect(programs.length).toBeGreaterThan(0);
    expect(lacking).toEqual([]);
  });

  it("files are imported from cortecast/formats alone (by hand)", () => {
    expect(exportsOf("index.ts").filter(({ path }) => path.startsWith("formats/"))).toEqual([]);
    expect(
      exportsOf("formats.ts").filter(({ path }) => !/^(formats\/|errors\.ts|array\/matrix\.ts)/.test(path)),
    ).toEqual([]);
  });
});
