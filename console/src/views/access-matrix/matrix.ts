import type { OperationEffect } from '../../control-api/types.ts';
import { CERTAINTIES } from '../../parts/certainty.ts';
import { readEffects } from '../../state/effects.ts';
import { readIdentities } from '../../state/identities.ts';
import {
  type Certainty,
  type Operation,
  type Role,
  type Rule,
  type Ruleset,
  readRuleset,
} from '../../state/rulesets.ts';

/** The kinds of columns: scopes or permissions, roles, or identities. The address uses these names. */
export const COLUMN_KINDS = ['rights', 'roles', 'everybody'] as const;
/** The kind of the columns of a matrix. */
export type ColumnKind = (typeof COLUMN_KINDS)[number];

/** A right, a role or an identity. */
export interface Column {
  readonly id: string;
  readonly title: string;
  /** The caller for a simulation. */
  readonly caller: object;
}

/** A cell: whether the right or the identity of the column applies to the operation of the row. */
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

/** An operation with its rule. */
export interface Row {
  readonly operation: Operation;
  /** Null if the operation is open to all callers. */
  readonly rule: Rule | null;
}

/** Operations against columns of one kind. */
export interface Matrix {
  readonly ruleset: Ruleset;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly cellOf: (row: Row, column: Column) => Cell;
}

/** The maximum number of identities. The user can choose one of the others. */
const MAX_COLUMNS = 60;

/**
 * Reads the operations of a service against rights, roles or identities.
 *
 * @param identityIds the identities to show; empty: all
 */
export async function readMatrix(
  service: string,
  columnKind: ColumnKind,
  identityIds: readonly string[],
): Promise<Matrix> {
  const ruleset = await readRuleset(service);
  const rows = ruleset.operations.map((operation) => ({
    operation,
    rule: ruleset.rules.find(({ id }) => id === operation.rule) ?? null,
  }));
  if (columnKind === 'rights') {
    const columns = ruleset.grants.map(({ id, label }) => ({
      id,
      title: label,
      caller: { holding: { scopes: [id] } },
    }));
    return { ruleset, rows, columns, cellOf: createNeedCell };
  }
  const columns = columnKind === 'roles' ? createRoleColumns(ruleset) : await readCallerColumns(service, identityIds);
  const effects = new Map(
    await Promise.all(columns.map(async (column) => [column.id, await readColumnEffects(column, service)] as const)),
  );
  return {
    ruleset,
    rows,
    columns,
    cellOf: (row, column) =>
      createEffectCell(row, column, effects.get(column.id)?.get(row.operation.id), roleOf(ruleset, column, columnKind)),
  };
}

function createRoleColumns({ roles }: Ruleset): Column[] {
  return roles.map(({ name }) => ({ id: name, title: name, caller: { holding: { roles: [name] } } }));
}

async function readCallerColumns(service: string, identityIds: readonly string[]): Promise<Column[]> {
  const identities = await readIdentities();
  return identities
    .filter(({ id, services }) => (identityIds.length === 0 ? services.includes(service) : identityIds.includes(id)))
    .slice(0, MAX_COLUMNS)
    .map(({ id, name }) => ({ id, title: name, caller: { principal: id } }));
}

/** Returns the decisions about all operations, without concrete objects. */
async function readColumnEffects({ caller }: Column, service: string): Promise<ReadonlyMap<string, OperationEffect>> {
  return new Map((await readEffects(caller, service)).map((effect) => [effect.operation, effect]));
}

/** Returns the role of a column; undefined for other columns. */
function roleOf({ roles }: Ruleset, { id }: Column, columnKind: ColumnKind): Role | undefined {
  return columnKind === 'roles' ? roles.find(({ name }) => name === id) : undefined;
}

type Evidence = Pick<Operation, 'certainty' | 'source'>;

/** Returns the least certain of the sources of a cell: of the operation, its rule and the role. */
function findLeastCertain({ operation, rule }: Row, role?: Role): Evidence {
  let worst: Evidence = operation;
  for (const evidence of [rule, role]) {
    if (evidence != null && rankOf(evidence) > rankOf(worst)) worst = evidence;
  }
  return worst;
}

function rankOf({ certainty }: Evidence): number {
  return CERTAINTIES.indexOf(certainty);
}

/** Returns the cell of an operation and a right. */
function createNeedCell(row: Row, { id }: Column): Cell {
  const { certainty, source } = findLeastCertain(row);
  const { all = [], any = [] } = row.rule?.needs ?? {};
  const operation = row.operation.id;
  const notNeeded = `${operation} does not need ${id}`;
  if (needsNoRight(row)) return { sign: 'free', name: notNeeded, text: 'no right is needed', certainty, source };
  if (all.includes(id)) return { sign: 'all', name: `${operation} needs ${id}`, text: 'needed', certainty, source };
  if (!any.includes(id)) return { sign: null, name: notNeeded, text: 'not needed', certainty, source };
  const alternatives = any.filter((right) => right !== id);
  const name = `${operation} needs ${[id, ...alternatives].join(' or ')}`;
  return { sign: 'any', name, text: 'one of these is needed', certainty, source };
}

/** Returns the cell of an operation and a role or identity. @param effect the decision; undefined if there is none */
function createEffectCell(
  row: Row,
  { title }: Column,
  effect: OperationEffect | undefined,
  role: Role | undefined,
): Cell {
  // The source of a role does not matter if nothing is needed.
  const usesRole = row.rule !== null && Object.keys(row.rule.needs).length > 0;
  const { certainty, source } = findLeastCertain(row, usesRole ? role : undefined);
  const operation = row.operation.id;
  if (effect === undefined) {
    return { sign: null, name: `${operation} is not decided for ${title}`, text: 'not decided', certainty, source };
  }
  if (effect.effect === 'allow') {
    return { sign: 'allow', name: `${operation} allows ${title}`, text: 'allowed', certainty, source };
  }
  const { missing, missingAnyOf, reason } = effect;
  const missingText = missing?.join(', ') ?? (missingAnyOf && `one of ${missingAnyOf.join(', ')}`);
  const reasonText = missingText === undefined ? (reason ?? '') : `${reason}: ${missingText}`;
  return { sign: 'deny', name: `${operation} refuses ${title}`, text: `refused, ${reasonText}`, certainty, source };
}

/** Returns whether the operation needs no right. */
export function needsNoRight({ rule }: Row): boolean {
  return rule === null || (rule.closed === undefined && Object.values(rule.needs).every(({ length }) => length === 0));
}

/** Returns whether the compared callers differ in this row. */
export function isDifferent({ cellOf }: Matrix, row: Row, columns: readonly Column[]): boolean {
  return new Set(columns.map((column) => cellOf(row, column).sign)).size > 1;
}

/** Describes what an operation needs. */
export function describeNeeds({ rule }: Row): string {
  if (rule === null) return 'nothing: it is open to all callers';
  const { all = [], any = [], roles = [], orRoles = [] } = rule.needs;
  if (rule.closed) return 'rights that no key has';
  const needs = [
    ...all,
    ...(any.length > 0 ? [`one of ${any.join(', ')}`] : []),
    ...roles.map((role) => `the role ${role}`),
  ];
  const alternative = orRoles.length > 0 ? `, or the role ${orRoles.join(' or ')}` : '';
  return `${needs.join(', ') || 'any known caller'}${alternative}`;
}
