// Draws docs/images/demo.png, the README's picture, from a report: maps of brain score and forecast score, and forecast
// scores over distances of the left hemisphere's regions.
//
//   npm run build && node scripts/picture.js              runs the demonstration and draws what it finds
//   node scripts/picture.js cortecast-demo/results        draws results that are there
//
// Needs Chromium; CHROMIUM names it where it is not on the path.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseHTML } from "linkedom";

const picture = "docs/images/demo.png";
const [width, mostCharts] = [1120, 8];
const temporary = mkdtempSync(join(tmpdir(), "cortecast-picture-"));
try {
  let results = process.argv[2];
  if (results === undefined) {
    execFileSync(process.execPath, ["dist/cli/main.js", "demo", join(temporary, "demo")], { stdio: "inherit" });
    results = join(temporary, "demo", "results");
  }
  const { document } = parseHTML(readFileSync(join(results, "report.html"), "utf8"));
  const figures = [...document.querySelectorAll("figure")];
  const maps = figures.filter((figure) =>
    /^(Brain|Forecast) score/.test(figure.querySelector("h3")?.textContent ?? ""),
  );
  const charts = [...document.querySelectorAll(".multiples > div")].filter((chart) => chart.querySelector(".peak"));
  const left = charts.filter((chart) => chart.querySelector("h3").textContent.endsWith("(L)"));
  const shown = (left.length > 0 ? left : charts).slice(0, mostCharts);
  const cortex = maps.filter((figure) => figure.querySelector(".maps"));
  if (cortex.length < 2 || shown.length === 0) {
    throw new Error(
      `${results}/report.html must have maps of R and F, and curves: score a surface at several distances`,
    );
  }
  for (const figure of cortex) figure.querySelector("figcaption").remove();
  const legend = shown[0].closest("figure").querySelector(".legend").outerHTML;
  const rows = Math.ceil(shown.length / 4);
  const page = `<!doctype html><meta charset="utf-8">${document.querySelector("style").outerHTML}
<style>
:root { color-scheme: light; }
body { max-width: none; width: ${width}px; padding: 1.5rem 2rem; overflow: hidden; }
.cortex { display: grid; grid-template-columns: 1fr 1fr; gap: 0 3rem; }
.cortex figure { margin: 0; }
.cortex .maps { grid-template-columns: 1fr 1fr; }
h2 { margin: 1.6rem 0 .5rem; font-size: 1.25rem; }
.multiples { grid-template-columns: repeat(4, 1fr); gap: 1rem; }
</style>
<div class="cortex">${cortex.map((figure) => figure.outerHTML).join("")}</div>
<h2>Forecast score over distances, left hemisphere</h2>${legend}<div class="multiples">${shown.map((chart) => chart.outerHTML).join("")}</div>`;
  const file = join(temporary, "picture.html");
  writeFileSync(file, page.replaceAll("prefers-color-scheme: dark", "width: 0"));
  mkdirSync("docs/images", { recursive: true });
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.5"];
  const size = `--window-size=${width},${622 + 237 * rows}`;
  const address = pathToFileURL(file).href;
  execFileSync(process.env.CHROMIUM ?? "chromium", [...flags, size, `--screenshot=${picture}`, address], {
    stdio: "ignore",
  });
  console.log(`Drawn: ${picture}`);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
