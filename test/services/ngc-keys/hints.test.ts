import { describe, expect, it } from 'vitest';
import type { RefusedRequest } from '../../../src/decisions/explaining/hints/refused-request.ts';
import { KEY_HINTS } from '../../../src/services/ngc-keys/hints.ts';
import { admin } from '../../support/cast.ts';
import { hintsOf } from '../../support/hints.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer();
const token = await server.tokenOf(admin);
const { key } = castKey('air-reader');
const AIR = 'GET /api/v3/simulations/';
const INVOKE = `POST /v2/nvcf/pexec/functions/${castFunction('echo')[0]?.functionId}`;

describe('the hint for a wrong key', () => {
  it.each([
    ['Air', AIR],
    ['Cloud Functions', 'GET /v2/nvcf/functions'],
    ['NGC', 'GET /v3/orgs/acme/keys'],
  ])('identifies an access token of Run:ai at %s', async (_where, request) => {
    const { codes, texts } = await hintsOf(server.call, request, { token });

    expect(codes).toEqual(['runai_token_for_key']);
    expect(texts[0]).toMatch(/expects an NGC key/);
  });

  it.each([
    ['truncated', key.slice(0, 50), /has 50 characters, but an NGC key has 70.* truncated/],
    ['extended', `${key}abc`, /has 73 characters.* Remove the text after the key/],
  ])('identifies a key that was %s', async (_how, text, message) => {
    const { codes, texts } = await hintsOf(server.call, AIR, { token: text });

    expect(codes).toEqual(['key_of_wrong_length']);
    expect(texts[0]).toMatch(message);
    expect(texts[0]).not.toContain(key.slice(6, 20));
  });

  it.each([
    ['air-admin', 'GET /v2/nvcf/functions', 'Cloud Functions', 'nvcf-deployer'],
    ['air-reader', INVOKE, 'Cloud Functions', 'nvcf-invoker'],
    ['nvcf-deployer', AIR, 'Air', 'air-reader'],
  ])('suggests a key for the service: %s at %s', async (name, request, title, suggested) => {
    const { answer, codes, texts } = await hintsOf(server.call, request, { token: castKey(name).key });
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(codes).toEqual(['key_of_other_service']);
    expect(texts).toEqual([
      `The key \`${name}\` is not for ${title}. Use a key for ${title}, such as \`${suggested}\`.`,
    ]);
    expect(decision.instead).toBe(suggested);
    // The decision also suggests one change of the key.
    expect(decision.fixes.map(({ kind }: { kind: string }) => kind)).toEqual(['hint', 'policy']);
  });

  it('identifies a key of another organisation by the object', async () => {
    const [hidden] = castFunction('private');
    const { codes, texts } = await hintsOf(
      server.call,
      `GET /v2/nvcf/functions/${hidden?.functionId}/versions/${hidden?.versionId}`,
      { token: castKey('nvcf-deployer').key },
    );

    expect(codes).toEqual(['key_of_other_organization']);
    expect(texts[0]).toMatch(/`acme`, but the object belongs to another/);
  });

  it('is absent for an object of another user of the same organisation', async () => {
    const public_key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
    const created = await server.call('POST /api/v3/users/ssh-keys/', {
      token: castKey('air-admin').key,
      body: { name: 'mine', public_key },
    });
    const { answer, codes } = await hintsOf(server.call, `DELETE /api/v3/users/ssh-keys/${created.body.id}/`, {
      token: castKey('air-user').key,
    });

    expect(answer.decision.reason).toBe('foreign_object');
    expect(codes).toEqual([]);
  });
});

