/** Breaks with: src/store/remembering/collections.ts */
import { expect, it, onTestFinished } from 'vitest';
import { newBudgets } from '../../src/core/held.ts';
import { openMemory } from '../../src/store/memory.ts';
import { rememberingCollections } from '../../src/store/remembering/collections.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { NO_ROWS } from '../../src/store/world-rows.ts';
import { row } from '../support/records.ts';
import { withMembers } from '../support/rows.ts';

const put = (id: string) => [{ kind: 'put', row: row(id) }] as const;

it('a change that was made, but not told yet, is in the list of its owner', async () => {
  const store = openMemory(NO_ROWS, newStoreParts());
  onTestFinished(() => store.close());
  let tell = () => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const inner = withMembers(store.collections, {
    commit: async (changes, expects) => {
      const revision = await store.collections.commit(changes, expects);
      if (changes.some((change) => change.kind === 'put' && change.row.id === 'late')) await told;
      return revision;
    },
  });
  const rows = rememberingCollections(inner, newBudgets().rows);
  const idsOf = async () => (await rows.list({ collection: 'things', owner: 'acme' })).rows.map(({ id }) => id);
  await rows.commit(put('first'));
  expect(await idsOf()).toEqual(['first']);

  const second = rows.commit(put('second'));
  const late = rows.commit(put('late'));
  await second;
  expect(await idsOf()).toEqual(['first', 'second', 'late']);
  tell();
  await late;
  expect(await idsOf()).toEqual(['first', 'second', 'late']);
});
