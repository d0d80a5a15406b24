import { describe, expect, it } from 'vitest';
import { ACME, expectInvalid, expectProblem, NOBODY, nvcfServer } from '../../support/nvcf-client.ts';
import { withoutObjects } from '../../support/seeds.ts';
import { START } from '../../support/server.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOW = new Date(START).toISOString();
const VALUE = Buffer.from('$oauthtoken:pass-word-of-it').toString('base64');

const UNIQUE = 'Registry credentials must have unique hostname and credential name within an account';
const base64 = (text: string) => Buffer.from(text).toString('base64');
/** A registry that the cast recognizes for MODEL and RESOURCE. */
const MODELS = { registryHostname: 'api.ngc.nvidia.com', artifactTypes: ['MODEL'] };

let names = 0;
const orderWith = (more: object = {}) => ({
  registryHostname: 'nvcr.io',
  secret: { name: `registry-${++names}`, value: VALUE },
  artifactTypes: ['CONTAINER'],
  ...more,
});

const server = await nvcfServer();
const { acme, globex } = server;
const createCredential = async (more: object = {}, caller = acme) => {
  const { body, status } = await caller('POST registry-credentials', orderWith(more));
  expect(status, JSON.stringify(body)).toBe(200);
  return body.registryCredential;
};
const pathOf = ({ registryCredentialId }: { registryCredentialId: string }) =>
  `registry-credentials/${registryCredentialId}`;

