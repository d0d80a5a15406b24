import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createManualClock } from '../../../src/lib/clock.ts';
import { it } from '../../support/command.ts';
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

/** A response of a server, in process or over a socket. */
interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  readonly body: any;
  readonly headers: Headers | Readonly<Record<string, unknown>>;
}

type Call = (request: string, parts?: { readonly token?: string; readonly body?: unknown }) => Promise<Reply>;

// biome-ignore lint/suspicious/noExplicitAny: as above
function decisionOf({ headers }: Reply): any {
  const value = headers instanceof Headers ? headers.get('x-mock-decision') : headers['x-mock-decision'];
  return JSON.parse(String(value));
}

/** The steps of the scenario, for any transport. */
function createSteps(call: () => Call, token: () => string) {
  return {
    post: () => call()(`POST ${DEPLOYMENT}`, { token: token(), body: SPECIFICATIONS }),
    put: () => call()(`PUT ${DEPLOYMENT}`, { token: token(), body: SPECIFICATIONS }),
    edit: async (id: string, scopes: readonly string[]) => {
      const { status, body } = await call()(`PATCH /_mock/keys/${id}`, { body: { scopes } });
      expect(status).toBe(200);
      return body;
    },
    key: async (id: string) => (await call()(`GET /_mock/keys/${id}`)).body,
  };
}

const timeAt = (minutes: number, milliseconds = 0) => new Date(START + minutes * MINUTE + milliseconds).toISOString();

/** Starts a server with a fixed clock that is reopened after every step if it has a data file. */
async function startServer(data: string | null): Promise<void> {
  const config = { propagation: 'fixed', ...(data !== null && { data }) } as const;
  let server = await testServer(config);
  const made = (await server.call('POST /_mock/keys', { body: DEPLOYER })).body;
  const { post, put, edit, key } = createSteps(
    () => server.call,
    () => made.key,
  );
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
  expect(decisionOf(refused)).toMatchObject({ reason: 'missing_scope', missing: ['list_functions'], pending });

  await moveTo(15, -1);
  const stillRefused = await post();
  expect(stillRefused.status).toBe(403);
  expect(decisionOf(stillRefused)).toMatchObject({ reason: 'missing_scope', missing: ['list_functions'], pending });
  expect(await key(made.id)).toMatchObject({ policy: { version: 1 }, pending: [{ version: 2 }] });

  await moveTo(15);
  const deployed = await post();
  expect(deployed).toMatchObject({ status: 200, body: { deployment: { functionStatus: 'ACTIVE' } } });
  expect(decisionOf(deployed)).toEqual({ id: expect.any(String), effect: 'allow', certainty: 'contradicted' });
  expect(await key(made.id)).toMatchObject({ policy: { version: 2 }, pending: [] });

  await moveTo(15, 1000);
  await edit(made.id, []);
  const taken = { version: 3, effectiveAt: timeAt(30, 1000), effect: 'deny' };
  const stillAllowed = await put();
  expect(stillAllowed.status).toBe(200);
  expect(decisionOf(stillAllowed)).toMatchObject({ effect: 'allow', pending: taken });

  await moveTo(30, 999);
  const lastTime = await put();
  expect(lastTime.status).toBe(200);
  expect(decisionOf(lastTime)).toMatchObject({ effect: 'allow', pending: taken });

  await moveTo(30, 1000);
  const over = await put();
  expect(over.status).toBe(403);
  expect(decisionOf(over)).toEqual({
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

  it('with the command over HTTP at a running clock, with restarts', async ({ command }) => {
    const DATA = ['--data', 'mock.db'];
    let server = await command.start(DATA);
    const toggle = { mode: 'fixed', delay: '15m' };
    expect((await server.call('PUT /_mock/propagation', { body: toggle })).status).toBe(200);
    const made = (await server.call('POST /_mock/keys', { body: DEPLOYER })).body;
    const { post, put, edit, key } = createSteps(
      () => server.call,
      () => made.key,
    );
    const advance = async (by: string) =>
      (await server.call('POST /_mock/clock/advance', { body: { by } })).body.events as object[];

    const edited = await edit(made.id, BOTH);
    const [coming] = edited.pending;
    expect(Date.parse(coming.effectiveAt) - Date.parse(coming.recordedAt)).toBe(15 * MINUTE);
    const pending = { version: 2, effectiveAt: coming.effectiveAt, effect: 'allow' };
    expect(decisionOf(await post())).toMatchObject({ effect: 'deny', missing: ['list_functions'], pending });

    expect((await server.stop()).code).toBe(0);
    server = await command.start(DATA);
    const { mode } = (await server.call('GET /_mock/propagation')).body;
    expect(mode).toBe('fixed');
    await advance('14m');
    const refused = await post();
    expect(refused).toMatchObject({ status: 403, body: { detail: 'Access Denied' } });
    expect(decisionOf(refused)).toMatchObject({ reason: 'missing_scope', missing: ['list_functions'], pending });
    const { body: trace } = await server.call(`GET /_mock/decisions/${decisionOf(refused).id}`);
    expect(trace.explanation).toContain(`version 2 is recorded, and would allow it from ${coming.effectiveAt}`);

    expect(await advance('1m')).toContainEqual(
      expect.objectContaining({ at: coming.effectiveAt, keyId: made.id, version: 2 }),
    );
    expect(await post()).toMatchObject({ status: 200, body: { deployment: { functionStatus: 'ACTIVE' } } });

    const emptied = await edit(made.id, []);
    const taken = { version: 3, effectiveAt: emptied.pending[0].effectiveAt, effect: 'deny' };
    await server.crash();
    server = await command.start(DATA);
    await advance('14m');
    const stillAllowed = await put();
    expect(stillAllowed.status).toBe(200);
    expect(decisionOf(stillAllowed)).toMatchObject({ effect: 'allow', pending: taken });

    await advance('1m');
    expect(await put()).toMatchObject({ status: 403, body: { detail: 'Access Denied' } });
    expect(await key(made.id)).toMatchObject({ policy: { version: 3, scopes: [] }, pending: [] });
    expect((await key(made.id)).history).toHaveLength(3);
  });
});
