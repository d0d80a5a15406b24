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
const REQUEST = 'GET /api/v1/access-keys';

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Advances the clock of the world. */
const advanceClock = (seconds: number) => server.call('POST /_mock/clock/advance', { body: { by: `${seconds}s` } });

const requestToken = ({ clientId, clientSecret }: Credentials) =>
  server.grant({ grantType: 'client_credentials', clientId, clientSecret });

/** Requests a token before each request, with a secret that it read once, and ignores errors. */
function naiveClient(credentials: Credentials) {
  return async (): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      const fetchToken = await requestToken(credentials);
      if (fetchToken.status === 200) return server.call(REQUEST, { token: fetchToken.body.accessToken });
      if (attempt === 20) return fetchToken;
    }
  };
}

/** Uses its token until it expires, and ignores rejections. */
function obliviousClient(credentials: Credentials) {
  let token: string | undefined;
  return async (): Promise<Answer> => {
    token ??= (await requestToken(credentials)).body.accessToken;
    return server.call(REQUEST, { token: String(token) });
  };
}

/** Caches its token, requests one at a time, obeys `Retry-After`, and renews once after a 401. */
function correctClient(read: () => Credentials) {
  let token: Promise<string> | undefined;
  const fetchToken = async (): Promise<string> => {
    for (;;) {
      const answer = await requestToken(read());
      if (answer.status === 200) return answer.body.accessToken;
      const retryAfter = answer.headers['retry-after'];
      if (retryAfter === undefined) throw new Error(`no token: ${answer.status}`);
      await advanceClock(Number(retryAfter));
    }
  };
  const getToken = () => {
    token ??= fetchToken();
    return token;
  };
  return async (): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await server.call(REQUEST, { token: await getToken() });
      const retryAfter = answer.headers['retry-after'];
      if (answer.status === 401 && attempt < 3) token = undefined;
      else if (retryAfter !== undefined && attempt < 3) await advanceClock(Number(retryAfter));
      else return answer;
    }
  };
}

