import { describe, expect, it } from 'vitest';
import type { RefusedRequest } from '../../src/explaining/hints/refused-request.ts';
import { KEY_HINTS } from '../../src/ngc-keys/hints.ts';
import { admin } from '../support/cast.ts';
import { hintsOf } from '../support/hints.ts';
import { castFunction, castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';

const server = await testServer();
const token = await server.tokenOf(admin);
const { key } = castKey('air-reader');
const AIR = 'GET /api/v3/simulations/';

describe('a wrong key is told', () => {
  it.each([
    ['Air', AIR],
    ['Cloud Functions', 'GET /v2/nvcf/functions'],
    ['NGC', 'GET /v3/orgs/acme/keys'],
  ])('an access token of Run:ai at %s', async (_where, request) => {
    const { codes, texts } = await hintsOf(server.call, request, { token });

    expect(codes).toEqual(['runai_token_for_key']);
    expect(texts[0]).toMatch(/expects an NGC key/);
  });

  it.each([
    ['cut short', key.slice(0, 50), /has 50 characters, but an NGC key has 70.* truncated/],
    ['continued', `${key}abc`, /has 73 characters.* Remove the text after the key/],
  ])('a key that was %s', async (_how, sent, said) => {
    const { codes, texts } = await hintsOf(server.call, AIR, { token: sent });

    expect(codes).toEqual(['key_of_wrong_length']);
    expect(texts[0]).toMatch(said);
    expect(texts[0]).not.toContain(key.slice(6, 20));
  });

  it.each([
    ['air-admin', 'GET /v2/nvcf/functions', 'Cloud Functions', 'nvcf-deployer'],
    [
      'air-reader',
      `POST /v2/nvcf/pexec/functions/${castFunction('echo')[0]?.functionId}`,
      'Cloud Functions',
      'nvcf-invoker',
    ],
    ['nvcf-deployer', AIR, 'Air', 'air-reader'],
  ])('a key of another service, by the name of one that would do: %s at %s', async (name, request, title, other) => {
    const { answer, codes, texts } = await hintsOf(server.call, request, { token: castKey(name).key });
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(codes).toEqual(['key_of_other_service']);
    expect(texts).toEqual([`The key \`${name}\` is not for ${title}. Use a key for ${title}, such as \`${other}\`.`]);
    expect(decision.instead).toBe(other);
    // The other way is to change the key, and one way of that is enough.
    expect(decision.fixes.map(({ kind }: { kind: string }) => kind)).toEqual(['hint', 'policy']);
  });

  it('a key of another service, where no other key would do', async () => {
    const alone = await testServer();
    const { body: cast } = await alone.call('GET /_mock/cast');
    for (const { id, services } of cast.ngc.keys) {
      if (services.includes('nvcf')) await alone.call(`PATCH /_mock/keys/${id}`, { body: { status: 'disabled' } });
    }
    const { answer, texts } = await hintsOf(alone.call, 'GET /v2/nvcf/functions', { token: castKey('air-admin').key });

    expect(answer.decision.reason).toBe('service_not_enabled');
    expect(texts[0]).toMatch(/Use a key for Cloud Functions, or create one with `POST \/_mock\/keys`\.$/);
  });

  it('a key of another organisation, by the path', async () => {
    const { codes, texts } = await hintsOf(server.call, 'GET /v2/orgs/globex/nvcf/functions', {
      token: castKey('nvcf-deployer').key,
    });

    expect(codes).toEqual(['key_of_other_organization']);
    expect(texts[0]).toMatch(/organisation `acme`, but the path has a different one/);
  });

  it('a key of another organisation, by the object', async () => {
    const [hidden] = castFunction('private');
    const { codes, texts } = await hintsOf(
      server.call,
      `GET /v2/nvcf/functions/${hidden?.functionId}/versions/${hidden?.versionId}`,
      { token: castKey('nvcf-deployer').key },
    );

    expect(codes).toEqual(['key_of_other_organization']);
    expect(texts[0]).toMatch(/`acme`, but the object belongs to another/);
  });

  it("but not another person's object of the same organisation", async () => {
    const public_key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
    const made = await server.call('POST /api/v3/users/ssh-keys/', {
      token: castKey('air-admin').key,
      body: { name: 'mine', public_key },
    });
    const { answer, codes } = await hintsOf(server.call, `DELETE /api/v3/users/ssh-keys/${made.body.id}/`, {
      token: castKey('air-user').key,
    });

    expect(answer.decision.reason).toBe('foreign_object');
    expect(codes).toEqual([]);
  });
});

describe('of a request', () => {
  const principal = { kind: 'service-key', id: 'key-1', name: 'robot', org: 'acme', account: 'nca-1' };
  const jwt = (iss: string) => ({ text: 'e30.e30.', claims: { iss } });
  /** The hints about it, which has only the members that they read. */
  const reported = (refused: object) => {
    const whole = { problem: {}, credential: null, decision: null, ...refused } as unknown as RefusedRequest;
    return KEY_HINTS.flatMap(({ when }) => when(whole) ?? []);
  };

  it.each<[what: string, refused: object]>([
    ['that was refused without a decision', {}],
    [
      'with a token of another issuer',
      { problem: { reason: 'unsupported_token' }, credential: jwt('https://issuer.test') },
    ],
    [
      'with a token of Run:ai that was refused for something else',
      { problem: { reason: 'expired_token' }, credential: jwt('http://a/auth/realms/b') },
    ],
    ['with a malformed key that is not in the only header', { problem: { reason: 'malformed_key' } }],
    [
      'with a malformed key of the right length',
      { problem: { reason: 'malformed_key' }, credential: { text: `nvapi-${'+'.repeat(64)}`, claims: null } },
    ],
    ['of somebody without an organisation', { decision: { reason: 'foreign_object', principal: null } }],
    [
      'about an object of the own account',
      { decision: { reason: 'foreign_object', principal, resources: { boundTo: 'nca-1/ada@acme.test' } } },
    ],
    ['that lacks a scope', { decision: { reason: 'missing_scope', principal } }],
  ])('%s nothing is told', (_what, refused) => {
    expect(reported(refused)).toEqual([]);
  });

  it.each<[what: string, boundTo: string | undefined, account: string | undefined]>([
    ['an object of another account', 'nca-2/bo@globex.test', 'nca-1'],
    ['an object of nobody that is known', undefined, 'nca-1'],
    ['an object, by somebody whose account is not known', undefined, undefined],
  ])('about %s it is told that the object is of another organisation', (_what, boundTo, account) => {
    const decision = { reason: 'foreign_object', principal: { ...principal, account }, resources: { boundTo } };

    expect(reported({ decision })).toEqual([
      'The key belongs to organisation `acme`, but the object belongs to another. Use a key of the owner, or an object of `acme`.',
    ]);
  });

  it.each([
    ['NVIDIA Air', principal, 'The key `robot` is not for Air. Use a key for Air'],
    ['Tasks of NVIDIA Cloud', null, 'The key is not for Tasks of NVIDIA Cloud. Use a key for Tasks of NVIDIA Cloud'],
    [null, null, 'The key is not for air. Use a key for air'],
  ])('of a key of another service the name of the service is told: %s', (serviceTitle, by, said) => {
    const decision = { reason: 'service_not_enabled', service: 'air', principal: by };

    expect(reported({ decision, serviceTitle })).toEqual([`${said}, or create one with \`POST /_mock/keys\`.`]);
  });
});
