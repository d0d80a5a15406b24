/** Requests with a swapped client id and secret: the response is that of an unknown client, the decision explains it. */
import { describe, expect, it } from 'vitest';
import { admin, adminBot, application, researcher } from '../../support/cast.ts';
import { basic, type Fields, INTROSPECTION, postForm, REALM_TOKEN, V2_TOKEN } from '../../support/oauth.ts';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';

const server = await testServer();
const oldest = await testServer({ runai: '2.19' });

interface Client {
  readonly id: string;
  readonly secret: string;
}
const accessKey: Client = { id: researcher.accessKey.clientId, secret: researcher.accessKey.clientSecret };
const account: Client = { id: adminBot.clientId, secret: adminBot.clientSecret };
const app: Client = { id: application.clientId, secret: application.secret };
const appByName: Client = { ...app, id: application.name };
const userFields = { username: researcher.email, password: researcher.password };

type Send = (client: Client) => Promise<Answer>;
const sendGrant =
  (on: TestServer, body: (client: Client) => object): Send =>
  (client) =>
    on.call('POST /api/v1/token', { body: body(client) });
const sendForm =
  (on: TestServer, path: string, fields: Fields): Send =>
  ({ id, secret }) =>
    postForm(on, path, { ...fields, client_id: id, client_secret: secret });
const sendBasic =
  (path: string, fields: Fields): Send =>
  ({ id, secret }) =>
    postForm(server, path, fields, basic(id, secret));

const credentials = ({ id, secret }: Client) => ({
  grantType: 'client_credentials',
  clientId: id,
  clientSecret: secret,
});
const appToken = ({ id, secret }: Client) => ({ grantType: 'app_token', AppId: id, AppSecret: secret });
const CREDENTIALS = { grant_type: 'client_credentials' };

describe('a swapped client id and secret are recognized', () => {
  it.each<[where: string, on: TestServer, client: Client, send: Send]>([
    ['in JSON', server, accessKey, sendGrant(server, credentials)],
    ['in JSON of 2.19', oldest, app, sendGrant(oldest, appToken)],
    ['in JSON with the name of an application', server, appByName, sendGrant(server, appToken)],
    [
      'at /v1/k8s/auth/oauth/apptoken',
      oldest,
      app,
      (client) => oldest.call('POST /v1/k8s/auth/oauth/apptoken', { body: { ...client, name: 'any' } }),
    ],
    ['in a form of /api/v2/token', server, account, sendForm(server, V2_TOKEN, CREDENTIALS)],
    ['in a form of the realm', server, accessKey, sendForm(server, REALM_TOKEN, CREDENTIALS)],
    ['in a Basic header', server, accessKey, sendBasic(REALM_TOKEN, CREDENTIALS)],
    ['in a Basic header of an introspection', server, account, sendBasic(INTROSPECTION, { token: 'x' })],
  ])('%s', async (_where, on, client, send) => {
    const unknown = await send({ id: 'nobody-has-this-id', secret: client.secret });
    const swapped = await send({ id: client.secret, secret: client.id });

    expect(unknown.decision?.reason).toBe('unknown_client');
    expect(swapped.decision?.reason).toBe('swapped_credentials');
    // The response is that of the vendor, and is the same in both cases.
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

  it('for a client for user logins', async () => {
    const body = { clientId: 'portal', redirectUris: ['http://localhost:5173/callback'], public: false };
    const { clientSecret: secret } = (await server.call('POST /_mock/clients', { body })).body;

    const answer = await sendForm(server, REALM_TOKEN, { grant_type: 'password', ...userFields })({
      id: secret,
      secret: 'portal',
    });

    expect(answer.decision?.reason).toBe('swapped_credentials');
  });

  it('unless they belong to two clients', async () => {
    const answer = await sendGrant(server, credentials)({ id: accessKey.secret, secret: admin.accessKey.clientId });

    expect(answer.decision?.reason).toBe('unknown_client');
  });
});
