import { afterAll, describe, expect, it } from 'vitest';
import { connect, type OperationName, startMock } from '../../src/index.ts';

const listening = await startMock({ adminToken: 'let-me-in' });
const inProcess = await startMock({ listen: false });
afterAll(() => Promise.all([listening.stop(), inProcess.stop()]));

describe.each([
  ['a world', () => listening.world()],
  ['a world without a socket', () => inProcess.world()],
  [
    'a world through connect',
    async () => connect(listening.url, { adminToken: 'let-me-in', world: (await listening.world()).id }),
  ],
] as const)('the journal of %s', (_what, open) => {
  it('lists the requests of its world, newest first', async () => {
    const [board, other] = [await open(), await open()];
    await board.getToken();
    await board.getToken('researcher@acme.test');
    await other.getToken();
    const [newest, oldest, ...more] = await board.requests.list();

    expect(more).toEqual([]);
    expect([newest?.principal?.name, oldest?.principal?.name]).toEqual(['researcher@acme.test', 'admin@acme.test']);
    expect(newest).toMatchObject({ operation: 'grant_token', method: 'POST', status: 200, fault: null, hints: [] });
    expect(await board.requests.get(oldest?.id ?? '')).toEqual(oldest);
  });

  it('verifies that requests were received, and waits for them', async () => {
    const board = await open();
    const missing = await board.requests.verify({ match: { operation: 'grant_token' } });
    const [received] = await Promise.all([
      board.requests.verify({ match: { operation: 'grant_token', status: 200 }, within: '10s' }),
      board.getToken(),
    ]);

    expect(missing).toMatchObject({ verified: false, count: 0, matched: [], nearest: [] });
    expect(received).toMatchObject({ verified: true, count: 1, matched: [{ operation: 'grant_token' }] });
  });

  it('is exported as an HTTP archive', async () => {
    const board = await open();
    await board.getToken();
    const { log } = await board.requests.har({ operation: 'grant_token' });

    expect([log.version, log.entries.length]).toEqual(['1.2', 1]);
    expect((await board.requests.har({ operation: 'get_users' })).log.entries).toEqual([]);
  });

  it('rejects unknown filters, with the nearest name', async () => {
    const { requests } = await open();

    await expect(requests.list({ operation: 'grant_tokn' as OperationName })).rejects.toThrow(
      'Did you mean `grant_token`',
    );
    await expect(requests.verify({ match: { operation: 'grant_tokn' as OperationName } })).rejects.toThrow(
      'Did you mean `grant_token`',
    );
    await expect(requests.list({ opration: 'grant_token' } as object)).rejects.toThrow('`operation`');
    await expect(requests.list({ since: new Date(Number.NaN) })).rejects.toThrow('`since`');
    await expect(requests.get('a/../b')).rejects.toThrow('No request has this id');
  });
});

it('requests can be filtered by an operation that is in no document', async () => {
  await expect(inProcess.requests.list({ operation: 'invokeAtOwnHost' })).resolves.toEqual([]);
});
