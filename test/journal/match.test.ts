import { describe, expect, it } from 'vitest';
import { createMatcher, type Facts, findDifference, type Match } from '../../src/journal/match.ts';
import { toySecrets } from './toy-secrets.ts';

const secrets = toySecrets();

const FACTS: Facts = {
  service: 'runai',
  operation: 'grant_token',
  method: 'POST',
  path: '/api/v1/token',
  status: 400,
  principal: { kind: 'user', id: 'u1', name: 'ann@acme.test', clientId: 'c1' },
  reason: 'wrong_secret',
  body: () => ({ grantType: 'client_credentials', nested: { a: 1, b: [1, { c: 2 }] } }),
};

/** Each of these matches alone. */
const FITTING: readonly Match[] = [
  {},
  { service: 'runai' },
  { operation: 'grant_token' },
  { method: 'post' },
  { path: '/api/v1/token' },
  { path: '/api/{version}/token' },
  { status: 400 },
  { principal: 'u1' },
  { principal: 'ann@acme.test' },
  { principal: 'c1' },
  { reason: 'wrong_secret' },
  { body: {} },
  { body: { nested: { b: [1, {}] } } },
];

const DIFFERING: readonly (readonly [Match, string])[] = [
  [{ service: 'air' }, 'service is `runai`, not `air`'],
  [{ operation: 'get_users' }, 'operation is `grant_token`, not `get_users`'],
  [{ method: 'GET' }, 'method is `POST`, not `GET`'],
  [{ path: '/api/v1/toke.' }, 'path is `/api/v1/token`, not `/api/v1/toke.`'],
  [{ path: '/api/{version}' }, 'path is `/api/v1/token`, not `/api/{version}`'],
  [{ status: 200 }, 'status is `400`, not `200`'],
  [{ principal: 'bob' }, 'principal is `ann@acme.test`, not `bob`'],
  [{ reason: 'unknown_client' }, 'reason is `wrong_secret`, not `unknown_client`'],
  [{ body: { grantType: 'password' } }, 'body.grantType is `"client_credentials"`, not `"password"`'],
  [{ body: { missing: 1 } }, 'body.missing is missing, not `1`'],
  [{ body: { nested: { b: [1] } } }, 'body.nested.b has 2 entries, not 1'],
  [{ body: { nested: [] } }, 'body.nested is `{"a":1,"b":[1,{"c":2}]}`, not an array'],
];

describe('a match', () => {
  it.each(FITTING)('%j matches', (match) => {
    expect(createMatcher(match).fits(FACTS)).toBe(true);
    expect(createMatcher(match).findDifferences(FACTS)).toEqual([]);
  });

  it.each(DIFFERING)('%j does not match and describes the difference', (match, sentence) => {
    const { fits, findDifferences, describe: reported } = createMatcher(match);
    expect(fits(FACTS)).toBe(false);
    expect(findDifferences(FACTS).map((member) => reported(member, FACTS, secrets))).toEqual([sentence]);
  });

  it('lists all differences', () => {
    const { findDifferences } = createMatcher({ status: 200, method: 'GET', service: 'runai' });
    expect(findDifferences(FACTS)).toEqual(['method', 'status']);
  });

  it('compares the path literally', () => {
    expect(createMatcher({ path: '/a(b)+{x' }).fits({ ...FACTS, path: '/a(b)+{x' })).toBe(true);
    expect(createMatcher({ path: '/.*' }).fits(FACTS)).toBe(false);
  });

  it('does not take inherited members for members of a body', () => {
    expect(findDifference({ constructor: {} }, {}, 'body')).toBe('body.constructor is missing, not an object');
  });
});
