/** Common mistakes of new users, each explained by the response alone, without the journal, the log or a second request. */
import { expect, it } from 'vitest';
import { admin, application, researcher } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { overHttp } from '../../support/over-http.ts';
import { type Answer, type Request, testServer } from '../../support/server.ts';
import { makeWorld, tokenOf } from '../../support/worlds.ts';

const server = await testServer({}, {}, overHttp);
const oldest = await testServer({ runai: '2.19' }, {}, overHttp);
const newest = await testServer({ runai: '3.0' }, {}, overHttp);
const slow = await testServer({ propagation: 'fixed' }, {}, overHttp);

const { clientId, clientSecret, id: keyId } = admin.accessKey;
const CREDENTIALS = { grantType: 'client_credentials', clientId, clientSecret };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const V1 = 'POST /api/v1/token';
const V2 = 'POST /api/v2/token';
const KEYS = 'GET /api/v1/access-keys';
const FUNCTIONS = 'GET /v2/nvcf/functions';
const SIMULATIONS = 'GET /api/v3/simulations/';

const token = await server.tokenOf(admin);
const researchersToken = await server.tokenOf(researcher);
const login = await server.grant({ grantType: 'password', username: admin.email, password: admin.password });
const otherHostLogin = await server.call(V1, { body: CREDENTIALS, headers: { host: 'mock:6625' } });
const deployer = castKey('nvcf-deployer').key;
const airAdmin = castKey('air-admin').key;
const airReader = castKey('air-reader').key;

const { key: deletedKey, id: deletedKeyId } = (
  await server.call('POST /_mock/keys', {
    body: { type: 'service', org: 'acme', name: 'short-lived', services: ['nvcf'] },
  })
).body;
await server.call(`DELETE /_mock/keys/${deletedKeyId}`);
const { key: boundKey } = (
  await server.call('POST /_mock/keys', {
    body: {
      type: 'service',
      org: 'acme',
      name: 'bound',
      services: ['nvcf'],
      scopes: ['manage_registry_credentials'],
      resource: { type: 'All Functions' },
      force: true,
    },
  })
).body;

const world = await makeWorld(server, { id: 'one' });
await makeWorld(server, { id: 'two' });
const worldToken = await tokenOf(world.call, world.cast.runai.users[0].accessKey);
const deletedWorld = await makeWorld(server, { id: 'gone' });
const deletedWorldToken = await tokenOf(deletedWorld.call, deletedWorld.cast.runai.users[0].accessKey);
await server.call('DELETE /_mock/worlds/gone');

const { id: invokerId } = castKey('nvcf-invoker');
await slow.call(`PATCH /_mock/keys/${invokerId}`, { body: { scopes: ['invoke_function', 'list_functions'] } });

function authorization(value: string): Request {
  return { headers: { authorization: value } };
}

function basic(text: string): Request {
  const header = `Basic ${Buffer.from(text).toString('base64')}`;
  return { headers: { ...FORM, authorization: header }, body: 'grant_type=client_credentials' };
}

type Mistake = [what: string, request: string, parts: Request, explanation: string, at?: typeof server];

