/** Values that must be hidden, and values that must stay readable. */
import { describe, expect, it } from 'vitest';
import { type Draft, NO_BODY, storeBody } from '../../src/journal/entry.ts';
import { createHarEntry } from '../../src/journal/har.ts';
import { viewEntry } from '../../src/journal/view.ts';
import { toyDraft } from './toy-draft.ts';
import { toySecrets } from './toy-secrets.ts';

/** A request; omitted parts are not sent. */
interface Sent {
  readonly url?: string;
  readonly header?: readonly [name: string, value: string];
  readonly json?: unknown;
  readonly form?: string;
  readonly text?: string;
  /** A header of the response. */
  readonly answer?: readonly [name: string, value: string];
}

const SECRET = 'hunter2-Hunter2';
const OF_WORLD = 'MOCKciAppSecret00000000000000001';

/** Requests with `SECRET`, or with another secret. */
const HIDDEN: readonly [label: string, sent: Sent, secret?: string][] = [
  ['an environment as a text', { json: { environment: 'LOG=debug\nDB_PASSWORD=hunter2-Hunter2\nA=1' } }],
  ['a command with a scheme', { json: { command: 'auth bearer hunter2-Hunter2' } }],
  [
    'a URL with a password in a text',
    { json: { repository: 'clone https://user:hunter2-Hunter2@git.test/a.git now' } },
  ],
  ['a URL with a token for its user', { json: { repository: 'https://hunter2-Hunter2@git.test/a.git' } }],
  [
    'a URL with a token in its query, in a text',
    { json: { description: 'see https://git.test/a?token=hunter2-Hunter2 for it' } },
  ],
  ['a database', { json: { url: 'postgres://app:hunter2-Hunter2@db/app' } }],
  ['a docker configuration', { json: { config: '{"auths": {"nvcr.io": {"auth": "hunter2-Hunter20123456789"}}}' } }],
  [
    'a websocket that authenticates',
    { header: ['Sec-WebSocket-Protocol', 'v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.hunter2-Hunter2'] },
  ],
  ['a redirect with a user', { answer: ['location', 'https://user:hunter2-Hunter2@a.test/'] }],
  ['the name of a header', { header: ['X-nvapi-kkkkkkkkkkkkkkkk', '2'] }, 'nvapi-kkkkkkkkkkkkkkkk'],
  ['a secret of the world as a parameter', { url: '/x?visibility=MOCKciAppSecret00000000000000001' }, OF_WORLD],
  ['a short password of the seed as a whole value', { json: { description: 'hunter-2' } }, 'hunter-2'],
  ['a short number as one token', { json: { token: '123456' } }, '123456'],
  [
    'a variable of a short number as one token',
    { json: { containerEnvironment: [{ key: 'TOKEN', value: '123456' }] } },
    '123456',
  ],
  ['an authorization code in mixed case', { json: { code: 'Not_Found_In_This_Region' } }, 'Not_Found_In_This_Region'],
  ['a parameter of a path with a sign that is encoded', { url: '/nope/password%3Dhunter2-Hunter2/x' }],
  ['a parameter of a path with an encoded slash in its value', { url: '/nope/password=a%2Fhunter2-Hunter2/x' }],
  ['a parameter of a path whose name is encoded twice', { url: '/nope/%2570assword=hunter2-Hunter2/x' }],
  ['a credential of a scheme in a text', { text: 'sent Basic aHVudGVyOmh1bnRlcg to it' }, 'aHVudGVyOmh1bnRlcg'],
];

