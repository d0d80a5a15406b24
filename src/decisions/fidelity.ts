import type { Resource } from './policy.ts';
import type { Certainty, OperationRow, Rule, Sourced } from './rule.ts';

/** Does a server answer all requests, or only documented ones? */
export const FIDELITIES = ['any', 'documented'] as const;
export type Fidelity = (typeof FIDELITIES)[number];

/** A row that an answer depends on: an operation, or its rule. */
export interface SourcedRow extends Sourced {
  readonly kind: 'operation' | 'rule';
  readonly id: string;
}

/**
 * The effect of `--fidelity documented` on an operation: it is answered, answered with a finding (`questioned`), or
 * refused. `entry` is the row that decides; null if the operation is answered.
 */
export interface FidelityVerdict {
  readonly effect: 'answered' | 'questioned' | 'refused';
  readonly entry: SourcedRow | null;
}

/** Certainties without a source in the documentation. */
const UNFOUNDED: ReadonlySet<Certainty> = new Set(['inferred', 'ours', 'unknown']);

/**
 * Refuses an operation whose own row has no source in the documentation. The certainty of its rule is reported by each
 * decision instead. A contradiction in either is a finding.
 *
 * @param rule null for public operations
 * @param resources of the caller; null if there is no caller, or one without resources
 */
export function judgeFidelity(
  row: OperationRow,
  rule: Rule | null,
  resources: readonly Resource[] | null = null,
): FidelityVerdict {
  const operation = entryOf('operation', row);
  if (UNFOUNDED.has(row.certainty)) return { effect: 'refused', entry: operation };
  const ofRule = rule === null ? [] : [entryOf('rule', rule), ...addedEntries(rule, resources ?? [])];
  const contradicted = [operation, ...ofRule].find(({ certainty }) => certainty === 'contradicted');
  return contradicted === undefined
    ? { effect: 'answered', entry: null }
    : { effect: 'questioned', entry: contradicted };
}

/** The least certain row behind a decision: the rule, or the source of one of the caller's resource types. */
export function basisOf(rule: Rule, resources: readonly Resource[] | null): Sourced {
  if (rule.added === undefined || rule.certainty !== 'documented') return rule;
  return addedEntries(rule, resources ?? []).find(({ certainty }) => certainty !== 'documented') ?? rule;
}

/** The sources of a caller's rights, if the rule accepts only resource types that were added to it. */
function addedEntries(rule: Rule, resources: readonly Resource[]): SourcedRow[] {
  const { on = [], added = [] } = rule;
  const types = resources.map(({ type }) => type).filter((type) => on.includes(type));
  const found = types.flatMap((type) => added.find((one) => one.types.includes(type)) ?? []);
  return found.length < types.length ? [] : found.map((one) => entryOf('rule', { id: rule.id, ...one }));
}

function entryOf(kind: SourcedRow['kind'], { id, source, certainty }: Sourced & { readonly id: string }): SourcedRow {
  return { kind, id, source, certainty };
}

/** An entry as part of a sentence. */
export function describeEntry({ kind, id, source, certainty }: SourcedRow): string {
  return `the ${kind} \`${id}\` is \`${certainty}\` (${source})`;
}
