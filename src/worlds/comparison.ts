import { isRecord } from '../core/own.ts';
import type { Row } from '../store/collections.ts';
import { SEEDS } from '../store/seed.ts';
import { SETTINGS } from '../store/settings.ts';
import type { Table } from '../store/table.ts';
import type { FrozenRows } from '../store/world-rows.ts';

/** A member that is not the same, with both values as JSON; null: it has no value. */
export interface MemberDifference {
  readonly member: string;
  readonly one: string | null;
  readonly other: string | null;
}

/** An object that is not the same in two worlds. */
export interface Difference {
  /** Such as `runai.users`. */
  readonly collection: string;
  readonly id: string;
  readonly name: string;
  /** The name of the object that it is a part of; null: of none. */
  readonly partOf: string | null;
  readonly change: 'added' | 'removed' | 'changed';
  /** Of an object that is in both, those that differ; of another one, all. */
  readonly members: readonly MemberDifference[];
}

/** An object to compare. */
type Compared = Pick<Row, 'collection' | 'id' | 'body'> & Partial<Pick<Row, 'facets' | 'parent' | 'revision'>>;

/** What is known of the objects that are compared. */
interface Parts {
  /** The name of an object. */
  nameIn(id: string): string | null;
  isUnchanged(before: Compared, after: Compared): boolean;
}

const NOTHING_KNOWN: Parts = { nameIn: () => null, isUnchanged: () => false };

/** How many members of an object are named. */
const MOST_MEMBERS = 20;
/** In characters. */
const LONGEST_VALUE = 200;
const DEEPEST = 4;

/**
 * Credentials are not compared, because most worlds have their own; nor are the times at which objects were made and changed,
 * how far a clock is from the machine's (both times are told besides), and what faults count.
 */
const LEFT_OUT =
  /secret|hash|password|token|salt|client_?id|private_?key|^ending$|^created$|^createdAt$|^modified$|^updatedAt$|^updatedBy$|^ahead$|^(?:place|seed|seen|fired)$/i;

/**
 * What differs between the rows of two worlds, by collection and in the order of the rows. Tables that both share, as
 * worlds of the same seed do until they change something, are not read. Nor are seeds, which have passwords in their text.
 *
 * @param isSameSeed what neither has changed since its seed is the same, even if it has other times and credentials
 */
export function differencesOf(one: FrozenRows, other: FrozenRows, isSameSeed: boolean): readonly Difference[] {
  const [ones, others] = [one.tables, other.tables];
  const nameIn = naming([...others.values(), ...ones.values()]);
  const names = [...new Set([...ones.keys(), ...others.keys()])].filter((name) => name !== SEEDS.name).sort();
  return names.flatMap((name) => {
    const [left, right] = [ones.get(name), others.get(name)];
    if (left === right) return [];
    const parts = { nameIn, isUnchanged: isSameSeed ? unchangedIn(one, other) : () => false };
    const all = differencesIn(left?.rows ?? [], right?.rows ?? [], parts);
    // A setting of which nothing is compared, such as the time of a clock that was moved.
    return name === SETTINGS.name ? all.filter(({ members }) => members.length > 0) : all;
  });
}

/** Tells rows that are in both as the seed made them: they have the revision of its commit. */
function unchangedIn(...worlds: readonly [FrozenRows, FrozenRows]): Parts['isUnchanged'] {
  const [one, other] = worlds.map(({ tables }) => tables.get(SEEDS.name)?.rows[0]?.revision);
  return (before, after) => before.revision === one && after.revision === other;
}

/** Finds the name of an object in any of these tables. */
function naming(tables: readonly Table[]): Parts['nameIn'] {
  return (id) => {
    for (const table of tables) {
      const row = table.byId(id)?.row;
      if (row !== undefined) return nameOf(row);
    }
    return null;
  };
}

/** What differs between objects of one kind. */
export function differencesIn(
  ones: readonly Compared[],
  others: readonly Compared[],
  { nameIn, isUnchanged }: Parts = NOTHING_KNOWN,
): readonly Difference[] {
  const differenceOf = (row: Compared, change: Difference['change'], members: readonly MemberDifference[]) => {
    const { collection, id, parent = null } = row;
    return { collection, id, name: nameOf(row), partOf: parent === null ? null : nameIn(parent), change, members };
  };
  const before = new Map(ones.map((row) => [row.id, row]));
  const after = new Map(others.map((row) => [row.id, row]));
  const gone = ones
    .filter(({ id }) => !after.has(id))
    .map((row) => differenceOf(row, 'removed', memberDifferences(row.body, undefined)));
  const rest = others.flatMap((row) => {
    const was = before.get(row.id);
    if (was === undefined) return [differenceOf(row, 'added', memberDifferences(undefined, row.body))];
    if (was === row || was.body === row.body || isUnchanged(was, row)) return [];
    const members = memberDifferences(was.body, row.body);
    return members.length === 0 ? [] : [differenceOf(row, 'changed', members)];
  });
  return [...gone, ...rest];
}

function nameOf({ id, body, facets }: Compared): string {
  const { name, email, username }: Readonly<Record<string, unknown>> = Object(body);
  const found = [facets?.name, name, email, username].find((text) => typeof text === 'string' && text !== '');
  return String(found ?? id).slice(0, LONGEST_VALUE);
}

function memberDifferences(one: unknown, other: unknown): readonly MemberDifference[] {
  const [before, after] = [leavesOf(one), leavesOf(other)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((member) => before.get(member) !== after.get(member))
    .slice(0, MOST_MEMBERS)
    .map((member) => ({ member, one: shown(before.get(member)), other: shown(after.get(member)) }));
}

function shown(text: string | undefined): string | null {
  if (text === undefined) return null;
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** The members as JSON, by their paths: `members.minimum_resources.cpu`. */
function leavesOf(body: unknown): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const add = (path: string, value: unknown, depth: number) => {
    if (isRecord(value) && depth < DEEPEST) {
      for (const [name, inner] of Object.entries(value)) {
        if (!LEFT_OUT.test(name)) add(path === '' ? name : `${path}.${name}`, inner, depth + 1);
      }
    } else if (value !== undefined) leaves.set(path === '' ? 'value' : path, JSON.stringify(value, withoutLeftOut));
  };
  add('', settingOf(body), 0);
  return leaves;
}

function withoutLeftOut(name: string, value: unknown): unknown {
  return LEFT_OUT.test(name) ? undefined : value;
}

/** The body of a setting is JSON as text. */
function settingOf(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
