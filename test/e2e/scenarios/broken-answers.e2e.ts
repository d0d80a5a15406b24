import { afterAll, describe, expect, it } from 'vitest';
import { startMock } from '../../../src/index.ts';

describe.each([
  ['over a socket', true],
  ['in process', false],
])('a response that a fault breaks, %s', async (_, listen) => {
  const mock = await startMock({ listen });
  afterAll(() => mock.stop());

  /** Creates a world with a fault for the next list of access keys. */
  const createFaultyWorld = async (action: object) => {
    const world = await mock.world();
    const send = (path: string, init: RequestInit = {}) =>
      listen ? fetch(`${world.url}${path}`, init) : world.fetch(path, init);
    const callControl = async (method: string, path: string, body?: unknown) => {
      const init =
        body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every form
      return (await (await send(`/_mock${path}`, { method, ...init })).json()) as any;
    };
    const { id } = await callControl('POST', '/faults', {
      match: { operation: 'get_access_keys' },
      times: 1,
      do: action,
    });
    const token = await world.getToken();
    const list = () => send('/api/v1/access-keys', { headers: { authorization: `Bearer ${token}` } });
    const readJournalEntry = async () =>
      (await callControl('GET', '/requests?operation=get_access_keys')).requests.at(-1);
    return { id, list, entry: readJournalEntry };
  };

  it.each(['before', 'headers'] as const)('dropped at `%s` rejects the call, and has no effect', async (drop) => {
    const { id, list, entry: readJournalEntry } = await createFaultyWorld({ drop });
    const failure = await list().catch((cause: unknown) => cause);
    expect(failure).toBeInstanceOf(TypeError);
    // Node reports a connection that ends early with one of these messages.
    expect(['ECONNRESET', 'UND_ERR_SOCKET', 'HPE_INVALID_EOF_STATE']).toContain(
      (failure as { cause: { code: string } }).cause.code,
    );
    expect(await readJournalEntry()).toMatchObject({ fault: id, status: null, done: false });
    expect((await list()).status).toBe(200);
  });

  it('dropped in its body has a status and then an error, and the operation took effect', async () => {
    const { id, list, entry: readJournalEntry } = await createFaultyWorld({ drop: 'body' });
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-mock-fault')).toBe(id);
    await expect(answer.text()).rejects.toThrow(TypeError);
    expect(await readJournalEntry()).toMatchObject({ fault: id, status: 200, done: true });
  });

  it('can be empty, truncated or garbage, and is still well-formed HTTP', async () => {
    const empty = await (await createFaultyWorld({ body: 'empty' })).list();
    expect([empty.status, await empty.text()]).toEqual([200, '']);

    const { list } = await createFaultyWorld({ body: 'truncated' });
    const half = await (await list()).text();
    const whole = await (await list()).text();
    expect(whole.startsWith(half)).toBe(true);
    expect(half.length).toBe(Math.floor(whole.length / 2));

    const garbage = await (await createFaultyWorld({ body: 'garbage' })).list();
    await expect(garbage.json()).rejects.toThrow(SyntaxError);
  });

  it('can be slow', async () => {
    const { list } = await createFaultyWorld({ body: 'slow' });
    const before = performance.now();
    const answer = await list();
    expect(performance.now() - before).toBeLessThan(2500);
    expect(await answer.json()).toHaveProperty('accessKeys');
    expect(performance.now() - before).toBeGreaterThan(2000);
  });
});
