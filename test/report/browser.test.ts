import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { htmlReport } from "../../src/report/html.ts";
import { syntheticStudy } from "./synthetic.ts";

const browsers = [process.env["CHROMIUM"], "chromium", "google-chrome"].filter((name) => name !== undefined);
const browser = browsers.find((name) => spawnSync(name, ["--version"]).status === 0);
if (browser === undefined)
  console.log("skipped: pages in a browser: Chromium is not on this machine (apt-get install chromium)");

/** What a page measures at a width: of the page, and of its tables that are not folded up. */
interface Measured {
  readonly width: number;
  readonly page: number;
  /** Of each table, by its name: its own width and that of the place where it stands. */
  readonly tables: Readonly<Record<string, readonly [number, number]>>;
}

/** Measures pages in frames of given widths, whose rules of width are the frame's. */
function measure(pages: readonly { readonly page: string; readonly width: number }[]): readonly Measured[] {
  const folder = mkdtempSync(join(tmpdir(), "cortecast-browser-"));
  try {
    const frames = pages.map(({ page, width }) => ({
      width,
      // Its policy forbids all that is not in the page, the frame around it included.
      page: page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ""),
    }));
    const file = join(folder, "measure.html");
    writeFileSync(
      file,
      `<!doctype html><meta charset="utf-8"><body><script>
const frames = ${JSON.stringify(frames).replaceAll("<", "\\u003c")};
Promise.all(frames.map(({ width, page }) => new Promise((resolve) => {
  const frame = document.createElement("iframe");
  frame.style.cssText = "border: 0; height: 1000px; width: " + width + "px";
  frame.onload = () => {
    const { documentElement: root } = frame.contentDocument;
    const tables = [...root.querySelectorAll("section.scroll")].filter((place) => !place.closest("details"));
    resolve({
      width,
      page: root.scrollWidth,
      tables: Object.fromEntries(tables.map((place) => [place.getAttribute("aria-label"), [place.scrollWidth, place.clientWidth]])),
    });
  };
  frame.srcdoc = page;
  document.body.append(frame);
}))).then((measured) => { document.body.innerHTML = ""; document.body.textContent = JSON.stringify(measured); });
</script>`,
    );
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--hide-scrollbars",
      "--virtual-time-budget=20000",
      "--dump-dom",
    ];
    const profile = `--user-data-dir=${join(folder, "profile")}`;
    const dumped = execFileSync(browser!, [...flags, profile, pathToFileURL(file).href], {
      encoding: "utf8",
      maxBuffer: 2 ** 26,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return JSON.parse(/<body>(\[.*\])<\/body>/s.exec(dumped)![1]!) as Measured[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const long = [
  "Frontal_Inf_Oper_L_with_a_long_name_that_says_everything",
  "7Networks_LH_SalVentAttn_FrOperIns_1",
  "SuperiorTemporalGyrusPosteriorDivisionWithoutASpace",
];

describe.skipIf(browser === undefined)("pages in a browser", () => {
  test("by hand: no page is wider than its window, of 360, 768 and 1,200 pixels, with long names and many columns", async () => {
    const pages = [
      await htmlReport(syntheticStudy({ nSubjects: 9, layers: [4, 8], distances: [0, 8] })),
      await htmlReport(syntheticStudy({ nSubjects: 9, regions: long, distances: [0, 8] })),
      await htmlReport(syntheticStudy({ nSubjects: 9, distances: [0, 8], hasCeiling: true })),
    ];
    const measured = measure(pages.flatMap((page) => [360, 768, 1200].map((width) => ({ page, width }))));
    expect(measured.map(({ page }) => page)).toEqual([360, 768, 1200, 360, 768, 1200, 360, 768, 1200]);
    // Numbers of a wide table scroll where the window is narrow, texts have room in any.
    for (const { tables } of measured) {
      for (const name of ["Table: options", "Table: provenance"]) expect(tables[name]![0]).toBe(tables[name]![1]);
    }
  });

  test("by hand: what is printed on A4 loses no column of a table with all controls and the ceiling", async () => {
    const study = { nSubjects: 30, regions: long, layers: [4, 8], distances: [0, 8], hasCeiling: true };
    const page = await htmlReport(syntheticStudy(study));
    // 210 mm less margins of 10 mm are 718 pixels of 1/96 inch. Rules for print, put on the screen.
    const [printed] = measure([{ page: page.replace("@media print", "@media screen"), width: 718 }]);
    expect(Object.keys(printed!.tables)).toEqual(["Table: group", "Table: options", "Table: provenance"]);
    for (const [width, room] of Object.values(printed!.tables)) expect(width).toBe(room);
  });
});
