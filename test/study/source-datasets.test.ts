import { describe, expect, test } from "vitest";
import { generatedBy, pathToSource, sourceDatasets } from "../../src/study/source-datasets.ts";

describe("sourceDatasets, by hand", () => {
  const doi = "10.18112/openneuro.ds002345.v1.0.1";
  test.each([
    ["a bare DOI", { DatasetDOI: doi }, [{ URL: `https://doi.org/${doi}`, DOI: doi }]],
    ["a DOI as BIDS writes it", { DatasetDOI: `doi:${doi}` }, [{ URL: `https://doi.org/${doi}`, DOI: `doi:${doi}` }]],
    ["no DOI: none", {}, []],
    ["what is no text: none", { DatasetDOI: 7, SourceDatasets: "x" }, []],
    [
      "a derivative: its own sources, without paths of a machine",
      {
        SourceDatasets: [
          { DOI: doi, Version: "1.0.1" },
          { URL: "https://openneuro.org/ds1" },
          { URL: "/home/ann/raw" },
          { URL: "file:///home/ann/raw", DOI: doi },
          { URL: "C:\\raw" },
          { URL: "../raw" },
          { URL: "https://a b" },
          null,
        ],
      },
      [{ DOI: doi, Version: "1.0.1" }, { URL: "https://openneuro.org/ds1" }, { DOI: doi }],
    ],
  ])("%s", (_, description, expected) => {
    expect(sourceDatasets(description)).toEqual(expected);
  });

  test("what generated the source, its texts alone; entries without a name are left out", () => {
    const GeneratedBy = [{ Name: "fMRIPrep", Version: "23.1.3", CodeURL: "/opt/code" }, { Version: "1" }, 3];
    expect(generatedBy({ GeneratedBy })).toEqual([{ Name: "fMRIPrep", Version: "23.1.3" }]);
  });
});

describe("pathToSource, by hand: relative, and of no folder but those that both lie in", () => {
  test.each([
    ["results", "data", "../data"],
    ["/a/data/derivatives/cortecast", "/a/data", "../.."],
    ["/a/data/results", "/a/data", ".."],
    ["/scratch/ann/out", "/home/ann/data", undefined],
    ["/scratch/out", "/home/data", undefined],
    ["/a/b", "/a/b/data", undefined],
  ])("%s from %s", (output, dataset, expected) => {
    expect(pathToSource(output, dataset)).toBe(expected);
  });
});
