/** Secrets at every place that takes one, in every form: none of them is in anything that the mock reports. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTerminalLog } from '../../src/cli/terminal-log.ts';
import { createLineLog, type Log } from '../../src/lib/log.ts';
import { admin } from '../support/cast.ts';
import { castFunction, castKey, castTask } from '../support/ngc-cast.ts';
import { roundsOf } from '../support/properties.ts';
import { testServer } from '../support/server.ts';
import { makeWorld, tokenOf } from '../support/worlds.ts';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const MULTIPART_TYPE = 'multipart/form-data; boundary="the boundary"';

/** Each planted secret contains this. */
const PLANTED = 'hunter';
/** A Basic credential without a digit or an `=`. */
const BASIC = btoa(`user:${PLANTED}s`);
let count = 0;
/** A secret without a digit, an `=` or any other sign of one. */
const plant = () => {
  count += 1;
  return `${PLANTED}${String.fromCharCode(97 + (count % 26))}${'xyz'[count % 3]}${count}`;
};

/** Names of members, fields and parameters that hold a secret. */
const NAMES = [
  ...['password', 'currentPassword', 'newPassword', 'tempPassword', 'default_password', 'netq_password', 'DB_PASSWORD'],
  ...['passwords', 'db-passwd', 'dbPwd', 'pwd', 'passphrase', 'userPasscode', 'pass', 'DB_PASS', 'pin', 'otp'],
  ...['password1', 'password[]', 'password ', 'secret', 'clientSecret', 'client_secret', 'clientSecret1', 'appSecret'],
  ...['secretValue', 'CLIENT-SECRET', 'Secret_2', 'token', 'accessToken', 'refresh_token', 'refreshToken', 'id_token'],
  ...['id_token_hint', 'externalToken', 'tokenValue', 'registration_token', 'client_assertion', 'subject_token'],
  ...['code_verifier', 'jwt', 'bearer', 'sessionCookie', 'apiKey', 'X-API-Key', 'NGC_API_KEY', 'access_key'],
  ...['secret_key', 'private_key', 'sshPrivateKey', 'encryptionKey', 'masterKey', 'signing.key', 'accessKey'],
  ...['credential', 'credentials', 'registryCredential', 'authorization', 'proxyAuth', 'signature'],
];

/** Members with secrets deeper in them. */
const plantMembers = (): Record<string, unknown> => ({
  ...Object.fromEntries(NAMES.map((name) => [name, plant()])),
  secrets: [{ name: 'DB', value: plant() }, { name: 'API', value: { inner: [plant()] } }, [plant()]],
  containerEnvironment: [
    { key: 'DB_PASSWORD', value: plant() },
    { name: 'API_TOKEN', value: [plant()] },
    [[{ Key: 'clientSecret', Value: plant() }]],
  ],
  more: [[{ password: { anything: [plant(), { deep: plant() }] } }], { Secrets: { DB: plant() } }],
  numbers: { pin: 770_000_000_000 + count, passcode: [880_000_000_000 + count] },
  payload: JSON.stringify({ password: plant(), in: JSON.stringify([{ client_secret: plant() }]) }),
  broken: `{"password": "${plant()}",}`,
  url: `https://ann:${plant()}@git.test/?token=${plant()}/x&redirect=/cb?id_token=${plant()}#access_token=${plant()}`,
  note: `Bearer ${plant()}, Basic ${BASIC}, --client-secret=${plant()} DB_PASSWORD="${plant()} ${plant()}"`,
  keys: `nvapi-${PLANTED}${'k'.repeat(60)} eyJhbGciOiJSUzI1NiJ9.${plant()}.${plant()}`,
});

const fieldsOf = (members: Record<string, unknown>) =>
  Object.entries(members).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);

