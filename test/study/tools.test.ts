import { describe, expect, test } from "vitest";
import { toolsOf } from "../../src/study/tools.ts";

describe("what a function of a study is told while it works (by hand)", () => {
  test("all may be left out: nobody is told, and the date is now", () => {
    const { onProgress, onNote, date, command, signal } = toolsOf("f: tools", {});
    const before = Date.now();
    const now = date().getTime();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
    expect([onProgress({ label: "a", done: 0, total: 1 }), onNote("a"), command, signal]).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });

  test("a signal ends the work the next time that progress is told, and tells nobody", () => {
    const told: number[] = [];
    const abort = new AbortController();
    const { onProgress } = toolsOf("f: tools", { onProgress: ({ done }) => told.push(done), signal: abort.signal });
    onProgress({ label: "a", done: 0, total: 2 });
    abort.abort(new Error("enough"));
    expect(() => onProgress({ label: "a", done: 1, total: 2 })).toThrow("enough");
    expect(told).toEqual([0]);
  });

  test("tools of another kind are refused", () => {
    expect(() => toolsOf("f: tools", { date: 5 } as never)).toThrow("f: tools.date must be a function, got a number.");
    expect(() => toolsOf("f: tools", [] as never)).toThrow("f: tools must be an object, got an empty Array.");
  });
});
