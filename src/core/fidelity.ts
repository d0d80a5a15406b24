import type { Resource } from './policy.ts';
import type { Certainty, OperationRow, Rule, Sourced } from './rule.ts';

/** What a server answers: everything, or only what is more than an inference. */
export const FIDELITIES = ['any', 'documented'] as const;
export type Fidelity = (typeof FIDELITIES)[number];

/** The row that an answer depends on: an operation's own, or that of its rule. */
export interface Entry extends Sourced {
  readonly kind: 'operation' | 'rule';
  readonly id: string;
}

/**
 * What becomes of an operation where only what is documented is answered: it is answered, answered with a finding
 * (`questioned`), or refused. `entry` is the row that decides; null if nothing is against it.
 */
export interface Footing {
  readonly effect: 'answered' | 'questioned' | 'refused';
  readonly entry: Entry | null;
}

/** There is nothing but our own reading. */
const UNFOUNDED: ReadonlySet<Certainty> = new Set(['inferred', 'ours']);

/**
 * @param rule null for public operations
 * @param resources of the caller; null if there is none, or none that is bound to resources
 */
export function footingOf(row: OperationRow, rule: Rule | null, resources: readonly Resource[] | null = null): Footing {
  const ofRule = rule === null ? [] : [entryOf('rule', rule), ...addedEntries(rule, resources ?? [])];
  const entries = [entryOf('operation', row), ...ofRule];
  const unfounded = entries.find(({ certainty }) => UNFOUNDED.has(certainty));
  if (unfounded !== undefined) return { effect: 'refused', entry: unfounded };
  const contradicted = entries.find(({ certainty }) => certainty === 'contradicted');
  return contradicted === undefined
    ? { effect: 'answered', entry: null }
    : { effect: 'questioned', entry: contradicted };
}

/** What a caller's rights rest on if each type that the rule accepts of theirs was added to it. */
function addedEntries(rule: Rule, resources: readonly Resource[]): Entry[] {
  const { on = [], added = [] } = rule;
  const types = resources.map(({ type }) => type).filter((type) => on.includes(type));
  const found = types.flatMap((type) => added.find((one) => one.types.includes(type)) ?? []);
  return found.length < types.length ? [] : found.map((one) => entryOf('rule', { id: rule.id, ...one }));
}

function entryOf(kind: Entry['kind'], { id, source, certainty }: Sourced & { readonly id: string }): Entry {
  return { kind, id, source, certainty };
}

/** An entry as part of a sentence. */
export function describeEntry({ kind, id, source, certainty }: Entry): string {
  return `the ${kind} \`${id}\` is \`${certainty}\` (${source})`;
}
