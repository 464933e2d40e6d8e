import { describe, expect, it } from "vitest";
import { receivedError, sendableError } from "../../src/engine/thread-error.ts";
import { AuditError, DeviceError, FormatError, NotFoundError, OptionError, ShapeError } from "../../src/errors.ts";

/** As `postMessage` of a thread copies it. */
const sent = (error: unknown) => receivedError(structuredClone(sendableError(error)));

describe("errors of another thread", () => {
  const details = { where: "a: b.scores", issueCode: "odd" };
  it.each([
    new FormatError("/data: old/a.design", "the file must hold 3 numbers, got 2: cut off", 12),
    new FormatError("a", ["one", "two"]),
    new NotFoundError("the file must exist.", details),
    new OptionError(["--a: one.", "--b: two."]),
    new ShapeError("fitPca: one", details),
    new DeviceError("a", details),
    new AuditError("audit: a"),
  ])("identity: %s is the same here, with its class and fields", (error) => {
    const got = sent(error);
    expect(got).toBeInstanceOf(error.constructor);
    const { message, stack, where, detail, issueCode } = error;
    const inFile = error instanceof FormatError ? { path: error.path, byteOffset: error.byteOffset } : {};
    expect(got).toMatchObject({ message, stack, where, detail, issueCode, ...inFile });
  });

  it("by hand: an error of the system keeps its code, any other its message alone", () => {
    const system = Object.assign(new Error("ENOSPC: full"), { code: "ENOSPC", syscall: "write", path: "/a" });
    expect(sent(system)).toMatchObject({ code: "ENOSPC", syscall: "write", path: "/a", message: "ENOSPC: full" });
    expect(sent("text").message).toBe("text");
    // The name of a class makes no error of ours.
    const like = Object.assign(new Error("a: b"), { name: "FormatError" });
    expect(sent(like)).not.toBeInstanceOf(FormatError);
  });
});
