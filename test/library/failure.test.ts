import { afterAll, describe, expect, it, vi } from 'vitest';
import { describeFailure, startMock } from '../../src/index.ts';
import { printFailure } from '../../src/library/failure.ts';

const mock = await startMock({ listen: false });
afterAll(() => mock.stop());

describe('the report of a failed test', () => {
  it('contains the latest refusals, the injected faults, and the unused faults', async () => {
    const world = await mock.world();
    await world.fetch('/api/v1/users');
    const struck = await world.faults.next('grant_token', { status: 503 });
    const idle = await world.faults.next('get_roles_v1', { status: 503 });
    await world.getToken().catch(() => {});
    const [{ id = '' } = {}] = await world.requests.list();
    const text = await describeFailure(world, 'a test');

    expect(text).toMatch(/^the mock refused in "a test", latest first:\n {2}GET \/api\/v1\/users\n/);
    expect(text).toMatch(/\n {4}fix: .*`Authorization: Bearer <token>`/);
    expect(text.slice(text.indexOf('faults')).split('\n')).toEqual([
      'faults in "a test":',
      `  POST /api/v1/token: 503 for admin@acme.test, affected by fault ${struck.id} (request ${id})`,
      `  fault ${idle.id} for {"operation":"get_roles_v1"} was not injected: no request matched`,
    ]);
  });

  it('contains each hint about a request once', async () => {
    const world = await mock.world();
    const body = new URLSearchParams({ grantType: 'client_credentials' });
    await world.fetch('/api/v1/token', { method: 'POST', body });
    await world.fetch('/api/v1/users', { headers: { authorization: 'Bearer Bearer MjAyNg' } });
    const text = await describeFailure(world);

    expect(text).toMatch(
      /\nthe mock noticed, latest first:\n {2}POST \/api\/v1\/token: 415 \(request \S+\)\n {4}.*\n {4}hint: .*form/,
    );
    expect(text.match(/fix: .*contains `Bearer` twice/g)).toHaveLength(1);
    expect(text.match(/contains `Bearer` twice/g)).toHaveLength(1);
  });

  it('contains errors without a decision, with their message and the nearest path', async () => {
    const world = await mock.world();
    const authorization = `Bearer ${await world.getToken()}`;
    const send = (method: string, path: string, body?: object) =>
      world.fetch(path, {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    await send('POST', '/api/v1/access-keys', {});
    await send('PUT', '/api/v1/access-keys');
    await send('GET', '/api/v1/acess-keys');
    await send('POST', '/api/v1/access-keys', { name: 'twice' });
    await send('POST', '/api/v1/access-keys', { name: 'twice' });
    await world.fetch('/v2/nvcf/functions', {
      method: 'POST',
      headers: { authorization: `Bearer ${world.key('nvcf-deployer')}` },
      body: '{}',
    });
    const text = (await describeFailure(world)).replaceAll(/ \(request \S+\)/g, '');

    expect(text).toContain('POST /api/v1/access-keys: 400 for admin@acme.test\n    Field `name` is missing; ');
    expect(text).toContain('PUT /api/v1/access-keys: 405\n    `/api/v1/access-keys` does not support PUT; ');
    expect(text).toContain(
      'GET /api/v1/acess-keys: 404\n    No operation has the path `/api/v1/acess-keys`.\n    hint: Nothing is served at this path. Did you mean `GET /api/v1/access-keys`?',
    );
    expect(text).toContain('409 for admin@acme.test\n    You already have an access key named `twice`.');
  });

  it('is empty without refusals, and has a limited length', async () => {
    const world = await mock.world();
    await world.getToken();
    const quiet = await describeFailure(world);
    await world.faults.next('grant_token', { status: 503, times: 50 });
    for (let time = 0; time < 50; time += 1) await world.fetch('/api/v1/token', { method: 'POST' });
    for (let time = 0; time < 50; time += 1) await world.fetch('/api/v1/users');
    for (let time = 0; time < 50; time += 1) await world.fetch(`/nowhere/${time}`);
    const text = await describeFailure(world);

    expect(quiet).toBe('');
    expect(text.match(/GET \/api\/v1\/users/g)).toHaveLength(1);
    expect(text).toContain('(50 times)');
    expect(text).toMatch(/GET \/nowhere\/40: 404 .*\n.*\n {2}and 40 more\n/);
    expect(text.split('\n').length).toBeLessThan(40);
  });

  it('says that the world no longer exists instead of throwing', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    const world = await mock.world();
    await world.stop();
    await printFailure(world);
    const [[report] = []] = print.mock.calls;
    print.mockRestore();

    expect(report).toMatch(/^the possible causes cannot be read: .*no longer exists/);
  });
});
