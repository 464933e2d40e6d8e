import type { Random } from "../../src/array/random.ts";

/** Text files of a data set by path. */
export type Files = Readonly<Record<string, string>>;

const description = { "dataset_description.json": '{"Name": "Names", "BIDSVersion": "1.10.0"}' };
const pick = <T>(random: Random, items: readonly T[]): T => items[random.integer(items.length)]!;

type Entity = readonly [key: string, label: string];

/** How a name is built: entities in BIDS's order, suffix, extension, and the folders above. */
interface Built {
  readonly folder: string;
  readonly entities: readonly Entity[];
  readonly suffix: string;
  readonly extension: string;
  readonly content: string;
}

/**
 * A raw data set with fMRIPrep's output in it, as BIDS spells it: one to three participants, sessions, runs, echoes and parts
 * by chance; regions, surfaces or volumes with masks; confounds; repetition times at the root, with the run or with its echoes.
 */
export function randomDataset(random: Random): readonly Built[] {
  const files: Built[] = [];
  const kind = pick(random, ["region", "surface", "volume"] as const);
  const sessions = pick(random, [[], ["1"], ["pre", "post"]]);
  const runs = pick(random, [[], ["1"], ["1", "2", "10"]]);
  const piece = pick<readonly Entity[]>(random, [[], [["part", "mag"]], [["echo", "1"]]]);
  const subs = ["1", "Zoe\u0308".normalize("NFC"), "20"].slice(0, 1 + random.integer(3));
  const whereTimes = random.integer(3);
  if (whereTimes === 0)
    files.push({
      folder: "",
      entities: [["task", "tale"]],
      suffix: "bold",
      extension: ".json",
      content: '{"RepetitionTime": 2}',
    });
  for (const sub of subs) {
    for (const ses of sessions.length === 0 ? [undefined] : sessions) {
      for (const run of runs.length === 0 ? [undefined] : runs) {
        const folder = `sub-${sub}/${ses === undefined ? "" : `ses-${ses}/`}func`;
        const optional = (key: string, label: string | undefined) =>
          label === undefined ? [] : [[key, label] as const];
        const own: Entity[] = [["sub", sub], ...optional("ses", ses), ["task", "tale"], ...optional("run", run)];
        const raw = { folder, suffix: "bold", extension: ".json" };
        const time = { content: `{"RepetitionTime": ${sub === "1" ? 2 : 1.5}}` };
        if (whereTimes > 0) files.push({ ...raw, ...time, entities: [...own, ...(whereTimes === 1 ? piece : [])] });
        const start = 3 + files.length;
        const events = `onset\tduration\tstim_file\n${start}\t9\ttale_audio.wav\n`;
        files.push({ folder, entities: own, suffix: "events", extension: ".tsv", content: events });
        const below = `derivatives/fmriprep/${folder}`;
        const pieces = [...own, ...piece];
        const made = { folder: below, content: "" };
        files.push({ ...made, entities: [...pieces, ["desc", "confounds"]], suffix: "timeseries", extension: ".tsv" });
        if (kind === "region") files.push({ ...made, entities: pieces, suffix: "timeseries", extension: ".tsv" });
        if (kind === "surface")
          for (const hemi of ["L", "R"])
            files.push({
              ...made,
              entities: [...pieces, ["hemi", hemi], ["space", "toy"]],
              suffix: "bold",
              extension: ".func.gii",
            });
        if (kind === "volume") {
          files.push({
            ...made,
            entities: [...pieces, ["space", "toy"], ["desc", "preproc"]],
            suffix: "bold",
            extension: ".nii.gz",
          });
          files.push({
            ...made,
            entities: [...pieces, ["space", "toy"], ["desc", "brain"]],
            suffix: "mask",
            extension: ".nii.gz",
          });
        }
      }
    }
  }
  return files;
}

/** The name and folder as BIDS spells them. */
export function plainPath({ folder, entities, suffix, extension }: Built): string {
  const name = [...entities.map(([key, label]) => `${key}-${label}`), suffix].join("_") + extension;
  return folder === "" ? name : `${folder}/${name}`;
}

const hemisphereWords = { L: ["L", "l", "lh", "LH", "left", "Left"], R: ["R", "r", "rh", "RH", "right", "Right"] };

/** The path in another spelling that means the same. */
export function respelled(file: Built, random: Random): string {
  const forms = ["NFC", "NFD"] as const;
  const labelOf = ([key, label]: readonly [string, string]) => {
    if (key === "run" || key === "echo") return "0".repeat(random.integer(3)) + label;
    if (key === "hemi") return pick(random, hemisphereWords[label as "L" | "R"]);
    return label.normalize(pick(random, forms));
  };
  const entities = [...file.entities];
  // The participant stays in front, where people look for it.
  for (let i = entities.length - 1; i > 1; i--) {
    const other = 1 + random.integer(i);
    [entities[i], entities[other]] = [entities[other]!, entities[i]!];
  }
  const keyOf = (key: string) => (random.integer(8) === 0 ? key[0]!.toUpperCase() + key.slice(1) : key);
  const suffix = random.integer(4) === 0 ? file.suffix.toUpperCase() : file.suffix;
  let { extension } = file;
  if (extension === ".func.gii" && random.integer(3) === 0) extension = ".func.gii.gz";
  if (extension === ".nii.gz" && random.integer(3) === 0) extension = ".nii";
  if (random.integer(3) === 0) extension = extension.toUpperCase();
  const name = [...entities.map((pair) => `${keyOf(pair[0])}-${labelOf(pair)}`), suffix].join("_") + extension;
  const folder = file.folder.normalize(pick(random, forms));
  return folder === "" ? name : `${folder}/${name}`;
}

/** The files with these paths. */
export function withPaths(files: readonly Built[], pathOf: (file: Built) => string): Files {
  return { ...description, ...Object.fromEntries(files.map((file) => [pathOf(file), file.content])) };
}

/** The file with one of its labels, by chance, changed to one that means something else. */
export function changed(file: Built, random: Random): Built {
  const at = random.integer(file.entities.length);
  const entities = file.entities.map(([key, label], i) => {
    if (i !== at) return [key, label] as const;
    return [key, key === "hemi" ? (label === "L" ? "R" : "L") : `${label}7`] as const;
  });
  return { ...file, entities };
}
