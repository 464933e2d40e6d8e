import { DatasetError, type DatasetIssue, detailOf, type ErrorDetails } from "../errors.ts";
import { describeSystemError } from "../sources/system-error.ts";
import { unreadable } from "../sources/unreadable.ts";

/** All issues of a study, collected from checks. Each check throws an error, or lists what it finds. */
export interface IssueList {
  /** In the order in which they were found. */
  readonly issues: readonly DatasetIssue[];
  add(issues: readonly DatasetIssue[]): void;
  /**
   * What a check or a reader gives; undefined where it throws an error that a user can mend, which is then an issue.
   *
   * @param code - what kind of trouble it is
   * @throws any other error
   */
  attempt<T>(code: string, check: () => T | Promise<T>): Promise<T | undefined>;
  /** Whether something stops the study. */
  readonly hasErrors: boolean;
  /**
   * Stops where something does.
   *
   * @param where - the data set
   * @throws the error itself where there is one that a check threw, else a DatasetError with all of them
   */
  refuse(where: string): void;
}

/** Kinds of error that say what a user can mend. */
const ownErrorKinds = new Set(["shape", "option", "format", "not-found", "dataset", "device", "network"]);

/** An empty list. */
export function issueList(): IssueList {
  const issues: DatasetIssue[] = [];
  const thrown = new Map<DatasetIssue, unknown>();
  const errors = () => issues.filter(({ severity }) => severity === "error");
  return {
    issues,
    get hasErrors() {
      return errors().length > 0;
    },
    add: (more) => void issues.push(...more),
    async attempt(code, check) {
      try {
        return await check();
      } catch (error) {
        const found = issuesOf(error, code);
        issues.push(...found);
        if (found.length === 1) thrown.set(found[0]!, error);
        return undefined;
      }
    },
    refuse(where) {
      const found = errors();
      const [first, ...more] = found;
      if (first === undefined) return;
      if (more.length === 0 && thrown.has(first)) throw thrown.get(first);
      const n = `${found.length} ${more.length === 0 ? "error" : "errors"}`;
      throw new DatasetError(`${where}: the study must have no errors, got ${n}.`, found);
    },
  };
}

/** An error that a check threw as issues: its place, and what it says of it. */
function issuesOf(error: unknown, code: string): readonly DatasetIssue[] {
  if (error instanceof DatasetError) return error.issues;
  const { kind, path } = error as { readonly kind?: unknown; readonly path?: unknown };
  if (describeSystemError(error) !== undefined) return [unreadable(typeof path === "string" ? path : ".", error, code)];
  if (!(error instanceof Error && typeof kind === "string" && ownErrorKinds.has(kind))) throw error;
  const { where } = error as ErrorDetails;
  const message = detailOf(error).replaceAll(/\s*\n\s*/g, " ");
  return [{ severity: "error", code, path: where ?? ".", message }];
}