const TOKEN_REQUESTS: readonly Mistake[] = [
  [
    'snake case at /api/v1/token',
    V1,
    { body: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret } },
    '`grantType` in place of `grant_type`',
  ],
  [
    'camel case at /api/v2/token',
    V2,
    { headers: FORM, body: `grantType=client_credentials&clientId=${clientId}` },
    '`grant_type` in place of `grantType`',
  ],
  [
    'a form at /api/v1/token',
    V1,
    { headers: FORM, body: 'grantType=client_credentials' },
    'The body is a form, but this operation needs JSON',
  ],
  [
    'a form that is declared as JSON',
    V1,
    { body: 'grantType=client_credentials' },
    'The header says JSON, but the body is a form',
  ],
  [
    'JSON without its media type',
    V1,
    { headers: { 'content-type': 'text/plain' }, body: CREDENTIALS },
    'The body is not declared as JSON',
  ],
  [
    'JSON at /api/v2/token',
    V2,
    { body: { grant_type: 'client_credentials' } },
    'The body is JSON, but this operation needs a form',
  ],
  ['single quotes in JSON', V1, { body: "{'grantType': 'client_credentials'}" }, 'The body is not valid JSON'],
  [
    'a member that is missing',
    V1,
    { body: { grantType: 'client_credentials', clientId } },
    'Field `clientSecret` is missing',
  ],
  [
    'a misspelt grant',
    V1,
    { body: { ...CREDENTIALS, grantType: 'client-credentials' } },
    'Did you mean `client_credentials`?',
  ],
  ['a wrong secret', V1, { body: { ...CREDENTIALS, clientSecret: 'wrong' } }, 'use the secret that was returned last'],
  ['a misspelt client', V1, { body: { ...CREDENTIALS, clientId: `${clientId}_` } }, `Did you mean \`${clientId}\`?`],
  [
    'the id of a key for its client id',
    V1,
    { body: { ...CREDENTIALS, clientId: keyId } },
    'may be the `id` of an access key',
  ],
  [
    'an unknown refresh token',
    V1,
    { body: { grantType: 'refresh_token', refreshToken: 'x'.repeat(64) } },
    'The refresh token is not valid',
  ],
  [
    'Basic at /api/v1/token',
    V1,
    { ...authorization('Basic YTpi'), body: { grantType: 'client_credentials' } },
    '`/api/v1/token` does not read `Authorization: Basic`',
  ],
  ['a raw + in Basic', V2, basic(`${clientId}:a+b`), '`+` that is read as a space'],
  ['a raw % in Basic', V2, basic(`${clientId}:a%b`), '`%` as `%25`'],
  [
    'credentials in the query',
    `${V1}?grantType=client_credentials&clientId=${clientId}&clientSecret=x`,
    {},
    'This endpoint ignores the query string',
  ],
  [
    '`app_token` with `clientId`',
    V1,
    { body: { ...CREDENTIALS, grantType: 'app_token' } },
    'The grant `app_token` reads `AppId`',
  ],
  [
    '`client_credentials` with `AppId`',
    V1,
    { body: { grantType: 'client_credentials', AppId: clientId, AppSecret: clientSecret } },
    '2.24 accepts `AppId` only with `app_token`',
  ],
  [
    'a misspelt application',
    V1,
    { body: { grantType: 'app_token', AppId: `${application.clientId}_`, AppSecret: application.secret } },
    `Did you mean \`${application.clientId}\`?`,
  ],
  [
    '`client_credentials` in 2.19',
    V1,
    { body: CREDENTIALS },
    'Run:ai 2.19 treats each client as an application',
    oldest,
  ],
  [
    '`app_token` in 3.0',
    V1,
    { body: { grantType: 'app_token', AppId: application.clientId, AppSecret: application.secret } },
    '3.0 removed the grant `app_token`',
    newest,
  ],
];

const AUTHORIZATION: readonly Mistake[] = [
  ['no token', KEYS, {}, 'The request has no access token'],
  [
    'a key in `X-Api-Key`',
    FUNCTIONS,
    { headers: { 'x-api-key': deployer } },
    'The `x-api-key` header may contain a credential',
  ],
  [
    'a token in the query',
    `${KEYS}?access_token=${token}`,
    {},
    'The query parameter `access_token` may contain a credential',
  ],
  ['`Bearer` without a token', KEYS, authorization('Bearer '), 'The `Authorization` header has no token'],
  ['`Bearer` twice', KEYS, authorization(`Bearer Bearer ${token}`), 'contains `Bearer` twice'],
  ['`Bearer undefined`', KEYS, authorization('Bearer undefined'), 'a placeholder such as `undefined`'],
  ['a token without a scheme', KEYS, authorization(token), 'contains a JWT without a scheme'],
  ['Basic for a bearer token', KEYS, authorization('Basic YTpi'), 'First exchange the client id and secret'],
  [
    'an NGC key as the password of Basic',
    FUNCTIONS,
    authorization(`Basic ${Buffer.from(`anything:${deployer}`).toString('base64')}`),
    'Send the NGC key or token itself: `Authorization: Bearer nvapi-...`',
  ],
  ['a masked key', FUNCTIONS, authorization('Bearer nvapi-**********abc'), 'or a masked one (`****`)'],
  ['another scheme', KEYS, authorization(`Token ${token}`), 'the scheme `token`, but `Bearer` is expected'],
  ['quotes around a key', FUNCTIONS, authorization(`Bearer "${deployer}"`), 'has quotes at the start or end'],
  [
    'a line break behind a key',
    FUNCTIONS,
    authorization(`Bearer ${deployer}\\n`),
    'has a line break at the start or end',
  ],
];

