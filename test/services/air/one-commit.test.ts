/** Requests that change several objects in one commit: if the server is killed, all of them have changed, or none. */
import { describe, expect, it, vi } from 'vitest';
import type { Commit } from '../../../src/store/row.ts';
import { ACME_SWITCH, airServer, CHECKPOINTS, expectRefused, LEAF_SPINE } from '../../support/air-client.ts';

const air = await airServer({ air: 'dsx' });
const { done, admin, globex } = air;
const getCollections = () => air.world.store.collections;

const startSimulation = async () => {
  const { id } = await air.simulation();
  await done(200, `PATCH simulations/${id}/start/`);
  return id;
};
const createCheckpoint = async () => {
  const id = await startSimulation();
  await done(200, `PATCH simulations/${id}/shutdown/`, {});
  const [checkpoint] = await air.all(`${CHECKPOINTS}?simulation=${id}`);
  return { id, checkpoint: checkpoint.id };
};
const countCheckpoints = async (id: string) => (await done(200, `GET simulations/${id}/`)).complete_checkpoint_count;

type SendRequest = () => Promise<unknown>;
const REQUESTS: [title: string, prepare: () => Promise<SendRequest>][] = [
  [
    'starting a simulation',
    async () => {
      const { id } = await air.simulation();
      return () => done(200, `PATCH simulations/${id}/start/`);
    },
  ],
  ...[{}, { create_checkpoint: false }].map((options): [string, () => Promise<SendRequest>] => [
    `shutting a simulation down, ${JSON.stringify(options)}`,
    async () => {
      const id = await startSimulation();
      return () => done(200, `PATCH simulations/${id}/shutdown/`, options);
    },
  ]),
  [
    'rebuilding a simulation',
    async () => {
      const id = await startSimulation();
      return () => done(200, `PATCH simulations/${id}/rebuild/`, {});
    },
  ],
  [
    'deleting a checkpoint',
    async () => {
      const { checkpoint } = await createCheckpoint();
      return () => done(204, `DELETE ${CHECKPOINTS}${checkpoint}/`);
    },
  ],
  [
    'provisioning a demo',
    async () => {
      const demo = await done(201, 'POST marketplace/demos/', {
        name: 'demo',
        tags: ['routing'],
        simulation: LEAF_SPINE,
      });
      return () => done(201, `POST marketplace/demos/${demo.id}/provision/`, {});
    },
  ],
  [
    'claiming a share of an image',
    async () => {
      const share = await done(201, 'POST images/shares/', { image: ACME_SWITCH, target_org: 'globex' });
      return async () => {
        const { status, body } = await globex('POST images/claim-image-share/', { image_share: share.id });
        expect(status, JSON.stringify(body)).toBe(201);
      };
    },
  ],
];

it.each(REQUESTS)('%s is a single commit', async (_what, prepare) => {
  const request = await prepare();
  const rows = getCollections();
  const { commit, updating } = rows;
  let commits = 0;
  const countCommits =
    (original: Commit): Commit =>
    (changes) => {
      commits += 1;
      return original(changes);
    };
  Object.assign(rows, {
    commit: countCommits(commit.bind(rows)),
    updating: (work: Parameters<typeof updating>[0]) =>
      updating.call(rows, (commitInUpdate) => work(countCommits(commitInUpdate))),
  });
  await request();
  Object.assign(rows, { commit, updating });

  expect(commits).toBe(1);
});

describe('with a concurrent request', () => {
  it('a renamed run keeps its name and ends', async () => {
    const id = await startSimulation();
    const [run] = await air.all(`simulations/runs/?simulation=${id}`);
    const updating = getCollections().updating.bind(getCollections());
    const spy = vi.spyOn(getCollections(), 'updating').mockImplementationOnce(async (work) => {
      await done(200, `PATCH simulations/runs/${run.id}/`, { name: 'mine' });
      return updating(work) as never;
    });
    await done(200, `PATCH simulations/${id}/shutdown/`, {});
    spy.mockRestore();

    expect(await done(200, `GET simulations/runs/${run.id}/`)).toMatchObject({
      name: 'mine',
      ended_at: expect.any(String),
    });
    expect(await countCheckpoints(id)).toBe(1);
  });

  it('a deleted checkpoint is subtracted once', async () => {
    const { id, checkpoint } = await createCheckpoint();
    await done(200, `PATCH simulations/${id}/start/`);
    await done(200, `PATCH simulations/${id}/shutdown/`, {});
    const updating = getCollections().updating.bind(getCollections());
    const spy = vi.spyOn(getCollections(), 'updating').mockImplementationOnce(async (work) => {
      await done(204, `DELETE ${CHECKPOINTS}${checkpoint}/`);
      return updating(work) as never;
    });
    expectRefused(await admin(`DELETE ${CHECKPOINTS}${checkpoint}/`), 400);
    spy.mockRestore();

    expect(await countCheckpoints(id)).toBe(1);
  });
});
