import { parentPort, workerData } from "node:worker_threads";
import { performJob } from "./perform-job.ts";
import type { Answer, Request } from "./pool.ts";

// What runs on each thread of a pool: job after job, as they come.
const port = parentPort!;
const closed = workerData as Int32Array;
const stopIfClosed = () => {
  if (closed[0] === 1) process.exit();
};
port.on("message", (request: Request | undefined) => {
  stopIfClosed();
  if (!request) return;
  const { id, job } = request;
  const onDesign = (done: number) => {
    stopIfClosed();
    port.postMessage({ id, done } satisfies Answer);
  };
  performJob(job, onDesign).then(
    (result) => {
      const isScores = result !== undefined && "r" in result;
      const buffers = isScores ? [result.r, result.bestAlpha, result.pooled].map((a) => a.buffer) : [];
      port.postMessage({ id, result } satisfies Answer, buffers as ArrayBuffer[]);
    },
    (error: unknown) => {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      port.postMessage({ id, error: { name, message, stack } } satisfies Answer);
    },
  );
});