const CREDENTIALS_OF_OTHERS: readonly Mistake[] = [
  ['a token that was cut', KEYS, { token: token.slice(0, -30) }, 'The signature of the access token is not valid'],
  ['a client secret for a token', KEYS, { token: clientSecret }, 'has the form of a client secret'],
  ['a refresh token for a token', KEYS, { token: login.body.refreshToken }, 'is a refresh token'],
  ['an ID token for a token', KEYS, { token: login.body.idToken }, 'is an ID token'],
  ['an NGC key at Run:ai', KEYS, { token: deployer }, 'The bearer token is an NGC key'],
  ['a token of Run:ai at Air', SIMULATIONS, { token }, 'expects an NGC key'],
  [
    'a key that was cut',
    SIMULATIONS,
    { token: airReader.slice(0, 50) },
    'The key has 50 characters, but an NGC key has 70',
  ],
  ...(
    [
      ['sk-ant-api03-', 'Anthropic'],
      ['sk-or-v1-', 'OpenRouter'],
      ['sk-proj-', 'OpenAI'],
      ['hf_', 'Hugging Face'],
      ['AIza', 'Google'],
      ['gsk_', 'Groq'],
    ] as const
  ).map<Mistake>(([prefix, vendor]) => [
    `a key of ${vendor}`,
    FUNCTIONS,
    { token: `${prefix}${'x'.repeat(40)}` },
    `has the form of a key of ${vendor}. An NGC key is \`nvapi-\` and 64 characters`,
  ]),
  [
    'a key of another vendor to exchange',
    'GET /token',
    authorization('ApiKey sk-proj-0123456789'),
    'has the form of a key of OpenAI',
  ],
  [
    'a legacy key of NGC',
    SIMULATIONS,
    { token: Buffer.from(`${'a1'.repeat(13)}:${keyId}`).toString('base64') },
    'has the form of a legacy NGC key. An NGC key is `nvapi-` and 64 characters',
  ],
  ['a deleted key', FUNCTIONS, { token: deletedKey }, 'no longer exists: it was deleted at 2026-'],
  ['a key of Air at Cloud Functions', FUNCTIONS, { token: airAdmin }, 'Use a key for Cloud Functions'],
  ['a key of Cloud Functions at Air', SIMULATIONS, { token: deployer }, 'Use a key for Air'],
  [
    'another organization',
    'GET /v2/orgs/globex/nvcf/functions',
    { token: deployer },
    'The key belongs to organisation `acme`, but the path has a different one',
  ],
  [
    'a token of another world',
    `GET /w/two${KEYS.slice(4)}`,
    { token: worldToken },
    'The credential belongs to the world `one`',
  ],
  [
    'a token of a deleted world',
    KEYS,
    { token: deletedWorldToken },
    'The world `gone` of the credential no longer exists',
  ],
  [
    'a token of another host name',
    KEYS,
    { token: otherHostLogin.body.accessToken },
    'The issuer of the token is at `mock:6625`',
  ],
];

const RIGHTS: readonly Mistake[] = [
  [
    'a role without the permission',
    'POST /api/v1/users',
    { token: researchersToken, body: { email: 'a@acme.test' } },
    '"missing":["users:create"]',
  ],
  [
    'a key bound to another type of resources',
    'GET /v2/nvcf/registry-credentials',
    { token: boundKey },
    'service key `bound`: bind it to `All Entity`',
  ],
  [
    'a new scope that has not propagated yet',
    FUNCTIONS,
    { token: castKey('nvcf-invoker').key },
    '"effectiveAt":',
    slow,
  ],
  [
    'an unknown function',
    `GET /v2/nvcf/functions/${keyId}/versions/${keyId}`,
    { token: deployer },
    'Not found in account',
  ],
];

