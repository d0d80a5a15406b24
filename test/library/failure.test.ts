import { afterAll, describe, expect, it, vi } from 'vitest';
import { describeFailure, startMock } from '../../src/index.ts';
import { printFailure } from '../../src/library/failure.ts';

const mock = await startMock({ listen: false });
afterAll(() => mock.stop());

describe('what is told of a test that failed', () => {
  it('is the latest refusals, what faults struck, and the faults that struck nothing', async () => {
    const world = await mock.world();
    await world.fetch('/api/v1/users');
    const struck = await world.faults.next('grant_token', { status: 503 });
    const idle = await world.faults.next('get_roles', { status: 503 });
    await world.getToken().catch(() => {});
    const [{ id = '' } = {}] = await world.requests.list();
    const text = await describeFailure(world, 'a test');

    expect(text).toMatch(/^the mock refused in "a test", latest first:\n {2}GET \/api\/v1\/users\n/);
    expect(text).toMatch(/\n {4}fix: send one header/);
    expect(text.slice(text.indexOf('faults')).split('\n')).toEqual([
      'faults in "a test":',
      `  POST /api/v1/token: 503 for admin@acme.test, struck by fault ${struck.id} (request ${id})`,
      `  fault ${idle.id} for {"operation":"get_roles"} has struck nothing: no request matched`,
    ]);
  });

  it('is the mistakes seen in requests, once each', async () => {
    const world = await mock.world();
    const body = new URLSearchParams({ grantType: 'client_credentials' });
    await world.fetch('/api/v1/token', { method: 'POST', body });
    await world.fetch('/api/v1/users', { headers: { authorization: 'Bearer Bearer MjAyNg' } });
    const text = await describeFailure(world);

    expect(text).toMatch(
      /\nthe mock noticed, latest first:\n {2}POST \/api\/v1\/token: 415 \(request \S+\)\n {4}hint: .*form/,
    );
    expect(text.match(/fix: .*says `Bearer` twice/g)).toHaveLength(1);
    expect(text.match(/says `Bearer` twice/g)).toHaveLength(1);
  });

  it('is nothing where nothing was refused, and is bounded', async () => {
    const world = await mock.world();
    await world.getToken();
    const quiet = await describeFailure(world);
    await world.faults.next('grant_token', { status: 503, times: 50 });
    for (let time = 0; time < 50; time += 1) await world.fetch('/api/v1/token', { method: 'POST' });
    for (let time = 0; time < 50; time += 1) await world.fetch('/api/v1/users');

    expect(quiet).toBe('');
    expect((await describeFailure(world)).split('\n').length).toBeLessThan(30);
  });

  it('does not hide the failure of a test whose world is gone', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    const world = await mock.world();
    await world.stop();
    await printFailure(world);
    const [[said] = []] = print.mock.calls;
    print.mockRestore();

    expect(said).toMatch(/^the mock cannot say what happened: .*is gone/);
  });
});
