import { describe, expect, it } from 'vitest';
import { createLineLog } from '../../../src/diagnostics/log.ts';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { expectGateway, expectProblem, expectUnauthorized, FULL, nvcfServer } from '../../support/nvcf-client.ts';
import { START } from '../../support/server.ts';
import { forge } from '../../support/tokens.ts';
import { requestBytes, send } from '../../support/wire.ts';

const LIST = 'GET /v2/nvcf/functions';
const INVALID =
  'Bearer error="invalid_token", error_description="Bearer token is malformed", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"';

const log: string[] = [];
const server = await nvcfServer(
  {},
  { log: (clock) => createLineLog('debug', false, clock, (line) => void log.push(line)) },
);
const { port } = await server.listen('127.0.0.1', 0);
const openSource = await nvcfServer({ nvcf: 'open-source' });

const withHeader = (authorization: string | undefined, on = server) =>
  on.call(LIST, authorization === undefined ? {} : { headers: { authorization } });
const findings = async () => JSON.stringify((await server.call('GET /_mock/findings')).body);

const other = (letter: string) => (letter === 'A' ? 'B' : 'A');
const foreign = `nvapi-${'Real0Looking'.repeat(6).slice(0, 64)}`;
const unmarked = `${FULL.slice(0, -1)}${other(FULL.slice(-1))}`;
const jwt = await forge();

/** Keys that are not accepted are forbidden; what is no key at all is unauthorized. */
const rows: [what: string, authorization: string | undefined, answered: string | RegExp | 403, reason: string][] = [
  ['no header', undefined, 'Bearer', 'no_token'],
  ['Basic credentials', 'Basic YTpwYXNzLXdvcmQtb2YtaXQ=', 'Bearer', 'wrong_scheme'],
  ['another scheme with a good key', `ApiKey ${FULL}`, 'Bearer', 'wrong_scheme'],
  ['a good key without a scheme', FULL, 'Bearer', 'wrong_scheme'],
  ['`Bearer` alone', 'Bearer', /^Bearer/, 'wrong_scheme'],
  ['`Bearer` joined to a key', `Bearer${FULL}`, /^Bearer/, 'wrong_scheme'],
  ['garbage', 'Bearer complete-and-utter-garbage', INVALID, 'unsupported_token'],
  ['a JWT of this server', `Bearer ${jwt}`, INVALID, 'unsupported_token'],
  ['a key with its prefix in upper case', `Bearer ${FULL.replace('nvapi', 'NVAPI')}`, INVALID, 'unsupported_token'],
  ['a legacy key', 'Bearer bGVnYWN5LWtleS1vZi1uZ2M6MTIz', INVALID, 'unsupported_token'],
  ['a key in quotes', `Bearer "${FULL}"`, INVALID, 'unsupported_token'],
  ['the prefix of keys alone', 'Bearer nvapi-', 403, 'malformed_key'],
  ['a key cut short', `Bearer ${FULL.slice(0, -1)}`, 403, 'malformed_key'],
  ['a key with a letter too many', `Bearer ${FULL}A`, 403, 'malformed_key'],
  ['a key with a space in it', `Bearer ${FULL.slice(0, 40)} ${FULL.slice(40)}`, 403, 'malformed_key'],
  ['two keys', `Bearer ${FULL} ${FULL}`, 403, 'malformed_key'],
  ['two keys and a comma', `Bearer ${FULL}, Bearer ${FULL}`, 403, 'malformed_key'],
  ['a key that looks real', `Bearer ${foreign}`, 403, 'foreign_key'],
  ['a key with another last letter', `Bearer ${unmarked}`, 403, 'foreign_key'],
];

