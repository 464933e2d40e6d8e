import { folderStore } from "../sources/node.ts";
import { othersIn } from "./group-level.ts";
import type { ParticipantInputs } from "./inputs.ts";
import type { InspectedStudy } from "./inspect-study.ts";
import { checkSettings } from "./join-records.ts";
import type { StudyOptions } from "./options.ts";
import { recordReader, settingsOf } from "./participant-record.ts";

/**
 * Checks, before anything is computed, that the participants of a run can be joined with the others in the output folder. Targets and
 * space are those of the responses.
 *
 * @param study - without errors
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
