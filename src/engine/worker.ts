import { parentPort, workerData } from "node:worker_threads";
import { performJob } from "./perform-job.ts";
import type { Answer, Request } from "./pool.ts";
import { sendableError } from "./thread-error.ts";
import { openThreadMemory } from "./thread-memory.ts";

// What runs on each thread of a pool: job after job, as they come.
const port = parentPort!;
const closed = workerData as Int32Array;
const memory = openThreadMemory();
port.on("message", (request: Request | undefined) => {
  // A port that is closed keeps its thread no longer.
  if (closed[0] === 1 || !request) {
    port.close();
    return;
  }
  const { id, job } = request;
  const onDesign = (done: number) => {
    if (closed[0] === 1) throw new Error("the pool is closed");
    port.postMessage({ id, done } satisfies Answer);
  };
  performJob(job, memory, onDesign).then(
    (result) => {
      const isScores = result !== undefined && "r" in result;
      const buffers = isScores ? [result.r, result.bestAlpha, result.pooled].map((a) => a.buffer) : [];
      port.postMessage({ id, result } satisfies Answer, buffers as ArrayBuffer[]);
    },
    (error: unknown) => {
      port.postMessage({ id, error: sendableError(error) } satisfies Answer);
    },
  );
});
