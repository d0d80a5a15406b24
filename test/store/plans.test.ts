/**
 * Which indexes answer questions that have to cost the same whatever the number of rows.
 *
 * Breaks with: src/store/sqlite/schema.ts
 */
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { SELECT_DUE } from '../../src/store/sqlite/collections.ts';
import { SELECT_EXPIRED_LOGINS } from '../../src/store/sqlite/grants.ts';
import { SELECT_EFFECTIVE, SELECT_EXPIRED } from '../../src/store/sqlite/ngc-keys.ts';
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

it.each([
  ['objects that are due', SELECT_DUE, 'objects_by_time (collection=? AND due_at>? AND due_at<?)'],
  ['policies that come into force', SELECT_EFFECTIVE, 'ngc_timeline_by_time (effective_at>? AND effective_at<?)'],
  ['keys that expire', SELECT_EXPIRED, 'ngc_keys_by_end (expires_at>? AND expires_at<?)'],
  ['logins that expire', SELECT_EXPIRED_LOGINS, 'refresh_tokens_in_use_by_end (expires_at>? AND expires_at<?)'],
])('the next %s are read off an index in its order, and nothing else is', (_what, statement, index) => {
  const plan = planOf(statement);

  expect(plan).toHaveLength(1);
  expect(plan[0]).toContain(index);
});
