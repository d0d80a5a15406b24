/** Deleted credentials: the vendor's response is that for an unknown credential, and the decision has the time of deletion. */
import { beforeEach, describe, expect, it } from 'vitest';
import { admin, adminBot, application, researcher } from '../../support/cast.ts';
import { ngcCast } from '../../support/ngc-cast.ts';
import { overHttp } from '../../support/over-http.ts';
import { type Answer, START, testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const server = await testServer({}, {}, overHttp);
const { call } = server;
const DELETED_AT = `it was deleted at ${new Date(START + 1_800_000).toISOString()}`;

const requestToken = (clientId: string, clientSecret: string) =>
  call('POST /api/v1/token', { body: { grantType: 'client_credentials', clientId, clientSecret } });
const readToken = async ({ clientId, clientSecret }: { clientId: string; clientSecret: string }): Promise<string> =>
  (await requestToken(clientId, clientSecret)).body.accessToken;
const listFunctions = (token: string) => call('GET /v2/nvcf/functions', { token });
const readExplanation = async ({ decision }: Answer): Promise<string> =>
  (await call(`GET /_mock/decisions/${decision?.id}`)).body.explanation;

/** Deletes an object as the administrator, half an hour after the start. */
async function remove(request: string): Promise<void> {
  await call('POST /_mock/clock/advance', { body: { by: '30m' } });
  expect((await call(request, { token: await readToken(admin.accessKey) })).status, request).toBeLessThan(300);
}

beforeEach(async () => {
  await call('POST /_mock/reset');
});

describe('the decision has the time of deletion for', () => {
  const key = () => ngcCast.keys.find(({ name }) => name === 'nvcf-deployer') as (typeof ngcCast.keys)[number];

  it('an NGC key', async () => {
    const { id, key: text } = key();
    expect((await listFunctions(text)).status).toBe(200);
    await remove(`DELETE /_mock/keys/${id}`);
    const answer = await listFunctions(text);
    const never = await listFunctions(`${text.slice(0, -4)}xxxx`);

    expect(answer.decision.reason).toBe('unknown_key');
    expect([answer.status, answer.body]).toEqual([never.status, never.body]);
    expect(await readExplanation(answer)).toContain(DELETED_AT);
    expect(await readExplanation(never)).not.toContain('deleted');
  });

  it('an access key', async () => {
    const { id, clientId, clientSecret } = researcher.accessKey;
    await remove(`DELETE /api/v1/administration/access-keys/${id}`);
    const answer = await requestToken(clientId, clientSecret);
    const never = await requestToken('nobody-has-this-id', clientSecret);

    expect(answer.decision.reason).toBe('unknown_client');
    expect([answer.status, answer.body]).toEqual([never.status, never.body]);
    expect(await readExplanation(answer)).toContain(DELETED_AT);
    expect(await readExplanation(never)).not.toContain('deleted');
  });

  it('a service account and its token', async () => {
    const token = await readToken(adminBot);
    await remove(`DELETE /api/v1/service-accounts/${adminBot.id}`);
    const answers = [
      await requestToken(adminBot.clientId, adminBot.clientSecret),
      await call('GET /api/v1/users', { token }),
    ];

    expect(answers.map(({ decision }) => decision.reason)).toEqual(['unknown_client', 'unknown_subject']);
    for (const answer of answers) expect(await readExplanation(answer)).toContain(DELETED_AT);
  });

  it('an application, by its name and its client id', async () => {
    await remove(`DELETE /api/v1/apps/${application.id}`);
    for (const AppId of [application.name, application.clientId]) {
      const answer = await call('POST /api/v1/token', {
        body: { grantType: 'app_token', AppId, AppSecret: application.secret },
      });

      expect(answer.decision.reason).toBe('unknown_client');
      expect(await readExplanation(answer)).toContain(DELETED_AT);
    }
  });

  it('the access key of a deleted user', async () => {
    await remove(`DELETE /api/v1/users/${researcher.id}`);
    const { clientId, clientSecret } = researcher.accessKey;

    expect(await readExplanation(await requestToken(clientId, clientSecret))).toContain(DELETED_AT);
  });
});

it('a deleted client is not confused with a client with a similar name', async () => {
  const token = await readToken(admin.accessKey);
  const createAccount = async (name: string) =>
    (await call('POST /api/v1/service-accounts', { token, body: { name } })).body;
  const [first, second] = [await createAccount('bot-one'), await createAccount('bot-two')];
  await remove(`DELETE /api/v1/service-accounts/${first.id}`);
  const { decision } = await requestToken(first.clientId, first.clientSecret);
  const { body } = await call(`GET /_mock/decisions/${decision?.id}`);

  expect(JSON.stringify(body)).not.toContain(second.clientId);
  expect(body.fixes[0]).toEqual({ kind: 'hint', text: expect.stringContaining('it was deleted at') });
});

it('a deletion is known in its world only, and forgotten by a reset to a seed without the credential', async () => {
  const [one, other] = [await makeWorld(server, { id: 'one' }), await makeWorld(server, { id: 'other' })];
  const token = await one.call('POST /api/v1/token', {
    body: { grantType: 'client_credentials', ...one.cast.runai.users[0].accessKey },
  });
  const made = await one.call('POST /api/v1/service-accounts', {
    token: token.body.accessToken,
    body: { name: 'bot-a' },
  });
  const { id, clientId, clientSecret } = made.body;
  await one.call(`DELETE /api/v1/service-accounts/${id}`, { token: token.body.accessToken });
  const readDetail = async (world: typeof one) => {
    const body = { grantType: 'client_credentials', clientId, clientSecret };
    const { decision } = await world.call('POST /api/v1/token', { body });
    return (await world.call(`GET /_mock/decisions/${decision?.id}`)).body.detail;
  };

  expect(await readDetail(one)).toMatch(/^it was deleted at /);
  expect(await readDetail(other)).toBeUndefined();
  await one.call('POST /_mock/reset');
  expect(await readDetail(one)).toBeUndefined();
});
