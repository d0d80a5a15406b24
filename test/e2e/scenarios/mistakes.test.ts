/**
 * Common mistakes of new users, each explained by the response alone, without the journal, the log or a second request.
 * `hintsOf` expects the same of the mistakes in the tests of hints.
 */
import { expect, it } from 'vitest';
import { admin, application } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { overHttp } from '../../support/over-http.ts';
import { type Answer, type Request, testServer } from '../../support/server.ts';

const server = await testServer({}, {}, overHttp);
const oldest = await testServer({ runai: '2.19' }, {}, overHttp);

const { clientId, clientSecret, id: keyId } = admin.accessKey;
const CREDENTIALS = { grantType: 'client_credentials', clientId, clientSecret };
const V1 = 'POST /api/v1/token';
const FUNCTIONS = 'GET /v2/nvcf/functions';
const SIMULATIONS = 'GET /api/v3/simulations/';

const token = await server.tokenOf(admin);
const deployer = castKey('nvcf-deployer').key;

function authorization(value: string): Request {
  return { headers: { authorization: value } };
}

type Mistake = [what: string, request: string, parts: Request, explanation: string, at?: typeof server];

const MISTAKES: readonly Mistake[] = [
  [
    'snake case at /api/v1/token',
    V1,
    { body: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret } },
    '`grantType` in place of `grant_type`',
  ],
  [
    'a form that is declared as JSON',
    V1,
    { body: 'grantType=client_credentials' },
    'The header says JSON, but the body is a form',
  ],
  [
    'a misspelt grant',
    V1,
    { body: { ...CREDENTIALS, grantType: 'client-credentials' } },
    'Did you mean `client_credentials`?',
  ],
  ['a wrong secret', V1, { body: { ...CREDENTIALS, clientSecret: 'wrong' } }, 'use the secret that was returned last'],
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
    'an NGC key as the password of Basic',
    FUNCTIONS,
    authorization(`Basic ${Buffer.from(`anything:${deployer}`).toString('base64')}`),
    'Send the NGC key or token itself: `Authorization: Bearer nvapi-...`',
  ],
  ['a masked key', FUNCTIONS, authorization('Bearer nvapi-**********abc'), 'or a masked one (`****`)'],
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
  ['a required field is missing', 'POST /api/v1/access-keys', { token, body: {} }, 'Field `name` is missing'],
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

it.each(MISTAKES)('the response explains %s', async (_what, request, parts, explanation, at = server) => {
  const answer = await at.call(request, parts);

  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(readText(answer)).toContain(explanation);
});
