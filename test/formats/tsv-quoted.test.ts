import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/array/random.ts";
import { splitCsv } from "../../src/formats/csv.ts";
import { readTsv, textColumn, writeTsv } from "../../src/formats/tsv.ts";
import { folderStore } from "../../src/sources/node.ts";
import { loadTranscript } from "../../src/stimulus/load-transcript.ts";
import { findPythonOrSay, runPython } from "../support/python.ts";
import { describeWithShared, shared } from "../support/shared.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readTsv(bytes(text), { path: "a.tsv" });
const cells = (...lines: string[]) => read(`a\tb\n${lines.join("\n")}\n`).rows;

describe("readTsv of quoted cells (by hand)", () => {
  it.each<[string, string[], string[][]]>([
    [
      "doubled quotes within quotes",
      ['1\t"""We"', '2\t"packed,"""', '3\t"""Early"""'],
      [
        ["1", '"We'],
        ["2", 'packed,"'],
        ["3", '"Early"'],
      ],
    ],
    [
      "a quotation of one word, where nobody quoted the rest",
      ['1\t"no."', "2\tx"],
      [
        ["1", '"no."'],
        ["2", "x"],
      ],
    ],
    [
      "a tab within quotes",
      ['1\t"a\tb"', '"c\td"\te'],
      [
        ["1", "a\tb"],
        ["c\td", "e"],
      ],
    ],
    [
      "an inner quote alone",
      ['1\t5" tall', "2\tx"],
      [
        ["1", '5" tall'],
        ["2", "x"],
      ],
    ],
    // Nobody quoted this file: a quotation begins in one cell and ends in another.
    [
      "direct speech word by word",
      ['1\t"We', '2\tpacked,"', '3\t"Early"'],
      [
        ["1", '"We'],
        ["2", 'packed,"'],
        ["3", '"Early"'],
      ],
    ],
    [
      "doubled quotes beside an unbalanced one",
      ['1\t"We', '2\t"""so"""'],
      [
        ["1", '"We'],
        ["2", '"so"'],
      ],
    ],
    [
      "a quote alone",
      ['1\t"', "2\tx"],
      [
        ["1", '"'],
        ["2", "x"],
      ],
    ],
    [
      "single quotes inside of quotes",
      ['1\t"a"b"', "2\tx"],
      [
        ["1", '"a"b"'],
        ["2", "x"],
      ],
    ],
  ])("%s", (_, lines, rows) => {
    expect(cells(...lines)).toEqual(rows);
  });

  it("every cell but numbers quoted", () => {
    expect(read('"a"\t"b"\n1\t"We"\n"n/a"\t""\n').rows).toEqual([
      ["1", "We"],
      ["n/a", ""],
    ]);
  });

  it("names of columns too", () => {
    expect(read('"onset"\t"word"\n1\t"x"\n').columns).toEqual(["onset", "word"]);
  });

  it("refuses a quoted cell that goes on in the next line, and names the line", () => {
    expect(() => read('a\tb\n1\tx\n"c\nd"\t2\n')).toThrow(
      "a.tsv: every line must have as many cells as the first, 2, got 1 in line 3. Its last cell begins with a quote: a quoted cell must end in the line in which it begins",
    );
    expect(() => cells('1\t"a\tb')).toThrow(/got 3 in line 2/);
  });

  it("identity: what writeTsv writes is read back, whatever quotes it holds", () => {
    const random = createRandom("quotes");
    for (let round = 0; round < 500; round++) {
      const rows = Array.from({ length: 1 + random.integer(5) }, () => [text(random), text(random)]);
      expect(read(writeTsv(["a", "b"], rows)).rows).toEqual(rows);
    }
  });
});

/** A text of up to six characters, many of them quotes. */
function text(random: ReturnType<typeof createRandom>, alphabet = '"""\' ,aé.'): string {
  return Array.from({ length: random.integer(7) }, () => alphabet[random.integer(alphabet.length)]!).join("");
}

const program = `
import csv, io, json, sys
import pandas
out = []
for table in json.load(sys.stdin):
    written = []
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC):
        for delimiter in "\\t,":
            file = io.StringIO()
            csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator="\\n").writerows(table)
            written.append([delimiter, file.getvalue()])
            frame = pandas.DataFrame(table[1:], columns=table[0])
            written.append([delimiter, frame.to_csv(sep=delimiter, index=False, quoting=quoting, lineterminator="\\n")])
    out.append(written)
json.dump(out, sys.stdout)
`;
const title = "tables that Python's csv and pandas write";
const python = findPythonOrSay(title, ["csv", "pandas"]);

describe.skipIf(python === undefined)(title, () => {
  it("are read as they were, 12 ways each of 400 tables (oracle)", () => {
    const random = createRandom("csv");
    const tables = Array.from({ length: 400 }, () => {
      const nColumns = 2 + random.integer(3);
      // Without a column of numbers, pandas and csv may write an empty line; a table of words always has one.
      const rows = Array.from({ length: random.integer(6) }, (_, t) => [
        String(t),
        ...Array.from({ length: nColumns - 1 }, () => text(random, '"""\'\t ,aé.')),
      ]);
      return [["onset", ...Array.from({ length: nColumns - 1 }, (_, i) => `x${i}"`)], ...rows];
    });
    const all = JSON.parse(runPython(python!, ["-c", program], JSON.stringify(tables))) as [string, string][][];
    let nRead = 0;
    for (const [i, written] of all.entries()) {
      for (const [delimiter, text_] of written) {
        if (delimiter === "\t") {
          const { columns, rows } = read(text_);
          expect([columns, ...rows]).toEqual(tables[i]);
        } else expect(splitCsv(bytes(text_), "a.csv").map((row) => row.cells)).toEqual(tables[i]);
        nRead++;
      }
    }
    expect(nRead).toBe(400 * 12);
  }, 60_000);
});

describeWithShared("a transcript with direct speech, as Python's csv writes it", "cases/tsv-quoted-words", () => {
  // By csv.DictReader.
  const words = ['"We', 'packed,"', "she", "said.", '"Early"', "as", "ever."];

  it("holds the words that were spoken, with their quotes once", async () => {
    const path = shared("cases/tsv-quoted-words/picnic_words.tsv");
    expect(textColumn(readTsv(readFileSync(path)), "word")).toEqual(words);
    const source = folderStore(shared("cases/tsv-quoted-words"));
    const transcript = await loadTranscript(source, "picnic", { path: "picnic_words.tsv" });
    expect(transcript.words.map((word) => word.text)).toEqual(words);
  });
});
