/**
 * Which indexes answer questions that have to cost the same whatever the number of rows.
 *
 * Breaks with: src/store/sqlite/schema.ts
 */
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { SELECT_DUE, SELECT_DUE_PARTS, SELECT_LATEST_PARTS } from '../../src/store/sqlite/rows.ts';
import { SCHEMA } from '../../src/store/sqlite/schema.ts';

/** What SQLite does for a statement, step by step. */
function planOf(statement: string): string[] {
  const database = new Database(':memory:');
  for (const step of SCHEMA.steps) database.exec(step);
  const parameters = statement.match(/\?/g)?.map(() => 1) ?? [];
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all(...parameters) as { readonly detail: string }[];
  database.close();
  return steps.map(({ detail }) => detail);
}

const PARTS = 'parts_by_time (collection=? AND parent=? AND due_at>? AND due_at<?)';

it.each([
  ['objects that are due', SELECT_DUE, 'objects_by_time (collection=? AND due_at>? AND due_at<?)'],
  ['parts that are due', SELECT_DUE_PARTS, PARTS],
  ['parts that were due last', SELECT_LATEST_PARTS, PARTS],
])('the next %s are read off an index in its order, and nothing else is', (_what, statement, index) => {
  const plan = planOf(statement);

  expect(plan).toHaveLength(1);
  expect(plan[0]).toContain(index);
});
