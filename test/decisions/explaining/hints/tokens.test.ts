/** Hints about credentials of other worlds, other clocks and other issuers, and about expired tokens. */
import { describe, expect, it } from 'vitest';
import { admin, researcher } from '../../../support/cast.ts';
import { hintsOf } from '../../../support/hints.ts';
import { START, testServer } from '../../../support/server.ts';
import { makeWorld, tokenOf } from '../../../support/worlds.ts';

const KEYS = 'GET /api/v1/access-keys';
const server = await testServer();

/** Sends a token of one server to another. */
async function sendForeignToken(from: Parameters<typeof testServer>[0], fromHost: string, host: string) {
  const home = await testServer(from);
  const { clientId, clientSecret } = admin.accessKey;
  const body = { grantType: 'client_credentials', clientId, clientSecret };
  const granted = await home.call('POST /api/v1/token', { body, headers: { host: fromHost } });
  return hintsOf(server.call, KEYS, { token: granted.body.accessToken, headers: { host } });
}

describe('a credential of another world', () => {
  it('gets a hint with the name of that world', async () => {
    const [first, other] = [await makeWorld(server, { id: 'one' }), await makeWorld(server, { id: 'other' })];
    const token = await tokenOf(first.call, first.cast.runai.users[0].accessKey);
    const { codes, texts, answer } = await hintsOf(other.call, KEYS, { token });
    const { body: decision } = await other.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(codes).toEqual(['credential_of_other_world']);
    expect(decision.fixes).toEqual([{ kind: 'hint', text: texts[0] }]);
    expect(texts[0]).toContain(
      'belongs to the world `one`, but the request went to the world `other`. Use the path prefix `/w/one`',
    );
  });

  it('gets a hint that the world was deleted', async () => {
    const gone = await makeWorld(server, { id: 'gone' });
    const token = await tokenOf(gone.call, gone.cast.runai.users[0].accessKey);
    await server.call('DELETE /_mock/worlds/gone');
    const { codes, texts, answer } = await hintsOf(server.call, KEYS, { token });
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(codes).toEqual(['credential_of_gone_world']);
    expect(texts[0]).toContain('The world `gone`');
    expect(decision.fixes).toEqual([{ kind: 'hint', text: texts[0] }]);
  });
});

describe('a token from before a reset', () => {
  it('gets a hint if its subject no longer exists', async () => {
    const world = await makeWorld(server, { id: 'again' });
    const admins = await tokenOf(world.call, world.cast.runai.users[0].accessKey);
    const made = await world.call('POST /api/v1/service-accounts', { token: admins, body: { name: 'bot-a' } });
    const { clientId, clientSecret } = made.body;
    const token = await tokenOf(world.call, { clientId, clientSecret });
    await world.call('POST /_mock/reset');
    const { codes, texts, answer } = await hintsOf(world.call, KEYS, { token });

    expect(answer.decision.reason).toBe('unknown_subject');
    expect(codes).toEqual(['credential_before_reset']);
    expect(texts[0]).toContain(`reset at ${new Date(START).toISOString()}`);
    expect(texts[0]).toContain('removed the user or client of this token');
    // As the hint says, the seed's own tokens are still accepted.
    expect((await world.call(KEYS, { token: admins })).status).toBe(200);
  });

  it('gets a hint if it was issued at an advanced clock', async () => {
    const world = await makeWorld(server, { id: 'later' });
    await world.call('POST /_mock/clock/advance', { body: { by: '2d' } });
    const token = await tokenOf(world.call, world.cast.runai.users[0].accessKey);
    await world.call('POST /_mock/reset');

    const { codes, texts } = await hintsOf(world.call, KEYS, { token });

    expect(codes).toEqual(['credential_before_reset']);
    expect(texts[0]).toContain('issued at a later time');
  });

  it('gets a hint as a refresh token, but not in a world without a reset', async () => {
    const world = await makeWorld(server, { id: 'refreshed' });
    const { email: username, password } = researcher;
    const { body } = await world.call('POST /api/v1/token', { body: { grantType: 'password', username, password } });
    const refresh = { body: { grantType: 'refresh_token', refreshToken: body.refreshToken } };
    const before = await hintsOf(world.call, 'POST /api/v1/token', {
      body: { grantType: 'refresh_token', refreshToken: `${body.refreshToken.slice(0, 12)}${'x'.repeat(52)}` },
    });
    await world.call('POST /_mock/reset');
    const after = await hintsOf(world.call, 'POST /api/v1/token', refresh);

    expect(before.codes).toEqual([]);
    expect(after.codes).toEqual(['credential_before_reset']);
    expect(after.texts[0]).toContain('removed all refresh tokens and authorization codes');
    expect((await world.call(KEYS, { token: body.accessToken })).status).toBe(200);
  });
});

