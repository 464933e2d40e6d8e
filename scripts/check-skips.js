// Reads vitest's JSON report and fails where a test was skipped, unless its title says that it needs a GPU.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const tests = report.testResults.flatMap((file) => file.assertionResults);
const count = (status) => tests.filter((test) => test.status === status).length;
const skipped = tests.filter((test) => !["passed", "failed"].includes(test.status));
const unexplained = skipped.filter((test) => !/\bGPU\b/.test(test.fullName));
for (const test of unexplained) console.error(`skipped: ${test.fullName}`);
console.log(`${count("passed")} passed, ${count("failed")} failed, ${skipped.length} skipped`);
if (tests.length === 0 || unexplained.length > 0 || count("failed") > 0) process.exit(1);
