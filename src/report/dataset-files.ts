import { plainText } from "../array/plain-text.ts";
import type { OutputFile } from "../sources/output-files.ts";
import { formatJson } from "./derivatives.ts";
import type { Provenance } from "./result.ts";

/** What the files at the root of a folder of results are made of. */
export interface DatasetFilesOptions {
  /** Name of the set of results. */
  readonly name: string;
  readonly provenance: Provenance;
}

/** The paths of {@link datasetFiles}. */
export const datasetPaths = ["dataset_description.json", "README.md", ".bidsignore"] as const;

/**
 * The files that make a folder of results a BIDS derivative: `dataset_description.json`, `README.md` and `.bidsignore`. They
 * speak of no single participant, so that they are the same for one participant and for the group.
 */
export function datasetFiles(options: DatasetFilesOptions): OutputFile[] {
  return [datasetDescription(options), readmeFile(options), { path: ".bidsignore", bytes: bidsIgnore }];
}

/**
 * `dataset_description.json`: `DatasetType`, what generated it with its version, followed by what generated the source, and
 * what it derives from.
 *
 * @remarks `GeneratedBy` has no `CodeURL`: package.json names no repository.
 * @see https://bids-specification.readthedocs.io/en/stable/modality-agnostic-files/dataset-description.html
 */
export function datasetDescription({ name, provenance }: DatasetFilesOptions): OutputFile {
  const { version, sourceDatasets = [], sourceGeneratedBy = [] } = provenance;
  const own = {
    Name: "cortecast",
    Version: version,
    Description: "Brain scores and forecast scores of language models",
  };
  const description = {
    Name: name,
    BIDSVersion: "1.10.0",
    DatasetType: "derivative",
    GeneratedBy: [own, ...sourceGeneratedBy],
    ...(sourceDatasets.length > 0 ? { SourceDatasets: sourceDatasets } : {}),
  };
  return { path: "dataset_description.json", bytes: formatJson(description) };
}

function readmeFile({ name, provenance: { version, command, sourcePath } }: DatasetFilesOptions): OutputFile {
  const made = command === undefined ? "" : `, with\n\n    ${command.replaceAll("\n", "\n    ")}\n`;
  const text = `# ${name}

How well a language model predicts the brain responses of people who listen to stories: brain scores and forecast scores.
Made by cortecast ${version}${made || ".\n"}${sourcePath === undefined ? "" : `\nThe data set was at \`${sourcePath}\`, seen from this folder.\n`}
Begin with \`report.html\`: the findings, every option, and where the numbers come from. Where it is missing, participants
were scored one by one: \`cortecast report\`, with this folder, makes it.

| file | what it holds |
|---|---|
| \`report.html\` | the report |
| \`sub-*/func/sub-*_scores.tsv\` | scores of a participant; \`scores.json\` tells what the columns mean, the JSON beside the table how they came about |
| \`sub-*/func/*_statmap.*\` | maps of a participant, where vertices or voxels were scored, each with its JSON |
| \`group_scores.tsv\` | statistics over participants; \`group_scores.json\` tells what the columns mean |
| \`group/\` | maps over participants, where vertices or voxels were scored |

Activations, designs and scores that are kept for the next run lie outside: in the folder beside this one whose name ends in
\`-cache\`, unless another was given for them. They may be deleted.

Files that BIDS does not define are listed in \`.bidsignore\`. Names that begin with \`.cortecast-\` are records of cortecast's
own: \`cortecast report\` and \`cortecast clean\` need them.
`;
  return { path: "README.md", bytes: plainText(text) };
}

/** In the syntax of `.gitignore`, as validators read it: what is written here and BIDS 1.10 does not define. */
const bidsIgnore = `# Written by cortecast; BIDS does not define these.
report.html
scores.json
group_scores.tsv
group_scores.json
group/
cache/
logs/
*.log
**/.cortecast-*
**/*_scores.tsv
**/*_scores.json
**/*_statmap.*
`;
