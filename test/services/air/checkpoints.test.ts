import { expect, it } from 'vitest';
import { airServer, CHECKPOINTS, expectRefused, RUNS } from '../../support/air-client.ts';

const air = await airServer({ air: 'dsx' });
const { admin, done } = air;

/** Creates a simulation and runs it this number of times. */
async function runSimulation(times = 1, body: object = {}) {
  const { id } = await air.simulation();
  for (let time = 0; time < times; time++) {
    await done(200, `PATCH simulations/${id}/start/`);
    await done(200, `PATCH simulations/${id}/shutdown/`, body);
  }
  return {
    id,
    checkpoints: await air.all(`${CHECKPOINTS}?simulation=${id}`),
    runs: await air.all(`${RUNS}?simulation=${id}`),
  };
}

it('a shutdown creates a checkpoint of the run, which the simulation counts', async () => {
  const { id, checkpoints, runs } = await runSimulation(2);

  expect(checkpoints).toHaveLength(2);
  expect(checkpoints.map(({ run }) => run).sort()).toEqual(runs.map((run) => run.id).sort());
  expect(checkpoints[0]).toMatchObject({ favorite: false, state: 'COMPLETE' });
  expect((await done(200, `GET simulations/${id}/`)).complete_checkpoint_count).toBe(2);
  for (const run of runs) expect(run).toMatchObject({ simulation: id, ended_at: expect.any(String) });
});

it('a shutdown with `create_checkpoint: false` creates no checkpoint', async () => {
  const { id, checkpoints, runs } = await runSimulation(1, { create_checkpoint: false });

  expect([checkpoints.length, runs.length]).toEqual([0, 1]);
  expect((await done(200, `GET simulations/${id}/`)).complete_checkpoint_count).toBe(0);
});

it('a checkpoint and a run can be renamed', async () => {
  const { checkpoints, runs } = await runSimulation();
  const change = { name: 'good', favorite: true, metadata: '{}' };

  expect(await done(200, `PATCH ${CHECKPOINTS}${checkpoints[0].id}/`, change)).toMatchObject(change);
  expect((await done(200, `PATCH ${RUNS}${runs[0].id}/`, { name: 'first' })).name).toBe('first');
});

it('a deleted checkpoint keeps its object in the state DELETED, and is no longer counted or used', async () => {
  const { id, checkpoints } = await runSimulation(2);
  const [{ id: deleted }, { id: kept }] = checkpoints;

  await done(204, `DELETE ${CHECKPOINTS}${deleted}/`);

  expect(await done(200, `GET ${CHECKPOINTS}${deleted}/`)).toMatchObject({ id: deleted, state: 'DELETED' });
  const { results } = await done(200, `GET ${CHECKPOINTS}?simulation=${id}&state=DELETED`);
  expect(results.map((result: { id: string }) => result.id)).toEqual([deleted]);
  expect((await done(200, `GET simulations/${id}/`)).complete_checkpoint_count).toBe(1);
  expectRefused(await admin(`DELETE ${CHECKPOINTS}${deleted}/`), 400, 'deleted already');
  expectRefused(await admin(`PATCH simulations/${id}/start/`, { checkpoint: deleted }), 400, 'DELETED');
  await done(204, `DELETE ${CHECKPOINTS}${kept}/`);
  await done(200, `PATCH simulations/${id}/start/`, {});
  const { results: runs } = await done(200, `GET ${RUNS}?simulation=${id}`);
  const origins = runs.map((run: { started_from: string | null }) => run.started_from);
  expect(origins.filter((origin: string | null) => origin === null)).toHaveLength(2);
});