const multipartOf = (members: Record<string, unknown>, end = '--') =>
  `${fieldsOf(members)
    .map(([name, value]) => `--the boundary\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('')}--the boundary${end}\r\n`;

const LONG = 'x'.repeat(70_000);
/** The text with each letter of its names as an escape. */
const escapeNames = (text: string) => text.replaceAll('pass', '\\u0070ass').replaceAll('ecret":', '\\u0065cret":');

/** Bodies with planted secrets. */
const BODIES: readonly [form: string, type: string, make: () => string | Buffer][] = [
  ['whole', JSON_TYPE, () => JSON.stringify(plantMembers())],
  ['with escapes in its names', JSON_TYPE, () => escapeNames(JSON.stringify(plantMembers()))],
  ['with a byte order mark', JSON_TYPE, () => `\ufeff${JSON.stringify(plantMembers())}`],
  ['in UTF-16', `${JSON_TYPE}; charset=utf-16`, () => Buffer.from(JSON.stringify(plantMembers()), 'utf16le')],
  [
    'in UTF-16, as text',
    'text/plain; charset=utf-16le',
    () => Buffer.from(`nvapi-${plant()} token=${plant()}`, 'utf16le'),
  ],
  ['cut after its secrets', JSON_TYPE, () => JSON.stringify({ ...plantMembers(), last: LONG })],
  ['cut before its secrets', JSON_TYPE, () => JSON.stringify({ first: LONG, ...plantMembers() })],
  ['cut and of another type', 'text/plain', () => JSON.stringify({ ...plantMembers(), last: LONG })],
  ['malformed at its end', JSON_TYPE, () => `${JSON.stringify(plantMembers())},`],
  ['malformed at its start', JSON_TYPE, () => `${plant()} ${JSON.stringify(plantMembers()).slice(1)}`],
  [
    'malformed, of bare words',
    JSON_TYPE,
    () => `{password:${plant()},'secret':'${plant()}', "a": [${plant()}, "${plant()}`,
  ],
  ['malformed and without a type', '', () => `  ${JSON.stringify(plantMembers())},`],
  ['malformed and of another type', FORM_TYPE, () => `${JSON.stringify(plantMembers())},`],
  ['JSON as a form', FORM_TYPE, () => JSON.stringify(plantMembers())],
  ['a form', FORM_TYPE, () => new URLSearchParams(fieldsOf(plantMembers())).toString()],
  ['a form as JSON', JSON_TYPE, () => new URLSearchParams(fieldsOf(plantMembers())).toString()],
  ['a form with encoded names', FORM_TYPE, () => `p%61ssword=${plant()}&client%5Fsecret=${plant()}&token+=${plant()}`],
  ['a form that is cut', FORM_TYPE, () => `a=${plant()}&${new URLSearchParams(fieldsOf(plantMembers()))}&z=${LONG}`],
  ['multipart', MULTIPART_TYPE, () => multipartOf(plantMembers())],
  [
    'multipart with strange names',
    MULTIPART_TYPE,
    () => multipartOf({ 'a\\"password': plant(), 'pass%77ord': plant() }),
  ],
  ['multipart without headers', MULTIPART_TYPE, () => `--the boundary\r\n${plant()}\r\n--the boundary--\r\n`],
  ['multipart that is malformed', MULTIPART_TYPE, () => multipartOf({ a: plant(), ...plantMembers() }, '')],
  ['multipart that is cut', MULTIPART_TYPE, () => multipartOf({ a: plant(), ...plantMembers(), z: LONG })],
  ['multipart with another boundary', 'multipart/form-data', () => multipartOf(plantMembers())],
  ['a text that is cut', 'text/plain', () => `it is ${plant()} ${LONG}`],
  ['in an unknown coding', JSON_TYPE, () => Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from(plant())])],
];

const [echo] = castFunction('echo');
const FUNCTION = `functions/${echo?.functionId}/versions/${echo?.versionId}`;
const REALM = 'POST /auth/realms/acme/protocol/openid-connect';
const nvcf = castKey('nvcf-full-access').key;
const owner = castKey('owner').key;

/** Operations that take a secret, with a credential that they accept. */
const OPERATIONS: readonly [operation: string, token: 'nvcf' | 'owner' | 'admin' | null][] = [
  ['POST /api/v1/token', null],
  ['POST /api/v2/token', null],
  ['POST /v1/k8s/auth/oauth/apptoken', null],
  [`${REALM}/token`, null],
  [`${REALM}/token/introspect`, null],
  [`${REALM}/revoke`, null],
  [`${REALM}/logout`, null],
  ['POST /auth/realms/acme/login-actions/authenticate', null],
  ['POST /api/v1/users', 'admin'],
  ['POST /api/v1/me/password', 'admin'],
  ['POST /api/v1/access-keys', 'admin'],
  ['POST /v2/nvcf/functions', 'nvcf'],
  [`POST /v2/nvcf/functions/${echo?.functionId}/versions`, 'nvcf'],
  [`PUT /v2/nvcf/secrets/${FUNCTION}`, 'nvcf'],
  ['POST /v2/nvcf/registry-credentials', 'nvcf'],
  ['PATCH /v2/nvcf/registry-credentials/x', 'nvcf'],
  ['POST /v2/nvcf/telemetries', 'nvcf'],
  ['PUT /v2/nvcf/secrets/telemetries/x', 'nvcf'],
  [`POST /v2/nvcf/pexec/${FUNCTION}`, 'nvcf'],
  ['POST /v1/nvct/tasks', 'nvcf'],
  [`PUT /v1/nvct/secrets/tasks/${castTask('train')}`, 'nvcf'],
  ['POST /v3/orgs/acme/keys/type/SERVICE_KEY', 'owner'],
  ['POST /v1/namespaces/x/evaluations/y', 'owner'],
  ['POST /api/v3/images/', 'owner'],
  ['POST /api/v3/manifests/', 'owner'],
  ['POST /api/v3/ssh-keys/', 'owner'],
  ['POST /nothing', null],
];

