import { writeFileSync } from "node:fs";
import { test } from "vitest";
import { htmlReport } from "/work/main/src/report/html.ts";
import { syntheticStudy, syntheticSurfaceStudy } from "/work/main/test/report/synthetic.ts";
test("r", () => {
  const go = (name: string, s: any) => { const t = Date.now(); const h = htmlReport(s); writeFileSync(`/tmp/rep-${name}.html`, h); console.log(name, h.length, Date.now() - t); };
  go("a", syntheticStudy());
  go("b", syntheticSurfaceStudy());
  go("c", syntheticStudy({ layers: [0,1,2,3,4,5,6,7,8,9,10,11,12], regions: ["<script>alert(1)</script>", ...Array.from({length: 11}, (_, i) => "Superior temporal sulcus part " + i)] }));
  go("d", syntheticStudy({ nSubjects: 1, distances: [0, 8], hasControls: false }));
}, 100000);