const startDrill = async (name: string, body: object = {}) => {
  const answer = await server.call(`POST /_mock/drills/${name}`, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
const countRequests = async (match: object): Promise<number> =>
  (await server.call('POST /_mock/requests/verify', { body: { match, atLeast: 0 } })).body.count;
const readDrill = async (name: string) =>
  (await server.call('GET /_mock/drills')).body.drills.find((one: { name: string }) => one.name === name);

beforeEach(async () => {
  server.clock.set(START);
  await server.call('POST /_mock/reset');
});

describe('token-outage', () => {
  it('is survived by a client that keeps its token, and by one that obeys `Retry-After`', async () => {
    const keeps = correctClient(() => researcher.accessKey);
    expect((await keeps()).status).toBe(200);
    await startDrill('token-outage');
    expect((await keeps()).status).toBe(200);
    expect((await correctClient(() => admin.accessKey)()).status).toBe(200);
    // One rejected request, and one after 30 s.
    expect(await countRequests({ operation: 'grant_token', principal: admin.email })).toBe(2);
  });

  it('catches a client that retries without a pause', async () => {
    await startDrill('token-outage');
    expect((await naiveClient(admin.accessKey)()).status).toBe(503);
    expect(await countRequests({ operation: 'grant_token', status: 503 })).toBe(20);
  });

  it('ends by itself on the clock of the world, as an upcoming event', async () => {
    const { endsAt, faults } = await startDrill('token-outage', { for: '10m' });
    expect(endsAt).toBe(new Date(START + 600_000).toISOString());
    expect(await readDrill('token-outage')).toMatchObject({ running: true, endsAt });
    expect((await requestToken(admin.accessKey)).headers).toMatchObject({
      'retry-after': '600',
      'x-mock-fault': faults[0],
    });
    const { body } = await server.call('POST /_mock/clock/advance', { body: { to: 'next-event' } });
    expect(body.events).toContainEqual({ at: endsAt, kind: 'drill.ended', drill: 'token-outage' });
    expect((await requestToken(admin.accessKey)).status).toBe(200);
    expect(await readDrill('token-outage')).toMatchObject({ running: false, endsAt: null });
  });

  it('rounds the seconds until its end up', async () => {
    await startDrill('token-outage', { for: '10m' });
    await server.call('POST /_mock/clock/advance', { body: { by: '8m59.5s' } });

    expect((await requestToken(admin.accessKey)).headers['retry-after']).toBe('61');
  });

  it('can affect a single client, and is ended on request', async () => {
    await startDrill('token-outage', { principal: admin.email });
    expect((await requestToken(admin.accessKey)).status).toBe(503);
    expect((await requestToken(researcher.accessKey)).status).toBe(200);
    expect((await server.call('DELETE /_mock/drills/token-outage')).status).toBe(204);
    expect((await requestToken(admin.accessKey)).status).toBe(200);
    expect(problemDocument(await server.call('DELETE /_mock/drills/token-outage'))).toContain('is not running');
  });
});

describe('slow-token', () => {
  it('distinguishes a client that shares one token request from one that sends many', async () => {
    await startDrill('slow-token');
    const right = correctClient(() => researcher.accessKey);
    const naive = naiveClient(admin.accessKey);
    const answers = await Promise.all([right(), right(), right(), naive(), naive(), naive()]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await countRequests({ operation: 'grant_token', principal: researcher.email })).toBe(1);
    expect(await countRequests({ operation: 'grant_token', principal: admin.email })).toBe(3);
    const [slow] = (await server.call('GET /_mock/requests?operation=grant_token')).body.requests;
    expect(slow.durationMs).toBeGreaterThan(1900);
  });
});

describe('rate-limit', () => {
  it('is survived by a client that obeys `Retry-After`, and catches one that does not', async () => {
    const right = correctClient(() => researcher.accessKey);
    const naive = obliviousClient(admin.accessKey);
    expect([(await right()).status, (await naive()).status]).toEqual([200, 200]);

    await startDrill('rate-limit', { principal: admin.email });
    expect([(await naive()).status, (await naive()).status]).toEqual([429, 429]);
    await startDrill('rate-limit', { principal: researcher.email });
    expect((await right()).status).toBe(200);
    expect(await countRequests({ status: 429, principal: researcher.email })).toBe(1);
  });
});

describe('expire-tokens', () => {
  it('is survived by a client that renews once after a 401, and catches one that does not', async () => {
    const right = correctClient(() => researcher.accessKey);
    const naive = obliviousClient(admin.accessKey);
    expect([(await right()).status, (await naive()).status]).toEqual([200, 200]);
    await startDrill('expire-tokens');
    expect((await right()).status).toBe(200);
    expect(await countRequests({ operation: 'grant_token', principal: researcher.email })).toBe(2);
    expect((await naive()).decision.reason).toBe('expired_token');
  });
});

describe('regenerate-secret', () => {
  it('is survived by a client that reads its secret again, and catches one that caches it', async () => {
    let kept: Credentials = admin.accessKey;
    const right = correctClient(() => kept);
    const naive = naiveClient(admin.accessKey);
    expect([(await right()).status, (await naive()).status]).toEqual([200, 200]);

    const { credentials, principal } = await startDrill('regenerate-secret');
    expect(principal.name).toBe(admin.email);
    kept = credentials;
    expect((await right()).status).toBe(200);
    expect((await naive()).decision.reason).toBe('wrong_secret');
  });

  it('applies to the named principal, such as a service account', async () => {
    const { body: cast } = await server.call('GET /_mock/cast');
    const [account] = cast.runai.serviceAccounts;
    const { credentials } = await startDrill('regenerate-secret', { principal: account.name });
    expect(credentials.clientId).toBe(account.clientId);
    expect((await requestToken(account)).decision.reason).toBe('wrong_secret');
    expect((await requestToken(credentials)).status).toBe(200);
  });
});

describe('revoke-session', () => {
  it('is survived by a client that logs in again after a rejected refresh token, and catches one that does not', async () => {
    const login = () =>
      server.grant({ grantType: 'password', username: researcher.email, password: researcher.password });
    const { accessToken, refreshToken } = (await login()).body;
    expect((await server.call(REQUEST, { token: accessToken })).status).toBe(200);

    await startDrill('revoke-session', { principal: researcher.email });
    expect((await server.call(REQUEST, { token: accessToken })).decision.reason).toBe('revoked_token');
    const refreshed = await server.grant({ grantType: 'refresh_token', refreshToken });
    expect(refreshed.decision.reason).toBe('revoked_refresh_token');
    expect((await server.call(REQUEST, { token: (await login()).body.accessToken })).status).toBe(200);
  });
});

describe('rotate-signing-key', () => {
  const findJwksPath = async () => {
    const { jwks_uri: uri } = (
      await server.call(`GET /auth/realms/${cast.tenant.realm}/.well-known/openid-configuration`)
    ).body;
    return new URL(uri).pathname;
  };
  const readKeys = async () => createLocalJWKSet((await server.call(`GET ${await findJwksPath()}`)).body);
  const verifyToken = async (token: string, keys: Awaited<ReturnType<typeof readKeys>>) =>
    jwtVerify(token, keys, { currentDate: new Date(server.world.clock.now()) }).then(
      () => 'accepted',
      (cause: Error) => cause.name,
    );
  const readToken = async (credentials: Credentials): Promise<string> =>
    (await requestToken(credentials)).body.accessToken;

  it('is survived by a verifier that reloads the keys for an unknown one, and catches one that does not', async () => {
    const kept = await readKeys();
    const old = await readToken(admin.accessKey);
    await startDrill('rotate-signing-key');
    const fresh = await readToken(admin.accessKey);

    expect(await verifyToken(fresh, kept)).toBe('JWKSNoMatchingKey');
    expect(await verifyToken(fresh, await readKeys())).toBe('accepted');
    expect(await verifyToken(old, await readKeys())).toBe('accepted');
    expect((await server.call(REQUEST, { token: old })).status).toBe(200);
  });

  it('rejects tokens of the old key after ten minutes, and a client that renews after a 401 survives', async () => {
    const right = correctClient(() => researcher.accessKey);
    const naive = obliviousClient(admin.accessKey);
    expect([(await right()).status, (await naive()).status]).toEqual([200, 200]);
    await startDrill('rotate-signing-key');
    await advanceClock(600);
    expect((await right()).status).toBe(200);
    expect((await naive()).status).toBe(401);
  });
});

describe('drills', () => {
  it('are listed with their effect and the behaviour of a correct client', async () => {
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
  ])('%s with %j is rejected', async (name, body, status, message) => {
    const answer = await server.call(`POST /_mock/drills/${name}`, { body });
    expect(answer.status).toBe(status);
    expect(problemDocument(answer)).toContain(message);
  });
});
