import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/bids/dataset.ts";
import { responseSidecarFields } from "../../src/bids/sidecar-fields.ts";
import { surveyResponses } from "../../src/responses/find.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";

const base = "sub-01/func/sub-01_task-picnic";
const files = {
  "dataset_description.json": '{"Name": "Test", "BIDSVersion": "1.10.0"}',
  [`${base}_events.tsv`]: "onset\tduration\tstim_file\n0\tn/a\tpicnic.wav\n",
  [`${base}_timeseries.tsv`]: "a\n1\n2\n",
};

/** What stands against a run of two-second volumes whose sidecar says more. */
async function told(more: Readonly<Record<string, unknown>>, others: Readonly<Record<string, string>> = {}) {
  const sidecar = { [`${base}_timeseries.json`]: JSON.stringify({ RepetitionTime: 2, ...more }) };
  const dataset = await loadDataset(memoryStore({ ...files, ...sidecar, ...others }));
  const { issues, doubts } = await surveyResponses(dataset);
  return [...issues, ...doubts].map(({ severity, path, message }) => `${severity} ${path}: ${message}`);
}
const at = `${base}_timeseries.json`;

describe("sidecars that agree with their repetition time (by hand)", () => {
  it.each<Readonly<Record<string, unknown>>>([
    {},
    { SamplingFrequency: 0.5, StartTime: 0, TaskName: "Picnic", DelayTime: 0.5, AcquisitionDuration: 2 },
    // What fMRIPrep writes of volumes that stand for their middle, and XCP-D of tables.
    { SliceTimingCorrected: true, StartTime: 0.98, SamplingFrequency: "TR", SkullStripped: false },
    { SliceTiming: [0, 1, 0.5, 1.95], VolumeTiming: [0, 2, 4], TaskName: "listening to a picnic" },
    { StartTime: null, Units: "arbitrary", Manufacturer: "x", EchoTime: 0.03, SomethingElse: 1 },
  ])("%j", async (more) => {
    expect(await told(more)).toEqual([]);
  });
});

describe("sidecars that contradict their repetition time (by hand)", () => {
  it.each<[Readonly<Record<string, unknown>>, string]>([
    [
      { SamplingFrequency: 2 },
      `error ${at}: SamplingFrequency must be 1 / RepetitionTime (2 s) in hertz, got 2. Correct one of them.`,
    ],
    [
      { StartTime: 4 },
      `error ${at}: StartTime must lie within the first volume, from 0 to RepetitionTime (2 s), got 4. If volumes are missing at the start, take it out and say how many with \`volumesDiscarded\`.`,
    ],
    [
      { StartTime: -0.5 },
      `error ${at}: StartTime must lie within the first volume, from 0 to RepetitionTime (2 s), got -0.5. If volumes are missing at the start, take it out and say how many with \`volumesDiscarded\`.`,
    ],
    [
      { VolumeTiming: [0, 2, 6] },
      `error ${at}: VolumeTiming must be in steps of RepetitionTime (2 s) from 0, got [0,2,6]. Volumes at other times cannot be computed.`,
    ],
    [
      { SliceTiming: [0, 500, 1500] },
      `warning ${at}: SliceTiming must hold seconds from 0 to RepetitionTime (2 s), got [0,500,1500]. Is one of them in milliseconds, or RepetitionTime wrong?`,
    ],
    [
      { DelayTime: 3 },
      `warning ${at}: DelayTime must lie from 0 to RepetitionTime (2 s), which it is a part of, got 3. Is one of them in milliseconds, or RepetitionTime wrong?`,
    ],
    [
      { AcquisitionDuration: -1 },
      `warning ${at}: AcquisitionDuration must lie from 0 to RepetitionTime (2 s), which it is a part of, got -1. Is one of them in milliseconds, or RepetitionTime wrong?`,
    ],
    [
      { Units: "rad" },
      `warning ${at}: Units must be those of a magnitude, got "rad". A phase is no response: choose the part-mag files.`,
    ],
    [
      { TaskName: "rest" },
      `note ${at}: TaskName must fit the label of task- (picnic), got "rest". Do image and sidecar belong together?`,
    ],
    [
      { DummyScans: 3, RemovedFrames: [1] },
      `warning ${at}: fields that no table lists, and that are not obeyed, sound like time: DummyScans, RemovedFrames. If volumes were left out or moved, say how many with \`volumesDiscarded\`.`,
    ],
  ])("%j", async (more, message) => {
    expect(await told(more)).toEqual([message]);
  });

  it("every field that is checked is one of these", () => {
    const checked = Object.entries(responseSidecarFields).filter(([, { effect }]) => effect === "checked");
    expect(checked.map(([name]) => name).sort()).toEqual([
      "AcquisitionDuration",
      "DelayTime",
      "FrameAcquisitionDuration",
      "SamplingFrequency",
      "SliceTiming",
      "StartTime",
      "TaskName",
      "Units",
      "VolumeTiming",
    ]);
  });

  it("a sidecar at the root is told once, not once a run", async () => {
    const second = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path.replaceAll("sub-01", "sub-02"), text]),
    );
    const root = { "task-picnic_timeseries.json": '{"RepetitionTime": 2, "SliceTiming": [3]}' };
    expect(await told({}, { ...second, ...root })).toEqual([
      "warning task-picnic_timeseries.json: SliceTiming must hold seconds from 0 to RepetitionTime (2 s), got [3]. Is one of them in milliseconds, or RepetitionTime wrong?",
    ]);
  });
});

describe("units of events (by hand)", () => {
  const events = (json: string) => ({ [`${base}_events.json`]: json });

  it.each(["s", "seconds", "Second", "sec"])("%s is seconds", async (units) => {
    expect(await told({}, events(`{"onset": {"Units": "${units}"}, "duration": {}, "stim_file": "x"}`))).toEqual([]);
  });

  it("others are refused", async () => {
    const message = 'Units of onset must be seconds ("s"), got "ms". Write the events in seconds.';
    expect(await told({}, events('{"onset": {"Units": "ms"}}'))).toEqual([`error ${base}_events.json: ${message}`]);
    expect(await told({}, { "events.json": '{"duration": {"Units": 1}}' })).toEqual([
      'error events.json: Units of duration must be seconds ("s"), got 1. Write the events in seconds.',
    ]);
  });

  it("JSON of events that cannot be read is told", async () => {
    expect(await told({}, events("{"))).toEqual([
      expect.stringMatching(/^error .*_events\.json: the file must be JSON/),
    ]);
  });
});