const READABLE: readonly [label: string, sent: Sent][] = [
  ['a token request', { json: { grantType: 'client_credentials', clientId: 'ci-app', scope: 'openid profile' } }],
  [
    'types and hints of tokens',
    {
      json: {
        token_type: 'Bearer',
        token_type_hint: 'refresh_token',
        expires_in: 3600,
        token_endpoint: 'https://a.test/token',
      },
    },
  ],
  ['a challenge', { json: { code_challenge_method: 'S256', nonce: 'n-0S6_WzA2Mj' } }],
  ['codes of errors', { json: { code: 'not_found', error: { code: 404, message: 'Resource id not found.' } } }],
  [
    'messages about secrets',
    {
      json: {
        message:
          'Invalid token: the signature does not match. The field `clientSecret` is missing, and no password was given.',
      },
    },
  ],
  ['a message with a colon', { json: { detail: 'Validation failed: [message=Field `name` must be a text]' } }],
  ['UUIDs', { json: { zzz: '0b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0002', id: '9B2E6F10-7C3D-4E58-A1F4-2D8C0B3A0001' } }],
  [
    'an environment without secrets',
    {
      json: {
        containerEnvironment: [
          { key: 'LOG_LEVEL', value: 'debug' },
          { key: 'MODEL', value: 'llama-3' },
          { key: 'PUBLIC_KEY', value: 'ssh-rsa AAAA' },
        ],
      },
    },
  ],
  ['numbers of tokens', { json: { max_tokens: 4096, usage: { prompt_tokens: 3, total_tokens: 10 } } }],
  [
    'a value that resembles the name of a secret',
    {
      json: {
        bypass: 'always',
        compass: 'north',
        secretName: 'db',
        passed: 'yes',
        tokenType: 'x',
        keyId: 'k1',
        public_key: 'ssh-rsa AAAA',
        codec: 'h264',
        author: 'ann',
        authorized: 'yes',
        key: 'LOG',
        pinned: 'yes',
        sort_key: 'name',
      },
    },
  ],
  ['names of secrets in a list', { json: { secrets: ['DB', 'API'], secretNames: 'x' } }],
  ['empty values and booleans', { json: { password: '', token: null, secret: true } }],
  [
    'URLs without secrets',
    {
      json: {
        redirectUri: 'http://localhost:8080/callback?state=1',
        repository: 'https://git.test/a@b/c.git',
        mail: 'ann@acme.test',
      },
    },
  ],
  ['JSON in a text, as it was written', { json: { payload: '{ "a": 1,\n "b": ["x"] }' } }],
  ['a form', { form: 'grant_type=password&username=ann%40acme.test&client_id=runai-cli&scope=openid' }],
  ['a query', { url: '/v2/nvcf/functions?visibility=private&limit=10&code_challenge_method=S256' }],
  [
    'a path',
    { url: '/v2/nvcf/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001/versions/9b2e6f10-7c3d-4e58-a1f4-2d8c0b3a0001' },
  ],
  ['a path of names', { url: '/api/v1/authorization/access-rules/System%20administrator' }],
  ['a text', { text: 'nothing that anybody hides, twice: 12:30' }],
  [
    'numbers of tokens as texts',
    {
      json: {
        max_tokens: '512',
        containerArgs: '--max-num-batched-tokens 8192 --max-tokens=512',
        containerEnvironment: [{ key: 'MAX_TOKENS', value: '512' }],
        script: 'export MAX_TOKENS=512\nname: MAX_TOKENS\nvalue: 512\n',
      },
    },
  ],
  ['a number of tokens in a query', { url: '/x?max_tokens=512' }],
  [
    'a code of an error in several words',
    { json: { code: 'NOT_FOUND_IN_THIS_REGION', zzz: 'RESOURCE_EXHAUSTED_IN_REGION' } },
  ],
  [
    'words in base64',
    {
      json: {
        description: 'bm90aGluZyB0aGF0IGFueWJvZHkgaGlkZXMsIGluIGJhc2U2NA==',
        userData: 'I2Nsb3VkLWNvbmZpZwpob3N0bmFtZTogbGVhZjEKc3NoX3B3YXV0aDogdHJ1ZQo=',
      },
    },
  ],
  ['a path with parameters', { url: '/nope/a;version=2;max_tokens=512/x=1' }],
  ['a path and a query that are encoded twice', { url: '/a%2520b%252f/c?x=a%2520b' }],
  ['an exported variable', { json: { userData: '#!/bin/sh\nexport NGC_KEY="hunter2-Hunter2"\necho ok' } }],
  [
    'cloud-init with a password',
    { json: { userData: '#cloud-config\nuser: ubuntu\npassword: hunter2-Hunter2\nssh_pwauth: true\n' } },
  ],
  ['a command with an option', { json: { command: 'login --user a --password hunter2-Hunter2 --verbose' } }],
  [
    'a secret of the world in a sentence',
    { json: { description: 'it is (MOCKciAppSecret00000000000000001), I think' } },
  ],
  ['a secret of the world in a header', { header: ['X-Note', 'a MOCKciAppSecret00000000000000001'] }],
  ['a random string in an undocumented member', { json: { zzz: 'Zx81kQp0Lm77vTb2Rr5Yc3Wd' } }],
  ['a GitHub token in an undocumented member', { json: { zzz: ['see ghp_16C7e42F292c6912E7710c838347Ae178B4a'] } }],
  [
    'a multipart form that is declared as text',
    { text: 'Content-Disposition: form-data; name="password"\r\n\r\nhunter2-Hunter2\r\n' },
  ],
  ['YAML as a body', { text: 'user: a\npassword:\n  hunter2-Hunter2' }],
  [
    'a secret of the world in base64',
    { json: { description: 'sent eDpNT0NLY2lBcHBTZWNyZXQwMDAwMDAwMDAwMDAwMDAwMQ==' } },
  ],
  ['a header `X-Request-Id`', { header: ['X-Request-Id', 'Zx81kQp0Lm77vTb2Rr5Yc3Wd'] }],
  ['a header `Traceparent`', { header: ['Traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'] }],
  ['a header `If-None-Match`', { header: ['If-None-Match', '"Zx81kQp0Lm77vTb2Rr5Yc3Wd"'] }],
  ['a header `Sec-WebSocket-Key`', { header: ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='] }],
  ['a header `Referer`', { header: ['Referer', 'https://a.test/x?page=2#top'] }],
  ['a header `NVCF-REQID`', { header: ['NVCF-REQID', '9b2e6f10-7c3d-4e58-a1f4-2d8c0b3a0001'] }],
  ['a header `WWW-Authenticate`', { header: ['WWW-Authenticate', 'Bearer error="invalid_token"'] }],
];

const secrets = toySecrets([OF_WORLD, 'hunter-2']);

const TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded', text: 'text/plain' };

function createDraft({ url = '/x', header, json, form, text, answer }: Sent): Draft {
  const type = json === undefined ? (form === undefined ? TYPES.text : TYPES.form) : TYPES.json;
  const body = json === undefined ? (form ?? text) : JSON.stringify(json);
  return toyDraft({
    url,
    requestHeaders: ['Content-Type', type, ...(header ?? [])].join('\n'),
    requestBody: body === undefined ? NO_BODY : storeBody(Buffer.from(body)),
    responseHeaders: answer === undefined ? {} : Object.fromEntries([answer]),
  });
}

const createEntry = (draft: Draft) => ({ ...draft, id: 's-r1', number: 1, secrets });

describe('a secret is hidden in', () => {
  it.each(HIDDEN)('%s', (_where, sent, secret = SECRET) => {
    const entry = createEntry(createDraft(sent));
    const everywhere = JSON.stringify([viewEntry(entry), createHarEntry(viewEntry(entry))]);

    expect(everywhere).not.toContain(secret);
    expect(decodeURIComponent(everywhere.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'))).not.toContain(secret);
    expect(everywhere).toContain('sha256:');
  });
});

describe('a value that is not secret stays readable:', () => {
  it.each(READABLE)('%s', (_what, sent) => {
    const view = viewEntry(createEntry(createDraft(sent)));
    const [path = '', query = ''] = (sent.url ?? '/x').split('?');

    expect(view.request.body).toEqual(
      sent.json ?? sent.text ?? (sent.form === undefined ? null : Object.fromEntries(new URLSearchParams(sent.form))),
    );
    expect(view.path).toBe(path);
    expect(view.query).toEqual(Object.fromEntries(new URLSearchParams(query)));
    if (sent.header !== undefined) expect(view.request.headers[sent.header[0].toLowerCase()]).toBe(sent.header[1]);
  });
});
