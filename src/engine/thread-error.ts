import {
  AuditError,
  DeviceError,
  type ErrorDetails,
  FormatError,
  NotFoundError,
  OptionError,
  ShapeError,
} from "../errors.ts";

/** An error as it goes from one thread to another, which keeps no class. */
export interface ThreadError {
  readonly message: string;
  readonly stack: string | undefined;
  /** Of an error of a class in `errors.ts`, what it is made anew from. */
  readonly own?: OwnError | undefined;
  /** The system's error of a file, as Node gives it; the message to the user is made from it. */
  readonly system?: Readonly<Record<"code" | "syscall" | "path", unknown>> | undefined;
}

interface OwnError extends Pick<ErrorDetails, "where" | "issueCode"> {
  readonly kind: keyof typeof classes | "format";
  /** The lines of its message, without `where`. */
  readonly lines: readonly string[];
  readonly byteOffset?: number | undefined;
}

/** Classes of which a job may throw errors, but for FormatError. */
const classes = {
  audit: AuditError,
  shape: ShapeError,
  option: OptionError,
  "not-found": NotFoundError,
  device: DeviceError,
};

/** An error that a job threw, as it can be sent to the thread that waits for it. */
export function sendableError(error: unknown): ThreadError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const { code, syscall, path } = error as Partial<Record<"code" | "syscall" | "path", unknown>>;
  const system = typeof code === "string" ? { code, syscall, path } : undefined;
  return { message, stack, own: ownError(error), system };
}

function ownError(error: unknown): OwnError | undefined {
  if (error instanceof FormatError) {
    const { kind, path: where, problem, byteOffset } = error;
    return { kind, where, lines: problem.split("\n"), byteOffset };
  }
  for (const own of Object.values(classes)) {
    if (!(error instanceof own)) continue;
    const { kind, where, detail, issueCode } = error;
    return { kind, where, lines: detail.split("\n"), issueCode };
  }
  return undefined;
}

/** An error of another thread as one of this: of its class, where that says what to do about it. */
export function receivedError({ message, stack, own, system }: ThreadError): Error {
  const error = own === undefined ? new Error(message) : remade(own);
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, system);
}

function remade({ kind, where, lines, issueCode, byteOffset }: OwnError): Error {
  if (kind === "format") return new FormatError(where!, lines, byteOffset);
  return new classes[kind](lines, { where, issueCode });
}
