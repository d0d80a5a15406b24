/** Deleted credentials that a world remembers. */
import { expect, it } from 'vitest';
import { createSharedCache } from '../../src/lib/memory.ts';
import { DeletedCredentials } from '../../src/tokens/deleted.ts';

it('the deletion time of a credential is found by each of its names until a clear', () => {
  const deleted = new DeletedCredentials(createSharedCache(10_000));
  deleted.recordDeletion(['id', 'hash'], 7);
  deleted.recordDeletion(['client'], 0);

  expect(['id', 'hash', 'client', 'other'].map((name) => deleted.findDeletionTime(name))).toEqual([7, 7, 0, null]);
  deleted.clear();
  expect(deleted.findDeletionTime('id')).toBeNull();
});

it('the oldest deletions are dropped at the size limit', () => {
  const deleted = new DeletedCredentials(createSharedCache(1000));
  for (let at = 1; at <= 20; at += 1) deleted.recordDeletion([`key-${at}`], at);

  expect([deleted.findDeletionTime('key-1'), deleted.findDeletionTime('key-20')]).toEqual([null, 20]);
});
