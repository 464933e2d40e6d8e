import { comparesParticipants } from "../analyses/registry.ts";
import { type DatasetIssue, listSome, type OptionError } from "../errors.ts";
import { askedAnalyses } from "./asked-analyses.ts";
import { type FitParticipant, misfits } from "./check-fit.ts";
import type { StudyOptions } from "./options.ts";
import { partsOf, sharedStories } from "./shared-stories.ts";

/**
 * The issues of analyses that are made of other participants' responses, before anything is computed: nobody else heard the
 * stories, or too little of them.
 */
export function checkSharing(
  participants: readonly FitParticipant[],
  options: StudyOptions,
): { readonly issues: readonly DatasetIssue[]; readonly misfits: readonly OptionError[] } {
  if (participants.length === 0 || !askedAnalyses(options).some(({ name }) => comparesParticipants(name)))
    return { issues: [], misfits: [] };
  // Keys of responses, which are not read yet, do not matter here.
  const listeners = participants.map(({ participant, stories }) => ({ participant, stories, responseKey: "" }));
  const all = listeners.map((one) => {
    const shared = sharedStories(one, listeners);
    return { participant: one.participant, of: one.stories, stories: partsOf(one.stories, shared) };
  });
  const fewer = all.filter(({ of, stories }) => stories.length > 0 && stories.length < of.length);
  // There are no delays and no windows.
  const found = misfits(fewer, { ...options, delays: 1, firstDelay: 0, analyses: {}, controls: [] });
  return { issues: sharingIssues(all), misfits: found };
}

/** Participants whose stories, or some of them, nobody else heard at the same times. */
function sharingIssues(
  participants: readonly (FitParticipant & { readonly of: FitParticipant["stories"] })[],
): readonly DatasetIssue[] {
  const alone = participants.filter(({ stories }) => stories.length === 0);
  const partly = participants.filter(({ of, stories }) => stories.length > 0 && stories.length < of.length);
  const remedy =
    "Others count whose run of a story has the same repetition time, begins at the same moment of it and is shorter by a tenth at most.";
  const issues: DatasetIssue[] = [];
  if (alone.length > 0) {
    const isNobody = alone.length === participants.length;
    const who = isNobody ? "anybody" : listSome(alone.map(({ participant }) => participant));
    issues.push({
      severity: isNobody ? "error" : "warning",
      code: "no-others",
      path: "`analyses`",
      message: `noise ceilings need other participants of the run who heard the same stories, got none for ${who}. ${isNobody ? "" : "Theirs are n/a. "}${remedy}`,
    });
  }
  if (partly.length > 0) {
    const counts = partly.map(({ participant, of, stories }) => `${participant} ${stories.length} of ${of.length}`);
    issues.push({
      severity: "warning",
      code: "fewer-others",
      path: "`analyses`",
      message: `noise ceilings are of the stories that others heard as well, got fewer than all for ${listSome(counts)}: their brain scores are of all. ${remedy}`,
    });
  }
  return issues;
}
