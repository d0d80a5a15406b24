import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createManualClock } from '../../../src/lib/clock.ts';
import { it } from '../../support/in-folder.ts';
import { castFunction } from '../../support/ngc-cast.ts';
import { START, testServer } from '../../support/server.ts';

const MINUTE = 60_000;
const SPECIFICATIONS = {
  deploymentSpecifications: [{ gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1 }],
};
const [, undeployed] = castFunction('summarize');
const DEPLOYMENT = `/v2/nvcf/deployments/functions/${undeployed?.functionId}/versions/${undeployed?.versionId}`;
const DEPLOYER = {
  type: 'service',
  name: 'deployer',
  services: ['nvcf'],
  scopes: ['deploy_function'],
  resource: { type: 'All Functions' },
};
const BOTH = ['deploy_function', 'list_functions'];

const timeAt = (minutes: number, milliseconds = 0) => new Date(START + minutes * MINUTE + milliseconds).toISOString();

/** Starts a server with a fixed clock that is reopened after every step if it has a data file. */
async function startServer(data: string | null): Promise<void> {
  const config = { propagation: 'fixed', ...(data !== null && { data }) } as const;
  let server = await testServer(config);
  const made = (await server.call('POST /_mock/keys', { body: DEPLOYER })).body;
  const deploy = (method: string) => server.call(`${method} ${DEPLOYMENT}`, { token: made.key, body: SPECIFICATIONS });
  const [post, put] = [() => deploy('POST'), () => deploy('PUT')];
  const key = async (id: string) => (await server.call(`GET /_mock/keys/${id}`)).body;
  const edit = async (id: string, scopes: readonly string[]) =>
    expect((await server.call(`PATCH /_mock/keys/${id}`, { body: { scopes } })).status).toBe(200);
  const moveTo = async (minutes: number, milliseconds = 0) => {
    const time = START + minutes * MINUTE + milliseconds;
    if (data === null) return server.clock.set(time);
    await server.close();
    server = await testServer(config, { clock: createManualClock(time) });
  };

  await edit(made.id, BOTH);
  const pending = { version: 2, effectiveAt: timeAt(15), effect: 'allow' };
  const refused = await post();
  expect(refused).toMatchObject({ status: 403, body: { detail: 'Access Denied' } });
  expect(refused.decision).toMatchObject({ reason: 'missing_scope', missing: ['list_functions'], pending });

  await moveTo(15, -1);
  const stillRefused = await post();
  expect(stillRefused.status).toBe(403);
  expect(stillRefused.decision).toMatchObject({ reason: 'missing_scope', missing: ['list_functions'], pending });
  expect(await key(made.id)).toMatchObject({ policy: { version: 1 }, pending: [{ version: 2 }] });

  await moveTo(15);
  const deployed = await post();
  expect(deployed).toMatchObject({ status: 200, body: { deployment: { functionStatus: 'ACTIVE' } } });
  expect(deployed.decision).toEqual({ id: expect.any(String), effect: 'allow', certainty: 'contradicted' });
  expect(await key(made.id)).toMatchObject({ policy: { version: 2 }, pending: [] });

  await moveTo(15, 1000);
  await edit(made.id, []);
  const taken = { version: 3, effectiveAt: timeAt(30, 1000), effect: 'deny' };
  const stillAllowed = await put();
  expect(stillAllowed.status).toBe(200);
  expect(stillAllowed.decision).toMatchObject({ effect: 'allow', pending: taken });

  await moveTo(30, 999);
  const lastTime = await put();
  expect(lastTime.status).toBe(200);
  expect(lastTime.decision).toMatchObject({ effect: 'allow', pending: taken });

  await moveTo(30, 1000);
  const over = await put();
  expect(over.status).toBe(403);
  expect(over.decision).toEqual({
    id: expect.any(String),
    effect: 'deny',
    certainty: 'contradicted',
    reason: 'missing_scope',
    missing: ['deploy_function', 'list_functions'],
  });
  expect((await key(made.id)).history).toEqual([
    expect.objectContaining({ version: 1, recordedAt: timeAt(0), effectiveAt: timeAt(0), scopes: ['deploy_function'] }),
    expect.objectContaining({ version: 2, recordedAt: timeAt(0), effectiveAt: timeAt(15), scopes: BOTH }),
    expect.objectContaining({ version: 3, recordedAt: timeAt(15, 1000), effectiveAt: timeAt(30, 1000), scopes: [] }),
  ]);
}

describe('a key gains its missing scope by an edit, and loses it again', () => {
  it('at the exact millisecond', async () => {
    await startServer(null);
  });

  it('at the exact millisecond, with a restart before every step', async ({ folder }) => {
    await startServer(join(folder, 'mock.db'));
  });
});
