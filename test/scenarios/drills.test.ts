/**
 * Each drill with a client that does what is right, which survives, and a naive one, which is caught: by an answer that it
 * did not expect, or by the journal.
 * /
 */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { admin, cast, researcher } from '../support/cast.ts';
import { overHttp } from '../support/over-http.ts';
import { problemDocument } from '../support/refusal-shapes.ts';
import { type Answer, START, testServer } from '../support/server.ts';

const server = await testServer({}, {}, overHttp);
const HERE = 'GET /api/v1/access-keys';

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Waits as a client would, on the clock of the world. */
const wait = (seconds: number) => server.call('POST /_mock/clock/advance', { body: { by: `${seconds}s` } });

const ask = ({ clientId, clientSecret }: Credentials) =>
  server.grant({ grantType: 'client_credentials', clientId, clientSecret });

/** Asks for a token for each request, with the secret that it read once, and takes whatever comes. */
function naiveClient(credentials: Credentials) {
  return async (): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      const granted = await ask(credentials);
      if (granted.status === 200) return server.call(HERE, { token: granted.body.accessToken });
      if (attempt === 20) return granted;
    }
  };
}

/** Uses its token as long as it lasts, and does not even look at refusals. */
function obliviousClient(credentials: Credentials) {
  let token: string | undefined;
  return async (): Promise<Answer> => {
    token ??= (await ask(credentials)).body.accessToken;
    return server.call(HERE, { token: String(token) });
  };
}

/** Keeps its token, asks for one at a time, waits when it is told to, and renews once after a 401. */
function rightClient(read: () => Credentials) {
  let token: Promise<string> | undefined;
  const granted = async (): Promise<string> => {
    for (;;) {
      const answer = await ask(read());
      if (answer.status === 200) return answer.body.accessToken;
      const retryAfter = answer.headers['retry-after'];
      if (retryAfter === undefined) throw new Error(`no token: ${answer.status}`);
      await wait(Number(retryAfter));
    }
  };
  const current = () => {
    token ??= granted();
    return token;
  };
  return async (): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await server.call(HERE, { token: await current() });
      const retryAfter = answer.headers['retry-after'];
      if (answer.status === 401 && attempt < 3) token = undefined;
      else if (retryAfter !== undefined && attempt < 3) await wait(Number(retryAfter));
      else return answer;
    }
  };
}

