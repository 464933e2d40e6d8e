import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      // Threads are Node's own, which knows no TypeScript: those of tests run the build (`npm test` makes it).
      name: "threads-of-the-build",
      transform: (code: string, id: string) =>
        id.endsWith("/src/engine/pool.ts") ? code.replace('"./worker.js"', '"../../dist/engine/worker.js"') : undefined,
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // ONNX Runtime is a native library with threads of its own: one process a file keeps its state apart.
    pool: "forks",
    maxWorkers: 2,
    // In CI the report is read afterwards: nothing may be skipped there unnoticed.
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: ".cache/tests.json" }]] : ["default"],
  },
});
