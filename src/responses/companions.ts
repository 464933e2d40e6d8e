import { ownValue } from "../array/records.ts";
import { type BidsDataset, type BidsFile, filesNamed } from "../bids/dataset.ts";
import { entitiesKey, entitiesWithin, isSameLabel } from "../bids/identity.ts";
import { formatBidsName } from "../bids/name.ts";
import { runEntitiesOf } from "./candidates.ts";

type Entities = Readonly<Record<string, string>>;

/**
 * Entities by which one recording is several files: echoes, magnitude and phase. Preprocessing drops them from some names
 * and keeps them in others, so that one name may lack what the other has.
 */
const piecesOfRun: ReadonlySet<string> = new Set(["echo", "part", "chunk", "split"]);

/** What is looked for beside responses. */
interface CompanionKind {
  readonly suffixes: readonly string[];
  readonly extension: string;
  readonly desc?: string;
}

/**
 * The files of a run of a given kind, such as its events: those whose entities all fit the responses, from the first of
 * these places that has one: the response's own data set, the raw one, the other derivatives. Within a place those count
 * that say nothing which the responses do not, before those that name an echo or a part on top; of these only the most
 * specific (most entities). Several are equally so where the list is longer than one.
 */
export function companions(dataset: BidsDataset, response: BidsFile, wanted: CompanionKind): readonly BidsFile[] {
  const own = entitiesBesideHemi(response);
  const named = wanted.suffixes.flatMap((suffix) => filesNamed(dataset, suffix, wanted.extension, own["sub"]));
  const fitting = named.filter((file) => {
    const { desc, ...entities } = file.name.entities;
    return desc === wanted.desc && isAbout(file, own) && entitiesWithin(withoutPieces(entities, own), own);
  });
  const places = [
    (file: BidsFile) => file.root === response.root,
    (file: BidsFile) => file.root === "",
    (file: BidsFile) => file.root !== response.root && file.root !== "",
  ];
  const there = places.map((fits) => fitting.filter(fits)).find((files) => files.length > 0) ?? [];
  const exact = there.filter(({ name: { entities } }) => withoutPieces(entities, own) === entities);
  const best = exact.length > 0 ? exact : there;
  const most = Math.max(...best.map((file) => Object.keys(file.name.entities).length));
  return best.filter((file) => Object.keys(file.name.entities).length === most);
}

/**
 * The raw images of a run, there or not. Their sidecars give the repetition time where the derivative's do not. They are the
 * run as the responses name it, and every echo or part of it that the raw data have a file of; where the responses name one,
 * it alone.
 */
export function rawImages(dataset: BidsDataset, response: BidsFile): readonly BidsFile[] {
  const own = entitiesBesideHemi(response);
  const run = runEntitiesOf(own);
  const { sub, ses } = run;
  const folder = `sub-${sub}/${ses === undefined ? "" : `ses-${ses}/`}func`;
  const image = (entities: Entities): BidsFile => {
    const name = { entities, suffix: "bold", extension: ".nii.gz" };
    return { path: `${folder}/${formatBidsName(name)}`, name, root: "" };
  };
  const images = new Map([[entitiesKey(run), image(run)]]);
  const endings = [".json", ".nii.gz", ".nii"];
  for (const file of endings.flatMap((extension) => filesNamed(dataset, "bold", extension, sub))) {
    const { entities } = file.name;
    const hasPieces = withoutPieces(entities, {}) !== entities;
    if (!hasPieces || file.root !== "" || !isAbout(file, own)) continue;
    if (!entitiesWithin(withoutPieces(entities, own), own)) continue;
    const whole = { ...entities, ...run };
    images.set(entitiesKey(whole), image(whole));
  }
  return [...images.values()];
}

/**
 * The masks that lie beside a volume, or with another version of it in the same grid: files with `desc-brain` and suffix
 * `mask` that are otherwise named alike. Several where their names mean the same.
 */
export function masksOf(dataset: BidsDataset, response: BidsFile): readonly string[] {
  const own = entitiesBesideHemi(response);
  const { desc: _, ...wanted } = own;
  const key = entitiesKey(wanted);
  const masks = [".nii.gz", ".nii"].flatMap((extension) => filesNamed(dataset, "mask", extension, own["sub"]));
  const ofVersion = masks.filter(({ root, name }) => root === response.root && name.entities["desc"] === "brain");
  const fitting = (pieces: boolean) =>
    ofVersion.filter(({ name }) => {
      const { desc: __, ...entities } = name.entities;
      return pieces
        ? entitiesKey(entities) === key
        : entitiesKey(withoutPieces(entities, {})) === entitiesKey(withoutPieces(wanted, {})) &&
            entitiesWithin(withoutPieces(entities, own), own);
    });
  const exact = fitting(true);
  return (exact.length > 0 ? exact : fitting(false)).map(({ path }) => path);
}

/** Whether the sidecar may belong to the file, whose pieces it may name on top. */
export function isSidecarOf(sidecar: Entities, file: Entities): boolean {
  return entitiesWithin(withoutPieces(sidecar, file), file);
}

/** The entities without the pieces of a run that `own` says nothing of; the same object where there are none. */
function withoutPieces(entities: Entities, own: Entities): Entities {
  const isKept = (key: string) => !piecesOfRun.has(key) || own[key] !== undefined;
  if (Object.keys(entities).every(isKept)) return entities;
  return Object.fromEntries(Object.entries(entities).filter(([key]) => isKept(key)));
}

/** What the files of both hemispheres say. */
function entitiesBesideHemi({ name }: BidsFile): Entities {
  const { hemi: _, ...entities } = name.entities;
  return entities;
}

/** Whether no folder that a file lies in says another participant or session than the responses. */
function isAbout(file: BidsFile, response: Entities): boolean {
  return file.path.split("/").every((folder) => {
    const [, key, label] = /^(sub|ses)-([^_.]+)$/i.exec(folder) ?? [];
    const own = key && ownValue(response, key.toLowerCase());
    return own === undefined || isSameLabel(key!, own, label!);
  });
}
