import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { researcher } from '../../support/cast.ts';
import {
  authorizationPath,
  basic,
  codeFields,
  codeOf,
  INTROSPECTION,
  oauthError,
  postForm,
  REALM_TOKEN,
} from '../../support/oauth.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { testServer } from '../../support/server.ts';

const CALLBACK = 'http://localhost:5173/callback';
const options = { redirectUri: [`my-app=${CALLBACK}`, 'runai-cli=com.acme.app:/back'] };

const server = await testServer();
const withOption = await testServer(options);

const createClient = (body: unknown, on = server) => on.call('POST /_mock/clients', { body });
const listClients = async (on = server): Promise<{ clientId: string; redirectUris: string[]; public: boolean }[]> =>
  (await on.call('GET /_mock/clients')).body.clients;
const createPasswordFields = ({ email, password }: { email: string; password: string }) => ({
  username: email,
  password,
});
const createClientFields = (clientId: string) => ({ client_id: clientId, redirect_uri: CALLBACK });

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

describe('a client that the control API adds', () => {
  it('that is confidential has a secret, which is returned once and required for its requests', async () => {
    const { body } = await createClient({ clientId: 'portal', redirectUris: [CALLBACK], public: false });
    expect(body).toEqual({
      clientId: 'portal',
      redirectUris: [CALLBACK],
      public: false,
      clientSecret: expect.stringMatching(/^\w{32}$/),
    });
    expect(JSON.stringify(await listClients())).not.toContain(body.clientSecret);

    const getCode = () => codeOf(server, createClientFields('portal'));
    const redeem = async (fields: object, headers = {}) =>
      postForm(
        server,
        REALM_TOKEN,
        codeFields(await getCode(), { ...createClientFields('portal'), ...fields }),
        headers,
      );
    expect((await redeem({ client_secret: body.clientSecret })).status).toBe(200);
    expect((await redeem({}, basic('portal', body.clientSecret))).status).toBe(200);
    for (const fields of [{}, { client_secret: 'not-its-secret' }]) {
      const answer = await redeem(fields);
      oauthError(answer, 401, 'invalid_client', fields);
      expect(answer.decision).toMatchObject({ reason: 'wrong_secret' });
    }
    expect((await postForm(server, INTROSPECTION, { token: 'any' }, basic('portal', body.clientSecret))).body).toEqual({
      active: false,
    });
    const form = { grant_type: 'client_credentials', client_id: 'portal', client_secret: body.clientSecret };
    expect((await postForm(server, REALM_TOKEN, form)).decision).toMatchObject({ reason: 'wrong_grant' });
  });

  it('is deleted with its logins', async () => {
    const created = await createClient({ clientId: 'my-app', redirectUris: [CALLBACK] });
    expect(created).toMatchObject({
      status: 201,
      body: { clientId: 'my-app', redirectUris: [CALLBACK], public: true },
    });
    const tokens = await postForm(
      server,
      REALM_TOKEN,
      codeFields(await codeOf(server, createClientFields('my-app')), createClientFields('my-app')),
    );
    expect((await server.call('DELETE /_mock/clients/my-app')).status).toBe(204);

    expect((await server.call(`GET ${authorizationPath(createClientFields('my-app'))}`)).status).toBe(400);
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.body.refresh_token, client_id: 'my-app' };
    expect((await postForm(server, REALM_TOKEN, refresh)).status).toBe(401);
    expect((await listClients()).map(({ clientId }) => clientId)).toEqual([
      'runai-admin-ui',
      'runai-cli',
      'cli',
      'runai',
    ]);
    expect(problemDocument(await server.call('DELETE /_mock/clients/my-app'))).toContain('GET /_mock/clients');
  });

  it.each<[what: string, body: object, status: number, message: RegExp]>([
    ['with the id of another client', { clientId: 'runai-cli', redirectUris: [CALLBACK] }, 409, /already in use/],
    [
      'with the id of an access key',
      { clientId: researcher.accessKey.clientId, redirectUris: [CALLBACK] },
      409,
      /already in use/,
    ],
    ['without a redirect URI', { clientId: 'a', redirectUris: [] }, 400, /redirectUris/],
    ['with a space in its id', { clientId: 'a b', redirectUris: [CALLBACK] }, 400, /clientId/],
    ...['http://a/#b', 'javascript:alert(1)', '//evil.test/', 'https://', 'callback'].map(
      (uri): [string, object, number, RegExp] => [
        `with the redirect URI \`${uri}\``,
        { clientId: 'a', redirectUris: [CALLBACK, uri] },
        400,
        /redirectUris\[1\]` must be an absolute URL/,
      ],
    ),
  ])('is rejected %s', async (_what, body, status, message) => {
    const answer = await createClient(body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(problemDocument(answer)).toMatch(message);
  });

  it('is rejected with 409 if there are 100 clients', async () => {
    for (let index = 0; index < 97; index += 1)
      await createClient({ clientId: `app-${index}`, redirectUris: [CALLBACK] });
    const answer = await createClient({ clientId: 'one-more', redirectUris: [CALLBACK] });
    expect([answer.status, problemDocument(answer)]).toEqual([409, expect.stringContaining('DELETE /_mock/clients')]);
  });
});

it('the client `runai` of the installer logs in a user by password with an ID token for clusters', async () => {
  const fields = { grant_type: 'password', client_id: 'runai', scope: 'openid', ...createPasswordFields(researcher) };
  const { status, body } = await postForm(server, REALM_TOKEN, fields);

  expect(status).toBe(200);
  expect(decodeJwt(body.id_token)).toMatchObject({ aud: 'runai', azp: 'runai' });
  const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token, client_id: 'runai' };
  expect((await postForm(server, REALM_TOKEN, refresh)).status).toBe(200);
});

describe('--redirect-uri', () => {
  it('adds a public client to every world, and a redirect URI to an existing client', async () => {
    expect(await listClients(withOption)).toEqual([
      { clientId: 'runai-admin-ui', redirectUris: ['/login/callback'], public: true },
      {
        clientId: 'runai-cli',
        redirectUris: ['http://127.0.0.1:*', 'http://localhost:*', 'com.acme.app:/back'],
        public: true,
      },
      { clientId: 'cli', redirectUris: ['http://127.0.0.1:*', 'http://localhost:*'], public: true },
      { clientId: 'runai', redirectUris: ['http://127.0.0.1:*', 'http://localhost:*'], public: true },
      { clientId: 'my-app', redirectUris: [CALLBACK], public: true },
    ]);
    expect(await codeOf(withOption, createClientFields('my-app'))).toMatch(/^\w{43}$/);
    await withOption.call('POST /_mock/worlds', { body: { id: 'second' } });
    expect((await withOption.call(`GET /w/second${authorizationPath(createClientFields('my-app'))}`)).status).toBe(200);
    const invalidFields = { client_id: 'my-app', redirect_uri: `${CALLBACK}/other` };
    expect((await withOption.call(`GET ${authorizationPath(invalidFields)}`)).status).toBe(400);
  });

  it('prevents adding and removing its clients: 409', async () => {
    const added = await createClient({ clientId: 'my-app', redirectUris: [CALLBACK] }, withOption);
    expect(added.status).toBe(409);
    const removed = await withOption.call('DELETE /_mock/clients/my-app');
    expect([removed.status, problemDocument(removed)]).toEqual([409, expect.stringContaining('--redirect-uri')]);
  });
});
