import { expect, test } from "vitest";
import { compileOnce } from "../../src/graph/compile-once.ts";
import { input, multiplyElements } from "../../src/graph/operators.ts";

const value = (data: Float32Array) => ({ type: "float32", shape: [data.length], data }) as const;

test("identity: a graph is made and compiled once a device, and computes (by hand) squares", async () => {
  let nMade = 0;
  const squares = () => {
    nMade++;
    const x = input("x", "float32", ["n"]);
    return { squares: multiplyElements(x, x) };
  };
  const one = { threads: 1 };
  const [first, second] = await Promise.all([
    compileOnce("test squares", squares, one),
    compileOnce("test squares", squares, one),
  ]);
  expect(second).toBe(first);
  expect(nMade).toBe(1);
  expect(await compileOnce("test squares", squares, { threads: 2 })).not.toBe(first);
  expect(nMade).toBe(2);
  const made = await first.run({ x: value(Float32Array.of(1, 2, 3)) });
  expect([...made["squares"]!.data]).toEqual([1, 4, 9]);
});

test("by hand: another name is another graph", async () => {
  const double = () => ({ y: multiplyElements(input("x", "float32", ["n"]), input("two", "float32", [1])) });
  const same = () => ({ y: multiplyElements(input("x", "float32", ["n"]), input("one", "float32", [1])) });
  const [first, second] = [await compileOnce("test double", double), await compileOnce("test same", same)];
  const x = value(Float32Array.of(5));
  expect([...(await first.run({ x, two: value(Float32Array.of(2)) }))["y"]!.data]).toEqual([10]);
  expect([...(await second.run({ x, one: value(Float32Array.of(1)) }))["y"]!.data]).toEqual([5]);
});
