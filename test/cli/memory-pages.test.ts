import { describe, expect, it } from "vitest";
import { memoryPages } from "../../src/cli/memory-pages.ts";

describe("memoryPages (by hand, from the kernel's and glibc's documentation)", () => {
  it.each([
    ["always [madvise] never\n", undefined, false],
    ["always [madvise] never\n", "glibc.malloc.hugetlb=1", true],
    ["always [madvise] never\n", "glibc.malloc.check=3:glibc.malloc.hugetlb=2", true],
    ["always [madvise] never\n", "glibc.malloc.hugetlb=0", false],
    ["[always] madvise never\n", undefined, true],
    ["always madvise [never]\n", "glibc.malloc.hugetlb=1", false],
    [undefined, "glibc.malloc.hugetlb=1", false],
  ])("%j with %j: %s", (kernel, tunables, huge) => {
    expect(memoryPages(kernel, tunables).huge).toBe(huge);
  });

  it("says what to do only where something can be done", () => {
    expect(memoryPages("always [madvise] never", undefined).text).toContain("GLIBC_TUNABLES=glibc.malloc.hugetlb=1");
    for (const kernel of [undefined, "[always] madvise never", "always madvise [never]"])
      expect(memoryPages(kernel, undefined).text).not.toContain("GLIBC");
  });
});
