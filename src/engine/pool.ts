import { Worker } from "node:worker_threads";
import { DeviceError } from "../errors.ts";
import { setRuntimeEnvironment } from "../graph/environment.ts";
import { systemReason } from "../sources/system-error.ts";
import type { Job, JobResult } from "./job.ts";
import { receivedError, type ThreadError } from "./thread-error.ts";

/** What a thread is sent; its `workerData` is an Int32Array that holds 1 once it is to end. */
export interface Request {
  readonly id: number;
  readonly job: Job;
}

/** What a thread sends: how far it is, or how it ended. */
export type Answer =
  | { readonly id: number; readonly done: number }
  | { readonly id: number; readonly result: JobResult<Job> }
  | { readonly id: number; readonly error: ThreadError };

/** Threads that do jobs. Close it when it is no longer needed. */
export interface Pool {
  readonly nThreads: number;
  /**
   * Does a job on the next thread that is free.
   *
   * @param job - its numbers are copied to the thread, but for `transfer`
   * @param settings.transfer - buffers of the job that are handed over, and are gone afterwards
   * @param settings.onDesign - told how far the job is
   * @throws whatever the job throws; DeviceError where the thread ends without an answer, or the pool is closed before it
   */
  run<J extends Job>(
    job: J,
    settings?: { readonly transfer?: readonly ArrayBuffer[]; readonly onDesign?: (done: number) => void },
  ): Promise<JobResult<J>>;
  /**
   * Ends the threads, each at the next design: a thread that is ended within a product takes the process with it. Jobs that
   * are not done are rejected, as are those that come later.
   */
  close(): Promise<void>;
}

interface Waiting {
  readonly request: Request;
  readonly transfer: readonly ArrayBuffer[];
  readonly onDesign: (done: number) => void;
  readonly resolve: (result: JobResult<Job>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Makes threads for the jobs of a study; each starts with its first job. Products on one thread each, several side by side,
 * keep the cores busier than several threads for each product: what lies between products is done side by side as well.
 */
export function openPool(nThreads: number): Pool {
  setRuntimeEnvironment();
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const busy = new Map<Worker, Waiting>();
  const queue: Waiting[] = [];
  const closed = new Int32Array(new SharedArrayBuffer(4));
  let nextId = 0;

  const start = (): Worker => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: closed });
    all.add(worker);
    worker.on("message", (answer: Answer) => {
      const waiting = busy.get(worker);
      if (!waiting || waiting.request.id !== answer.id) return;
      if ("done" in answer) {
        try {
          waiting.onDesign(answer.done);
        } catch (error) {
          // The receiver may throw to stop the run (Ctrl-C).
          waiting.reject(error as Error);
        }
      } else {
        busy.delete(worker);
        idle.push(worker);
        if ("error" in answer) waiting.reject(receivedError(answer.error));
        else waiting.resolve(answer.result);
        next();
      }
    });
    const end = (cause: unknown) => {
      all.delete(worker);
      const waiting = busy.get(worker);
      busy.delete(worker);
      if (closed[0] === 1) return;
      const message = cause instanceof Error ? cause.message : `exit code ${String(cause)}`;
      const ended = new DeviceError(`pool: a thread must end its job, got ${message}.`, { cause });
      // An error while the thread reads its modules (too many open files, say) is no fault of the job.
      waiting?.reject(cause instanceof Error && systemReason(cause) ? cause : ended);
      next();
    };
    worker.on("error", end);
    worker.on("exit", end);
    return worker;
  };

  const next = (): void => {
    while (queue.length > 0 && (idle.length > 0 || all.size < nThreads)) {
      const waiting = queue.shift()!;
      const worker = idle.pop() ?? start();
      busy.set(worker, waiting);
      worker.postMessage(waiting.request, [...waiting.transfer]);
    }
  };

  return {
    nThreads,
    run: (job, { transfer = [], onDesign = () => {} } = {}) =>
      new Promise((resolve, reject) => {
        if (closed[0] === 1) throw closedError();
        const request = { id: nextId++, job };
        queue.push({ request, transfer, onDesign, resolve: resolve as Waiting["resolve"], reject });
        next();
      }),
    async close() {
      closed[0] = 1;
      // Without this, whoever waits for a job would wait for ever.
      for (const { reject } of [...queue.splice(0), ...busy.values()]) reject(closedError());
      const ended = [...all].map((worker) => new Promise((resolve) => worker.once("exit", resolve)));
      // What wakes a thread that waits for its next job.
      for (const worker of all) worker.postMessage(undefined);
      await Promise.all(ended);
    },
  };
}

const closedError = () => new DeviceError("pool: it must be open until its jobs are done, got closed before.");
