/** Requests that change the same object at the same time. */
import { expect, it, vi } from 'vitest';
import { EditConflict } from '../../src/store/errors.ts';
import { airServer, NODES } from '../support/air-client.ts';

const air = await airServer({ air: 'dsx' });

async function nodeToUpdate() {
  const { id } = await air.simulation();
  const node = await air.node({ simulation: id });
  const update = (given: object) =>
    air.admin(`PATCH ${NODES}bulk-update/`, { simulation: id, node_ids: [node.id], ...given });
  return { update, read: () => air.done(200, `GET ${NODES}${node.id}/`) };
}

it('one whose object changes before it is stored is carried out again, and undoes nothing', async () => {
  const { update, read } = await nodeToUpdate();
  const { collections } = air.world.store;
  const commit = vi.spyOn(collections, 'commit').mockImplementationOnce(async (...changes) => {
    commit.mockRestore();
    // Somebody else is faster.
    expect((await update({ cpu: 7 })).status).toBe(200);
    return collections.commit(...changes);
  });

  expect((await update({ storage: 70 })).status).toBe(200);
  expect(await read()).toMatchObject({ cpu: 7, storage: 70 });
});

it('one whose object changes each time is told to try again', async () => {
  const { update, read } = await nodeToUpdate();
  const before = await read();
  const commit = vi.spyOn(air.world.store.collections, 'commit').mockRejectedValue(new EditConflict());
  const { status, body } = await update({ storage: 70 });

  expect([status, commit.mock.calls.length]).toEqual([503, 5]);
  expect(JSON.stringify(body)).toContain('Try again');
  commit.mockRestore();
  expect(await read()).toEqual(before);
});