describe('a token of another clock', () => {
  const TOMORROW = new Date(START + 86_400_000).toISOString();

  it('gets a hint with both clocks and the call that moves this one', async () => {
    const home = await testServer();
    await home.call('POST /_mock/clock/advance', { body: { by: '1d' } });
    const token = await tokenOf(home.call, admin.accessKey);
    const { codes, texts, answer } = await hintsOf(server.call, KEYS, { token });

    expect(answer.decision.reason).toBe('not_yet_valid');
    expect(codes).toEqual(['token_of_other_clock']);
    expect(texts[0]).toContain(`issued at ${TOMORROW} by another clock`);
    expect(texts[0]).toContain(`The clock of the world \`default\` shows ${new Date(START).toISOString()}.`);
    expect(texts[0]).toContain(`\`POST /w/default/_mock/clock/set\` with \`{"to": "${TOMORROW}"}\``);
  });

  it('gets no hint about an unrelated reset', async () => {
    const [home, here] = [await testServer(), await testServer()];
    await home.call('POST /_mock/clock/advance', { body: { by: '1d' } });
    const token = await tokenOf(home.call, admin.accessKey);
    await here.call('POST /_mock/clock/advance', { body: { by: '1h' } });
    await here.call('POST /_mock/reset');
    const { codes, texts } = await hintsOf(here.call, KEYS, { token });

    expect(codes).toEqual(['token_of_other_clock']);
    expect(texts[0]).not.toContain('reset');
    await here.call('POST /_mock/clock/set', { body: { to: TOMORROW } });
    expect((await here.call(KEYS, { token })).status).toBe(200);
  });
});

describe('a token of another issuer', () => {
  it('gets a hint if the scheme is `https` instead of `http`', async () => {
    const { codes, texts } = await sendForeignToken({ publicUrl: 'https://mock.test' }, 'localhost', 'mock.test');

    expect(codes).toEqual(['issuer_scheme_differs']);
    expect(texts[0]).toMatch(
      /starts with `https`, but this server expects `http`.*`--public-url https:\/\/mock\.test`/,
    );
  });

  it('gets a hint if the realm differs', async () => {
    const tenant = { id: 1001, name: 'acme', realm: 'elsewhere' };
    const home = await testServer({}, { seed: { extends: 'builtin', runai: { tenant } } });
    const token = await home.tokenOf(admin);
    const { answer, codes } = await hintsOf(server.call, KEYS, { token });

    expect(answer.decision.reason).toBe('wrong_issuer');
    expect(codes).toEqual(['issuer_path_differs']);
  });

  it('gets a hint about the host even if the signing key differs, too', async () => {
    const { answer, codes } = await sendForeignToken({ signingKey: 'ES256' }, 'elsewhere.test', 'localhost:6625');

    expect(answer.decision.reason).toBe('unsupported_algorithm');
    expect(codes).toEqual(['issuer_host_differs']);
  });

  it('gets a hint if the host name differs', async () => {
    const { codes, texts } = await sendForeignToken({}, 'elsewhere.test:1234', 'localhost:6625');

    expect(codes).toEqual(['issuer_host_differs']);
    expect(texts[0]).toMatch(/is at `elsewhere\.test:1234`, but the request went to `localhost:6625`/);
  });
});

describe('an expired token', () => {
  it('gets a hint from its third use on, in its own world', async () => {
    const world = await makeWorld(server, { id: 'expired' });
    const other = await makeWorld(server, { id: 'expired-other', credentials: 'own' });
    const key = world.cast.runai.users[0].accessKey;
    const token = await tokenOf(world.call, key);
    await world.call('POST /_mock/clock/advance', { body: { by: '2h' } });
    const codes: unknown[] = [];
    for (let time = 1; time <= 4; time += 1) codes.push((await hintsOf(world.call, KEYS, { token })).codes);

    expect(codes).toEqual([[], [], ['token_never_renewed'], ['token_never_renewed']]);
    expect((await hintsOf(other.call, KEYS, { token })).codes).toEqual(['credential_of_other_world']);
    // Another token of the same client has its own count.
    const next = await tokenOf(world.call, key);
    await world.call('POST /_mock/clock/advance', { body: { by: '2h' } });
    expect((await hintsOf(world.call, KEYS, { token: next })).codes).toEqual([]);
  });
});
