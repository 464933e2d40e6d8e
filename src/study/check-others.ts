import { folderStore } from "../sources/node.ts";
import { othersIn } from "./group-level.ts";
import type { ParticipantInputs } from "./inputs.ts";
import type { InspectedStudy } from "./inspect-study.ts";
import { checkSettings } from "./join-records.ts";
import type { StudyOptions } from "./options.ts";
import { recordReader, settingsOf } from "./participant-record.ts";

/**
 * Checks, before anything is computed, that what a run will add to the output folder can be joined with what is there of
 * others. What was scored, and in which space, the responses tell.
 *
 * @param study - that nothing stands against
 * @param inputs - its participants, as they were read
 * @throws OptionError where other participants in the folder were scored with other options
 */
export async function checkOthers(
  { opened, model, regions, surfaces }: InspectedStudy,
  inputs: readonly ParticipantInputs[],
  options: StudyOptions,
): Promise<void> {
  const output = folderStore(options.output);
  const participants = inputs.map(({ participant }) => participant);
  const context = { inputs: { dataset: opened!.dataset, regions, surfaces }, model: model!, layers: model!.layers };
  const read = recordReader(output);
  const known = [{ participant: participants[0]!, settings: settingsOf({ ...context, options }, inputs[0]!) }];
  for (const participant of await othersIn(output, participants))
    known.push({ participant, settings: (await read(participant)).settings });
  checkSettings(known);
}