describe('a registry credential', () => {
  it('is created with 200, and returned without its secret', async () => {
    const { status, body } = await acme('POST registry-credentials', {
      ...orderWith(),
      secret: { name: 'main', value: VALUE },
      tags: ['one'],
      description: 'for images',
      provisionedBy: 'SYSTEM',
      color: 'red',
    });

    expect(status).toBe(200);
    expect(body).toEqual({
      registryCredential: {
        registryCredentialId: expect.stringMatching(UUID),
        ncaId: ACME,
        registryCredentialName: 'main',
        registryName: 'NGC Private Registry',
        registryHostname: 'nvcr.io',
        artifactTypes: ['CONTAINER'],
        tags: ['one'],
        description: 'for images',
        provisionedBy: 'USER',
        keyType: 'LEGACY',
        createdAt: NOW,
        lastUpdatedAt: NOW,
      },
    });
    expect((await acme(`GET ${pathOf(body.registryCredential)}`)).body).toEqual(body);
    expect((await acme('GET registry-credentials')).body.registryCredentials).toContainEqual(body.registryCredential);
  });

  it.each([
    ['unknown.example', ['CONTAINER'], 'CONTAINER'],
    ['nvcr.io', ['CONTAINER', 'HELM'], 'HELM'],
    ['NVCR.io', ['CONTAINER'], 'CONTAINER'],
  ])('is rejected for %s, which is not recognized for each of %j', async (registryHostname, artifactTypes, type) => {
    const detail = `Invalid request: ${type} registry with hostname ${registryHostname} is not yet recognized`;
    const answer = await acme('POST registry-credentials', orderWith({ registryHostname, artifactTypes }));

    expectProblem(answer, 'POST registry-credentials', 400, detail);
  });

  it('of the cast has a recognized registry', async () => {
    const { nvcf } = (await server.call('GET /_mock/cast')).body;

    for (const { registryHostname, artifactTypes } of nvcf.registryCredentials) {
      for (const artifactType of artifactTypes) {
        expect(nvcf.recognizedRegistries).toContainEqual(expect.objectContaining({ artifactType, registryHostname }));
      }
    }
  });

  it.each([
    ['invalid base64', 'pass-word'],
    ['base64 with spaces', `${VALUE} `],
    ['only a user', base64('user')],
    ['no user', base64(':pass-word')],
    ['no password', base64('user:')],
    ['a blank password', base64('user: ')],
    ['three parts', base64('user:pass:word')],
    ['an object', { user: 'pass-word' }],
  ])('is neither created nor updated with a secret of %s', async (_what, value) => {
    const credential = await createCredential();
    const secret = { name: 'other', value };
    const detail = 'Invalid request: Registry credential secret must be base64 encoded username:password format';

    expectProblem(
      await acme('POST registry-credentials', orderWith({ secret })),
      'POST registry-credentials',
      400,
      detail,
    );
    const request = `PATCH ${pathOf(credential)}`;
    expectProblem(await acme(request, { secret }), request, 400, detail);
    expect((await acme(`GET ${pathOf(credential)}`)).body.registryCredential).toEqual(credential);
    await acme(`DELETE ${pathOf(credential)}`);
  });

  it.each([
    ['base64 without padding', base64('$oauthtoken:pass').replaceAll('=', '')],
    ['a trailing colon', base64('$oauthtoken:pass:')],
  ])('is created with a secret of %s', async (_what, value) => {
    await acme(`DELETE ${pathOf(await createCredential({ secret: { name: 'unusual', value } }))}`);
  });

  it('of NGC requires the user `$oauthtoken`', async () => {
    const secret = { name: 'other', value: base64('user:pass') };
    const answer = await acme('POST registry-credentials', orderWith({ secret }));
    const detail = 'Invalid request: Missing $oauthtoken username in NGC registry credential';

    expectProblem(answer, 'POST registry-credentials', 400, detail);
    await acme(`DELETE ${pathOf(await createCredential({ secret, registryHostname: 'docker.io' }))}`);
  });

  it('is unique by host and name', async () => {
    const secret = { name: 'unique', value: VALUE };
    const first = await createCredential({ secret });
    const answer = await acme('POST registry-credentials', orderWith({ secret }));
    const duplicate = `Account '${ACME}': Registry credential 'unique' for hostname 'nvcr.io' already exists in the account`;
    expectProblem(answer, 'POST registry-credentials', 409, `${duplicate} - ${UNIQUE}`);
    expect(JSON.stringify(answer)).not.toContain(VALUE);

    const renamed = await createCredential();
    const request = `PATCH ${pathOf(renamed)}`;
    const id = `Registry credential '${renamed.registryCredentialId}'`;
    const conflict = `Account '${ACME}': ${id} with name 'unique' for hostname 'nvcr.io' exists`;
    expectProblem(await acme(request, { secret }), request, 409, `${conflict} - ${UNIQUE}`);
    await acme(`DELETE ${pathOf(renamed)}`);

    const elsewhere = await createCredential({ secret, registryHostname: 'docker.io' });
    const foreign = await createCredential({ secret }, globex);
    await acme(`DELETE ${pathOf(elsewhere)}`);
    await globex(`DELETE ${pathOf(foreign)}`);
    await acme(`DELETE ${pathOf(first)}`);
    await acme(`DELETE ${pathOf(await createCredential({ secret }))}`);
  });

  it('is created by only one of several concurrent requests', async () => {
    const body = orderWith({ secret: { name: 'at-once', value: VALUE } });
    const answers = await Promise.all([1, 2, 3, 4].map(() => acme('POST registry-credentials', body)));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it.each([
    ['a tag of 129 characters', { tags: ['x'.repeat(129)] }, 'tags'],
    ['a tag with a space', { tags: ['a b'] }, 'tags'],
    ['a host name with a port', { registryHostname: 'docker.io:443' }, 'registryHostname'],
  ])('is not created with %s', async (_what, more, word) => {
    const answer = await acme('POST registry-credentials', orderWith(more));

    expectInvalid(answer, 'POST registry-credentials', word);
    expect(JSON.stringify(answer)).not.toContain(VALUE);
  });

  it('is updated by PATCH, which replaces its secret and adds artifact types', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST registry-credentials', orderWith({ ...MODELS, tags: ['stays'] }));
    const before = body.registryCredential;
    world.clock.set(START + 1000);
    const request = `PATCH ${pathOf(before)}`;
    const lastUpdatedAt = new Date(START + 1000).toISOString();
    const withTypes = await world.acme(request, { artifactTypeEnums: ['RESOURCE', 'MODEL'] });
    const secret = await world.acme(request, {
      secret: { name: 'renamed', value: base64('$oauthtoken:new-pass-word') },
    });

    expect(withTypes.status).toBe(200);
    expect(withTypes.body.registryCredential).toEqual({
      ...before,
      artifactTypes: ['MODEL', 'RESOURCE'],
      lastUpdatedAt,
    });
    expect(secret.body.registryCredential).toEqual({
      ...before,
      artifactTypes: ['MODEL', 'RESOURCE'],
      registryCredentialName: 'renamed',
      lastUpdatedAt,
    });
    expect(JSON.stringify([withTypes, secret])).not.toContain(base64('$oauthtoken:new-pass-word'));
  });

  it('is not updated without changes or with invalid changes', async () => {
    const credential = await createCredential();
    const request = `PATCH ${pathOf(credential)}`;

    const neither = 'Invalid request: Either secret or artifact types must be specified';

    for (const body of [{}, { artifactTypeEnums: [] }, { registryHostname: 'other.test' }]) {
      expectProblem(await acme(request, body), request, 400, neither);
    }
    expectInvalid(await acme(request, { artifactTypeEnums: ['IMAGE'] }), request, 'CONTAINER');
    const unknown = "'NGC Private Registry' with hostname 'nvcr.io' not recognized for artifact type 'HELM'";
    expectProblem(await acme(request, { artifactTypeEnums: ['HELM'] }), request, 400, `Invalid request: ${unknown}`);
    expectInvalid(await acme(request, { secret: { name: 'a' } }), request, 'value');
    expect((await acme(`GET ${pathOf(credential)}`)).body.registryCredential).toEqual(credential);
    await acme(`DELETE ${pathOf(credential)}`);
  });

  it('is deleted with 204, and not found afterwards', async () => {
    const credential = await createCredential();
    const request = `DELETE ${pathOf(credential)}`;
    const { status, body } = await acme(request);

    expect({ status, body }).toEqual({ status: 204, body: undefined });
    const detail = `Registry credential id '${credential.registryCredentialId}': Not found in account '${ACME}'`;
    expectProblem(await acme(request), request, 404, detail);
    expectProblem(await acme(`GET ${pathOf(credential)}`), `GET ${pathOf(credential)}`, 404, detail);
  });

  it.each([
    ['GET', undefined],
    ['PATCH', { artifactTypeEnums: ['HELM'] }],
    ['DELETE', undefined],
  ])('of another account is not found by %s', async (method, body) => {
    const credential = await createCredential({}, globex);
    for (const id of [credential.registryCredentialId, NOBODY]) {
      const request = `${method} registry-credentials/${id}`;
      const detail = `Registry credential id '${id}': Not found in account '${ACME}'`;
      expectProblem(await acme(request, body), request, 404, detail);
    }
    expect((await globex(`GET ${pathOf(credential)}`)).body.registryCredential).toEqual(credential);
  });
});

describe('the list of registry credentials', () => {
  it('is filtered by artifact type and origin, and depends on the account', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const create = async (more: object) =>
      (await world.acme('POST registry-credentials', orderWith(more))).body.registryCredential;
    const image = await create({});
    const both = await create({ ...MODELS, artifactTypes: ['RESOURCE', 'MODEL'] });
    const list = async (query: string, caller = world.acme) => (await caller(`GET registry-credentials${query}`)).body;

    expect(await list('')).toEqual({ registryCredentials: [image, both] });
    expect(await list('?artifactType=CONTAINER')).toEqual({ registryCredentials: [image] });
    expect(await list('?artifactType=MODEL')).toEqual({ registryCredentials: [both] });
    expect(await list('?artifactType=HELM')).toEqual({ registryCredentials: [] });
    expect(await list('?provisionedBy=USER&artifactType=MODEL')).toEqual({ registryCredentials: [both] });
    expect(await list('?provisionedBy=SYSTEM')).toEqual({ registryCredentials: [] });
    for (const query of ['?artifactType=CONTAINER&artifactType=MODEL', '?artifactType=CONTAINER,MODEL,CONTAINER']) {
      expect(await list(`${query}&provisionedBy=USER,SYSTEM`)).toEqual({ registryCredentials: [image, both] });
    }
    expect(await list('', world.globex)).toEqual({ registryCredentials: [] });
  });

  it.each(['artifactType=IMAGE', 'provisionedBy=ME'])('rejects %s', async (query) => {
    const request = `GET registry-credentials?${query}`;

    expectInvalid(await acme(request), request, query.split('=')[0] ?? '');
  });

  it('has at most 25 entries', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const answers = await Promise.all(
      Array.from({ length: 27 }, () => world.acme('POST registry-credentials', orderWith())),
    );
    const { registryCredentials } = (await world.acme('GET registry-credentials')).body;

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(25);
    expect(registryCredentials).toHaveLength(25);
    const detail = expect.stringContaining('25');
    expectProblem(await world.acme('POST registry-credentials', orderWith()), 'POST registry-credentials', 400, detail);
    await world.acme(`DELETE ${pathOf(registryCredentials[0])}`);
    expect((await world.acme('POST registry-credentials', orderWith())).status).toBe(200);
    expect((await world.globex('POST registry-credentials', orderWith())).status).toBe(200);
  });
});

