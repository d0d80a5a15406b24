import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Mock, startMock } from '../../src/index.ts';

const mocks: Mock[] = [];
afterAll(() => Promise.all(mocks.map((mock) => mock.stop())));

async function startTestMock(options: Parameters<typeof startMock>[0] = {}): Promise<Mock> {
  const mock = await startMock({ listen: false, ...options });
  mocks.push(mock);
  return mock;
}

/** A seed with a user without an access key, and with two keys of the same name. */
const KEY = { type: 'service', services: ['air'], scopes: ['air:access'], name: 'twin' };
const SEED = {
  extends: 'builtin',
  runai: { users: [{ email: 'eve@acme.test', password: 'password-of-eve', role: 'Viewer' }] },
  ngc: {
    keys: [
      { ...KEY, org: 'acme' },
      { ...KEY, org: 'globex' },
    ],
  },
};

describe('a key of the cast', () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startTestMock({ seed: SEED });
  });

  it('is found by its name, and by organisation and name', () => {
    const { key } = mock.cast.ngc.keys.find(({ name }) => name === 'nvcf-deployer') as { key: string };

    expect(mock.key('nvcf-deployer')).toBe(key);
    expect(mock.key('acme/nvcf-deployer')).toBe(key);
    expect(mock.key('acme/twin')).not.toBe(mock.key('globex/twin'));
  });

  it('is reported with the nearest name if it does not exist, and with both qualified names if it is ambiguous', async () => {
    const empty = await startTestMock({ seed: 'none' });

    expect(() => mock.key('nvcf-deployr')).toThrow('Did you mean `nvcf-deployer`? The cast has `nvcf-deployer`, ');
    expect(() => mock.key('acme/nvcf-deployr')).toThrow('Did you mean `acme/nvcf-deployer`?');
    expect(() => mock.key('nobody-at-all')).toThrow(/in the cast\. The cast has (`[^`]+`, ){7}`[^`]+` and \d+ more, /);
    expect(() => mock.key('globex/owner')).toThrow('There is no key `globex/owner` in the cast');
    expect(() => mock.key('twin')).toThrow(
      'Several keys in the cast are named `twin`. Use `acme/twin`, `globex/twin`.',
    );
    expect(() => empty.key('owner')).toThrow('There is no key `owner` in the cast. The cast has none');
  });
});

describe.each(['2.19', '2.24', '3.0'] as const)('a token of Run:ai %s', (runai) => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startTestMock({ runai, seed: SEED });
  });
  const requestAs = async (...credentials: Parameters<Mock['getToken']>) => {
    const authorization = `Bearer ${await mock.getToken(...credentials)}`;
    await mock.fetch('/api/v1/users', { headers: { authorization } });
    return (await mock.decisions.last())?.principal?.name;
  };

  it.each([
    ['a user with an access key, by e-mail', 'researcher@acme.test', 'researcher@acme.test'],
    ['a user by the name of their access key', 'researcher-key', 'researcher@acme.test'],
    ['a user with a password only', 'eve@acme.test', 'eve@acme.test'],
    ['a service account by name', 'batch-bot', 'batch-bot'],
  ])('is issued for %s', async (_, who, name) => {
    expect(await requestAs(who)).toBe(name);
  });

  it('is issued for the administrator by default, and for client credentials', async () => {
    const [, researcher] = mock.cast.runai.users;

    expect(await requestAs()).toBe('admin@acme.test');
    expect(await requestAs(researcher?.accessKey)).toBe('researcher@acme.test');
    const hinted = await mock.requests.list({ hints: true });
    expect(
      hinted.flatMap(({ hints }) => hints.map(({ code }) => code)).filter((code) => code !== 'token_renewed_early'),
    ).toEqual([]);
  });

  it('is issued for an application in the versions that grant applications tokens', async () => {
    if (runai === '3.0') await expect(mock.getToken('ci-app')).rejects.toThrow(/`ci-app` .* Run:ai 3\.0/);
    else expect(await requestAs('ci-app')).toBe('ci-app');
  });

  it('is issued in a world by the same names', async () => {
    await using world = await mock.world();
    const token = await world.getToken('ci-bot');
    const { clientId = '' } = world.cast.runai.serviceAccounts[0] ?? {};

    expect(clientId).toMatch(/^ci-bot-/);
    expect(await world.getToken(clientId)).toMatch(/^eyJ/);
    expect((await world.fetch('/api/v1/users', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  it('is not issued for an unknown name, and the error has the nearest name', async () => {
    await expect(mock.getToken('reseacher@acme.test')).rejects.toThrow(
      'There is no user, application or service account `reseacher@acme.test` in the cast. Did you mean `researcher@acme.test`? The cast has `researcher@acme.test`, ',
    );
    await expect(mock.getToken({ clientId: 'x' } as never)).rejects.toThrow('getToken takes');
    await expect(mock.getToken(null as never)).rejects.toThrow('getToken takes');
  });
});

it('a token for an empty cast is an error that names the missing user or account', async () => {
  const mock = await startTestMock({ seed: { runai: { tenant: { id: 1, name: 'empty', realm: 'empty' } } } });

  await expect(mock.getToken()).rejects.toThrow('No user in the cast has an access key');
  await expect(mock.getToken('ci-bot')).rejects.toThrow('`ci-bot` in the cast. The cast has none');
});
