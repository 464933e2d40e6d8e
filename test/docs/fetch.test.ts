import { describe, expect, it } from "vitest";
import { huggingFaceAddress } from "../../src/catalogue/hugging-face.ts";
import { narrativesAddresses } from "../../src/catalogue/narratives.ts";
import { templateFlowAddress } from "../../src/catalogue/template-flow.ts";
import type { Command } from "../../src/cli/command-line.ts";
import { modelCommand, narrativesCommand, surfacesCommand } from "../../src/cli/fetch.ts";
import { flagOf } from "../../src/cli/flag-names.ts";
import { parseCommandLine } from "../../src/cli/flags.ts";
import { templateFlowFiles } from "../support/template-flow.ts";
import { codeBlocks, readDocument, sectionOf } from "./documents.ts";

const page = readDocument("docs/fetch.md");
const commands: readonly [string, Command][] = [
  ["fetch narratives", narrativesCommand],
  ["fetch model", modelCommand],
  ["fetch surfaces", surfacesCommand],
];

describe.each(commands)("docs/fetch.md, %s", (name, { usage }) => {
  const section = sectionOf(page, `## ${name}`);

  it("has a row for every flag and none that does not exist", () => {
    const rows = [...section.matchAll(/^\| ((?:`--[a-z-]+` ?)+)\|/gm)].flatMap(([, cell]) => cell!.match(/--[a-z-]+/g));
    expect(new Set(rows)).toEqual(new Set(Object.keys(usage.flags).map(flagOf)));
  });

  it("shows the arguments as the command takes them", () => {
    expect(section).toContain(`cortecast ${name} ${usage.positionals.map((p) => `<${p.name}>`).join(" ")} [flags]`);
  });

  it("gives the defaults that --help gives", () => {
    const wrong = Object.entries(usage.flags).filter(([key, { help }]) => {
      const [, fallback] = /\(default: (\w[\w-]*)\)$/.exec(help) ?? [];
      const row = page.split("\n").find((line) => line.startsWith(`| \`${flagOf(key)}\` |`));
      return fallback !== undefined && !row?.includes(fallback);
    });
    expect(wrong).toEqual([]);
  });
});

describe("docs/fetch.md", () => {
  it("begins with commands that can be taken apart", () => {
    const lines = codeBlocks(page)[0]!.text.trim().split("\n");
    expect(lines).toHaveLength(commands.length);
    for (const line of lines) {
      const [, , ...argv] = line.split(" ");
      const usage = commands.find(([name]) => name === argv.slice(0, 2).join(" "))![1].usage;
      expect(() => parseCommandLine(argv.slice(2), usage)).not.toThrow();
    }
  });

  it("names the addresses that are asked", () => {
    const addresses = [...Object.values(narrativesAddresses), huggingFaceAddress, templateFlowAddress];
    for (const address of addresses) expect(page).toContain(address);
  });

  it("names files of TemplateFlow that are fetched", () => {
    const names = [...sectionOf(page, "## fetch surfaces").matchAll(/`(tpl-fsaverage_\S+\.gii)`/g)].map(
      ([, name]) => name!,
    );
    expect(names).toHaveLength(4);
    for (const name of names) expect(templateFlowFiles("41k")).toHaveProperty([`/tpl-fsaverage/${name}`]);
  });
});