let written = '';
const write = (text: string) => {
  written += text;
};
const terminal = { write, columns: 500, hasColors: false, canMoveCursor: false, writtenBytes: 0 };
const server = await testServer(
  {},
  {
    log: (clock) => {
      const lines = createLineLog('debug', false, clock, write);
      const rows = createTerminalLog(lines, terminal);
      const both =
        (level: 'info' | 'debug'): Log['info'] =>
        (text, details) => {
          lines[level](text, details);
          rows[level](text, details);
        };
      return { ...lines, info: both('info'), debug: both('debug') };
    },
  },
);
const { port } = await server.listen('127.0.0.1', 0);

/** A world, and everything that is reported about its requests. */
async function openWorld() {
  written = '';
  const { id, call } = await makeWorld(server, { credentials: 'cast' });
  const streaming = new AbortController();
  onTestFinished(() => streaming.abort());
  const events = await fetch(`http://127.0.0.1:${port}/w/${id}/_mock/events`, { signal: streaming.signal });
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  const reported = async () => {
    const all = ['requests?limit=1000', 'requests/har', 'decisions?limit=1000', 'hints', 'faults', 'least-privilege'];
    const answers = await Promise.all(all.map((item) => call(`GET /_mock/${item}`)));
    const body = answers[0]?.body as { readonly requests: readonly { readonly id: string }[]; readonly total: number };
    const single = await Promise.all(body.requests.map(({ id: request }) => call(`GET /_mock/requests/${request}`)));
    let streamed = '';
    while (streamed.split('event: request').length <= body.total) streamed += (await reader?.read())?.value ?? '';
    return JSON.stringify([
      answers.map((answer) => answer.body),
      single.map((answer) => answer.body),
      written,
      streamed,
    ]);
  };
  return { prefix: `/w/${id}`, call, reported };
}

/** Fails with the surroundings of the first secret. A planted number has more digits than a digest shows. */
function expectNoSecret(reported: string): void {
  for (const found of [/hunter/i, /(?:77|88)0{6}\d{4}/, new RegExp(BASIC)]) {
    const at = reported.search(found);
    expect(at < 0 ? '' : reported.slice(Math.max(0, at - 200), at + 60)).toBe('');
  }
}

describe('no planted secret is reported of a body that is', () => {
  it.each(BODIES.map((body, index) => [...body, index] as const))('%s', async (_form, type, make, index) => {
    const { prefix, call, reported } = await openWorld();
    // All of them at night; otherwise each form is sent to other ones.
    const share = roundsOf(OPERATIONS.length);
    const operations = [...OPERATIONS, ...OPERATIONS].slice((index * share) % OPERATIONS.length).slice(0, share);
    const tokens = { nvcf, owner, admin: await tokenOf(call, admin.accessKey) };
    for (const [operation, token] of operations) {
      const [method, url] = operation.split(' ') as ['POST', string];
      const answer = await server.app.inject({
        method,
        url: `${prefix}${url}`,
        headers: {
          host: 'localhost:6625',
          ...(type !== '' && { 'content-type': type }),
          ...(token !== null && { authorization: `Bearer ${tokens[token]}` }),
        },
        payload: make(),
      });
      expect(answer.statusCode).toBeLessThan(500);
    }
    const all = await reported();
    expect(JSON.parse(all)[0][0].total).toBe(share + 1);
    expectNoSecret(all);
  });
});

it('no planted secret is reported of a URL', async () => {
  const { call, reported } = await openWorld();
  for (const target of ['/v2/nvcf/functions', '/api/v1/users', '/api/v3/images/', '/nothing', '/auth/realms/acme/x']) {
    const query = new URLSearchParams(fieldsOf(plantMembers()));
    const names = NAMES.map((name) => `/${encodeURIComponent(name.trim())}=${plant()}`).join('');
    for (const url of [`${target}?${query}`, `${target}${names}`, `${target}?p%61ssword=${plant()}&tok%2565n=a`]) {
      expect((await call(`GET ${url}`, { token: nvcf })).status).toBeLessThan(500);
    }
  }
  expectNoSecret(await reported());
});

it('no planted secret is reported of a header', async () => {
  const { call, reported } = await openWorld();
  const HEADERS = [
    ...['authorization', 'proxy-authorization', 'x-authorization', 'cookie', 'x-api-key', 'x-auth-token', 'x-auth'],
    ...['x-amz-security-token', 'sec-websocket-protocol', 'x-client-secret', 'ocp-apim-subscription-key'],
    ...['x-vault-token', 'x-mock-admin-token', 'x-access-key', 'x-signature', 'x-password'],
  ];
  for (const form of [plant, () => `Bearer ${plant()}`, () => `Basic ${BASIC}`, () => `a=${plant()}; b`]) {
    const headers = {
      ...Object.fromEntries(HEADERS.map((name) => [name, form()])),
      referer: `https://a:${plant()}@a.test/x?token=${plant()}#id_token=${plant()}`,
      'x-note': `Bearer ${plant()}, nvapi-${plant()}`,
      'x-json': JSON.stringify({ password: plant() }),
    };
    await call('GET /v2/nvcf/functions', { headers });
    await call('GET /nothing', { headers });
  }
  expectNoSecret(await reported());
});
