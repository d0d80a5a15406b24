/** Requests that change the same object concurrently. */
import { expect, it, vi } from 'vitest';
import { EditConflict } from '../../src/store/errors.ts';
import { airServer, NODES } from '../support/air-client.ts';

const air = await airServer({ air: 'dsx' });

async function createNode() {
  const { id } = await air.simulation();
  const node = await air.node({ simulation: id });
  const update = (changes: object) =>
    air.admin(`PATCH ${NODES}bulk-update/`, { simulation: id, node_ids: [node.id], ...changes });
  return { update, read: () => air.done(200, `GET ${NODES}${node.id}/`) };
}

it('a request is repeated if its object changes before the commit, and undoes nothing', async () => {
  const { update, read } = await createNode();
  const { collections } = air.world.store;
  const commit = vi.spyOn(collections, 'commit').mockImplementationOnce(async (...edits) => {
    commit.mockRestore();
    // A concurrent request commits first.
    expect((await update({ cpu: 7 })).status).toBe(200);
    return collections.commit(...edits);
  });

  expect((await update({ storage: 70 })).status).toBe(200);
  expect(await read()).toMatchObject({ cpu: 7, storage: 70 });
});

it('a request is rejected with 503 if its object changes each time', async () => {
  const { update, read } = await createNode();
  const before = await read();
  const commit = vi.spyOn(air.world.store.collections, 'commit').mockRejectedValue(new EditConflict());
  const { status, body } = await update({ storage: 70 });

  expect([status, commit.mock.calls.length]).toEqual([503, 5]);
  expect(JSON.stringify(body)).toContain('Try again');
  commit.mockRestore();
  expect(await read()).toEqual(before);
});
