import { readFileSync } from 'node:fs';
import { importJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { verifyAdminToken } from '../../src/tokens/admin-token.ts';
import { adminClaims } from '../support/nak.ts';
import { START } from '../support/server.ts';
import { privateKeyFor } from '../support/tokens.ts';

const SECONDS = START / 1000;
const privateKey = await importJWK(
  JSON.parse(readFileSync(new URL('../../fixtures/nak/admin-key.es256.json', import.meta.url), 'utf8')),
  'ES256',
);
const rs256 = await privateKeyFor('RS256');

/** Signs a valid token of an administrator with these claims changed. */
const forgeToken = (
  claims: object = {},
  { alg = 'ES256', key = privateKey }: { alg?: string; key?: typeof privateKey } = {},
) => new SignJWT({ ...adminClaims(SECONDS), ...claims }).setProtectedHeader({ alg }).sign(key);
/** Returns the claims of a token in a world or the error. */
const outcomeOf = async (token: Promise<string> | string, world = 'default', now = START) =>
  verifyAdminToken(await token, 'http://api.nvcf.svc.cluster.local', world, now).catch((thrown: unknown) => thrown);

describe('the token of an administrator', () => {
  it('returns its subject and its scopes', async () => {
    expect(await outcomeOf(forgeToken({ scopes: ['list_functions', 'deploy_function'] }))).toEqual({
      sub: 'admin-issuer-proxy',
      scopes: ['list_functions', 'deploy_function'],
    });
  });

  it.each([
    [undefined, []],
    ['list_functions', []],
    [[5, 'list_functions', null], ['list_functions']],
  ])('returns only the strings of a list as scopes: %j', async (scopes, expected) => {
    expect(await outcomeOf(forgeToken({ scopes }))).toMatchObject({ scopes: expected });
  });

  it.each(['sub', 'iat', 'exp'])('is rejected without `%s`', async (claim) => {
    expect(await outcomeOf(forgeToken({ [claim]: undefined }))).toMatchObject({
      kind: 'unauthenticated',
      reason: 'malformed_token',
      why: `missing required "${claim}" claim`,
    });
  });

  it('is rejected with a subject that is not a string', async () => {
    expect(await outcomeOf(forgeToken({ sub: 7 }))).toMatchObject({
      kind: 'unauthenticated',
      reason: 'malformed_token',
      message: 'The bearer token is not an administrator token.',
    });
  });

  it.each<[title: string, token: () => Promise<string>, reason: string]>([
    ['with another algorithm', () => forgeToken({}, { alg: 'RS256', key: rs256 }), 'unsupported_algorithm'],
    ['of another issuer', () => forgeToken({ iss: 'http://elsewhere' }), 'malformed_token'],
    ['with another signature', async () => (await forgeToken()).replace(/[^.]+$/, 'AAAA'), 'bad_signature'],
  ])('is rejected %s', async (_title, token, reason) => {
    expect(await outcomeOf(token())).toMatchObject({ kind: 'unauthenticated', reason });
  });

  it.each([
    ['the world at the end of its `jti`', { jti: 'a.team-a' }, 'team-a'],
    ['the default world if its `jti` has no world', { jti: 'a' }, 'default'],
    ['the default world if it has no `jti`', { jti: undefined }, 'default'],
  ])('is accepted only in %s', async (_title, claims, world) => {
    const token = await forgeToken(claims);

    expect(await outcomeOf(token, world)).toMatchObject({ sub: 'admin-issuer-proxy' });
    expect(await outcomeOf(token, 'team-b')).toMatchObject({
      kind: 'unauthenticated',
      reason: 'other_world',
      message: 'The bearer token is not accepted.',
      ofWorld: world,
    });
  });

  it('is accepted between its `nbf` and `exp` on the clock of the world', async () => {
    const token = await forgeToken({ nbf: SECONDS + 10 });
    const outcomeAt = async (seconds: number) => outcomeOf(token, 'default', START + seconds * 1000);

    expect(await outcomeAt(4)).toMatchObject({
      reason: 'not_yet_valid',
      why: expect.stringMatching(/^nbf .*`admin-issuer-proxy`$/),
    });
    expect(await outcomeAt(5)).toMatchObject({ sub: 'admin-issuer-proxy' });
    expect(await outcomeAt(59)).toMatchObject({ sub: 'admin-issuer-proxy' });
    expect(await outcomeAt(60)).toMatchObject({ reason: 'expired_token' });
    expect(await outcomeAt(-6)).toMatchObject({ reason: 'not_yet_valid', why: expect.stringMatching(/^iat /) });
  });
});
