/** Arguments of commands, which are no flags. */
const ARGUMENTS: readonly string[] = ["dataset", "output", "folder", "file"];

/** `minContext` as a flag: `--min-context`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * A text with options as they are typed, in place of their names (`optionName` of `errors.ts`): `` `minContext` `` becomes
 * `--min-context`, `` `hemi: L` `` becomes `--hemi L`, and `` `output` `` becomes `<output>`.
 */
export function withFlags(text: string): string {
  return text.replace(/`([a-z][A-Za-z]*)(?:: ([^`\n]+))?`/g, (_, key: string, value?: string) => {
    const name = ARGUMENTS.includes(key) ? `<${key}>` : flagOf(key);
    return value === undefined ? name : `${name} ${value}`;
  });
}
