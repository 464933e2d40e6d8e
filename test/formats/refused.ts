import { expect } from "vitest";

/** Text as bytes of a file. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Expects a FormatError with the whole message; with a byte offset, which the message then ends with. */
export function expectRefused(read: () => unknown, message: string, byteOffset?: number): void {
  const whole = byteOffset === undefined ? message : `${message} (at byte ${byteOffset})`;
  expect(read).toThrow(expect.objectContaining({ name: "FormatError", byteOffset, message: whole }));
}