const secretsIn = (authorization = '') => authorization.split(/[ ",]/).filter((part) => part.length > 12);

describe.each(rows)('%s', (_what, authorization, answered, reason) => {
  it(`is refused with ${reason}`, async () => {
    for (const world of [server, openSource]) {
      const answer = await withHeader(authorization, world);

      if (answered === 403) expectProblem(answer, LIST, 403, 'Authorization failed');
      else expectUnauthorized(answer, typeof answered === 'string' ? answered : expect.stringMatching(answered));
      expect(answer.decision).toMatchObject({ effect: 'deny', reason });
    }
  });

  it('leaves no trace of the credential', async () => {
    const answer = await withHeader(authorization);
    const decisions = await server.call('GET /_mock/decisions?limit=1000');
    const traces = [JSON.stringify(answer), JSON.stringify(decisions.body), await findings(), log.join('\n')].join();
    const secrets = secretsIn(authorization);

    for (const secret of secrets) expect(traces).not.toContain(secret);
  });
});

describe('the scheme', () => {
  const spellings = ['bearer', 'BEARER', 'BeArEr'];

  it.each(spellings)('`%s` is accepted by the documented profile', async (scheme) => {
    expect((await withHeader(`${scheme} ${FULL}`)).status).toBe(200);
  });

  it.each(spellings)('`%s` is refused by the open-source profile', async (scheme) => {
    const answer = await withHeader(`${scheme} ${FULL}`, openSource);

    expectUnauthorized(answer, expect.stringMatching(/^Bearer/));
    expect(answer.decision).toMatchObject({ effect: 'deny' });
  });

  it('`Bearer` is accepted by both', async () => {
    for (const world of [server, openSource]) expect((await withHeader(`Bearer ${FULL}`, world)).status).toBe(200);
  });
});

it('two Authorization headers are refused, also when both are good', async () => {
  const line = `Authorization: Bearer ${FULL}`;
  const { status, text, headers, decision } = await send(
    port,
    requestBytes('GET /v2/nvcf/functions', ['Host: localhost', line, line]),
  );

  expect({ status, text, challenge: headers['www-authenticate'] }).toEqual({
    status: 401,
    text: '',
    challenge: expect.stringMatching(/^Bearer/),
  });
  expect(headers['content-type']).toBeUndefined();
  expect(decision).toMatchObject({ effect: 'deny', reason: 'multiple_authorization' });
});

it('a key that looks real becomes a finding, which does not tell it', async () => {
  await withHeader(`Bearer ${foreign}`);

  expect(await findings()).toContain('foreign_credential');
  expect(await findings()).not.toContain(foreign.slice(0, 20));
});

describe('a key', () => {
  const make = async (given: object) =>
    (
      await server.call('POST /_mock/keys', {
        body: {
          type: 'service',
          name: 'to-be-spoilt',
          services: ['nvcf'],
          scopes: ['list_functions'],
          resource: { type: 'All Functions' },
          ...given,
        },
      })
    ).body as { id: string; key: string };
  const list = (key: string) => server.call(LIST, { token: key });
  const expectRefused = async (key: string, reason: string) => {
    const answer = await list(key);
    expectProblem(answer, LIST, 403, 'Authorization failed');
    expect(answer.decision).toMatchObject({ effect: 'deny', reason });
  };

  it('counts until the moment it expires', async () => {
    const world = await nvcfServer();
    const { body } = await world.call('POST /_mock/keys', {
      body: {
        type: 'service',
        name: 'expiring',
        services: ['nvcf'],
        scopes: ['list_functions'],
        resource: { type: 'All Functions' },
        expiresAt: new Date(START + 60_000).toISOString(),
      },
    });
    const answers = [];
    for (const elapsed of [0, 59_999, 60_000]) {
      world.clock.set(START + elapsed);
      answers.push(await world.call(LIST, { token: body.key }));
    }

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 403]);
    expectProblem(answers[2] as (typeof answers)[0], LIST, 403, 'Authorization failed');
    expect(answers[2]?.decision).toMatchObject({ effect: 'deny', reason: 'expired_key' });
  });

  it('that is disabled is refused at once, and counts again once it is enabled', async () => {
    const { id, key } = await make({});
    expect((await list(key)).status).toBe(200);
    await server.call(`PATCH /_mock/keys/${id}`, { body: { status: 'disabled' } });
    await expectRefused(key, 'disabled_key');
    await server.call(`PATCH /_mock/keys/${id}`, { body: { status: 'active' } });
    expect((await list(key)).status).toBe(200);
  });

  it('that was rotated is unknown, and the new one counts', async () => {
    const { id, key } = await make({});
    const { body } = await server.call(`POST /_mock/keys/${id}/rotate`);

    await expectRefused(key, 'unknown_key');
    expect((await list(body.key)).status).toBe(200);
  });

  it('that was deleted is unknown', async () => {
    const { id, key } = await make({});
    await server.call(`DELETE /_mock/keys/${id}`);

    await expectRefused(key, 'unknown_key');
  });

  it('of another world is unknown', async () => {
    const empty = await nvcfServer({ seed: 'none' });
    const answer = await empty.call(LIST, { token: FULL });

    expectProblem(answer, LIST, 403, 'Authorization failed');
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'unknown_key' });
  });

  it.each(ngcCast.keys)('$name of the cast is known', async ({ key }) => {
    const answer = await list(key);

    expect([200, 403]).toContain(answer.status);
    if (answer.status === 403) expectProblem(answer, LIST, 403, 'Access Denied');
  });
});

it('who asks is settled before the path is looked at closely, and before the body', async () => {
  for (const request of [
    'GET /v2/nvcf/functions/no-id/versions',
    'GET /v2/nvcf/functions?visibility=nonsense',
    'POST /v2/nvcf/functions',
    'DELETE /v2/nvcf/assets/x',
  ]) {
    expectUnauthorized(await server.call(request, { body: '{' }), 'Bearer');
    expectProblem(await server.call(request, { body: '{', token: unmarked }), request, 403, 'Authorization failed');
  }
});

it('below an organisation the answers are the same', async () => {
  const path = '/v2/orgs/acme/nvcf/functions';

  expectUnauthorized(await server.call(`GET ${path}`), 'Bearer');
  expectUnauthorized(await server.call(`GET ${path}`, { token: 'garbage' }), INVALID);
  expectProblem(await server.call(`GET ${path}`, { token: unmarked }), `GET ${path}`, 403, 'Authorization failed');
});

it('on the NGC gateway every credential that is not accepted is 401', async () => {
  const request = 'GET /v2/orgs/acme/ngc/nvcf/gpu/quota/rules';
  for (const [, authorization, , reason] of rows) {
    const answer = await server.call(request, authorization === undefined ? {} : { headers: { authorization } });

    expectGateway(answer, 401, 'UNAUTHORIZED', 'Authentication Failed');
    expect(answer.decision).toMatchObject({ effect: 'deny', reason });
  }
  expect((await server.call(request, { token: castKey('owner').key })).status).toBe(200);
});
