import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Mock, startMock } from '../../../src/index.ts';
import { connectMock } from '../../../src/library/suite/connect-mock.ts';
import { emptyFolder } from '../../support/folder.ts';

const KEYS = '/api/v1/access-keys';

describe('the mock of a server in another process', () => {
  let server: Mock;
  let mock: Mock;
  beforeAll(async () => {
    server = await startMock({ adminToken: 'an-admin-token' });
    mock = await connectMock({ url: server.url, adminToken: 'an-admin-token' });
  });
  afterAll(() => server.stop());

  it('is its default world, and does not stop it', async () => {
    await mock.stop();

    expect([mock.url, mock.id, mock.ca]).toEqual([server.url, 'default', null]);
    expect(mock.cast).toEqual(server.cast);
    expect(mock.posture).toBe(server.posture);
    expect((await mock.fetch('/_mock/health')).status).toBe(200);
  });

  it('creates worlds with their own credentials, and deletes them', async () => {
    const world = await mock.world({ label: 'a test' });
    const authorization = `Bearer ${await world.getToken()}`;
    const answer = await fetch(`${world.url}${KEYS}`, { headers: { authorization } });

    expect([world.label, answer.status]).toEqual(['a test', 200]);
    expect(world.key('nvcf-deployer')).not.toBe(mock.key('nvcf-deployer'));
    expect(world.cast).toEqual(await world.readCast());
    await world.stop();
    await expect(mock.worlds.get(world.id)).rejects.toMatchObject({ status: 404 });
    await world.stop();
  });

  it('reads seed files on this machine', async () => {
    const file = join(await emptyFolder(), 'seed.yaml');
    await writeFile(file, 'extends: builtin\nrunai: { tenant: { name: other } }\n');
    await using world = await mock.world({ seed: file });

    expect(world.cast.runai.tenant.name).toBe('other');
    await expect(mock.world({ seed: 'missing.yaml' })).rejects.toThrow('missing.yaml');
  });

  it('says what to do for an interception', async () => {
    await expect(mock.intercept()).rejects.toThrow('a server of its own');
  });

  describe('has a `fetch` that', () => {
    it('reaches the world of the path, under any host name', async () => {
      await using world = await mock.world();
      const answers = [
        await world.fetch(KEYS),
        await world.fetch(`https://acme.run.ai${KEYS}`),
        await world.fetch(new Request(`${world.url}${KEYS}`)),
      ];
      const requests = await world.requests.list();

      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
      expect(requests.map(({ request }) => request.headers['host']).toSorted()).toEqual(
        [new URL(server.url).host, new URL(server.url).host, 'acme.run.ai'].toSorted(),
      );
    });

    it('sends bodies, and returns redirects and responses without a body', async () => {
      await using world = await mock.world();
      const body = new URLSearchParams({ grant_type: 'password', client_id: 'é' });
      const grant = await world.fetch('/auth/realms/acme/protocol/openid-connect/token', { method: 'POST', body });
      const [sent] = await world.requests.list({ operation: 'grant_realm_token' });
      const query = 'client_id=cli&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%2Fcb&prompt=none';
      const redirect = await world.fetch(`/auth/realms/acme/protocol/openid-connect/auth?${query}`);
      const head = await world.fetch('/_mock/health', { method: 'HEAD' });

      expect([grant.status, sent?.request.body]).toEqual([400, { grant_type: 'password', client_id: 'é' }]);
      expect([redirect.status, redirect.headers.get('location')]).toEqual([302, expect.stringContaining('/cb?error=')]);
      expect([head.status, await head.text()]).toEqual([200, '']);
    });

    it('fails like Node’s: for a signal with its reason, for a broken connection with a TypeError', async () => {
      await using world = await mock.world();
      const reason = new Error('the test is over');
      await world.faults.next('get_access_keys', { drop: 'before' });
      const authorization = `Bearer ${await world.getToken()}`;

      await expect(world.fetch(KEYS, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      await expect(world.fetch(KEYS, { headers: { authorization } })).rejects.toThrow(TypeError);
    });

    it('sends the host that the caller names, and only its own length', async () => {
      await using world = await mock.world();
      const headers = { host: 'api.nvcf.nvidia.com', 'content-length': '5' };
      await world.fetch('/v2/nvcf/functions', { headers });
      const [sent] = await world.requests.list();

      expect(sent?.request.headers).toMatchObject({ host: 'api.nvcf.nvidia.com' });
      expect((await world.fetch(KEYS)).status).toBe(401);
    });

    it('ends a body that never ends, or fails, like Node’s', async () => {
      await using world = await mock.world();
      const leave = new AbortController();
      const send = (body: ReadableStream, signal?: AbortSignal) =>
        world.fetch(KEYS, { method: 'POST', body, duplex: 'half', ...(signal && { signal }) } as RequestInit);
      const endless = send(new ReadableStream(), leave.signal);
      leave.abort(new Error('the test is over'));

      await expect(endless).rejects.toThrow('the test is over');
      await expect(send(ReadableStream.from([Promise.reject(new Error('no file'))]))).rejects.toThrow('fetch failed');
    });

    it('reports a response that breaks off like Node’s', async () => {
      await using world = await mock.world();
      await world.faults.next('get_access_keys', { drop: 'body' });
      const authorization = `Bearer ${await world.getToken()}`;
      const answer = await world.fetch(KEYS, { headers: { authorization } });

      await expect(answer.text()).rejects.toThrow('terminated');
    });

    it('works while the global `fetch` is replaced', async () => {
      const replaced = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'));
      onTestFinished(() => replaced.mockRestore());
      const other = await connectMock({ url: server.url, adminToken: 'an-admin-token' });
      await using world = await other.world();

      expect((await world.fetch(KEYS)).status).toBe(401);
    });

    it('streams', async () => {
      await using world = await mock.world();
      await using events = world.events();
      await world.fetch(KEYS);

      for await (const event of events) {
        expect(event.kind).toBe('decision');
        break;
      }
    });
  });
});
