/** `minContext` as a flag: `--min-context`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What a key is called on the command line: `--min-context`, or `<dataset>` for an argument. */
export function nameOnCommandLine(key: string): string {
  return key === "dataset" || key === "output" ? `<${key}>` : flagOf(key);
}