it('recognized registries are listed by artifact type', async () => {
  const { status, body } = await acme('GET recognized-registries');
  const ngc = { registryName: 'NGC Private Registry' };

  expect(status).toBe(200);
  expect(body).toEqual({
    recognizedRegistries: {
      CONTAINER: [
        { ...ngc, registryHostname: 'nvcr.io' },
        { registryName: 'Docker Hub', registryHostname: 'docker.io' },
      ],
      HELM: [{ ...ngc, registryHostname: 'helm.ngc.nvidia.com' }],
      MODEL: [{ ...ngc, registryHostname: 'api.ngc.nvidia.com' }],
      RESOURCE: [{ ...ngc, registryHostname: 'api.ngc.nvidia.com' }],
    },
  });
});

describe('the key type of a registry credential', () => {
  it.each([
    ['a key without `nvapi-`', 'nvcr.io', '$oauthtoken:bGVnYWN5LWtleQ', 'LEGACY'],
    ['a key without `nvapi-`, for models', 'api.ngc.nvidia.com', '$oauthtoken:bGVnYWN5LWtleQ', 'LEGACY'],
    ['a key with `nvapi-`', 'nvcr.io', '$oauthtoken:nvapi-stg-of-a-test', undefined],
    ['another user', 'nvcr.io', 'a$oauthtoken:pass-word', undefined],
    ['another registry', 'docker.io', '$oauthtoken:pass-word', undefined],
  ])('of %s, at %s, with the secret %s, is %s', async (_what, registryHostname, secret, keyType) => {
    const artifactTypes = registryHostname === 'api.ngc.nvidia.com' ? ['MODEL'] : ['CONTAINER'];
    const credential = await createCredential({
      registryHostname,
      artifactTypes,
      secret: { name: `key-type-${++names}`, value: base64(secret) },
    });
    expect(credential.keyType).toBe(keyType);

    const { body } = await acme(`GET ${pathOf(credential)}`);
    expect(body.registryCredential).toEqual(credential);
    const { registryCredentials } = (await acme('GET registry-credentials')).body;
    expect(registryCredentials).toContainEqual(credential);
  });

  it('changes with the secret, but not if only types are added', async () => {
    const credential = await createCredential({ ...MODELS });
    const change = async (body: object) =>
      (await acme(`PATCH ${pathOf(credential)}`, body)).body.registryCredential.keyType;
    const secret = (text: string) => ({ name: `key-type-${++names}`, value: base64(text) });

    expect(credential.keyType).toBe('LEGACY');
    expect(await change({ artifactTypeEnums: ['RESOURCE'] })).toBe('LEGACY');
    expect(await change({ secret: secret('$oauthtoken:nvapi-stg-of-a-test') })).toBeUndefined();
    expect(await change({ secret: secret('$oauthtoken:bGVnYWN5LWtleQ') })).toBe('LEGACY');
  });
});
