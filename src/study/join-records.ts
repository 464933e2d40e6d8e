import { listSome, OptionError } from "../errors.ts";
import { formatNoun } from "../report/numbers.ts";
import type { StudyResult } from "../report/result.ts";
import type { Transcript } from "../stimulus/word.ts";
import { assembleResult, type ResultContext, type Scored } from "./assemble-result.ts";
import { outputName } from "./check-output.ts";
import { type ParticipantRecord, passedOver } from "./participant-record.ts";
import { othersByStory, sharedStories } from "./shared-stories.ts";

/**
 * The results of participants who were scored apart, as one result. It is the same as that of one run of all of them, but for what is
 * told of the runs. An option that changes no number may differ: it has the values of all.
 *
 * @param records - one or more, by participant
 * @param begun - participants of whom a run began to write results that are not there
 * @throws OptionError where they were not scored with the same options, or heard one story with different words
 */
export function joinRecords(records: readonly ParticipantRecord[], begun: readonly string[] = []): StudyResult {
  const [first] = records;
  if (!first) throw new OptionError("records: there must be one or more, got none.");
  checkSettings(records.map(({ scored, settings }) => ({ participant: scored.inputs.participant, settings })));
  const transcripts = joinTranscripts(records);
  const contexts = records.map((record) => record.context);
  const withResponses = distinct(contexts.flatMap(({ inputs }) => inputs.withResponses)).sort();
  const joined = new Set(records.map(({ scored }) => scored.inputs.participant));
  const commands = distinct(contexts.flatMap(({ command }) => command ?? []));
  const context: ResultContext = {
    ...first.context,
    // The group has both levels, whatever the level of the runs.
    options: { ...first.context.options, level: "both" },
    inputs: {
      ...first.context.inputs,
      participants: records.map(({ scored }) => scored.inputs),
      transcripts,
      withResponses,
      withoutResponses: [],
      leftOut: new Map(contexts.flatMap(({ inputs }) => [...inputs.leftOut])),
    },
    command: commands.length === 0 ? undefined : listSome(commands, 20),
    warnings: distinct(contexts.flatMap(({ warnings }) => warnings)),
  };
  const result = assembleResult(
    records.map(({ scored }) => scored),
    context,
  );
  const differing = records.map(({ recorded }) =>
    Object.fromEntries(Object.entries(recorded).filter(([name]) => passedOver.has(name))),
  );
  return {
    ...result,
    notes: [
      ...noteOnUnfetched(contexts, [...withResponses, ...joined]),
      ...noteOnOthers(records.map(({ scored }) => scored)),
      ...result.notes,
    ],
    absent: distinct([...withResponses, ...begun])
      .filter((participant) => !joined.has(participant))
      .sort(),
    options: { ...result.options, ...joinFields(differing) },
    provenance: { ...result.provenance, environment: joinFields(records.map(({ environment }) => environment)) },
  };
}

/** A note of who is listed in the data set, or has files there, and has no responses. */
function noteOnUnfetched(contexts: readonly ResultContext[], known: readonly string[]): string[] {
  const without = distinct(contexts.flatMap(({ inputs }) => inputs.withoutResponses))
    .filter((participant) => !known.includes(participant))
    .sort();
  if (without.length === 0) return [];
  const has = without.length === 1 ? "has" : "have";
  return [
    `${formatNoun(without.length, "participant")} of the data set ${has} no responses there, and no results: ${listSome(without, 20)}.`,
  ];
}

/**
 * Checks that participants can be joined.
 *
 * @throws OptionError naming what differs first, and between whom
 */
export function checkSettings(
  participants: readonly {
    readonly participant: string;
    readonly settings: Readonly<Record<string, string>>;
  }[],
): void {
  const names = distinct(participants.flatMap(({ settings }) => Object.keys(settings)));
  for (const name of names) {
    const values = distinct(participants.map(({ settings }) => settings[name]));
    if (values.length === 1) continue;
    const got = values.map((value) => {
      const who = participants.filter(({ settings }) => settings[name] === value).map((one) => one.participant);
      return `${value ?? "none"} (${listSome(who, 3)})`;
    });
    const remedy = name === "what was scored" ? " Where they are voxels, `mask` gives all the same." : "";
    throw new OptionError(
      `participants in one folder must be scored with the same options, got ${name} ${listSome(got, 3)}.${remedy} Score all with the same, remove the others' results with cortecast clean, or give another folder.`,
      { where: outputName },
    );
  }
}

/** Every story once, in the order of the participants; those who heard the same words share them. */
function joinTranscripts(records: readonly ParticipantRecord[]): Transcript[] {
  const known = new Map<string, { readonly transcript: Transcript; readonly words: string; readonly by: string }>();
  for (const { scored, context } of records) {
    const { participant } = scored.inputs;
    for (const transcript of context.inputs.transcripts) {
      const key = `${transcript.story} ${transcript.path}`;
      const words = JSON.stringify(transcript.words);
      const other = known.get(key);
      if (other && other.words !== words) {
        throw new OptionError(
          `participants in one folder must have heard the same words in a story, got other words or times in ${transcript.path} for ${participant} than for ${other.by}: the transcript was changed in between. Score all again.`,
          { where: outputName },
        );
      }
      if (!other) known.set(key, { transcript, words, by: participant });
    }
  }
  return [...known.values()].map(({ transcript }) => transcript);
}

/** A note of scores that are made of other participants' responses than they would be in one run of the group. */
function noteOnOthers(scored: readonly Scored[]): string[] {
  const listeners = scored.map(({ inputs: { participant, stories } }) => ({ participant, stories, responseKey: "" }));
  const differing = scored.flatMap(({ others }, i) => {
    if (others === undefined) return [];
    const listener = listeners[i]!;
    const ofGroup = othersByStory(listener, sharedStories(listener, listeners));
    if (JSON.stringify(others) === JSON.stringify(ofGroup)) return [];
    const names = distinct(others.flatMap(({ participants }) => participants));
    return [`${listener.participant} (${names.length === 0 ? "of nobody" : `of ${listSome(names, 3)}`})`];
  });
  if (differing.length === 0) return [];
  return [
    `Noise ceilings are of the others of the run in which a participant was scored; these are not those of the group for ${listSome(differing)}. A ceiling rises with the number of others: score all in one run before you compare ceilings, or shares of them.`,
  ];
}

/** Fields of several records: the value where all have the same, else a list of all. */
function joinFields<T extends Readonly<Record<string, unknown>>>(all: readonly T[]): Record<string, string> {
  const names = distinct(all.flatMap((one) => Object.keys(one)));
  return Object.fromEntries(
    names.map((name) => {
      const values = distinct(all.map((one) => one[name]));
      return [name, values.length === 1 ? values[0] : values.map((value) => String(value)).join(" | ")];
    }),
  ) as Record<string, string>;
}

/** Each value once, in the order of first appearance; values are the same where their JSON is. */
function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value) ?? "", value])).values()];
}
