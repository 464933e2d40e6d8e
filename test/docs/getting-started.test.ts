import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { readGifti } from "../../src/formats/gifti.ts";
import { groupColumns } from "../../src/report/group-files.ts";
import { buildPackage } from "../cli/built.ts";
import { codeBlocks, readDocument, root, sectionOf } from "./documents.ts";

const page = readDocument("docs/getting-started.md");
const blocks = codeBlocks(page);
const commands = blocks
  .flatMap(({ language, text }) => (language === "" ? text.split("\n") : []))
  .filter((line) => line.startsWith("npx cortecast score my-data results"));

let folder = "";
const back = process.cwd();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cortecast-docs-"));
  process.chdir(folder);
  for (const { path, text } of blocks) {
    if (path === undefined) continue;
    mkdirSync(dirname(path), { recursive: true });
    // The package by its name is found where it is installed; here it is its source.
    const source = pathToFileURL(join(root, "src/formats.ts")).href;
    writeFileSync(path, text.replace('from "cortecast/formats"', `from ${JSON.stringify(source)}`));
  }
});
afterAll(() => {
  process.chdir(back);
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command as the page has it, in this process, with its result as an object. */
async function run(line: string) {
  let stdout = "";
  let stderr = "";
  const streams = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    environment: {},
    now: () => 0,
  };
  const settings = { signal: new AbortController().signal, date: () => new Date(0), version: "0.0.0" };
  const code = await runCommandLine([...line.split(" ").slice(2), "--json"], streams, settings);
  return { code, stderr, result: (stdout === "" ? {} : JSON.parse(stdout)) as Record<string, unknown> };
}

describe("docs/getting-started.md, the smallest folder", () => {
  it("is written by the page's blocks and holds what its tree shows", () => {
    const tree = blocks.find(({ text }) => text.startsWith("my-data/\n"))!.text;
    const shown = [...tree.matchAll(/^ {2}(\S+)/gm)].map(([, path]) => `my-data/${path}`);
    const written = blocks.flatMap(({ path }) => (path?.startsWith("my-data/") ? [path] : []));
    expect([...written, "my-data/sub-01/func/sub-01_task-picnic_timeseries.tsv"].sort()).toEqual(shown.sort());
  });

  it("is scored as regions, and the report is written", async () => {
    execFileSync(process.execPath, ["make-regions.mjs"]);
    const { code, stderr, result } = await run(commands[0]!);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(result).toMatchObject({ nParticipants: 1, nTargets: 2, nComputed: 1 });
    expect(result["quality"]).toMatchObject({ "sub-01": { nWordsOutside: 0, nNotScored: 0 } });
    const told = sectionOf(readDocument("docs/output.md"), "## What `--json` prints");
    for (const field of Object.keys(result)) expect(told).toContain(`\`${field}\``);
    expect(readdirSync("results")).toContain("report.html");
    const [header, ...rows] = readFileSync("results/group_scores.tsv", "utf8").trim().split("\n");
    expect(header).toBe(groupColumns.join("\t"));
    expect(rows.filter((row) => row.includes("\tforecastScore\t"))).toHaveLength(3 * 2);
  });

  it("is scored as surfaces, where --kind must choose", async () => {
    await import(/* @vite-ignore */ pathToFileURL(join(folder, "make-surfaces.mjs")).href);
    const refused = await run(commands[0]!);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      "one version of a run's responses must fit, got 2: *_hemi-*_space-toy_desc-clean_bold.func.gii; *_timeseries.tsv.",
    );
    expect(refused.stderr).toContain("--kind region or --kind surface");

    const { code, stderr, result } = await run(commands[1]!);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(result).toMatchObject({ nParticipants: 1, nTargets: 6 });
    const map = "results-surface/sub-01/func/sub-01_hemi-R_space-toy_desc-brainScoreL4_statmap.shape.gii";
    expect(readGifti(readFileSync(map)).arrays[0]!.data).toHaveLength(3);
  });

  it("is scored with controls", async () => {
    const { code, stderr, result } = await run(commands[3]!);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(result).toMatchObject({ nParticipants: 1, nTargets: 2 });
  });

  it("the command of a study has flags that exist: it stops at the model, which is not there", async () => {
    const { code, stderr } = await run(commands[2]!);
    expect(commands).toHaveLength(5);
    expect(code).toBe(1);
    expect(stderr).toContain("error: --model: the folder must exist");
  });
});

describe("docs/getting-started.md, one job each", () => {
  const oneJob = "npx cortecast score my-data results-jobs --kind region --distances 0,4,8";

  it("its two commands score a participant and make the group", async () => {
    expect(commands[4]).toMatch(oneJob);
    const own = await run(commands[4]!);
    expect({ code: own.code, stderr: own.stderr }).toEqual({ code: 0, stderr: "" });
    expect(readdirSync("results-jobs")).not.toContain("report.html");
    const group = await run("npx cortecast report results-jobs");
    expect(group).toMatchObject({ code: 0, result: { participants: ["sub-01"] } });
    expect(readdirSync("results-jobs")).toContain("report.html");
  });

  it("the scripts for Slurm run the same, under an sbatch that does at once what it is given", () => {
    rmSync("results-jobs", { recursive: true });
    mkdirSync("bin");
    const built = buildPackage();
    const settings = { mode: 0o755 };
    // Every task of an array, with the processors that the script asks for; what is wrapped; a job's number where asked.
    writeFileSync(
      "bin/sbatch",
      `#!/bin/bash
set -e
while [ $# -gt 0 ]; do
  case "$1" in
    --parsable) parsable=1 ;;
    --array=*) last="\${1##*-}" ;;
    --dependency=afterok:7) ;;
    --wrap) bash -c "$2" 1>&2; shift ;;
    *) script="$1" ;;
  esac
  shift
done
if [ -n "$script" ]; then
  export SLURM_CPUS_PER_TASK=$(sed -n 's/^#SBATCH --cpus-per-task=//p' "$script")
  for task in $(seq 1 "$last"); do SLURM_ARRAY_TASK_ID=$task bash "$script" 1>&2; done
fi
if [ -n "$parsable" ]; then echo 7; fi
`,
      settings,
    );
    writeFileSync(
      "bin/npx",
      `#!/bin/bash\nexec "${process.execPath}" "${join(built, "dist/cli/main.js")}" "\${@:2}"\n`,
      settings,
    );
    execFileSync("bash", ["submit.sh"], {
      env: { ...process.env, PATH: `${join(folder, "bin")}:${process.env["PATH"]}` },
      stdio: "pipe",
    });
    expect(readFileSync("participants.txt", "utf8")).toBe("sub-01\n");
    expect(readFileSync("score-one.sh", "utf8")).toContain(oneJob);
    expect(readdirSync("results-jobs")).toEqual(expect.arrayContaining(["report.html", "sub-01"]));
  }, 120_000);
});

describe("docs/getting-started.md, what goes wrong", () => {
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(root, "src", path), "utf8"))
    .join("\n");
  const shown = [...sectionOf(page, "## What goes wrong most often").matchAll(/^\| `([^`]+)` \|/gm)].map(
    ([, text]) => text!,
  );

  it.each(shown)("%s is a message of the program", (text) => {
    expect(sources).toContain(text);
  });
});
