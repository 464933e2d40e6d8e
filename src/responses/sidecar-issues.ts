import { type BidsDataset, type BidsFile, readSidecarWithOrigin } from "../bids/dataset.ts";
import { responseSidecarFields } from "../bids/sidecar-fields.ts";
import { DatasetError, type DatasetIssue, FormatError, listSome } from "../errors.ts";
import { ruleOf } from "../formats/field-table.ts";
import { isJsonObject } from "../formats/json.ts";

/** Largest relative difference of two numbers that are the same: they agree to three digits. */
const SAME_NUMBER = 1e-3;

/** Names of fields that no table lists, and that sound as if volumes were moved in time. */
const soundsLikeTime =
  /volume|frame|discard|dummy|trim|crop|censor|onset|delay|start_?(time|frame|volume)|time_?(shift|offset)/i;

/** What the sidecars of one file say of a run. */
interface Said {
  readonly values: Readonly<Record<string, unknown>>;
  readonly origin: Readonly<Record<string, string>>;
  /** Seconds, as it was found. */
  readonly repetitionTime: number;
  readonly task: string;
}

/**
 * Issues of fields in the sidecars of a run's files that contradict its repetition time, or move its volumes in time, by
 * the table {@link responseSidecarFields}. Fields that would give wrong times are errors, others warnings.
 *
 * @param files - response files of the run and its raw `_bold` files
 * @throws DatasetError, FormatError where a sidecar cannot be read
 */
export async function sidecarIssues(
  dataset: BidsDataset,
  files: readonly BidsFile[],
  repetitionTime: number,
): Promise<readonly DatasetIssue[]> {
  const issues = new Map<string, DatasetIssue>();
  for (const file of files) {
    const sidecar = await readSidecarWithOrigin(dataset, file);
    const task = file.name.entities["task"] ?? "";
    for (const issue of [...contradictions({ ...sidecar, repetitionTime, task }), ...unknownFields(sidecar)])
      issues.set(`${issue.path}\n${issue.code}`, issue);
  }
  return [...issues.values()];
}

function contradictions(said: Said): readonly DatasetIssue[] {
  const { repetitionTime, task } = said;
  const [seconds, period] = [`${repetitionTime} s`, `0 to RepetitionTime (${repetitionTime} s)`];
  const within = (value: unknown) =>
    typeof value === "number" && value >= 0 && value <= repetitionTime * (1 + SAME_NUMBER) && Number.isFinite(value);
  return [
    ...checkField(said, "SamplingFrequency", "error", {
      holds: (value) =>
        value === "TR" || (typeof value === "number" && Math.abs(value * repetitionTime - 1) <= SAME_NUMBER),
      must: `be 1 / RepetitionTime (${seconds}) in hertz`,
      remedy: "Correct one of them",
    }),
    ...checkField(said, "StartTime", "error", {
      holds: (value) => within(value) && (value as number) < repetitionTime,
      must: `lie within the first volume, from ${period}`,
      remedy: "If volumes are missing at the start, take it out and say how many with `volumesDiscarded`",
    }),
    ...checkField(said, "VolumeTiming", "error", {
      holds: (value) =>
        Array.isArray(value) &&
        value.every(
          (time, n) => typeof time === "number" && Math.abs(time - n * repetitionTime) <= SAME_NUMBER * repetitionTime,
        ),
      must: `be in steps of RepetitionTime (${seconds}) from 0`,
      remedy: "Volumes at other times cannot be computed",
    }),
    ...checkField(said, "SliceTiming", "warning", {
      holds: (value) => Array.isArray(value) && value.every(within),
      must: `hold seconds from ${period}`,
      remedy: "Is one of them in milliseconds, or RepetitionTime wrong?",
    }),
    ...["DelayTime", "AcquisitionDuration", "FrameAcquisitionDuration"].flatMap((field) =>
      checkField(said, field, "warning", {
        holds: within,
        must: `lie from ${period}, which it is a part of`,
        remedy: "Is one of them in milliseconds, or RepetitionTime wrong?",
      }),
    ),
    ...checkField(said, "Units", "warning", {
      holds: (value) => typeof value !== "string" || !/^(rad|deg)/i.test(value.trim()),
      must: "be those of a magnitude",
      remedy: "A phase is no response: choose the part-mag files",
    }),
    ...checkField(said, "TaskName", "note", {
      holds: (value) => typeof value !== "string" || task === "" || comparedLabel(value).includes(comparedLabel(task)),
      must: `fit the label of task- (${task})`,
      remedy: "Do image and sidecar belong together?",
    }),
  ];
}

function checkField(
  { values, origin }: Said,
  field: string,
  severity: DatasetIssue["severity"],
  {
    holds,
    must,
    remedy,
  }: { readonly holds: (value: unknown) => boolean; readonly must: string; readonly remedy: string },
): readonly DatasetIssue[] {
  const value = values[field];
  if (value === undefined || value === null || holds(value)) return [];
  const text = JSON.stringify(value);
  const got = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  const message = `${field} must ${must}, got ${got}. ${remedy}${remedy.endsWith("?") ? "" : "."}`;
  return [
    {
      severity,
      code: `sidecar-${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).slice(1)}`,
      path: origin[field]!,
      message,
    },
  ];
}

/**
 * The issues of the units of a run's events: onset and duration are seconds, and a JSON that says another
 * unit is refused. Undefined where there is none.
 */
export async function eventsUnits(dataset: BidsDataset, events: BidsFile): Promise<DatasetIssue | undefined> {
  const issue = (code: string, path: string, message: string) => ({ severity: "error", code, path, message }) as const;
  try {
    const { values, origin } = await readSidecarWithOrigin(dataset, events);
    for (const column of ["onset", "duration"]) {
      const { Units: units } = (isJsonObject(values[column]) ? values[column] : {}) as { readonly Units?: unknown };
      if (units === undefined || units === null) continue;
      if (typeof units === "string" && /^(s|secs?|seconds?)\.?$/i.test(units.trim())) continue;
      const message = `Units of ${column} must be seconds ("s"), got ${JSON.stringify(units)}. Write the events in seconds.`;
      return issue("events-units", origin[column]!, message);
    }
  } catch (error) {
    if (error instanceof DatasetError) return error.issues[0];
    if (!(error instanceof FormatError)) throw error;
    return issue("sidecar-unreadable", error.path, error.detail);
  }
  return undefined;
}

/** Sidecars hold much that no standard names; told is what sounds as if it moved volumes in time. */
function unknownFields({ values, origin }: Pick<Said, "values" | "origin">): readonly DatasetIssue[] {
  const unknown = Object.keys(values).filter(
    (name) => soundsLikeTime.test(name) && !ruleOf(name, responseSidecarFields),
  );
  const paths = [...new Set(unknown.map((name) => origin[name]!))];
  return paths.map((path) => {
    const names = unknown.filter((name) => origin[name] === path);
    const message = `fields that no table lists, and that are not obeyed, sound like time: ${listSome(names, 5)}. If volumes were left out or moved, say how many with \`volumesDiscarded\`.`;
    return { severity: "warning", code: "sidecar-field-unknown", path, message };
  });
}

/** A name without the characters that a label cannot hold. */
const comparedLabel = (name: string) =>
  name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();
