import { expect, test } from "vitest";
import { shareOut } from "../../src/engine/share-out.ts";

const items = [0, 1, 2, 3].map((id) => ({ id }));

test("all items are worked on in their order, no more at once than are allowed (by hand)", async () => {
  const begun: number[] = [];
  let [now, most] = [0, 0];
  await shareOut(items, 2, async ({ id }, index) => {
    begun.push(id);
    expect(index).toBe(id);
    most = Math.max(most, ++now);
    await new Promise((done) => setTimeout(done, 1));
    now--;
  });
  expect([begun, most]).toEqual([[0, 1, 2, 3], 2]);
});

test("once one fails no other begins, and those under way end before it is told (by hand)", async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async ({ id }: { readonly id: number }) => {
    begun.push(id);
    if (id === 0) throw new Error("the disk is full");
    await new Promise((done) => setTimeout(done, 5));
    ended.push(id);
  };
  await expect(shareOut(items, 2, work)).rejects.toThrow("the disk is full");
  expect([begun, ended]).toEqual([[0, 1], [1]]);
});
