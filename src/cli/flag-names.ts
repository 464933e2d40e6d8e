/** Arguments of commands, which are no flags. */
const ARGUMENTS: readonly string[] = ["dataset", "output", "folder", "file"];

/** `minContext` as a flag: `--min-context`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What stands before the option that a line is about: who says it, and how bad it is. */
const about = /^((?:cortecast: | *(?:error: |warning: |note: )?))`([a-z][A-Za-z]*)`(?=: )/gm;

/**
 * A text with options as they are typed, in place of their names (`optionName` of `errors.ts`): `` `minContext` `` becomes
 * `--min-context`, `` `hemi: L` `` becomes `--hemi L`, and `` `output` `` becomes `<output>`.
 *
 * @param places - where options stand that were not typed: lines of a study file, in place of the option that a line is about
 */
export function withFlags(text: string, places: ReadonlyMap<string, string> = new Map()): string {
  const placed = text.replace(about, (all, before: string, key: string) =>
    places.has(key) ? before + places.get(key)! : all,
  );
  return placed.replace(/`([a-z][A-Za-z]*)(?:: ([^`\n]+))?`/g, (_, key: string, value?: string) => {
    const name = ARGUMENTS.includes(key) ? `<${key}>` : flagOf(key);
    return value === undefined ? name : `${name} ${value}`;
  });
}
