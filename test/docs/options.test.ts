import { describe, expect, it } from "vitest";
import { z } from "zod";
import { analysisNames } from "../../src/analyses/registry.ts";
import { activations } from "../../src/cli/activations.ts";
import { check } from "../../src/cli/check.ts";
import type { Command } from "../../src/cli/command-line.ts";
import { demo } from "../../src/cli/demo.ts";
import { doctor } from "../../src/cli/doctor.ts";
import { flagOf } from "../../src/cli/flag-names.ts";
import { commonFlags } from "../../src/cli/flags.ts";
import { score } from "../../src/cli/score.ts";
import { simulate } from "../../src/cli/simulate.ts";
import { transcript } from "../../src/cli/transcript.ts";
import { studyOptions } from "../../src/study/options.ts";
import { readDocument, sectionOf } from "./documents.ts";

const page = readDocument("docs/options.md");
const scoreSection = sectionOf(page, "## score");
const options = Object.entries(studyOptions).filter(([key]) => key !== "dataset" && key !== "output");
const headings = [...scoreSection.matchAll(/^#### `(--[a-z-]+)`$/gm)].map(([, flag]) => flag!);
const flagsIn = (text: string) => new Set([...text.matchAll(/`(--[a-z-]+)[` ]/g)].map(([, flag]) => flag!));

/** Words that a choice among names may have; none for other kinds of value. */
function choicesOf(schema: z.ZodType): readonly string[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return choicesOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return choicesOf(schema.out as z.ZodType);
  if (schema instanceof z.ZodArray) return choicesOf(schema.element as z.ZodType);
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [];
}

describe("docs/options.md, score", () => {
  it("has a heading for every option, and for none that does not exist", () => {
    expect(headings).toEqual(["--study", ...options.map(([key]) => flagOf(key))]);
  });

  it("sees the choices of an option (by hand)", () => {
    expect(choicesOf(studyOptions.context.schema)).toEqual(["strided", "exact"]);
    expect(choicesOf(studyOptions.controls.schema)).toEqual(["word-rate", "random-weights", "random-window"]);
    expect(choicesOf(studyOptions.folds.schema)).toEqual([]);
  });

  it("tells of every analysis that can be named", () => {
    const text = sectionOf(scoreSection, "#### `--analyses`");
    expect(analysisNames.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it.each(options)("%s: its default, and its choices", (key, { schema }) => {
    const text = sectionOf(scoreSection, `#### \`${flagOf(key)}\``);
    for (const choice of choicesOf(schema)) expect(text).toContain(`\`${choice}\``);
    const [, shown, told] = /\bDefault: (?:`([^`]+)`|(\w[^`]*))/.exec(text) ?? [];
    const fallback = schema.safeParse(undefined);
    const value: unknown = fallback.success ? fallback.data : undefined;
    if (value === undefined || (Array.isArray(value) && value.length === 0)) expect(told).toBeTruthy();
    // The default that the page shows is read as a flag's text would be, and must come to the same.
    else expect(schema.parse(shown)).toEqual(value);
  });

  it("speaks of no flag that the command does not have", () => {
    const known = new Set([...Object.keys(score.usage.flags).map(flagOf), "--threads"]);
    expect([...flagsIn(scoreSection)].filter((flag) => !known.has(flag))).toEqual([]);
  });
});

describe.each<[string, Command]>([
  ["check", check],
  ["activations", activations],
  ["transcript", transcript],
  ["simulate", simulate],
  ["demo", demo],
  ["doctor", doctor],
])("docs/options.md, %s", (name, { usage }) => {
  const section = sectionOf(page, `## ${name}`);

  it("names every flag of the command and no other", () => {
    const flags = Object.keys(usage.flags).map(flagOf).sort();
    const told = [...flagsIn(section)].sort();
    if (!section.includes("| all other flags of `score` |")) return expect(told).toEqual(flags);
    const ofScore = Object.keys(score.usage.flags).map(flagOf);
    expect(flags).toEqual(expect.arrayContaining(ofScore));
    expect(flags.filter((flag) => !ofScore.includes(flag) && !told.includes(flag))).toEqual([]);
    expect(told.filter((flag) => !flags.includes(flag))).toEqual([]);
  });

  it("shows the arguments as the command takes them", () => {
    const shown = usage.positionals.map((p) => (p.required ? `<${p.name}>` : `[${p.name}]`));
    expect(section).toContain([`cortecast ${name}`, ...shown].join(" "));
  });

  it("gives the defaults that --help gives", () => {
    const wrong = Object.entries(usage.flags).filter(([key, { help }]) => {
      const [, fallback] = /\(default: (\w[\w.]*)\)$/.exec(help) ?? [];
      const row = section.split("\n").find((line) => line.startsWith(`| \`${flagOf(key)}\``));
      return fallback !== undefined && row?.includes("as above") === false && !row.includes(fallback);
    });
    expect(wrong).toEqual([]);
  });
});

describe("docs/options.md, every command", () => {
  it("names the flags that every command has", () => {
    const section = sectionOf(page, "## Every command");
    const known = [...Object.keys(commonFlags).map(flagOf), "--version"];
    for (const flag of known) expect(section).toContain(flag);
  });

  it("has a section for every command", () => {
    const sections = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(sections).toEqual([
      "score",
      "report",
      "clean",
      "plan",
      "check",
      "activations",
      "transcript",
      "simulate",
      "demo",
      "fetch",
      "doctor",
      "Every command",
    ]);
  });
});
