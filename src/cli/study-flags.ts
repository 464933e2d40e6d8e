import { readFile } from "node:fs/promises";
import { z } from "zod";
import { emptyRecord, ownValue } from "../array/records.ts";
import { NotFoundError } from "../errors.ts";
import { checkHome } from "../sources/node.ts";
import { checkOptions, type StudyOptions, studyOptions } from "../study/options.ts";
import { parseStudyFile, type ReadStudyFileOptions, readStudyFile } from "../study/study-file.ts";
import type { CommandContext } from "./command-line.ts";
import { withFlags } from "./flag-names.ts";
import type { FlagSpecification } from "./flags.ts";
import { checkProvider } from "./provider.ts";

type Key = keyof typeof studyOptions;

/** The flags of a study's options, but for those that are arguments; all, or those of some groups. */
export function studyFlags(
  wanted: (key: string, group: string) => boolean = () => true,
): Readonly<Record<string, FlagSpecification>> {
  const flags = emptyRecord<FlagSpecification>();
  for (const [key, { group, help, schema }] of Object.entries(studyOptions)) {
    if (key === "dataset" || key === "output" || !wanted(key, group)) continue;
    const fallback = schema.safeParse(undefined);
    const value: unknown = fallback.success ? fallback.data : undefined;
    const choices = choicesOf(schema);
    const isShown = ["string", "number", "boolean"].includes(typeof value);
    // Before its lines are broken.
    const [, what, ownDefault] = /^(.*?)(?: \((default: .*)\))?$/.exec(withFlags(help))!;
    const notes = [
      ...(choices.length > 0 ? [`${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`] : []),
      ...(isShown ? [`default: ${value as string}`] : []),
      ...(ownDefault === undefined ? [] : [ownDefault]),
    ];
    flags[key] = { type: "value", group, help: notes.length > 0 ? `${what} (${notes.join("; ")})` : what! };
  }
  return flags;
}

/** The words that an option may have, one or a list of them; none for other kinds of value. */
function choicesOf(schema: z.ZodType): readonly string[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return choicesOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return choicesOf(schema.out as z.ZodType);
  if (schema instanceof z.ZodArray) return choicesOf(schema.element as z.ZodType);
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [];
}

/**
 * The options of a study from flags and, with `--study`, from a study file; flags hold over the file. Where its options stand is
 * noted in `places`.
 *
 * @param defaults - hold where neither says otherwise
 */
export async function studyOptionsOf(
  { parsed: { positionals, values }, places }: Pick<CommandContext, "parsed" | "places">,
  defaults: Readonly<Partial<Record<Key, unknown>>> = {},
): Promise<StudyOptions> {
  const { study, ...flags } = values;
  const overrides = { ...positionals, ...flags };
  const options =
    study === undefined
      ? checkOptions({ ...defaults, ...overrides })
      : await readFileOptions(study, places, { overrides, defaults });
  checkProvider(options.provider);
  return options;
}

async function readFileOptions(
  study: string,
  places: Map<string, string>,
  more: Pick<ReadStudyFileOptions, "overrides" | "defaults">,
): Promise<StudyOptions> {
  checkHome(study, "--study");
  let bytes: Uint8Array;
  try {
    bytes = await readFile(study);
  } catch (error) {
    throw new NotFoundError(`the file must exist and be readable, got "${study}".`, { where: "--study", cause: error });
  }
  const options = readStudyFile(bytes, { path: study, ...more });
  for (const [key, place] of parseStudyFile(bytes, study).places)
    if (ownValue(more.overrides ?? {}, key) === undefined) places.set(key, place);
  return options;
}
