import {
  confoundFields,
  descriptionFields,
  eventsColumns,
  eventsSidecarFields,
  responseSidecarFields,
} from "../../src/bids/sidecar-fields.ts";
import { weightIndexFields } from "../../src/catalogue/weight-index.ts";
import type { FieldRule, FieldTable } from "../../src/formats/field-table.ts";
import {
  ciftiSeriesFields,
  giftiArrayFields,
  giftiMetadataFields,
  niftiFields,
} from "../../src/formats/image-fields.ts";
import { gpt2ConfigFields } from "../../src/language-model/config-fields.ts";
import {
  addedTokenFields,
  byteLevelFields,
  bytePairFields,
  generationFields,
  safetensorsFields,
  specialTokensMapFields,
  tokenizerConfigFields,
  tokenizerFields,
} from "../../src/language-model/tokenizer-fields.ts";

/** Sections of the page: a heading, and the tables below it with what they are of. */
const sections: readonly (readonly [
  heading: string,
  tables: readonly (readonly [name: string, table: FieldTable])[],
])[] = [
  [
    "Files of a model",
    [
      ["config.json", gpt2ConfigFields],
      ["tokenizer.json", tokenizerFields],
      ["tokenizer.json, model", bytePairFields],
      ["tokenizer.json, pre_tokenizer", byteLevelFields],
      ["tokenizer_config.json", tokenizerConfigFields],
      ["special_tokens_map.json", specialTokensMapFields],
      ["An added token, in any of these", addedTokenFields],
      ["model.safetensors", safetensorsFields],
      ["model.safetensors.index.json", weightIndexFields],
      ["generation_config.json", generationFields],
    ],
  ],
  [
    "Files of a data set",
    [
      ["JSON of a functional image or a time series", responseSidecarFields],
      ["Header of NIfTI", niftiFields],
      ["Series of CIFTI", ciftiSeriesFields],
      ["Array of GIFTI", giftiArrayFields],
      ["Metadata of a functional GIFTI", giftiMetadataFields],
      ["dataset_description.json", descriptionFields],
      ["events.tsv", eventsColumns],
      ["JSON of events.tsv", eventsSidecarFields],
      ["JSON of a table of confounds, by column", confoundFields],
    ],
  ],
];

const intro = `# Fields of files

What becomes of each field of the files that are read. No field is ignored without a word:

| word | meaning |
|---|---|
| obeyed | its value is used |
| refused | another value than the one named would change the numbers in a way that is not computed: the file is refused |
| told | another value than the one named means something that is not done: a warning, on the terminal and in the report |
| checked | it is held against other values: what contradicts them is refused or told |
| no effect | no number depends on it |

A field of a model's files that no table names is told as well. JSON of images holds much that no standard names: of it is told what sounds as if volumes were moved in time. A name that begins with \`*\` stands for all that end as it does.
`;

/** The whole page docs/fields.md, from the tables of the code. */
export function fieldPage(): string {
  const parts = sections.flatMap(([heading, tables]) => [
    `## ${heading}`,
    ...tables.map(([name, table]) => `### ${name}\n\n${formatTable(table)}`),
  ]);
  return `${[intro.trimEnd(), ...parts].join("\n\n")}\n`;
}

/** One row for each effect and reason, with the names of all fields that share it, in the order of the table. */
function formatTable(table: FieldTable): string {
  const rows = new Map<string, string[]>();
  for (const [name, rule] of Object.entries(table)) {
    const row = describe(rule);
    rows.set(row, [...(rows.get(row) ?? []), `\`${name}\``]);
  }
  return [
    "| field | what becomes of it |",
    "|---|---|",
    ...[...rows].map(([row, names]) => `| ${names.join(", ")} | ${row} |`),
  ].join("\n");
}

function describe(rule: FieldRule): string {
  if (rule.effect === "obeyed") return `obeyed: ${rule.why}`;
  if (rule.effect === "checked") return `checked: ${rule.why}`;
  if (rule.effect === "none") return `no effect: ${rule.why}`;
  const values = rule.unless.map((value) => `\`${JSON.stringify(value)}\``);
  return `${rule.effect} unless ${values.join(" or ")}: ${rule.why}`;
}