const start = async (name: string, body: object = {}) => {
  const answer = await server.call(`POST /_mock/drills/${name}`, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
const count = async (match: object): Promise<number> =>
  (await server.call('POST /_mock/requests/verify', { body: { match, atLeast: 0 } })).body.count;
const drill = async (name: string) =>
  (await server.call('GET /_mock/drills')).body.drills.find((one: { name: string }) => one.name === name);

beforeEach(async () => {
  server.clock.set(START);
  await server.call('POST /_mock/reset');
});

describe('token-outage', () => {
  it('is survived by a client that keeps its token, and by one that waits as long as it is told to', async () => {
    const keeps = rightClient(() => researcher.accessKey);
    expect((await keeps()).status).toBe(200);
    await start('token-outage');
    expect((await keeps()).status).toBe(200);
    expect((await rightClient(() => admin.accessKey)()).status).toBe(200);
    // One that was refused, and one after 30 s.
    expect(await count({ operation: 'grant_token', principal: admin.email })).toBe(2);
  });

  it('catches a client that asks on and on', async () => {
    await start('token-outage');
    expect((await naiveClient(admin.accessKey)()).status).toBe(503);
    expect(await count({ operation: 'grant_token', status: 503 })).toBe(20);
  });

  it('ends by itself on the clock of the world, as an event that is to come', async () => {
    const { endsAt, faults } = await start('token-outage', { for: '10m' });
    expect(endsAt).toBe(new Date(START + 600_000).toISOString());
    expect(await drill('token-outage')).toMatchObject({ running: true, endsAt });
    expect((await ask(admin.accessKey)).headers).toMatchObject({ 'retry-after': '600', 'x-mock-fault': faults[0] });
    const { body } = await server.call('POST /_mock/clock/advance', { body: { to: 'next-event' } });
    expect(body.events).toContainEqual({ at: endsAt, kind: 'drill.ended', drill: 'token-outage' });
    expect((await ask(admin.accessKey)).status).toBe(200);
    expect(await drill('token-outage')).toMatchObject({ running: false, endsAt: null });
  });

  it('can be about one client, leaves the others alone, and is ended by hand', async () => {
    await start('token-outage', { principal: admin.email });
    expect((await ask(admin.accessKey)).status).toBe(503);
    expect((await ask(researcher.accessKey)).status).toBe(200);
    expect((await server.call('DELETE /_mock/drills/token-outage')).status).toBe(204);
    expect((await ask(admin.accessKey)).status).toBe(200);
    expect(problemDocument(await server.call('DELETE /_mock/drills/token-outage'))).toContain('is not running');
  });
});

describe('slow-token', () => {
  it('tells a client that asks once for all its requests from one that asks for each', async () => {
    await start('slow-token');
    const right = rightClient(() => researcher.accessKey);
    const naive = naiveClient(admin.accessKey);
    const answers = await Promise.all([right(), right(), right(), naive(), naive(), naive()]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await count({ operation: 'grant_token', principal: researcher.email })).toBe(1);
    expect(await count({ operation: 'grant_token', principal: admin.email })).toBe(3);
    const [slow] = (await server.call('GET /_mock/requests?operation=grant_token')).body.requests;
    expect(slow.durationMs).toBeGreaterThan(1900);
  });
});

describe('rate-limit', () => {
  it('is survived by a client that waits as long as it is told to, and catches one that does not', async () => {
    const right = rightClient(() => researcher.accessKey);
    const naive = obliviousClient(admin.accessKey);
    expect([(await right()).status, (await naive()).status]).toEqual([200, 200]);

    await start('rate-limit', { principal: admin.email });
    expect([(await naive()).status, (await naive()).status]).toEqual([429, 429]);
    await start('rate-limit', { principal: researcher.email });
    expect((await right()).status).toBe(200);
    expect(await count({ status: 429, principal: researcher.email })).toBe(1);
  });
});

describe('expire-tokens', () => {
  it('is survived by a client that renews once after a 401, and catches one that never does', async () => {
    const right = rightClient(() => researcher.accessKey);
    const naive = obliviousClient(admin.accessKey);
    expect([(await right()).status, (await naive()).status]).toEqual([200, 200]);
    await start('expire-tokens');
    expect((await right()).status).toBe(200);
    expect(await count({ operation: 'grant_token', principal: researcher.email })).toBe(2);
    expect((await naive()).decision.reason).toBe('expired_token');
  });
});

describe('regenerate-secret', () => {
  it('is survived by a client that reads its secret again, and catches one that has it by heart', async () => {
    let kept: Credentials = admin.accessKey;
    const right = rightClient(() => kept);
    const naive = naiveClient(admin.accessKey);
    expect([(await right()).status, (await naive()).status]).toEqual([200, 200]);

    const { credentials, principal } = await start('regenerate-secret');
    expect(principal.name).toBe(admin.email);
    kept = credentials;
    expect((await right()).status).toBe(200);
    expect((await naive()).decision.reason).toBe('wrong_secret');
  });

  it('is about whoever is named, a service account as well', async () => {
    const { body: cast } = await server.call('GET /_mock/cast');
    const [account] = cast.runai.serviceAccounts;
    const { credentials } = await start('regenerate-secret', { principal: account.name });
    expect(credentials.clientId).toBe(account.clientId);
    expect((await ask(account)).decision.reason).toBe('wrong_secret');
    expect((await ask(credentials)).status).toBe(200);
  });
});

describe('revoke-session', () => {
  it('is survived by a client that logs in again after its refresh token is refused, and catches one that does not', async () => {
    const login = () =>
      server.grant({ grantType: 'password', username: researcher.email, password: researcher.password });
    const { accessToken, refreshToken } = (await login()).body;
    expect((await server.call(HERE, { token: accessToken })).status).toBe(200);

    await start('revoke-session', { principal: researcher.email });
    expect((await server.call(HERE, { token: accessToken })).decision.reason).toBe('revoked_token');
    const refreshed = await server.grant({ grantType: 'refresh_token', refreshToken });
    expect(refreshed.decision.reason).toBe('revoked_refresh_token');
    expect((await server.call(HERE, { token: (await login()).body.accessToken })).status).toBe(200);
  });
});

describe('rotate-signing-key', () => {
  const discovery = async () => {
    const { jwks_uri: uri } = (
      await server.call(`GET /auth/realms/${cast.tenant.realm}/.well-known/openid-configuration`)
    ).body;
    return new URL(uri).pathname;
  };
  const keysNow = async () => createLocalJWKSet((await server.call(`GET ${await discovery()}`)).body);
  const verified = async (token: string, keys: Awaited<ReturnType<typeof keysNow>>) =>
    jwtVerify(token, keys, { currentDate: new Date(server.world.clock.now()) }).then(
      () => 'accepted',
      (cause: Error) => cause.name,
    );
  const tokenOf = async (credentials: Credentials): Promise<string> => (await ask(credentials)).body.accessToken;

  it('is survived by a verifier that reads the keys again when it meets an unknown one, and catches one that never does', async () => {
    const kept = await keysNow();
    const old = await tokenOf(admin.accessKey);
    await start('rotate-signing-key');
    const fresh = await tokenOf(admin.accessKey);

    expect(await verified(fresh, kept)).toBe('JWKSNoMatchingKey');
    expect(await verified(fresh, await keysNow())).toBe('accepted');
    expect(await verified(old, await keysNow())).toBe('accepted');
    expect((await server.call(HERE, { token: old })).status).toBe(200);
  });

  it('refuses tokens of the old key after ten minutes; a client that renews once after a 401 survives', async () => {
    const right = rightClient(() => researcher.accessKey);
    const naive = obliviousClient(admin.accessKey);
    expect([(await right()).status, (await naive()).status]).toEqual([200, 200]);
    await start('rotate-signing-key');
    await wait(600);
    expect((await right()).status).toBe(200);
    expect((await naive()).status).toBe(401);
  });
});

describe('drills', () => {
  it('are listed with what happens and what a right client does', async () => {
    const { drills } = (await server.call('GET /_mock/drills')).body;
    expect(drills.map(({ service, name }: Record<string, string>) => `${service} ${name}`).sort()).toEqual([
      'air drop-role',
      'catalogue drop-model',
      'ngc expire-key',
      'ngc rotate-key',
      'nvcf delete-function',
      'nvcf narrow-key',
      'runai expire-tokens',
      'runai rate-limit',
      'runai regenerate-secret',
      'runai revoke-session',
      'runai rotate-signing-key',
      'runai slow-token',
      'runai token-outage',
    ]);
    for (const { what, rightClient: does } of drills)
      expect([what, does].every((text) => /^[A-Z].*\.$/.test(text))).toBe(true);
  });

  it.each([
    ['token-outages', {}, 404, 'Did you mean `token-outage`?'],
    ['token-outage', { for: 'long' }, 400, 'must be a positive duration'],
    ['token-outage', { principal: 'nobody' }, 400, 'must be a caller'],
    ['expire-tokens', { for: '1m' }, 400, 'has no duration'],
    ['expire-tokens', { principal: admin.email }, 400, 'affects all callers'],
    ['revoke-session', { principal: 'ci-app' }, 400, 'must name a user'],
    ['token-outage', { pincipal: 'x' }, 400, 'pincipal'],
  ])('%s with %j is refused', async (name, body, status, said) => {
    const answer = await server.call(`POST /_mock/drills/${name}`, { body });
    expect(answer.status).toBe(status);
    expect(problemDocument(answer)).toContain(said);
  });
});
