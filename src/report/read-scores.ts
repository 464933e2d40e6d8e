import { Matrix } from "../array/matrix.ts";
import { FormatError } from "../errors.ts";
import { readGifti } from "../formats/gifti.ts";
import { numericColumn, readTsv, type Table, textColumn } from "../formats/tsv.ts";
import { surfaceTargets, type Target, type TargetSpace } from "../responses/target.ts";
import type { AnalysisScores, SubjectScores } from "./result.ts";
import { formatScoreKey, type ScoreKey } from "./select.ts";

/** What a table of scores holds; the JSON beside it knows the rest of {@link SubjectScores}. */
export type TabledScores = Pick<SubjectScores, "participant" | "nVolumes" | "targets" | "analyses">;

/**
 * The scores in a subject's table, as {@link subjectFiles} writes it: targets and analyses in the order of first
 * appearance, "n/a" values as NaN.
 *
 * @throws FormatError where a column is missing, a value is not of its kind, a row stands twice or is lacking, or rows
 * are not all of one subject
 */
export function readScores(table: Table): TabledScores {
  const { path } = table;
  const participants = new Set(textColumn(table, "participant_id"));
  const volumes = new Set(numericColumn(table, "n_volumes"));
  if (participants.size !== 1 || volumes.size !== 1) {
    const got = `${participants.size} participants and ${volumes.size} values of n_volumes`;
    throw new FormatError(
      path,
      `a table of scores must hold rows of one subject, got ${got}. Is it whole, and one subject's?`,
    );
  }
  const names = textColumn(table, "target");
  const hemis = textColumn(table, "hemi");
  const analyses = textColumn(table, "analysis");
  const layers = textColumn(table, "layer");
  const distances = textColumn(table, "distance");
  const folds = textColumn(table, "fold");
  const values = numericColumn(table, "value");

  const targets = new Map<string, { readonly index: number; readonly target: Target }>();
  const keys = new Map<string, { readonly key: ScoreKey; readonly folds: Map<string, Map<number, number>> }>();
  for (let row = 0; row < values.length; row++) {
    const fail = (message: string) => new FormatError(path, `${message} (row ${row + 1} below the header)`);
    const hemi = hemis[row]!;
    if (hemi !== "L" && hemi !== "R" && hemi !== "n/a") throw fail(`hemi must be L, R or n/a, got "${hemi}"`);
    const whole = (column: string, text: string, pattern: RegExp) => {
      if (!pattern.test(text)) throw fail(`${column} must be a whole number or n/a, got "${text}"`);
      return text === "n/a" ? ("n/a" as const) : Number(text);
    };
    const key: ScoreKey = {
      analysis: analyses[row]!,
      layer: whole("layer", layers[row]!, /^(\d+|n\/a)$/),
      distance: whole("distance", distances[row]!, /^(-?\d+|n\/a)$/),
    };
    const fold = folds[row]!;
    if (!/^(mean|[1-9]\d*)$/.test(fold)) throw fail(`fold must be "mean" or a number from 1, got "${fold}"`);
    const name = `${hemi} ${names[row]!}`;
    if (!targets.has(name)) targets.set(name, { index: targets.size, target: { name: names[row]!, hemi } });
    const { index } = targets.get(name)!;
    const id = formatScoreKey(key);
    if (!keys.has(id)) keys.set(id, { key, folds: new Map() });
    const byFold = keys.get(id)!.folds;
    if (!byFold.has(fold)) byFold.set(fold, new Map());
    const byTarget = byFold.get(fold)!;
    if (byTarget.has(index)) throw fail(`every score must stand once, got one again (${name}, ${id}, fold ${fold})`);
    byTarget.set(index, values[row]!);
  }

  const nTargets = targets.size;
  return {
    participant: [...participants][0]!,
    nVolumes: [...volumes][0]!,
    targets: [...targets.values()].map(({ target }) => target),
    analyses: [...keys.values()].map(({ key, folds: byFold }): AnalysisScores => {
      const complete = (fold: string): Float64Array => {
        const scores = byFold.get(fold);
        if (scores?.size === nTargets) return Float64Array.from({ length: nTargets }, (_, i) => scores.get(i)!);
        const got = `${scores?.size ?? 0} of ${nTargets}`;
        throw new FormatError(
          path,
          `every target must have a score, got ${got} (${formatScoreKey(key)}, fold ${fold}). Is the table whole?`,
        );
      };
      const nFolds = byFold.size - 1;
      const mean = complete("mean");
      if (nFolds === 0) return { ...key, mean, folds: undefined };
      const rows = Array.from({ length: nFolds }, (_, fold) => [...complete(String(fold + 1))]);
      return { ...key, mean, folds: Matrix.fromRows(rows) };
    }),
  };
}

