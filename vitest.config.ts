import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/**
 * Rooms whose tests need no process of their own: their code holds nothing between calls, and runs neither ONNX Runtime nor
 * programs. Their files share processes, in which modules are loaded once.
 */
const shared = [
  "array",
  "bids",
  "catalogue",
  "features",
  "formats",
  "platform",
  "report",
  "responses",
  "statistics",
  "stimulus",
];
const apartFiles = readdirSync("test")
  .filter((room) => !shared.includes(room))
  .map((room) => `test/${room}/**/*.test.ts`);
const sharedFiles = shared.map((room) => `test/${room}/**/*.test.ts`);
/** Tests of these rooms that measure what their process holds. */
const measuring = [
  "test/array/free-now.test.ts",
  "test/catalogue/{hugging-face,s3-listing}.test.ts",
  "test/formats/{byte-stream,fuzz,fuzz-images,gifti-stream}.test.ts",
  "test/stimulus/transcript-contract.test.ts",
];

/** Tests of formats that hang on what Node and browsers have differently: packed files, base64, pieces, the order of bytes. */
const asInBrowsers = [
  "test/formats/{gunzip,packed-size,xml,gifti,gifti-headers,gifti-malformed,gifti-stream,nifti,nifti-malformed,cifti,npy}.test.ts",
];

export default defineConfig({
  // What differs between Node and browsers is found among the sources, not in the build.
  ssr: { resolve: { conditions: ["cortecast-source", ...defaultServerConditions] } },
  plugins: [
    {
      // Threads are Node's own, which knows no TypeScript: those of tests run the build (`npm test` makes it), and are
      // not told to look among the sources.
      name: "threads-of-the-build",
      transform: (code: string, id: string) =>
        id.endsWith("/src/engine/pool.ts")
          ? code
              .replace('"./worker.js"', '"../../dist/engine/worker.js"')
              .replace("{ workerData:", "{ execArgv: [], workerData:")
          : undefined,
    },
  ],
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    // On two cores, as CI has them: tests that start programs wait for them.
    maxWorkers: 3,
    // In CI the report is read afterwards: nothing may be skipped there unnoticed.
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: ".cache/tests.json" }]] : ["default"],
    projects: [
      {
        extends: true,
        // ONNX Runtime is a native library with threads of its own: one process a file keeps its state apart.
        test: { name: "apart", include: ["test/*.test.ts", ...apartFiles, ...measuring] },
      },
      { extends: true, test: { name: "shared", include: sharedFiles, exclude: measuring, isolate: false } },
      {
        extends: true,
        // Formats again, on what they have in browsers.
        resolve: {
          alias: [{ find: /^#platform\/(.*)$/, replacement: join(import.meta.dirname, "src/platform/browser/$1.ts") }],
        },
        test: { name: "browsers", include: asInBrowsers, isolate: false },
      },
    ],
  },
});
