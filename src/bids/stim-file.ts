import { normalText } from "./identity.ts";

/**
 * An audio file as `events.tsv` names it, in the one form in which such names are compared: composed Unicode, "/" between
 * folders, without "./" and `stimuli/` before it, from which BIDS counts.
 *
 * @param text - `" ./stimuli/pieman_audio.wav"` gives `"pieman_audio.wav"`
 * @see https://bids-specification.readthedocs.io/en/stable/modality-specific-files/task-events.html#stimuli (stim_file)
 */
export function normalStimFile(text: string): string {
  return normalText(text.trim())
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/+)+/, "")
    .replace(/^stimuli\/+(?=.)/, "");
}

/**
 * The base name of an audio file as `events.tsv` names it: no folders, no extension.
 *
 * @param stimFile - `"sounds/pieman_audio.wav"` gives `"pieman_audio"`
 */
export function stimFileBase(stimFile: string): string {
  return stimFile.slice(Math.max(stimFile.lastIndexOf("/"), stimFile.lastIndexOf("\\")) + 1).replace(/\.[^.]*$/, "");
}

/**
 * The story that an audio file tells, by its name: the base name without a final `_audio`.
 *
 * @param stimFile - `"pieman_audio.wav"` gives `"pieman"`, `"sounds/alice.wav"` gives `"alice"`
 */
export function storyOfStimFile(stimFile: string): string {
  const base = stimFileBase(stimFile);
  return base.length > "_audio".length ? base.replace(/_audio$/, "") : base;
}
