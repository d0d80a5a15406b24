import { expect, it } from 'vitest';
import { airServer, expectRefused, GLOBEX_LAB, LEAF_SPINE, NOTHING } from '../../support/air-client.ts';

const air = await airServer({ air: 'dsx' });
const { admin, done } = air;

it('changes of a simulation and a node are recorded', async () => {
  const { id } = await air.simulation();
  const node = await air.node({ simulation: id });
  await done(200, `PATCH simulations/${id}/start/`);

  const simulationEntries = await air.all(`histories/?model=simulation&object_id=${id}`);
  const nodeEntries = await air.all(`histories/?model=node&object_id=${node.id}`);

  expect(simulationEntries.length).toBeGreaterThan(1);
  expect(nodeEntries).toHaveLength(1);
  for (const entry of [...simulationEntries, ...nodeEntries]) {
    expect(entry).toMatchObject({ actor: 'air-admin@acme.test', category: 'INFO', description: expect.any(String) });
  }
  const nested = await done(200, `GET simulations/${id}/history/?limit=1`);
  expect(nested.count).toBe(simulationEntries.length);
  expect(nested.results[0]).toMatchObject({ object_id: id, severity: 'INFO', labels: [] });
  expect(nested.next).toContain(`/api/v3/simulations/${id}/history/?`);
  expect((await done(200, `GET simulations/${id}/history/?actor=nobody`)).results).toEqual([]);
  expect((await done(200, `GET simulations/${id}/history-filters/`)).actors).toEqual(['air-admin@acme.test']);
});

it('a list of history entries requires a model and accepts an object of that model', async () => {
  for (const name of ['one', 'other']) await air.simulation({ name });
  const all = await air.all('histories/?model=simulation');
  expect(new Set(all.map(({ object_id }) => object_id)).size).toBeGreaterThan(1);
  expect(new Set(all.map(({ model }) => model))).toEqual(new Set(['simulation']));
  expectRefused(await admin(`GET histories/?object_id=${LEAF_SPINE}`), 400, 'model');
  expectRefused(await admin(`GET histories/?model=image&object_id=${LEAF_SPINE}`), 400, 'model');
  for (const id of [NOTHING, GLOBEX_LAB]) {
    expectRefused(await admin(`GET histories/?model=simulation&object_id=${id}`), 404);
    expectRefused(await admin(`GET simulations/${id}/history/`), 404);
  }
});
