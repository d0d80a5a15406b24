/** What a world remembers of credentials that were deleted. */
import { expect, it } from 'vitest';
import { DeletedCredentials } from '../../src/credentials/deleted.ts';
import { createSharedCache } from '../../src/memory/caches.ts';

it('knows by each name when a credential was deleted, until it is cleared', () => {
  const deleted = new DeletedCredentials(createSharedCache(10_000));
  deleted.recordDeletion(['id', 'hash'], 7);
  deleted.recordDeletion(['client'], 0);

  expect(['id', 'hash', 'client', 'other'].map((name) => deleted.findDeletionTime(name))).toEqual([7, 7, 0, null]);
  deleted.clear();
  expect(deleted.findDeletionTime('id')).toBeNull();
});

it('forgets the oldest ones when there is no room for more', () => {
  const deleted = new DeletedCredentials(createSharedCache(1000));
  for (let at = 1; at <= 20; at += 1) deleted.recordDeletion([`key-${at}`], at);

  expect([deleted.findDeletionTime('key-1'), deleted.findDeletionTime('key-20')]).toEqual([null, 20]);
});
