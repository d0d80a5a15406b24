import type { Certainty, OperationRow, Rule, Tables } from '../rule.ts';
import { quote } from './sentence.ts';

/** A statement that an answer rests on, and how sure it is. */
export interface Ground {
  /** What it is about, such as `the rule`. */
  readonly about: string;
  readonly certainty: Certainty;
  readonly source: string;
}

/** What an operation asks of its caller, and what that rests on. */
export interface Needs {
  /** Sentences in Markdown. */
  readonly text: string;
  readonly grounds: readonly Ground[];
}

/** What an operation asks of its caller, as its tables say. @param open what is said of one that needs no credential */
export function describeNeeds(tables: Tables, row: OperationRow, open = 'No credential.'): Needs {
  const ofOperation: Ground = { about: 'the operation', certainty: row.certainty, source: row.source };
  const rule = tables.rules.find(({ id }) => id === row.rule);
  if (rule === undefined) return { text: open, grounds: [ofOperation] };
  const labels = new Map((tables.resourceTypes ?? []).map(({ id, label }) => [id, label]));
  const added = (rule.added ?? []).map(
    ({ types, certainty, source }): Ground => ({ about: listed(types, labels, 'and'), certainty, source }),
  );
  return {
    text: [`${wanted(tables, rule)}${bound(tables, rule, labels)}.`, ...besides(rule)].join(' '),
    grounds: [ofOperation, { about: 'the rule', certainty: rule.certainty, source: rule.source }, ...added],
  };
}

/** What has to be held. */
function wanted({ permissions }: Tables, { needs }: Rule): string {
  const { all = [], any = [], roles = [], orRoles = [] } = needs;
  const labels = new Map(permissions.map(({ id, label }) => [id, label]));
  const named = (id: string) => {
    const label = labels.get(id) ?? id;
    return label === id ? `\`${id}\`` : `\`${id}\` (${label})`;
  };
  const held = [
    ...all.map(named),
    ...(any.length === 0 ? [] : [any.length === 1 ? any.map(named).join() : `one of ${any.map(named).join(', ')}`]),
    ...roles.map((role) => `the role \`${role}\``),
  ];
  const instead =
    orRoles.length === 0 ? '' : `, or ${orRoles.length === 1 ? 'the role' : 'one of the roles'} ${quote(orRoles)}`;
  return `${joined(held, 'and') || 'A credential, and no right'}${instead}`;
}

/** What the right has to be given for, or the key bound to. */
function bound({ term }: Tables, { on }: Rule, labels: ReadonlyMap<string, string>): string {
  if (on === undefined) return '';
  const types = listed(on, labels, 'or');
  return term === 'scope' ? `, of a key bound to ${types}` : `, given for ${types}`;
}

/** What else the rule says. */
function besides({ open = [], ownersOnly, closed }: Rule): string[] {
  return [
    ...(open.length === 0 ? [] : [`What is ${joined(open, 'or')} needs no such resource.`]),
    ...(ownersOnly === true ? ['Only the owner of the object may.'] : []),
    ...(closed === true ? ['No key may, whatever it holds.'] : []),
  ];
}

function listed(types: readonly string[], labels: ReadonlyMap<string, string>, word: 'and' | 'or'): string {
  return joined(
    types.map((type) => labels.get(type) ?? type),
    word,
  );
}

function joined(names: readonly string[], word: 'and' | 'or'): string {
  const [last = '', ...before] = [...names].reverse();
  return before.length === 0 ? last : `${before.reverse().join(', ')} ${word} ${last}`;
}
