import { OptionError } from "../errors.ts";
import { readText, type Store } from "../sources/source.ts";

/**
 * Checks that results may be written into a folder.
 *
 * @throws OptionError where it is a data set that cortecast did not make
 */
export async function checkOutputFolder(store: Store): Promise<void> {
  const path = "dataset_description.json";
  if (!(await store.has(path))) return;
  const text = await readText(store, path);
  let ours = false;
  try {
    const description = JSON.parse(text) as { readonly GeneratedBy?: readonly { readonly Name?: unknown }[] } | null;
    ours = description?.GeneratedBy?.some(({ Name }) => Name === "cortecast") ?? false;
  } catch {
    // What cannot be read is not ours.
  }
  // Data sets that cortecast simulated say that it made them, too.
  ours &&= !(await store.has("phantom.json"));
  if (ours) return;
  throw new OptionError(
    `<output>: the folder must be empty or hold results of cortecast, got another data set (${store.location}/${path}). Give a folder of its own.`,
  );
}
