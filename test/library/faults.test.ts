import { afterAll, describe, expect, it } from 'vitest';
import { connect, type OperationName, startMock } from '../../src/index.ts';

const listening = await startMock();
const inProcess = await startMock({ listen: false });
afterAll(() => Promise.all([listening.stop(), inProcess.stop()]));

describe.each([
  ['a world', () => listening.world()],
  ['a world without a socket', () => inProcess.world()],
  ['a world through connect', async () => connect(listening.url, { world: (await listening.world()).id })],
] as const)('the faults of %s', (_what, open) => {
  it('affect the next call once, and only in their world', async () => {
    const [board, other] = [await open(), await open()];
    const fault = await board.faults.next('grant_token', { status: 503, retryAfter: 2 });

    await expect(other.getToken()).resolves.toMatch(/^eyJ/);
    await expect(board.getToken()).rejects.toThrow('Service Unavailable');
    await expect(board.getToken()).resolves.toMatch(/^eyJ/);
    expect((await board.requests.list()).map(({ status, fault: id }) => [status, id])).toEqual([
      [200, null],
      [503, fault.id],
    ]);
    expect(await board.faults.get(fault.id)).toMatchObject({
      times: 1,
      seen: 1,
      fired: 1,
      do: { status: 503, retryAfter: 2 },
    });
    expect(await other.faults.list()).toEqual([]);
  });

  it('are returned in full, listed, and removed by id or all at once', async () => {
    const board = await open();
    const first = await board.faults.add({
      match: { operation: 'grant_token', principal: 'admin@acme.test', probability: 0.5, seed: 'x' },
      after: 1,
      times: 3,
      do: { delay: { min: '1ms', max: '2ms' } },
    });
    const second = await board.faults.add({ do: { status: 418, offDocument: true, after: true } });

    expect(first).toMatchObject({
      match: { operation: 'grant_token', principal: 'admin@acme.test', probability: 0.5, seed: 'x' },
      after: 1,
      times: 3,
    });
    expect(second).toMatchObject({ match: {}, times: null, do: { status: 418, after: true } });
    expect((await board.faults.list()).map(({ id }) => id)).toEqual([first.id, second.id]);
    await board.faults.remove(first.id);
    expect((await board.faults.list()).map(({ id }) => id)).toEqual([second.id]);
    await board.faults.clear();
    expect(await board.faults.list()).toEqual([]);
  });

  it('are rejected with a helpful message if they are invalid', async () => {
    const { faults } = await open();

    await expect(faults.next('grant_tokn' as OperationName, { status: 503 })).rejects.toThrow(
      'Did you mean `grant_token`',
    );
    await expect(faults.next('grant_token', { status: 429 })).rejects.toThrow('offDocument');
    await expect(faults.next('grant_token', { stats: 503 } as object)).rejects.toThrow('`status`');
    await expect(faults.next({ status: 503 } as never, undefined as never)).rejects.toThrow(
      "faults.next('grant_token'",
    );
    await expect(faults.next('grant_token', undefined as never)).rejects.toThrow("faults.next('grant_token'");
    await expect(faults.remove('none')).rejects.toThrow('No fault has this id');
    expect(await faults.list()).toEqual([]);
  });
});