/** A file with its content, as read from a folder of results. */
export interface ReadFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * One subject's scores from the files that {@link subjectFiles} wrote: the table and its JSON, and for surfaces the maps
 * with theirs. Float32 precision and no folds on surfaces; a hemisphere without vertices is left out.
 *
 * @param files - all files of the subject's folder, in any order
 * @throws FormatError where files are missing or do not fit each other
 */
export function readSubject(files: readonly ReadFile[]): SubjectScores {
  const one = (ending: string) => {
    const file = files.find(({ path }) => path.endsWith(ending));
    if (file) return file;
    const where = files[0]?.path ?? "results";
    throw new FormatError(
      where,
      `a subject's files must include one ending in ${ending}, got none. Score the subject again`,
    );
  };
  const about = readAbout(one("_scores.json"));
  const { space } = about;
  if (space.kind === "region") {
    const tableFile = one("_scores.tsv");
    const { participant, nVolumes, targets, analyses } = readScores(readTsv(tableFile.bytes, { path: tableFile.path }));
    if (participant !== about.participant) {
      throw new FormatError(
        tableFile.path,
        `participant_id must be that of the JSON, ${about.participant}, got ${participant}`,
      );
    }
    return { ...about, nVolumes, targets, analyses };
  }
  const maps = new Map<string, { readonly key: ScoreKey; readonly mean: Float64Array; nFiles: number }>();
  const nHemispheres = space.nVertices.filter((n) => n > 0).length;
  for (const sidecar of files.filter(({ path }) => path.endsWith("_statmap.json"))) {
    const { Analysis, Layer, Distance, Hemisphere } = parseRecord(sidecar);
    const key = { analysis: Analysis, layer: Layer, distance: Distance } as ScoreKey;
    const path = sidecar.path.replace(/\.json$/, ".shape.gii");
    const values = readGifti(one(path).bytes, { path }).arrays[0]?.data;
    const [start, n] = Hemisphere === "L" ? [0, space.nVertices[0]] : [space.nVertices[0], space.nVertices[1]];
    if (values?.length !== n) {
      throw new FormatError(path, `a map must hold a value for each of ${n} vertices, got ${values?.length ?? 0}`);
    }
    const id = formatScoreKey(key);
    if (!maps.has(id))
      maps.set(id, { key, mean: new Float64Array(space.nVertices[0] + space.nVertices[1]), nFiles: 0 });
    const map = maps.get(id)!;
    map.mean.set(values, start);
    map.nFiles++;
  }
  for (const [id, { nFiles }] of maps) {
    if (nFiles !== nHemispheres) {
      throw new FormatError(files[0]!.path, `every map must have ${nHemispheres} hemispheres, got ${nFiles} (${id})`);
    }
  }
  const analyses = [...maps.values()].map(({ key, mean }): AnalysisScores => ({ ...key, mean, folds: undefined }));
  return { ...about, targets: surfaceTargets(space.nVertices), analyses };
}

function readAbout(file: ReadFile): Omit<SubjectScores, "targets" | "analyses"> {
  const { Participant, Stories, NVolumes, Space, Quality } = parseRecord(file);
  const isText = (value: unknown): value is string => typeof value === "string";
  if (
    isText(Participant) &&
    Array.isArray(Stories) &&
    Stories.every(isText) &&
    typeof NVolumes === "number" &&
    isSpace(Space)
  ) {
    const quality = (Quality ?? {}) as SubjectScores["quality"];
    return { participant: Participant, stories: Stories, nVolumes: NVolumes, space: Space, quality };
  }
  throw new FormatError(
    file.path,
    "the JSON must say Participant, Stories, NVolumes and Space, got other content. Score the subject again",
  );
}

function isSpace(value: unknown): value is TargetSpace {
  const { kind, space, nVertices } = (value ?? {}) as { kind?: unknown; space?: unknown; nVertices?: unknown };
  if (kind === "region") return true;
  const isCount = (n: unknown) => Number.isInteger(n) && (n as number) >= 0;
  return (
    kind === "surface" &&
    typeof space === "string" &&
    Array.isArray(nVertices) &&
    nVertices.length === 2 &&
    nVertices.every(isCount)
  );
}

function parseRecord(file: ReadFile): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(file.bytes));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new TypeError("it is not an object");
  } catch (cause) {
    throw new FormatError(
      file.path,
      `the JSON must be one object, got text that is not (${(cause as Error).message})`,
      undefined,
      { cause },
    );
  }
}
