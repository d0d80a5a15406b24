import type { Resource } from './policy.ts';
import type { Certainty, OperationRow, Rule, Sourced } from './rule.ts';

/** Whether a server answers all requests (`any`), or only those that the documentation covers (`documented`). */
export const FIDELITIES = ['any', 'documented'] as const;
export type Fidelity = (typeof FIDELITIES)[number];

/** A row that a response depends on: an operation, or its rule. */
export interface SourcedRow extends Sourced {
  readonly kind: 'operation' | 'rule';
  readonly id: string;
}

/**
 * The effect of `--fidelity documented` on an operation: it is answered, answered with a finding (`questioned`), or
 * refused.
 */
export interface FidelityVerdict {
  readonly effect: 'answered' | 'questioned' | 'refused';
  /** The row that causes a question or refusal; null if the operation is answered. */
  readonly entry: SourcedRow | null;
}

/** The certainties of rows that neither the documentation nor an observation supports. */
const UNSUPPORTED: ReadonlySet<Certainty> = new Set(['inferred', 'ours', 'unknown']);

/**
 * Judges an operation by its certainty. It is refused if neither the documentation nor an observation supports its own
 * row; the certainty of its rule does not matter, because each decision reports it. A contradiction in either row is a
 * finding.
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
  if (UNSUPPORTED.has(row.certainty)) return { effect: 'refused', entry: operation };
  const ofRule = rule === null ? [] : [entryOf('rule', rule), ...addedEntries(rule, resources ?? [])];
  const contradicted = [operation, ...ofRule].find(({ certainty }) => certainty === 'contradicted');
  return contradicted === undefined
    ? { effect: 'answered', entry: null }
    : { effect: 'questioned', entry: contradicted };
}

/**
 * Returns the row that a decision cites: the rule or, if that is documented, the first undocumented source of the
 * caller's resource types.
 */
export function basisOf(rule: Rule, resources: readonly Resource[] | null): Sourced {
  if (rule.added === undefined || rule.certainty !== 'documented') return rule;
  return addedEntries(rule, resources ?? []).find(({ certainty }) => certainty !== 'documented') ?? rule;
}

/**
 * Returns the sources of the caller's resource types, if all of them were added to the rule. One type of the rule's own
 * is enough to decide by the rule alone.
 */
function addedEntries(rule: Rule, resources: readonly Resource[]): SourcedRow[] {
  const { on = [], added = [] } = rule;
  const types = resources.map(({ type }) => type).filter((type) => on.includes(type));
  const found = types.flatMap((type) => added.find(({ types: addedTypes }) => addedTypes.includes(type)) ?? []);
  return found.length < types.length ? [] : found.map((row) => entryOf('rule', { id: rule.id, ...row }));
}

function entryOf(kind: SourcedRow['kind'], { id, source, certainty }: Sourced & { readonly id: string }): SourcedRow {
  return { kind, id, source, certainty };
}

/** Describes an entry, as a part of a sentence. */
export function describeEntry({ kind, id, source, certainty }: SourcedRow): string {
  return `the ${kind} \`${id}\` is \`${certainty}\` (${source})`;
}