const REQUESTS: readonly Mistake[] = [
  ['a required field is missing', 'POST /api/v1/access-keys', { token, body: {} }, 'Field `name` is missing'],
  ['a wrong method', 'GET /api/v1/token', {}, 'does not support GET; use POST'],
  ['a path without its prefix', 'POST /v1/token', { body: CREDENTIALS }, 'call `POST /api/v1/token`'],
  [
    'the version twice',
    'POST /integrate/v1/v1/chat/completions',
    { body: {} },
    '`v1` is in the path twice: take `v1` out of the base URL, and call `POST /integrate/v1/chat/completions`',
  ],
  [
    'a base URL that ends with another path',
    'POST /integrate/v1/embeddings/v1/chat/completions',
    { body: {} },
    '`v1` is in the path twice: take `v1/embeddings` out of the base URL',
  ],
  [
    'a base URL that ends with another path, without its prefix',
    'POST /embeddings/v1/chat/completions',
    { body: {} },
    'The path starts with `/embeddings`, which is not part of this path: call `POST /llm/v1/chat/completions`',
  ],
  [
    'the end of a path twice',
    'POST /api/v1/token/token',
    { body: CREDENTIALS },
    '`token` is in the path twice: take `token` out of the base URL, and call `POST /api/v1/token`',
  ],
  ...[
    'GET /.well-known/jwks.json',
    'GET /auth/realms/acme/.well-known/jwks.json',
    'GET /auth/realms/acme/jwks.json',
    'GET /.well-known/oauth-authorization-server/auth/realms/acme',
    'GET /.well-known/oauth-authorization-server',
  ].map<Mistake>((request) => [
    `the keys of the issuer elsewhere: ${request}`,
    request,
    {},
    'the keys are at `GET /auth/realms/{realm}/protocol/openid-connect/certs`',
  ]),
  ...[
    'GET /v2/',
    'GET /proxy_auth?scope=repository:acme/translate:pull',
    'HEAD /v2/acme/team/translate/manifests/1.0',
    'GET /v2/acme/translate/blobs/sha256:0',
    'GET /v2/org/acme/team/ml/models/resnet/versions/1/files',
    'GET /v2/org/acme/resources/tool/versions/1/files/x',
    'GET /v2/models/acme/resnet/versions/1/zip',
    'GET /acme/charts/index.yaml',
    'GET /acme/charts/tool-1.0.0.tgz',
  ].map<Mistake>((request) => [`a path of the registry: ${request}`, request, {}, "NGC's registry"]),
  [
    'the client of an account',
    'GET /v2/nvcf/clients/nobody',
    { token: deployer },
    'The mock does not emulate `GET /v2/nvcf/clients/{clientId}`',
  ],
  ['the health of a container', 'GET /healthz', {}, "the mock's health check is `GET /_mock/health`"],
  ['two slashes', 'POST //api/v1/token', { body: CREDENTIALS }, 'The path has two slashes in a row'],
  ['a slash at the end', 'POST /api/v1/token/', { body: CREDENTIALS }, 'The path ends with a slash'],
  ['another case', 'GET /api/v1/Access-Keys', { token }, 'Did you mean `GET /api/v1/access-keys`?'],
  [
    'the world twice',
    'POST /w/one/w/one/api/v1/token',
    { body: CREDENTIALS },
    'The path has the prefix of a world twice',
  ],
  ['an unknown world', 'POST /w/none/api/v1/token', { body: CREDENTIALS }, 'There is no world `none`'],
];

const CONTROL: readonly Mistake[] = [
  ['a misspelt path', 'GET /_mock/world', {}, 'Did you mean `GET /_mock/worlds`?'],
  [
    'an unknown member',
    'POST /_mock/worlds',
    { body: { name: 'x' } },
    'Field `name` is not known here; there are `id`',
  ],
  [
    'a misspelt scope',
    'POST /_mock/keys',
    { body: { type: 'service', org: 'acme', name: 'x', services: ['nvcf'], scopes: ['invoke_functions'] } },
    '`invoke_function`',
  ],
];

/** Returns the response without the id of its decision, which would need a second request. */
function readText({ body, headers }: Answer): string {
  return [JSON.stringify(body), headers['x-mock-hint'], headers['x-mock-decision']].join('\n');
}

it.each<Mistake>([...TOKEN_REQUESTS, ...AUTHORIZATION, ...CREDENTIALS_OF_OTHERS, ...RIGHTS, ...REQUESTS, ...CONTROL])(
  'the response explains %s',
  async (_what, request, parts, explanation, at = server) => {
    const answer = await at.call(request, parts);

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(readText(answer)).toContain(explanation);
  },
);
