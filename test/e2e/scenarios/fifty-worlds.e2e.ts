/** Every control feature over HTTP and through the library, in one world beside fifty worlds with faults. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlClient, connect, type Mock, startMock, type World } from '../../../src/index.ts';

/** The faults of the other worlds, in turn. */
const FAULTS = [
  { do: { status: 503, offDocument: true } },
  { match: { service: 'runai' }, do: { delay: '30ms' } },
  { match: { operation: 'grant_token' }, do: { drop: 'before' } },
  { match: { probability: 0.5 }, do: { drop: 'body' } },
  { match: { service: 'nvcf' }, do: { body: 'garbage' } },
] as const;

let mock: Mock;
let isOver = false;
const running: Promise<void>[] = [];

/** Sends requests to a world until the end of the tests, and ignores errors. */
async function sendRequests(world: World): Promise<void> {
  while (!isOver) {
    await world.getToken().catch(() => undefined);
    const authorization = `Bearer ${world.key('nvcf-deployer')}`;
    await fetch(`${world.url}/v2/nvcf/functions`, { headers: { authorization } })
      .then((answer) => answer.text())
      .catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

beforeAll(async () => {
  mock = await startMock();
  for (let index = 0; index < 50; index += 1) {
    const world = await mock.world();
    // The index is always less than the length of the list.
    await world.faults.add(FAULTS[index % FAULTS.length] as (typeof FAULTS)[number]);
    running.push(sendRequests(world));
  }
});

afterAll(async () => {
  isOver = true;
  await Promise.all(running);
  await mock.stop();
});

/** Both ways to control a world: over HTTP by its URL, and through the library. */
const WAYS: readonly (readonly [name: string, board: (world: World) => ControlClient | World])[] = [
  ['over HTTP', (world) => connect(world.url)],
  ['through the library', (world) => world],
];

describe.each(WAYS)('%s, beside fifty other worlds,', (_, boardFor) => {
  const createTestWorld = async () => {
    const world = await mock.world();
    const authorization = `Bearer ${world.key('nvcf-deployer')}`;
    const list = () => fetch(`${world.url}/v2/nvcf/functions`, { headers: { authorization } });
    return { world, board: boardFor(world), list };
  };

  it('the journal lists only the requests of its world', async () => {
    const { world, board, list } = await createTestWorld();
    await world.getToken();
    await list();
    const requests = await board.requests.list();
    expect(requests.map(({ operation, status, fault }) => [operation, status, fault])).toEqual([
      ['listFunctions', 200, null],
      ['grant_token', 200, null],
    ]);
  });

  it('a verification waits for the requests of its world', async () => {
    const { board, list } = await createTestWorld();
    const waiting = board.requests.verify({ match: { operation: 'listFunctions' }, atLeast: 1, within: '20s' });
    await list();
    expect(await waiting).toMatchObject({ verified: true, count: 1 });
  });

  it('a fault applies to its world, in its own order', async () => {
    const { world, board, list } = await createTestWorld();
    await board.faults.next('listFunctions', { status: 401 });
    expect([(await list()).status, (await list()).status]).toEqual([401, 200]);
    await expect(world.getToken()).resolves.toMatch(/^eyJ/);
  });

  it('an outage ends by the clock of its world', async () => {
    const { world, board } = await createTestWorld();
    await board.faults.add({ match: { operation: 'grant_token' }, do: { status: 503 }, for: '30s' });
    await expect(world.getToken()).rejects.toThrow('Service Unavailable');
    await board.clock.advance('30s');
    await expect(world.getToken()).resolves.toMatch(/^eyJ/);
  });

  it('tokens are minted for its world, valid and invalid', async () => {
    const { world, board } = await createTestWorld();
    const valid = await board.tokens.mint({ for: 'admin@acme.test' });
    const expired = await board.tokens.mint({ for: 'admin@acme.test', expiresIn: '-1s' });
    const listAccessKeys = (token: string) =>
      fetch(`${world.url}/api/v1/access-keys`, { headers: { authorization: `Bearer ${token}` } });
    expect([(await listAccessKeys(valid.token)).status, (await listAccessKeys(expired.token)).status]).toEqual([
      200, 401,
    ]);
    expect((await board.tokens.zoo()).tokens.length).toBeGreaterThan(25);
  });

  it('the least privilege applies to the credentials of its world', async () => {
    const { world, board } = await createTestWorld();
    const authorization = `Bearer ${world.key('nvcf-deployer')}`;
    const answer = await fetch(`${world.url}/v2/nvcf/functions`, { headers: { authorization } });
    expect(answer.status).toBe(200);
    const { principals } = await board.leastPrivilege({ principal: 'nvcf-deployer' });
    expect(principals.map(({ smallest }) => smallest)).toEqual([
      {
        services: ['nvcf'],
        scopes: ['list_functions'],
        resource: { type: 'All Functions' },
        roles: ['Cloud Functions User'],
      },
    ]);
  });

  it('hints and events belong to its world', async () => {
    const { world, board } = await createTestWorld();
    const reported: string[] = [];
    const events = board.events();
    const watching = (async () => {
      for await (const { kind } of events) {
        reported.push(kind);
        if (reported.includes('request')) return;
      }
    })();
    await events.opened;
    await fetch(`${world.url}/api/v1/users`, { headers: { authorization: world.key('nvcf-deployer') } });
    await watching;
    const [refused] = await board.requests.list();
    expect(refused?.hints.length).toBeGreaterThan(0);
  });
});
