import { expect, it } from 'vitest';
import { airServer, CHECKPOINTS, expectRefused, RUNS } from '../../support/air-client.ts';

const air = await airServer({ air: 'dsx' });
const { admin, done } = air;

/** A simulation that ran as often. */
async function ran(times = 1, body: object = {}) {
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

it('shutting down leaves a checkpoint of the run, and the simulation counts it', async () => {
  const { id, checkpoints, runs } = await ran(2);

  expect(checkpoints).toHaveLength(2);
  expect(checkpoints.map(({ run }) => run).sort()).toEqual(runs.map((run) => run.id).sort());
  expect(checkpoints[0]).toMatchObject({ favorite: false, state: 'COMPLETE' });
  expect((await done(200, `GET simulations/${id}/`)).complete_checkpoint_count).toBe(2);
  for (const run of runs) expect(run).toMatchObject({ simulation: id, ended_at: expect.any(String) });
});

it('shutting down without a checkpoint leaves none', async () => {
  const { id, checkpoints, runs } = await ran(1, { create_checkpoint: false });

  expect([checkpoints.length, runs.length]).toEqual([0, 1]);
  expect((await done(200, `GET simulations/${id}/`)).complete_checkpoint_count).toBe(0);
});

it('a checkpoint and a run can be named', async () => {
  const { checkpoints, runs } = await ran();
  const change = { name: 'good', favorite: true, metadata: '{}' };

  expect(await done(200, `PATCH ${CHECKPOINTS}${checkpoints[0].id}/`, change)).toMatchObject(change);
  expect((await done(200, `PATCH ${RUNS}${runs[0].id}/`, { name: 'first' })).name).toBe('first');
  expectRefused(await admin(`PATCH ${CHECKPOINTS}${checkpoints[0].id}/`, { favorite: 'yes' }), 400, 'favorite');
});

it('a checkpoint that is deleted is not counted any more', async () => {
  const { id, checkpoints } = await ran(2);

  await done(204, `DELETE ${CHECKPOINTS}${checkpoints[0].id}/`);

  expectRefused(await admin(`GET ${CHECKPOINTS}${checkpoints[0].id}/`), 404);
  expect((await done(200, `GET simulations/${id}/`)).complete_checkpoint_count).toBe(1);
});
