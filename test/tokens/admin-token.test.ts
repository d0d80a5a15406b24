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

/** A token of an administrator that is good but for what is given. */
const forge = (
  claims: object = {},
  { alg = 'ES256', key = privateKey }: { alg?: string; key?: typeof privateKey } = {},
) => new SignJWT({ ...adminClaims(SECONDS), ...claims }).setProtectedHeader({ alg }).sign(key);
/** What becomes of a token in a world. */
const outcomeOf = async (token: Promise<string> | string, world = 'default', now = START) =>
  verifyAdminToken(await token, 'http://api.nvcf.svc.cluster.local', world, now).catch((thrown: unknown) => thrown);

describe('the token of an administrator', () => {
  it('tells its subject and its scopes', async () => {
    expect(await outcomeOf(forge({ scopes: ['list_functions', 'deploy_function'] }))).toEqual({
      sub: 'admin-issuer-proxy',
      scopes: ['list_functions', 'deploy_function'],
    });
  });

  it.each([
    [undefined, []],
    ['list_functions', []],
    [[5, 'list_functions', null], ['list_functions']],
  ])('has of the scopes %j those that are texts of a list', async (scopes, expected) => {
    expect(await outcomeOf(forge({ scopes }))).toMatchObject({ scopes: expected });
  });

  it.each(['sub', 'iat', 'exp'])('is none without `%s`', async (claim) => {
    expect(await outcomeOf(forge({ [claim]: undefined }))).toMatchObject({
      kind: 'unauthenticated',
      reason: 'malformed_token',
      why: `missing required "${claim}" claim`,
    });
  });

  it('is none with a subject that is no text', async () => {
    expect(await outcomeOf(forge({ sub: 7 }))).toMatchObject({
      kind: 'unauthenticated',
      reason: 'malformed_token',
      message: 'The bearer token is not an administrator token.',
    });
  });

  it.each<[what: string, token: () => Promise<string>, reason: string]>([
    ['by another algorithm', () => forge({}, { alg: 'RS256', key: rs256 }), 'unsupported_algorithm'],
    ['of another issuer', () => forge({ iss: 'http://elsewhere' }), 'malformed_token'],
    ['that is changed', async () => (await forge()).replace(/[^.]+$/, 'AAAA'), 'bad_signature'],
  ])('is refused with its reason: one %s', async (_what, token, reason) => {
    expect(await outcomeOf(token())).toMatchObject({ kind: 'unauthenticated', reason });
  });

  it.each([
    ['the world that its `jti` ends in', { jti: 'a.team-a' }, 'team-a'],
    ['the world that a server begins with, where its `jti` names none', { jti: 'a' }, 'default'],
    ['that world, too, where it has no `jti`', { jti: undefined }, 'default'],
  ])('counts in %s, and in no other', async (_what, claims, world) => {
    const token = await forge(claims);

    expect(await outcomeOf(token, world)).toMatchObject({ sub: 'admin-issuer-proxy' });
    expect(await outcomeOf(token, 'team-b')).toMatchObject({
      kind: 'unauthenticated',
      reason: 'other_world',
      message: 'The bearer token is not accepted.',
      ofWorld: world,
    });
  });

  it('counts in its time, by the clock of the world', async () => {
    const token = await forge({ nbf: SECONDS + 10 });
    const at = async (seconds: number) => outcomeOf(token, 'default', START + seconds * 1000);

    expect(await at(4)).toMatchObject({
      reason: 'not_yet_valid',
      why: expect.stringMatching(/^nbf .*`admin-issuer-proxy`$/),
    });
    expect(await at(5)).toMatchObject({ sub: 'admin-issuer-proxy' });
    expect(await at(59)).toMatchObject({ sub: 'admin-issuer-proxy' });
    expect(await at(60)).toMatchObject({ reason: 'expired_token' });
    expect(await at(-6)).toMatchObject({ reason: 'not_yet_valid', why: expect.stringMatching(/^iat /) });
  });
});
