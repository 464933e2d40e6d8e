import { isBlank } from "../formats/text.ts";

/**
 * Labels that aligners and laboratories write into stretches in which nobody says a word, in lower case. Each counts bare and
 * between brackets of any kind: `br`, `{BR}`, `<br>`, `[br]`. None is a word of English.
 */
const noiseCodes: readonly string[] = "sp sil pau br lg ls ns sl cg lipsmack vocnoise #".split(" ");

/** Labels that are words as well, and count as noise between brackets only: `[noise]`, `{laughter}`. */
const bracketedOnly: ReadonlySet<string> = new Set(
  "silence noise breath breathing laugh laughter cough pause music click sniff eps s /s p: p".split(" "),
);

/** Marks of aligners that are neither noise labels nor words. */
const markers: ReadonlySet<string> = new Set(["sentence_start", "sentence_end"]);

const brackets = /^(?:\{(.*)\}|<(.*)>|\[(.*)\])$/s;

/** A label without its brackets, and whether it had some. */
function bare(label: string): { readonly name: string; readonly isBracketed: boolean } {
  const trimmed = label.trim().toLowerCase();
  const match = brackets.exec(trimmed);
  return match
    ? { name: (match[1] ?? match[2] ?? match[3])!.trim(), isBracketed: true }
    : { name: trimmed, isBracketed: false };
}

/**
 * Whether a label of a tier stands for a stretch in which nobody says a word: it is blank, or one of the labels.
 * "spn" and "<unk>" are not among the default ones: somebody speaks there.
 *
 * @param labels - in place of the codes and the words that count between brackets; each bare or between brackets
 */
export function isNoise(label: string, labels?: readonly string[]): boolean {
  if (isBlank(label)) return true;
  const { name, isBracketed } = bare(label);
  if (labels !== undefined) return labels.some((own) => bare(own).name === name);
  if (markers.has(name)) return true;
  if (bracketedOnly.has(name)) return isBracketed;
  return noiseCodes.includes(name);
}

/** Labels of plain silence: they are not counted in the warning. */
const silent: ReadonlySet<string> = new Set([
  "",
  ..."sp sil pau # eps s /s p: p silence sl pause sentence_start sentence_end".split(" "),
]);

/** Labels by how often they occur, those of plain silence aside: `"{br}" 12 times, "ns" 3 times`. */
export function countNoise(labels: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) {
    if (isBlank(label) || silent.has(bare(label).name)) continue;
    counts.set(label.trim(), (counts.get(label.trim()) ?? 0) + 1);
  }
  return counts;
}
