/** In what pages the kernel gives memory to this program. */
export interface MemoryPages {
  readonly huge: boolean;
  /** For a person to read, with what to do where there is something to do. */
  readonly text: string;
}

/**
 * Whether large arrays lie in huge pages. Most distributions of Linux give a program huge pages only where it asks for them.
 * NumPy does, and glibc does for a program that is started with a certain setting. In small pages the first touch of every 4
 * KiB enters the kernel, which can take longer than reading a file.
 *
 * @param kernel - content of `/sys/kernel/mm/transparent_hugepage/enabled`; undefined on other systems
 * @param tunables - the environment variable `GLIBC_TUNABLES`
 * @see https://docs.kernel.org/admin-guide/mm/transhuge.html
 */
export function memoryPages(kernel: string | undefined, tunables: string | undefined): MemoryPages {
  const chosen = /\[(\w+)\]/.exec(kernel ?? "")?.[1];
  if (chosen === "always") return { huge: true, text: "huge pages" };
  if (chosen !== "madvise") return { huge: false, text: "the pages that the system gives" };
  if (/(^|:)glibc\.malloc\.hugetlb=[12](:|$)/.test(tunables ?? "")) return { huge: true, text: "huge pages" };
  return {
    huge: false,
    text: "small pages: files of gigabytes are read more slowly. Start it as cortecast rather than through node, or with GLIBC_TUNABLES=glibc.malloc.hugetlb=1 in the environment",
  };
}
