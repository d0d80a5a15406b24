import type { OperationEffect } from '../../control-api/types.ts';
import { fetchEffects } from '../../state/effects.ts';
import { readIdentities } from '../../state/identities.ts';
import { type Certainty, type Operation, type Rule, type Ruleset, rulesetOf } from '../../state/rulesets.ts';

/** What the columns of the matrix can be. */
export const SIDES = ['rights', 'roles', 'everybody'] as const;
export type Side = (typeof SIDES)[number];

export interface Column {
  readonly id: string;
  readonly title: string;
  /** The caller for a simulation. */
  readonly asker: object;
}

export interface Cell {
  /** `all`: needed; `any`: one of several is needed; `free`: nothing is needed; null: not relevant. */
  readonly sign: 'all' | 'any' | 'free' | 'allow' | 'deny' | null;
  /** A sentence about the operation and the column. */
  readonly name: string;
  /** A short text for the tooltip and the panel. */
  readonly text: string;
  readonly certainty: Certainty;
  readonly source: string;
}

export interface Row {
  readonly operation: Operation;
  /** Null if the operation is open to all callers. */
  readonly rule: Rule | null;
}

export interface Matrix {
  readonly ruleset: Ruleset;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly cellOf: (row: Row, column: Column) => Cell;
}

/** From most to least certain. */
const CERTAINTY_ORDER: readonly Certainty[] = [
  'documented',
  'implied',
  'observed',
  'inferred',
  'contradicted',
  'ours',
  'unknown',
];

/** Maximum number of callers. The choice of an identity narrows them. */
const MAX_COLUMNS = 60;

/**
 * Reads the operations of a service against rights, roles or identities.
 *
 * @param identityIds the identities to show; empty: all
 */
export async function readMatrix(service: string, side: Side, identityIds: readonly string[]): Promise<Matrix> {
  const ruleset = await rulesetOf(service);
  const rows = ruleset.operations.map((operation) => ({
    operation,
    rule: ruleset.rules.find(({ id }) => id === operation.rule) ?? null,
  }));
  if (side === 'rights') {
    const columns = ruleset.grants.map(({ id, label }) => ({ id, title: label, asker: { holding: { scopes: [id] } } }));
    return { ruleset, rows, columns, cellOf: createNeedCell };
  }
  const columns = side === 'roles' ? roleColumns(ruleset) : await callerColumns(service, identityIds);
  const effects = new Map(
    await Promise.all(columns.map(async (column) => [column.id, await readEffects(column, service)] as const)),
  );
  return {
    ruleset,
    rows,
    columns,
    cellOf: (row, column) =>
      createEffectCell(row, column, effects.get(column.id)?.get(row.operation.id), roleOf(ruleset, column, side)),
  };
}

function roleColumns({ roles }: Ruleset): Column[] {
  return roles.map(({ name }) => ({ id: name, title: name, asker: { holding: { roles: [name] } } }));
}

async function callerColumns(service: string, whose: readonly string[]): Promise<Column[]> {
  const identities = await readIdentities();
  return identities
    .filter(({ id, services }) => (whose.length === 0 ? services.includes(service) : whose.includes(id)))
    .slice(0, MAX_COLUMNS)
    .map(({ id, name }) => ({ id, title: name, asker: { principal: id } }));
}

/** Returns the decisions about all operations, without concrete objects. */
async function readEffects({ asker }: Column, service: string): Promise<ReadonlyMap<string, OperationEffect>> {
  return new Map((await fetchEffects(asker, service)).map((effect) => [effect.operation, effect]));
}

const roleOf = ({ roles }: Ruleset, { id }: Column, side: Side) =>
  side === 'roles' ? roles.find(({ name }) => name === id) : undefined;

/** Returns the least certain of the sources of a row. */
function leastCertain(
  { operation, rule }: Row,
  ...others: readonly ({ certainty: Certainty; source: string } | undefined)[]
) {
  const all = [operation, ...[rule, ...others].filter((part) => part !== undefined && part !== null)];
  return all.reduce((worst, one) =>
    CERTAINTY_ORDER.indexOf(one.certainty) > CERTAINTY_ORDER.indexOf(worst.certainty) ? one : worst,
  );
}

function createNeedCell(row: Row, { id }: Column): Cell {
  const { certainty, source } = leastCertain(row);
  const { all = [], any = [] } = row.rule?.needs ?? {};
  const operation = row.operation.id;
  const notNeeded = `${operation} does not need ${id}`;
  if (needsNoRight(row)) return { sign: 'free', name: notNeeded, text: 'no right is needed', certainty, source };
  if (all.includes(id)) return { sign: 'all', name: `${operation} needs ${id}`, text: 'needed', certainty, source };
  if (!any.includes(id)) return { sign: null, name: notNeeded, text: 'not needed', certainty, source };
  const others = any.filter((one) => one !== id);
  const name = `${operation} needs ${[id, ...others].join(' or ')}`;
  return { sign: 'any', name, text: 'one of these is needed', certainty, source };
}

function createEffectCell(
  row: Row,
  { title }: Column,
  effect: OperationEffect | undefined,
  role: { certainty: Certainty; source: string } | undefined,
): Cell {
  // A role is irrelevant if nothing is needed.
  const usesRole = row.rule !== null && Object.keys(row.rule.needs).length > 0;
  const { certainty, source } = leastCertain(row, usesRole ? role : undefined);
  const operation = row.operation.id;
  if (effect === undefined) {
    return { sign: null, name: `${operation} is not decided for ${title}`, text: 'not decided', certainty, source };
  }
  if (effect.effect === 'allow') {
    return { sign: 'allow', name: `${operation} allows ${title}`, text: 'allowed', certainty, source };
  }
  const { missing, missingAnyOf, reason } = effect;
  const missingText = missing?.join(', ') ?? (missingAnyOf && `one of ${missingAnyOf.join(', ')}`);
  const why = missingText === undefined ? (reason ?? '') : `${reason}: ${missingText}`;
  return { sign: 'deny', name: `${operation} refuses ${title}`, text: `refused, ${why}`, certainty, source };
}

/** Whether the operation needs no right. */
export function needsNoRight({ rule }: Row): boolean {
  return rule === null || (rule.closed === undefined && Object.values(rule.needs).every(({ length }) => length === 0));
}

/** Whether the compared callers differ in this row. */
export function isDifferent({ cellOf }: Matrix, row: Row, columns: readonly Column[]): boolean {
  return new Set(columns.map((column) => cellOf(row, column).sign)).size > 1;
}

/** Describes what an operation needs. */
export function listNeeds({ rule }: Row): string {
  if (rule === null) return 'nothing: it is open to all callers';
  const { all = [], any = [], roles = [], orRoles = [] } = rule.needs;
  if (rule.closed) return 'rights that no key has';
  const words = [
    ...all,
    ...(any.length > 0 ? [`one of ${any.join(', ')}`] : []),
    ...roles.map((role) => `the role ${role}`),
  ];
  const instead = orRoles.length > 0 ? `, or the role ${orRoles.join(' or ')}` : '';
  return `${words.join(', ') || 'any known caller'}${instead}`;
}
