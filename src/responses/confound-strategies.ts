import { ownValue } from "../array/records.ts";
import { FormatError, NotFoundError, nearestNames, OptionError } from "../errors.ts";
import type { Table } from "../formats/tsv.ts";

/** The names of sets of confounds, each with what it stands for among the columns of fMRIPrep's tables. */
export const confoundStrategies = {
  "motion-6": "three translations and three rotations",
  "motion-12": "these six and their derivatives",
  "motion-24": "these twelve and their squares",
  "wm-csf": "mean signals of white matter and cerebrospinal fluid",
  "global-signal": "mean signal of the whole brain",
  "acompcor-<n>": "the first n principal components of white matter and cerebrospinal fluid together (n from 1)",
  cosine: "slow drift, as fMRIPrep's cosines have it",
  "motion-outliers": "one column for each volume that fMRIPrep found to be a motion outlier",
  "non-steady-state": "one column for each volume before the scanner's steady state",
} as const;

/** Which columns of one table are regressed out. */
export interface ChosenConfounds {
  /** In the order asked for, each once. */
  readonly columns: readonly string[];
  /** Those among them whose first volume may be "n/a", which then counts as 0: derivatives that a strategy brought in. */
  readonly derivatives: ReadonlySet<string>;
  /** Strategies that found no column, where a run may have none. */
  readonly without: readonly string[];
}

const motionAxes = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"];
const derived = motionAxes.map((axis) => `${axis}_derivative1`);
const squared = [...motionAxes, ...derived].map((column) => `${column}_power2`);

/** Strategies that name their columns one by one: all of them must be there. */
const exact: Readonly<Record<string, readonly string[]>> = {
  "motion-6": motionAxes,
  "motion-12": [...motionAxes, ...derived],
  "motion-24": [...motionAxes, ...derived, ...squared],
  "wm-csf": ["white_matter", "csf"],
  "global-signal": ["global_signal"],
};

/**
 * Strategies that take whatever columns there are of a kind. A run may have no outliers. Whether fMRIPrep looked for them
 * is told by the column that it finds them by.
 */
const patterns: Readonly<Record<string, { readonly columns: RegExp; readonly source?: string }>> = {
  cosine: { columns: /^cosine\d+$/ },
  "motion-outliers": { columns: /^motion_outlier\d+$/, source: "framewise_displacement" },
  "non-steady-state": { columns: /^non_steady_state_outlier\d+$/, source: "global_signal" },
};

/**
 * The columns that names of columns and of {@link confoundStrategies} stand for in one run's table.
 *
 * @param names - columns, or strategies; a column that is called like a strategy is the column
 * @param metadata - the table's JSON as fMRIPrep writes it; says which components belong to which mask
 * @throws NotFoundError where a name is neither, a column that a strategy needs is not in the table, or a strategy finds
 * none: but for outliers, which a run need not have
 * @throws FormatError where components are asked for and there are fewer, or nothing says which mask they come from
 * @remarks `acompcor-n` takes components of the combined mask in their order, as fMRIPrep's documentation advises. Since
 * version 21 these are the columns `a_comp_cor_*`; before it, components of all masks were so called, and the JSON tells them
 * apart.
 * @see https://fmriprep.org/en/stable/outputs.html#confounds
 */
export function chooseConfounds(
  table: Table,
  names: readonly string[],
  metadata: Readonly<Record<string, unknown>> = {},
): ChosenConfounds {
  const columns = new Set<string>();
  const derivatives = new Set<string>();
  const without: string[] = [];
  const known = new Set(table.columns);
  for (const name of names) {
    if (known.has(name)) {
      columns.add(name);
      continue;
    }
    const found = strategyColumns(table, name, metadata);
    if (found.length === 0) {
      checkMayBeNone(table, name);
      without.push(name);
    }
    for (const column of found) {
      if (!known.has(column)) {
        throw new NotFoundError(
          `the columns that "${name}" stands for must be in the table, got no "${column}". Name the columns that there are, or take another strategy.`,
          { where: table.path },
        );
      }
      if (column.includes("_derivative1")) derivatives.add(column);
      columns.add(column);
    }
  }
  return { columns: [...columns], derivatives, without };
}

/** Refuses a strategy that finds no column, unless the table shows that there was nothing to find. */
function checkMayBeNone(table: Table, name: string): void {
  const source = ownValue(patterns, name)?.source;
  if (source !== undefined && table.columns.includes(source)) return;
  // "motion-outliers" is like "motion_outlier00".
  const like = nearestNames(name.replaceAll("-", "_"), table.columns);
  const drift = name === "cosine" ? ", or take slow drift out with `drift: cosine`" : "";
  throw new NotFoundError(
    `the strategy "${name}" must find columns in the table, got none. ${like} Name the columns that there are${drift}.`,
    { where: table.path },
  );
}

function strategyColumns(table: Table, name: string, metadata: Readonly<Record<string, unknown>>): readonly string[] {
  const named = ownValue(exact, name);
  if (named) return named;
  const pattern = ownValue(patterns, name);
  if (pattern) return table.columns.filter((column) => pattern.columns.test(column));
  const components = /^acompcor-(\d{1,3})$/.exec(name)?.[1];
  if (components === undefined) {
    const strategies = Object.keys(confoundStrategies);
    throw new NotFoundError(
      `the confound must be a column of the table or a strategy (${strategies.join(", ")}), got "${name}". ${nearestNames(name, [...table.columns, ...strategies])}`,
      { where: table.path },
    );
  }
  const n = Number(components);
  if (n < 1) throw new OptionError(`confounds: acompcor-<n> must take at least one component, got "${name}".`);
  const combined = combinedComponents(table, metadata);
  if (combined.length < n) {
    throw new FormatError(
      table.path,
      `${name} must find ${n} components of the combined mask, got ${combined.length}. Take fewer`,
    );
  }
  return combined.slice(0, n);
}

function combinedComponents(table: Table, metadata: Readonly<Record<string, unknown>>): readonly string[] {
  const all = table.columns.filter((column) => /^a_comp_cor_\d+$/.test(column));
  const maskOf = (column: string) => (ownValue(metadata, column) as { readonly Mask?: unknown } | undefined)?.Mask;
  if (all.some((column) => maskOf(column) !== undefined)) {
    return all.filter((column) => String(maskOf(column)).toLowerCase() === "combined");
  }
  // Components of the single masks have names of their own only where the others are of the combined one.
  if (all.length === 0 || table.columns.some((column) => /^[cw]_comp_cor_\d+$/.test(column))) return all;
  throw new FormatError(
    table.path,
    "the table's JSON must say of which mask each component a_comp_cor_* is (Mask), got none that does. Put it beside the table, or name the columns",
  );
}
