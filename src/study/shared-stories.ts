import type { HeardStory } from "./inputs.ts";

/** One of a participant's stories that others heard as well. */
export interface SharedStory {
  readonly of: StoryOf;
  /** From the first on: those that all have. */
  readonly nVolumes: number;
  /** Everybody who heard it at the same times, the participant included: one of each one's stories, in the order of the participants. */
  readonly heardBy: readonly StoryOf[];
}

/** One story of one participant. */
export interface StoryOf {
  readonly participant: string;
  /** Which of their stories, in their order. */
  readonly index: number;
  /** Changes whenever a response of theirs does. */
  readonly responseKey: string;
}

/** What says whether two participants heard a story together. */
export interface HeardTimes extends Pick<HeardStory, "nVolumes" | "audioStart" | "repetitionTime"> {
  readonly files: Pick<HeardStory["files"], "story">;
}

/** A participant with their stories. */
export interface Listener extends Pick<StoryOf, "participant" | "responseKey"> {
  /** In the order in which they are joined. */
  readonly stories: readonly HeardTimes[];
}

/**
 * Shares of a repetition time by which the audio may begin sooner or later in a volume: one volume of one participant is then
 * the same moment of the story as that of another, to a tenth.
 */
const SAME_MOMENT = 0.1;

/** Shares by which another's run may be shorter: the volumes after its end are left out for all. */
const SHORTER = 0.1;

/**
 * The stories that a participant shares with others: volume by volume they heard the same moment of it. Repetition times are the
 * same, the audio begins at the same time, to a tenth of a volume, and others' runs are shorter by a tenth at most.
 *
 * @param participants - in any order, the participant among them
 * @returns in the order of the participant's stories; none where nobody heard one with them
 */
export function sharedStories(listener: Listener, participants: readonly Listener[]): readonly SharedStory[] {
  const all = participants.toSorted((a, b) => (a.participant < b.participant ? -1 : 1));
  return listener.stories.flatMap((story, index) => {
    const start = earliestStart(story, all);
    const isShared = (other: HeardTimes) =>
      isAlike(story, other) &&
      other.nVolumes >= (1 - SHORTER) * story.nVolumes &&
      isSameMoment(start, other.audioStart, story.repetitionTime);
    let { nVolumes } = story;
    const heardBy = all.flatMap(({ participant, stories, responseKey }): StoryOf[] => {
      const found = stories.findIndex(isShared);
      if (found < 0) return [];
      nVolumes = Math.min(nVolumes, stories[found]!.nVolumes);
      return [{ participant, index: found, responseKey }];
    });
    const { participant, responseKey } = listener;
    return heardBy.length < 2 ? [] : [{ of: { participant, index, responseKey }, nVolumes, heardBy }];
  });
}

function isAlike(a: HeardTimes, b: HeardTimes): boolean {
  return a.files.story === b.files.story && a.repetitionTime === b.repetitionTime;
}

/** Whether audio begins with the earliest of a group. */
function isSameMoment(earliest: number, audioStart: number, repetitionTime: number): boolean {
  return audioStart >= earliest && audioStart - earliest <= SAME_MOMENT * repetitionTime;
}

/**
 * The earliest start of the audio among those who heard a story with this one. Starts in rising order fall into groups, each as
 * wide as {@link SAME_MOMENT} at most, so that everybody of a group has the same others.
 */
function earliestStart(story: HeardTimes, participants: readonly Listener[]): number {
  const starts = participants
    .flatMap(({ stories }) => stories.filter((other) => isAlike(story, other)).map(({ audioStart }) => audioStart))
    .sort((a, b) => a - b);
  let first = starts[0]!;
  for (const start of starts) {
    if (start > story.audioStart) break;
    if (!isSameMoment(first, start, story.repetitionTime)) first = start;
  }
  return first;
}

/** Whose responses to a story a participant's are predicted from. */
export interface StoryOthers {
  readonly story: string;
  /** The others, in their order. */
  readonly participants: readonly string[];
}

/** Who the others are, story by story, of those that are shared. */
export function othersByStory(
  { participant, stories }: Pick<Listener, "participant" | "stories">,
  shared: readonly SharedStory[],
): readonly StoryOthers[] {
  return shared.map(({ of, heardBy }) => ({
    story: stories[of.index]!.files.story,
    participants: heardBy.map((one) => one.participant).filter((other) => other !== participant),
  }));
}

/** The stories of a participant that are shared, as far as they are. */
export function partsOf<Story extends HeardTimes>(
  stories: readonly Story[],
  shared: readonly SharedStory[],
): readonly Story[] {
  return shared.map(({ of, nVolumes }) => ({ ...stories[of.index]!, nVolumes }));
}
