import type { DatasetIssue } from "../errors.ts";
import type { CandidateRun, Version } from "./candidates.ts";

/**
 * The issues of the hemispheres of a run's responses: one of them is missing, or one is there in several files whose
 * names mean the same.
 *
 * @param wanted - the hemisphere that alone is asked for; a study of both needs both
 */
export function hemisphereIssues(run: CandidateRun, version: Version, wanted: "L" | "R" | undefined): DatasetIssue[] {
  const { files } = version;
  const path = files[0]!.path;
  const twice = filesTwice(run);
  if (twice.length > 0) return twice;
  const side = files[0]!.name.entities["hemi"];
  if (side === undefined || files.length === 2 || wanted !== undefined) return [];
  return [
    {
      severity: "error",
      code: "hemisphere-missing",
      path,
      message: `${run.name} must have both hemispheres, got ${side} alone: there is no ${otherSide(path)}. Add it, exclude the run, or score one hemisphere with \`hemi: ${side}\`.`,
    },
  ];
}

/** The issues of a run that has a file several times in one version, under names that mean the same. */
export function filesTwice(run: CandidateRun): DatasetIssue[] {
  return run.versions.flatMap(({ files }): DatasetIssue[] => {
    const sides = files.map(({ name }) => name.entities["hemi"]);
    const twice = files.find((_, i) => sides.indexOf(sides[i]) < i);
    if (twice === undefined) return [];
    const same = files.filter(({ name }) => name.entities["hemi"] === twice.name.entities["hemi"]);
    const message = `every run must have its responses once, got ${same.map(({ path }) => path).join(" and ")}, whose names mean the same. Remove one of them, or rename it.`;
    return [{ severity: "error", code: "run-twice", path: twice.path, message }];
  });
}

/** The path that the file of the other hemisphere has, spelled as this one's. */
function otherSide(path: string): string {
  return path.replace(/(hemi-)([A-Za-z]+)(?=[^/]*$)/i, (_, key: string, word: string) => {
    const [long, short] = [/^(?:left|right)$/i.test(word), word.slice(1)];
    const isLeft = /^l/i.test(word);
    const other = long ? (isLeft ? "right" : "left") : `${isLeft ? "r" : "l"}${short}`;
    return key + (/^[LR]/.test(word) ? other[0]!.toUpperCase() + other.slice(1) : other);
  });
}
