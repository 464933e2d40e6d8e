import { relative } from "node:path";
import type { GeneratedBy, SourceDataset } from "../report/result.ts";

/** Addresses that hold on every machine; not paths, nor files of one machine. BIDS asks for a URI, which has no blanks. */
const ADDRESS = /^(?!file:)[a-z][a-z0-9+.-]+:\S+$/i;

/**
 * What results derive from, as `SourceDatasets` of BIDS: the data set itself, by its `DatasetDOI`, and, where it is a derivative, the
 * data sets that it names.
 *
 * @param description - of the data set: what its `dataset_description.json` holds
 * @returns texts alone. Paths in the data set's own list are left out: they are relative to another folder, or of one machine, and
 * BIDS allows a URI alone
 */
export function sourceDatasets(description: Readonly<Record<string, unknown>>): SourceDataset[] {
  const { DatasetDOI } = description;
  const own: SourceDataset[] = [];
  if (typeof DatasetDOI === "string" && DatasetDOI.trim() !== "") {
    const doi = /10\.\d{4,}\/\S+/.exec(DatasetDOI)?.[0];
    own.push({ URL: doi === undefined ? undefined : `https://doi.org/${encodeURI(doi)}`, DOI: DatasetDOI });
  }
  const named = recordsOf(description["SourceDatasets"]).map(({ URL, DOI, Version }) => ({
    URL: sourceAddress(URL),
    DOI: textOf(DOI),
    Version: textOf(Version),
  }));
  return [...own, ...named.filter(({ URL, DOI }) => URL !== undefined || DOI !== undefined)];
}

/** What generated a data set that is a derivative: its `GeneratedBy`, but for what is said of containers and paths. */
export function generatedBy(description: Readonly<Record<string, unknown>>): GeneratedBy[] {
  return recordsOf(description["GeneratedBy"]).flatMap(({ Name, Version, Description, CodeURL }) =>
    typeof Name === "string"
      ? [
          {
            Name,
            Version: textOf(Version),
            Description: textOf(Description),
            CodeURL: sourceAddress(CodeURL),
          },
        ]
      : [],
  );
}

/**
 * The path of a data set from the folder of results, where results lie in it or beside it: `"../.."`, `"../data"`. Undefined where
 * they lie elsewhere: such a path names folders of the user's machine, and holds on no other.
 */
export function pathToSource(output: string, dataset: string): string | undefined {
  const path = relative(output, dataset).replaceAll("\\", "/");
  return /^(\.\.|\.\.\/(\.\.\/)*[^/]+)$/.test(path) && path.split("/").length <= 3 ? path : undefined;
}

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
const sourceAddress = (value: unknown) => (typeof value === "string" && ADDRESS.test(value) ? value : undefined);

function recordsOf(list: unknown): Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(list)) return [];
  return list.filter((one): one is Record<string, unknown> => typeof one === "object" && one !== null);
}
