import { html, type Markup } from "./markup.ts";
import { formatCount, formatList, formatNoun } from "./numbers.ts";
import type { MissingFold, StudyResult } from "./result.ts";
import { dataTable, foldedTable } from "./table.ts";

/** A fold and reason, with all subjects whose chunk lies alike. */
interface MissingGroup extends Omit<MissingFold, "nTargets"> {
  readonly participants: readonly string[];
  /** The least and the most targets of these subjects. */
  readonly nTargets: readonly [number, number];
}

/** Most places that a sentence lists; the table has all. */
const mostPlaces = 5;

const reasonTexts = {
  "prediction-constant": {
    name: "Constant prediction",
    what: "the features do not vary over a whole test chunk, as no word falls into it or shortly before it: no correlation can be taken",
    remedy: "Fewer folds make longer chunks; trims drop silence at the ends.",
  },
  "response-constant": {
    name: "Constant responses",
    what: "responses do not vary over a test chunk, or over all volumes that are trained on: these targets are scored in no fold",
    remedy: "Vertices without data, such as those of the medial wall, look so; elsewhere look at the files.",
  },
  "response-not-finite": {
    name: "Responses that are not finite",
    what: "responses hold NaN or an infinity: these targets are scored in no fold",
    remedy: "Look at the files.",
  },
} as const satisfies Record<MissingFold["reason"], object>;

/** Why scores are missing: a warning for each reason, and a table of all folds; nothing where all are there. */
export function missingSection({ subjects, options }: StudyResult): Markup[] {
  const groups = groupMissing(subjects);
  if (groups.length === 0) return [];
  const nTargets = subjects[0]!.targets.length;
  const warnings = (Object.keys(reasonTexts) as MissingFold["reason"][]).flatMap((reason) => {
    const ours = groups.filter((group) => group.reason === reason);
    if (ours.length === 0) return [];
    const { name, what, remedy } = reasonTexts[reason];
    const n = new Set(ours.flatMap(({ participants }) => participants)).size;
    const most = Math.max(...ours.map((group) => group.nTargets[1]));
    const extent = `In ${formatNoun(n, "participant")} of ${formatCount(subjects.length)}, up to ${formatCount(most)} of ${formatNoun(nTargets, "target")}`;
    return [
      html`<p class="warning"><strong>${name}.</strong> ${extent}: ${what}${reason === "prediction-constant" ? consequence(options) : ""}. ${describePlaces(ours)} ${remedy}</p>`,
    ];
  });
  const table = dataTable(
    "missing scores",
    [
      { name: "Reason", kind: "text" },
      { name: "Fold", kind: "number" },
      { name: "Part", kind: "text" },
      { name: "Test chunk", kind: "text" },
      { name: "Participants", kind: "text" },
      { name: "Targets", kind: "number" },
    ],
    groups.map((group) => [
      reasonTexts[group.reason].name,
      formatCount(group.fold),
      group.part,
      `${formatList(group.stories)}, volumes ${formatRange(group.volumes)}`,
      group.participants.length === subjects.length ? "all" : group.participants.join(", "),
      formatRange(group.nTargets),
    ]),
    "Folds in which targets have no score. Part: the volumes of the fold in which the trouble lies. Volumes are counted from 0 in the stories joined. Targets: the most of any analysis, from the participant with fewest to the one with most.",
  );
  return [...warnings, foldedTable(`Missing scores, fold by fold`, table)];
}

/** The reasons for which any score is missing, by name. */
export function missingNames({ subjects }: StudyResult): string[] {
  const found = new Set(subjects.flatMap(({ missing = [] }) => missing.map(({ reason }) => reason)));
  return Object.entries(reasonTexts).flatMap(([reason, { name }]) =>
    found.has(reason as MissingFold["reason"]) ? [name] : [],
  );
}

function groupMissing(subjects: StudyResult["subjects"]): MissingGroup[] {
  const groups = new Map<string, MissingGroup>();
  for (const { participant, missing = [] } of subjects) {
    for (const { nTargets, ...where } of missing) {
      const key = JSON.stringify([where.reason, where.part, where.fold, where.volumes, where.stories]);
      const known = groups.get(key);
      const [least, most] = known?.nTargets ?? [nTargets, nTargets];
      groups.set(key, {
        ...where,
        participants: [...(known?.participants ?? []), participant],
        nTargets: [Math.min(least, nTargets), Math.max(most, nTargets)],
      });
    }
  }
  return [...groups.values()];
}

function consequence({ average }: StudyResult["options"]): string {
  return average === "concatenated"
    ? " in that fold, and the one over all folds includes constant predictions"
    : ", and so no mean over folds";
}

/** `"Fold 3 (alice, volumes 145 to 216)."`, each place once. */
function describePlaces(groups: readonly MissingGroup[]): string {
  const places = new Set(
    groups.map(
      ({ fold, stories, volumes }) => `fold ${fold} (${formatList(stories)}, volumes ${formatRange(volumes)})`,
    ),
  );
  const shown = [...places].slice(0, mostPlaces);
  const left = places.size - shown.length;
  const text = formatList(left > 0 ? [...shown, `${formatCount(left)} more`] : shown);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function formatRange([least, most]: readonly [number, number]): string {
  return least === most ? formatCount(least) : `${formatCount(least)} to ${formatCount(most)}`;
}

/**
 * Says that participants of the data set have no results: `"No results of 1 participant of the 3 with responses in the data set:"`.
 * Their names are to follow. Undefined where nobody is absent, or where the participants of the data set are not recorded.
 */
export function absentSentence({
  absent = [],
  subjects,
}: Pick<StudyResult, "absent" | "subjects">): string | undefined {
  if (absent.length === 0) return undefined;
  return `No results of ${formatNoun(absent.length, "participant")} of the ${absent.length + subjects.length} with responses in the data set:`;
}
