import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  descriptionFields,
  eventsColumns,
  eventsSidecarFields,
  responseSidecarFields,
} from "../../src/bids/sidecar-fields.ts";
import { type FieldTable, ruleOf } from "../../src/formats/field-table.ts";

const { names } = JSON.parse(readFileSync(new URL("fixtures/bids-fields.json", import.meta.url), "utf8")) as {
  readonly names: Readonly<Record<string, readonly string[]>>;
};

// Oracle: the names that the schema of BIDS defines.
describe("every field that BIDS defines has its row", () => {
  it.each<[string, FieldTable]>([
    ["sidecar", responseSidecarFields],
    ["dataset_description.json", descriptionFields],
    ["events.json", eventsSidecarFields],
    ["events.tsv", eventsColumns],
  ])("of %s", (file, table) => {
    expect(names[file]!.length).toBeGreaterThan(4);
    expect(names[file]!.filter((name) => !ruleOf(name, table))).toEqual([]);
  });
});
