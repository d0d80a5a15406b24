/**
 * Each thing that testers reach for, over HTTP and through the library, in a world of its own, while fifty other worlds of the
 * same server go wrong in all other ways.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Mock, type Switchboard, startMock, type World } from '../../src/index.ts';

/** What goes wrong elsewhere: in each world something else. */
const ELSEWHERE = [
  { do: { status: 503, offDocument: true } },
  { match: { service: 'runai' }, do: { delay: '30ms' } },
  { match: { operation: 'grant_token' }, do: { drop: 'before' } },
  { match: { probability: 0.5 }, do: { drop: 'body' } },
  { match: { service: 'nvcf' }, do: { body: 'garbage' } },
] as const;

let mock: Mock;
let isOver = false;
const elsewhere: Promise<void>[] = [];

/** Requests of a world, one after another, whatever comes of them. */
async function live(world: World): Promise<void> {
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
    // The list has an entry at every index below its length.
    await world.faults.add(ELSEWHERE[index % ELSEWHERE.length] as (typeof ELSEWHERE)[number]);
    elsewhere.push(live(world));
  }
}, 60_000);

afterAll(async () => {
  isOver = true;
  await Promise.all(elsewhere);
  await mock.stop();
});

/** Both ways to drive a world: by its URL, as any program does, and as the library has it. */
const WAYS: readonly (readonly [name: string, board: (world: World) => Switchboard | World])[] = [
  ['over HTTP', (world) => connect(world.url)],
  ['through the library', (world) => world],
];

describe.each(WAYS)('%s, beside fifty other worlds', (_, boardOf) => {
  const fresh = async () => {
    const world = await mock.world();
    const authorization = `Bearer ${world.key('nvcf-deployer')}`;
    const list = () => fetch(`${world.url}/v2/nvcf/functions`, { headers: { authorization } });
    return { world, board: boardOf(world), list };
  };

  it('the journal has this world’s requests, and no others', async () => {
    const { world, board, list } = await fresh();
    await world.getToken();
    await list();
    const requests = await board.requests.list();
    expect(requests.map(({ operation, status, fault }) => [operation, status, fault])).toEqual([
      ['listFunctions', 200, null],
      ['grant_token', 200, null],
    ]);
  });

  it('a verification waits for this world’s requests', async () => {
    const { board, list } = await fresh();
    const waiting = board.requests.verify({ match: { operation: 'listFunctions' }, atLeast: 1, within: '20s' });
    await list();
    expect(await waiting).toMatchObject({ verified: true, count: 1 });
  });

  it('a fault strikes here, in its own order', async () => {
    const { world, board, list } = await fresh();
    await board.faults.next('listFunctions', { status: 401 });
    expect([(await list()).status, (await list()).status]).toEqual([401, 200]);
    await expect(world.getToken()).resolves.toMatch(/^eyJ/);
  });

  it('a drill is survived or not by this world’s clients alone', async () => {
    const { world, board } = await fresh();
    await board.drills.run('expire-tokens');
    const { now } = await board.clock.now();
    expect(Date.parse(now) - Date.now()).toBeGreaterThan(3_000_000);
    await board.drills.run('token-outage');
    await expect(world.getToken()).rejects.toThrow('Service Unavailable');
    await board.drills.end('token-outage');
    await expect(world.getToken()).resolves.toMatch(/^eyJ/);
  });

  it('tokens are minted for this world, right and wrong', async () => {
    const { world, board } = await fresh();
    const right = await board.tokens.mint({ for: 'admin@acme.test' });
    const late = await board.tokens.mint({ for: 'admin@acme.test', expiresIn: '-1s' });
    const use = (token: string) =>
      fetch(`${world.url}/api/v1/access-keys`, { headers: { authorization: `Bearer ${token}` } });
    expect([(await use(right.token)).status, (await use(late.token)).status]).toEqual([200, 401]);
    expect((await board.tokens.zoo()).tokens.length).toBeGreaterThan(25);
  });

  it('what is observed, and the least that it takes, is what this world’s credentials did', async () => {
    const { world, board } = await fresh();
    await board.mode('observe');
    const authorization = `Bearer ${world.key('nvcf-deployer')}`;
    const answer = await fetch(`${world.url}/v2/nvcf/functions`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' }),
    });
    expect(answer.status).toBe(200);
    const { principals } = await board.leastPrivilege({ principal: 'nvcf-deployer' });
    expect(principals.map(({ smallest }) => smallest)).toEqual([
      { services: ['nvcf'], scopes: ['register_function'], resource: { type: 'All Functions' } },
    ]);
  });

  it('hints, findings and events are this world’s', async () => {
    const { world, board } = await fresh();
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
    expect((await board.findings()).filter(({ kind }) => kind === 'unused_fault')).toEqual([]);
  });

  it('what is documented is the same in every world', async () => {
    const { board } = await fresh();
    const documented = await board.fidelity('runai');
    expect(documented.services).toMatchObject([{ service: 'runai', operations: expect.any(Number) }]);
    expect(documented).toEqual(await mock.fidelity('runai'));
  });
});
