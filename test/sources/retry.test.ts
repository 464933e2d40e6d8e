import { describe, expect, it } from "vitest";
import { NetworkError } from "../../src/errors.ts";
import { readRetryAfter, retryDelay, startRetries } from "../../src/sources/retry.ts";

describe("retryDelay (by hand)", () => {
  it.each([
    [1, 0.25, 0.5],
    [2, 0.5, 1],
    [3, 1, 2],
    [7, 16, 32],
    [8, 30, 60],
    [1000, 30, 60],
  ])("after %d failures, %f to %f seconds", (failures, least, most) => {
    expect(retryDelay(failures, () => 0)).toBe(least);
    expect(retryDelay(failures, () => 0.5)).toBe((least + most) / 2);
    expect(retryDelay(failures, () => 1)).toBe(most);
  });

  it("never sooner than the server asks for", () => {
    expect(retryDelay(1, () => 0, 20)).toBe(20);
    expect(retryDelay(8, () => 1, 20)).toBe(60);
  });
});

describe("readRetryAfter (by hand)", () => {
  const now = Date.UTC(2024, 0, 1, 12, 0, 0);
  it.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ["120", 120],
    [" 0 ", 0],
    ["Mon, 01 Jan 2024 12:01:30 GMT", 90],
    ["Mon, 01 Jan 2024 11:00:00 GMT", 0],
    ["soon", undefined],
    ["-5", undefined],
    ["1.5", undefined],
  ])("%j", (header, seconds) => {
    expect(readRetryAfter(header, now)).toBe(seconds);
  });
});

describe("startRetries", () => {
  const passing = (retryAfter?: number) => new NetworkError("x: failed.", { mayPass: true, retryAfter });
  function policy(attempts: number) {
    const slept: number[] = [];
    const sleep = async (seconds: number) => {
      slept.push(seconds);
    };
    return { slept, policy: { attempts, sleep, random: () => 1 } };
  }

  it("by hand: waits longer and longer, then throws with the number of tries", async () => {
    const { slept, policy: given } = policy(4);
    const retries = startRetries(given);
    for (let i = 0; i < 3; i++) await retries.wait(passing());
    await expect(retries.wait(passing())).rejects.toThrow("x: failed. Tried 4 times.");
    expect(slept).toEqual([0.5, 1, 2]);
  });

  it("by hand: progress begins the count anew", async () => {
    const { slept, policy: given } = policy(2);
    const retries = startRetries(given);
    for (let i = 0; i < 5; i++) {
      await retries.wait(passing());
      retries.reset();
    }
    expect(slept).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
  });

  it("by hand: does not wait for what will not pass, nor for longer than ten minutes", async () => {
    const { slept, policy: given } = policy(5);
    await expect(startRetries(given).wait(new NetworkError("x: gone."))).rejects.toThrow(/^x: gone\.$/);
    await expect(startRetries(given).wait(new TypeError("ours"))).rejects.toThrow(TypeError);
    await expect(startRetries(given).wait(passing(601))).rejects.toThrow(
      "x: failed. It asks to wait for 11 minutes: try again then.",
    );
    await startRetries(given).wait(passing(600));
    expect(slept).toEqual([600]);
  });

  it("by hand: one attempt is no retry; a signal that fired ends all", async () => {
    const { policy: given } = policy(1);
    await expect(startRetries(given).wait(passing())).rejects.toThrow("x: failed. Tried once.");
    const reason = new Error("stop");
    await expect(startRetries(policy(9).policy, AbortSignal.abort(reason)).wait(passing())).rejects.toBe(reason);
  });
});
