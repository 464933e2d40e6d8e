import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { sha256 } from "./checksum.ts";

/** What identifies a run: for others on this machine, in other containers of it, and on other machines. */
export interface RunIdentity {
  readonly process: number;
  /** The machine's whole name. */
  readonly host: string;
  /** The machine's start: Linux's boot id; elsewhere `"up since <seconds since 1970>"`. */
  readonly boot: string;
  /** Linux's namespace of process numbers, of which each container has its own; `"none"` elsewhere. */
  readonly namespace: string;
  /** When the process started, in the system's own count; undefined where it cannot be told. */
  readonly started: string | undefined;
  /** A random number, so that no two runs are the same. */
  readonly id: string;
}

const self = process.pid;
const runPlace = {
  host: hostname() || "localhost",
  boot: textNow("/proc/sys/kernel/random/boot_id") ?? `up since ${Math.round(Date.now() / 1000 - uptime())}`,
  namespace: namespaceOf(),
};

const ownStart = statOf(self)?.started;

/** This process, with a new random number at each call. */
export function thisRun(): RunIdentity {
  return { process: self, ...runPlace, started: ownStart, id: randomUUID() };
}

/**
 * The tag in the name of a temporary file, which tells any reader whose it is: the place (a digest of host, boot and
 * namespace), the process, its start, and a random number.
 */
export function runTag(): string {
  return `${placeTag}-${self}-${ownStart ?? 0}-${randomUUID().slice(0, 8)}`;
}

const placeTag = sha256(JSON.stringify(runPlace)).slice(0, 16);

/**
 * Whether a run goes on: `"unknown"` where it is of another machine, another boot or another namespace, whose processes
 * this one does not see.
 */
export function stateOfRun(run: Pick<RunIdentity, "process" | "host" | "boot" | "namespace" | "started">): RunState {
  const isHere =
    run.host === runPlace.host && isSameBoot(run.boot, runPlace.boot) && run.namespace === runPlace.namespace;
  return isHere ? stateOfProcess(run.process, run.started) : "unknown";
}

/** The same of a temporary file's tag; undefined where a name has none. */
export function stateOfTag(name: string): RunState | undefined {
  const [, tag, pid, started] = /\.([A-Za-z0-9]+)-(\d+)(?:-(\d+))?-[0-9a-f]{8}\.partial$/.exec(name) ?? [];
  if (pid === undefined) return undefined;
  return tag === placeTag && started !== undefined
    ? stateOfProcess(Number(pid), started === "0" ? undefined : started)
    : "unknown";
}

/** Whether a run goes on. */
export type RunState = "running" | "ended" | "unknown";

function stateOfProcess(pid: number, started: string | undefined): RunState {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // The process is there, but belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "ended";
  }
  const now = statOf(pid);
  // A process that ended stays until its parent asks for its exit code; in some containers, for ever.
  if (now === undefined) return "running";
  if (now.state === "Z" || now.state === "X") return "ended";
  // Another process may have got its number since.
  return started !== undefined && started !== now.started ? "ended" : "running";
}

/** Whether two boots are the same. Elsewhere than on Linux the start of the machine is computed from the clock, which may be set. */
function isSameBoot(a: string, b: string): boolean {
  const [since, own] = [a, b].map((boot) => Number(/^up since (\d+)$/.exec(boot)?.[1]));
  return a === b || Math.abs(since! - own!) < 60;
}

/**
 * Fields 3 and 22 of Linux's `/proc/<pid>/stat`: the state, and clock ticks from the boot to the start of the process;
 * undefined where there is no such file.
 */
function statOf(pid: number): { readonly state: string | undefined; readonly started: string | undefined } | undefined {
  // The name of the program, in brackets, may hold anything.
  const fields = textNow(`/proc/${pid}/stat`)
    ?.replace(/^.*\)\s/s, "")
    .split(" ");
  return fields && { state: fields[0], started: fields[19] };
}

function namespaceOf(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "none";
  }
}

function textNow(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
