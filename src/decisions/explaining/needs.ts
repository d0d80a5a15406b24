import type { Certainty, OperationRow, PermissionRow, ResourceTypeRow, Rule, Tables } from '../rule.ts';

export interface SourceOfNeed {
  /** The subject, such as `the rule`. */
  readonly about: string;
  readonly certainty: Certainty;
  readonly source: string;
}

export interface Needs {
  /** Sentences in Markdown. */
  readonly text: string;
  readonly evidence: readonly SourceOfNeed[];
}

interface NeedTables extends Pick<Tables, 'term' | 'rules'> {
  readonly permissions: readonly Pick<PermissionRow, 'id' | 'label'>[];
  readonly resourceTypes?: readonly Pick<ResourceTypeRow, 'id' | 'label'>[];
}

export function describeNeeds(
  tables: NeedTables,
  row: Pick<OperationRow, 'rule' | 'certainty' | 'source'>,
  noCredentialText = 'No credential.',
): Needs {
  const operationSource: SourceOfNeed = { about: 'the operation', certainty: row.certainty, source: row.source };
  const rule = tables.rules.find(({ id }) => id === row.rule);
  if (rule === undefined) return { text: noCredentialText, evidence: [operationSource] };
  const labels = new Map((tables.resourceTypes ?? []).map(({ id, label }) => [id, label]));
  const added = (rule.added ?? []).map(
    ({ types, certainty, source }): SourceOfNeed => ({ about: listTypes(types, labels, 'and'), certainty, source }),
  );
  const { open = [], ownersOnly, closed } = rule;
  return {
    text: [
      `${describeRights(rule, (id) => nameWithLabel(tables.permissions, id))}${describeTypes(tables, rule, labels)}.`,
      ...(open.length === 0 ? [] : [`Objects that are ${join(open, 'or')} need no such resource.`]),
      ...(ownersOnly === true ? ['Only the owner of the object may call this operation.'] : []),
      ...(closed === true ? ['No key may call this operation, whatever its rights.'] : []),
    ].join(' '),
    evidence: [operationSource, { about: 'the rule', certainty: rule.certainty, source: rule.source }, ...added],
  };
}

/** Formats a permission with its label, if that differs. */
export function nameWithLabel(permissions: NeedTables['permissions'], id: string): string {
  const label = permissions.find((permission) => permission.id === id)?.label ?? id;
  return label === id ? `\`${id}\`` : `\`${id}\` (${label})`;
}

function describeRights({ needs }: Rule, describePermission: (id: string) => string): string {
  const { all = [], any = [], roles = [], orRoles = [] } = needs;
  const alternatives = any.map(describePermission);
  const needed = [
    ...all.map(describePermission),
    ...(any.length < 2 ? alternatives : [`one of ${alternatives.join(', ')}`]),
    ...roles.map((role) => `the role \`${role}\``),
  ];
  return `${join(needed, 'and') || 'A credential, but no right'}${describeOtherRoles(orRoles)}`;
}

function describeOtherRoles(roles: readonly string[]): string {
  if (roles.length === 0) return '';
  const names = roles.map((role) => `\`${role}\``).join(', ');
  return `, or ${roles.length === 1 ? 'the role' : 'one of the roles'} ${names}`;
}

function describeTypes({ term }: NeedTables, { on }: Rule, labels: ReadonlyMap<string, string>): string {
  if (on === undefined) return '';
  const types = listTypes(on, labels, 'or');
  return term === 'scope' ? `, of a key bound to ${types}` : `, granted for ${types}`;
}

function listTypes(types: readonly string[], labels: ReadonlyMap<string, string>, word: 'and' | 'or'): string {
  return join(
    types.map((type) => labels.get(type) ?? type),
    word,
  );
}

function join(names: readonly string[], word: 'and' | 'or'): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1)}`;
}
