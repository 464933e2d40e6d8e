import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readDocument, root, sectionOf } from "./documents.ts";

// The table of rooms is held by test/architecture.test.ts.
const page = readDocument("ARCHITECTURE.md");
const source = (path: string) => readFileSync(join(root, "src", path), "utf8");

describe("ARCHITECTURE.md", () => {
  it("names files that exist", () => {
    const paths = [...page.matchAll(/`([\w-]+\/[\w-]+\.ts)`/g)].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => ![path, `src/${path}`].some((at) => existsSync(join(root, at))))).toEqual([]);
  });

  const journey = [
    ...sectionOf(page, "## The journey of one study").matchAll(/^\| `([\w/-]+\.ts)` \| `(\w+)` \| (.*) \|$/gm),
  ];

  it.each(journey.map(([, path, name]) => [path!, name!]))("%s holds %s", (path, name) => {
    expect(source(path)).toMatch(new RegExp(`^export (?:async )?(?:function\\*?|const) ${name}\\b`, "m"));
  });

  it("tells a journey of steps that name their other functions rightly", () => {
    const others = journey.flatMap(([, path, , text]) =>
      [...text!.matchAll(/`(\w+)` of `([\w/-]+\.ts)`/g)].map(([, name, at]) => [at!, name!, path!]),
    );
    expect(others.length).toBeGreaterThan(5);
    for (const [path, name] of others)
      expect(source(path!)).toMatch(new RegExp(`^export (?:async )?(?:function\\*?|const) ${name}\\b`, "m"));
  });

  it("names every file that reaches the disk", () => {
    const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
      .map((path) => path.replaceAll("\\", "/"))
      .filter((path) => path.endsWith(".ts"));
    const onDisk = files.filter((path) => /"node:fs/.test(source(path)));
    const told = sectionOf(page, "## What each room may do");
    expect(onDisk.filter((path) => !told.includes(`\`${path}\``))).toEqual([]);
    const programs = files.filter((path) => /"node:child_process"/.test(source(path)));
    expect(programs.sort()).toEqual(["cli/doctor.ts", "cli/provider.ts"]);
    const network = files.filter((path) =>
      /"node:(?:https?|net|tls|dgram)"|"undici"|\bfetch\(|\bWebSocket\b/.test(source(path)),
    );
    expect(network).toEqual(["sources/http.ts", "sources/proxies.ts"]);
    for (const path of network) expect(told).toContain(`\`${path}\``);
    // Of the network's modules, what compares addresses and reaches nothing.
    expect(source("sources/proxies.ts")).toContain('import { BlockList, isIP } from "node:net"');
  });
});
