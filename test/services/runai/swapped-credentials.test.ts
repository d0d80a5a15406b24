/** A client id and a secret that were put into each other's place: refused as the vendor does, and recognised. */
import { describe, expect, it } from 'vitest';
import { admin, adminBot, application, researcher } from '../../support/cast.ts';
import { basic, type Fields, INTROSPECTION, postForm, REALM_TOKEN, V2_TOKEN } from '../../support/oauth.ts';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';

const server = await testServer();
const old = await testServer({ runai: '2.19' });
const newest = await testServer({ runai: '3.0' });

interface Client {
  readonly id: string;
  readonly secret: string;
}
const accessKey: Client = { id: researcher.accessKey.clientId, secret: researcher.accessKey.clientSecret };
const account: Client = { id: adminBot.clientId, secret: adminBot.clientSecret };
const app: Client = { id: application.clientId, secret: application.secret };
const appByName: Client = { ...app, id: application.name };
const person = { username: researcher.email, password: researcher.password };

type Send = (client: Client) => Promise<Answer>;
const grant =
  (on: TestServer, body: (client: Client) => object): Send =>
  (client) =>
    on.call('POST /api/v1/token', { body: body(client) });
const form =
  (on: TestServer, path: string, fields: Fields): Send =>
  ({ id, secret }) =>
    postForm(on, path, { ...fields, client_id: id, client_secret: secret });
const byHeader =
  (path: string, fields: Fields): Send =>
  ({ id, secret }) =>
    postForm(server, path, fields, basic(id, secret));

const credentials = ({ id, secret }: Client) => ({
  grantType: 'client_credentials',
  clientId: id,
  clientSecret: secret,
});
const appToken = ({ id, secret }: Client) => ({ grantType: 'app_token', AppId: id, AppSecret: secret });
const password = ({ id, secret }: Client) => ({
  ...{ grantType: 'password', ...person, clientId: id, clientSecret: secret },
});
const CREDENTIALS = { grant_type: 'client_credentials' };

describe('a swapped client id and secret are recognised', () => {
  it.each<[where: string, on: TestServer, client: Client, send: Send]>([
    ['in JSON', server, accessKey, grant(server, credentials)],
    ['in JSON of 3.0', newest, account, grant(newest, credentials)],
    ['in JSON of 2.19', old, app, grant(old, appToken)],
    ['in JSON, of an application by its name', server, appByName, grant(server, appToken)],
    ['in JSON, with a password', server, accessKey, grant(server, password)],
    [
      'at the old endpoint',
      old,
      app,
      (client) => old.call('POST /v1/k8s/auth/oauth/apptoken', { body: { ...client, name: 'any' } }),
    ],
    ['in a form of /api/v2/token', server, account, form(server, V2_TOKEN, CREDENTIALS)],
    ['in a form of the realm', server, accessKey, form(server, REALM_TOKEN, CREDENTIALS)],
    [
      'in a form of the realm, with a password',
      server,
      account,
      form(server, REALM_TOKEN, { grant_type: 'password', ...person }),
    ],
    ['by Basic', server, accessKey, byHeader(REALM_TOKEN, CREDENTIALS)],
    ['by Basic at the introspection', server, account, byHeader(INTROSPECTION, { token: 'x' })],
  ])('%s', async (_where, on, client, send) => {
    const unknown = await send({ id: 'nobody-has-this-id', secret: client.secret });
    const swapped = await send({ id: client.secret, secret: client.id });

    expect(unknown.decision?.reason).toBe('unknown_client');
    expect(swapped.decision?.reason).toBe('swapped_credentials');
    // The answer is the vendor's, and does not tell the two cases apart.
    expect([swapped.status, swapped.body]).toEqual([unknown.status, unknown.body]);
    expect(swapped.headers['www-authenticate']).toBe(unknown.headers['www-authenticate']);
    const { body: decision } = await on.call(`GET /_mock/decisions/${swapped.decision?.id}`);
    expect(decision.explanation).toContain('are swapped');
    expect(decision.fixes).toEqual([{ kind: 'credential', text: expect.stringMatching(/^swap /) }]);
    const { body: journal } = await on.call('GET /_mock/requests?limit=1');
    expect(journal.requests[0].hints).toEqual([{ code: 'fix', text: decision.fixes[0].text }]);
    for (const reported of [decision, journal]) expect(JSON.stringify(reported)).not.toContain(client.secret);
    expect(JSON.stringify(decision)).not.toContain(client.id);
  });

  it('also of a client for logins', async () => {
    const body = { clientId: 'portal', redirectUris: ['http://localhost:5173/callback'], public: false };
    const { clientSecret: secret } = (await server.call('POST /_mock/clients', { body })).body;

    const answer = await form(server, REALM_TOKEN, { grant_type: 'password', ...person })({
      id: secret,
      secret: 'portal',
    });

    expect(answer.decision?.reason).toBe('swapped_credentials');
  });

  it('but not those of two clients', async () => {
    const answer = await grant(server, credentials)({ id: accessKey.secret, secret: admin.accessKey.clientId });

    expect(answer.decision?.reason).toBe('unknown_client');
  });
});