describe('the hints for a refused request', () => {
  const principal = { kind: 'service-key', id: 'key-1', name: 'robot', org: 'acme', account: 'nca-1' };
  const jwt = (iss: string) => ({ text: 'e30.e30.', claims: { iss } });
  /** The hints for a refused request with only these members. */
  const findHints = (members: object) => {
    const request = { problem: {}, credential: null, decision: null, ...members } as unknown as RefusedRequest;
    return KEY_HINTS.flatMap(({ when }) => when(request) ?? []);
  };

  const refusedAs = (reason: string, credential: object | null = null) => ({ problem: { reason }, credential });
  const notFound = (message: string) => ({ problem: { kind: 'not_found', message } });

  it.each<[title: string, members: object]>([
    ['without a decision', {}],
    ['with a JWT of another issuer', refusedAs('unsupported_token', jwt('https://issuer.test'))],
    ['with a token of Run:ai and another reason', refusedAs('expired_token', jwt('http://a/auth/realms/b'))],
    ['with a malformed key outside the authorization header', refusedAs('malformed_key')],
    [
      'with a malformed key of the correct length',
      refusedAs('malformed_key', { text: `nvapi-${'+'.repeat(64)}`, claims: null }),
    ],
    ['of a caller without an organisation', { decision: { reason: 'foreign_object', principal: null } }],
    [
      'for an object of the same account',
      { decision: { reason: 'foreign_object', principal, resources: { boundTo: 'nca-1/ada@acme.test' } } },
    ],
    ['with a missing scope', { decision: { reason: 'missing_scope', principal } }],
    ['with an object that is named like a client', notFound("No function 'Unknown client_id '")],
    ['with another problem of a client', { problem: { kind: 'forbidden', message: "Unknown client_id 'a'" } }],
  ])('%s are empty', (_what, members) => {
    expect(findHints(members)).toEqual([]);
  });

  it.each<[title: string, boundTo: string | undefined, account: string | undefined]>([
    ['an object of another account', 'nca-2/bo@globex.test', 'nca-1'],
    ['an object without a known owner', undefined, 'nca-1'],
    ['an object and a caller without a known account', undefined, undefined],
  ])('for %s say that the object belongs to another organisation', (_what, boundTo, account) => {
    const decision = { reason: 'foreign_object', principal: { ...principal, account }, resources: { boundTo } };

    expect(findHints({ decision })).toEqual([
      'The key belongs to organisation `acme`, but the object belongs to another. Use a key of the owner, or an object of `acme`.',
    ]);
  });

  it('say that the client of a token has no account', () => {
    expect(findHints(notFound("Unknown client_id 'a' when hint account id"))).toEqual([
      expect.stringContaining('Add it to the `clientIds`'),
    ]);
  });

  it.each([
    ['organization-user', /^The token is used for organisation `acme`.*as `Nv-Ngc-Org` if the user is a member\.$/],
    ['service-key', /^The key belongs to organisation `acme`, but the path has a different one\./],
  ])('for a path of another organisation name the organisation of the caller: %s', (kind, message) => {
    const decision = { reason: 'other_organization', principal: { ...principal, kind } };

    expect(findHints({ decision })).toEqual([expect.stringMatching(message)]);
  });

  it('for an object of another organisation are the same for a user', () => {
    const decision = {
      reason: 'foreign_object',
      principal: { ...principal, kind: 'organization-user' },
      resources: {},
    };

    expect(findHints({ decision })).toEqual([expect.stringContaining('but the object belongs to another')]);
  });

  it.each([
    ['NVIDIA Air', principal, 'The key `robot` is not for Air. Use a key for Air'],
    ['Tasks of NVIDIA Cloud', null, 'The key is not for Tasks of NVIDIA Cloud. Use a key for Tasks of NVIDIA Cloud'],
    [null, null, 'The key is not for air. Use a key for air'],
  ])('with a key of another service contain the title of the service: %s', (serviceTitle, keyPrincipal, message) => {
    const decision = { reason: 'service_not_enabled', service: 'air', principal: keyPrincipal };

    expect(findHints({ decision, serviceTitle })).toEqual([`${message}, or create one with \`POST /_mock/keys\`.`]);
  });
});
