import { describe, expect, it } from 'vitest';
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
    ['cut short', key.slice(0, 50), /has 50 characters, but an NGC key has 70.* cut off/],
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
    expect(texts[0]).toMatch(/organisation `acme`, but the path names another/);
  });

  it('a key of another organisation, by the object', async () => {
    const [hidden] = castFunction('private');
    const { codes, texts } = await hintsOf(
      server.call,
      `GET /v2/nvcf/functions/${hidden?.functionId}/versions/${hidden?.versionId}`,
      { token: castKey('nvcf-deployer').key },
    );

    expect(codes).toEqual(['key_of_other_organization']);
    expect(texts[0]).toMatch(/`acme`, but the object to another/);
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
