import { afterAll, expect, it } from 'vitest';
import { type Mock, startMock, type World } from '../../../src/index.ts';
import { AT_ONCE_MS } from '../../support/limits.ts';

const mock: Mock = await startMock();
afterAll(() => mock.stop());

interface StreamEvent {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: events have data of every form
  readonly data: any;
}

/** Reads `count` events of a stream and closes it. */
async function readEvents(
  world: Pick<World, 'url'>,
  count: number,
  act: () => Promise<unknown>,
): Promise<StreamEvent[]> {
  const controller = new AbortController();
  const answer = await fetch(`${world.url}/_mock/events`, {
    signal: controller.signal,
  });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  await act();
  const reported: StreamEvent[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith(':')) continue;
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
      reported.push({ event: fields.event, data: JSON.parse(fields.data) });
    }
    if (reported.length >= count) break;
  }
  controller.abort();
  return reported;
}

it('requests, decisions, keys, clock and faults are events without secrets', async () => {
  const world = await mock.world();
  const key = world.key('nvcf-deployer');
  const send = (path: string, method: string, body: unknown) =>
    fetch(`${world.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const reported = await readEvents(world, 6, async () => {
    await fetch(`${world.url}/v2/nvcf/functions`, { headers: { authorization: `Bearer ${key}` } });
    const [{ id = '' } = {}] = (await world.keys.list()).filter(({ name }) => name === 'nvcf-deployer');
    await world.keys.edit(id, { scopes: ['list_functions'] });
    await world.clock.advance('1m');
    const added = await send('/_mock/faults', 'POST', { match: { operation: 'get_users' }, do: { status: 401 } });
    expect(added.status).toBe(201);
    await fetch(`${world.url}/api/v1/users`);
  });

  expect(reported.map(({ event }) => event)).toEqual(['decision', 'request', 'policy', 'clock', 'fault', 'request']);
  const [decision, request, policy, clock, fault, failed] = reported.map(({ data }) => data);
  expect(request).toMatchObject({ operation: 'listFunctions', status: 200, decision: decision.id });
  expect(policy).toMatchObject({ what: 'edited', effectiveAt: expect.any(String) });
  expect(clock).toMatchObject({ ahead: 'PT1M' });
  expect(failed.fault).toBe(fault.fault);
  expect(JSON.stringify(reported)).not.toContain(key);
});

it('the creation and deletion of worlds are events of the default world', async () => {
  const reported = await readEvents(mock, 2, async () => {
    const world = await mock.world({ id: 'told' });
    await world.stop();
  });

  expect(reported.map(({ event, data }) => [event, data])).toEqual([
    ['world', { world: 'told', what: 'made' }],
    ['world', { world: 'told', what: 'deleted' }],
  ]);
});

it('a stream ends when the server stops, without delaying the stop', async () => {
  const server = await startMock();
  const ended = fetch(`${server.url}/_mock/events`).then((answer) => answer.text());
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = performance.now();
  await server.stop();
  await ended;
  expect(performance.now() - before).toBeLessThan(AT_ONCE_MS);
});

it('a world has at most 50 streams', async () => {
  const controller = new AbortController();
  const { url } = await mock.world();
  const openStream = () => fetch(`${url}/_mock/events`, { signal: controller.signal });
  const statuses = (await Promise.all(Array.from({ length: 51 }, openStream))).map(({ status }) => status);
  controller.abort();

  expect(statuses.filter((status) => status === 200)).toHaveLength(50);
  expect(statuses.filter((status) => status === 409)).toHaveLength(1);
});
