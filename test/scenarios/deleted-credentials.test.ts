/** A credential that was deleted: the vendor's answer does not tell it from an unknown one, and its decision says when. */
import { beforeEach, describe, expect, it } from 'vitest';
import { admin, adminBot, application, researcher } from '../support/cast.ts';
import { ngcCast } from '../support/ngc-cast.ts';
import { overHttp } from '../support/over-http.ts';
import { type Answer, START, testServer } from '../support/server.ts';
import { makeWorld } from '../support/worlds.ts';

const server = await testServer({}, {}, overHttp);
const { call } = server;
const AT = `it was deleted at ${new Date(START + 1_800_000).toISOString()}`;

const grant = (clientId: string, clientSecret: string) =>
  call('POST /api/v1/token', { body: { grantType: 'client_credentials', clientId, clientSecret } });
const tokenOf = async ({ clientId, clientSecret }: { clientId: string; clientSecret: string }): Promise<string> =>
  (await grant(clientId, clientSecret)).body.accessToken;
const functionsBy = (token: string) => call('GET /v2/nvcf/functions', { token });
const explanationOf = async ({ decision }: Answer): Promise<string> =>
  (await call(`GET /_mock/decisions/${decision?.id}`)).body.explanation;

/** Deletes by a call of an administrator, half an hour after the start. */
async function remove(request: string): Promise<void> {
  await call('POST /_mock/clock/advance', { body: { by: '30m' } });
  expect((await call(request, { token: await tokenOf(admin.accessKey) })).status, request).toBeLessThan(300);
}

beforeEach(async () => {
  await call('POST /_mock/reset');
});

describe('of a deleted credential the decision says when that was:', () => {
  const key = () => ngcCast.keys.find(({ name }) => name === 'nvcf-deployer') as (typeof ngcCast.keys)[number];

  it('an NGC key', async () => {
    const { id, key: text } = key();
    expect((await functionsBy(text)).status).toBe(200);
    await remove(`DELETE /_mock/keys/${id}`);
    const answer = await functionsBy(text);
    const never = await functionsBy(`${text.slice(0, -4)}xxxx`);

    expect(answer.decision.reason).toBe('unknown_key');
    expect([answer.status, answer.body]).toEqual([never.status, never.body]);
    expect(await explanationOf(answer)).toContain(AT);
    expect(await explanationOf(never)).not.toContain('deleted');
  });

  it('an access key', async () => {
    const { id, clientId, clientSecret } = researcher.accessKey;
    await remove(`DELETE /api/v1/administration/access-keys/${id}`);
    const answer = await grant(clientId, clientSecret);
    const never = await grant('nobody-has-this-id', clientSecret);

    expect(answer.decision.reason).toBe('unknown_client');
    expect([answer.status, answer.body]).toEqual([never.status, never.body]);
    expect(await explanationOf(answer)).toContain(AT);
    expect(await explanationOf(never)).not.toContain('deleted');
  });

  it('a service account, and a token of it', async () => {
    const token = await tokenOf(adminBot);
    await remove(`DELETE /api/v1/service-accounts/${adminBot.id}`);
    const answers = [await grant(adminBot.clientId, adminBot.clientSecret), await call('GET /api/v1/users', { token })];

    expect(answers.map(({ decision }) => decision.reason)).toEqual(['unknown_client', 'unknown_subject']);
    for (const answer of answers) expect(await explanationOf(answer)).toContain(AT);
  });

  it('an application, by its name and its client id', async () => {
    await remove(`DELETE /api/v1/apps/${application.id}`);
    for (const AppId of [application.name, application.clientId]) {
      const answer = await call('POST /api/v1/token', {
        body: { grantType: 'app_token', AppId, AppSecret: application.secret },
      });

      expect(answer.decision.reason).toBe('unknown_client');
      expect(await explanationOf(answer)).toContain(AT);
    }
  });

  it('the access key of a deleted user', async () => {
    await remove(`DELETE /api/v1/users/${researcher.id}`);
    const { clientId, clientSecret } = researcher.accessKey;

    expect(await explanationOf(await grant(clientId, clientSecret))).toContain(AT);
  });
});

it('a deleted client that resembles another is not taken for it', async () => {
  const token = await tokenOf(admin.accessKey);
  const make = async (name: string) => (await call('POST /api/v1/service-accounts', { token, body: { name } })).body;
  const [first, second] = [await make('bot-one'), await make('bot-two')];
  await remove(`DELETE /api/v1/service-accounts/${first.id}`);
  const { decision } = await grant(first.clientId, first.clientSecret);
  const { body } = await call(`GET /_mock/decisions/${decision?.id}`);

  expect(JSON.stringify(body)).not.toContain(second.clientId);
  expect(body.fixes.map(({ kind }: { kind: string }) => kind)).not.toContain('hint');
});

it('a deletion is known in its world alone, and not after a reset to a seed that lacks the credential', async () => {
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
  const detailIn = async (world: typeof one) => {
    const body = { grantType: 'client_credentials', clientId, clientSecret };
    const { decision } = await world.call('POST /api/v1/token', { body });
    return (await world.call(`GET /_mock/decisions/${decision?.id}`)).body.detail;
  };

  expect(await detailIn(one)).toMatch(/^it was deleted at /);
  expect(await detailIn(other)).toBeUndefined();
  await one.call('POST /_mock/reset');
  expect(await detailIn(one)).toBeUndefined();
});
