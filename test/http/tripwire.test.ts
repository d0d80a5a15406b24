/**
 * Where credentials that may be real are noticed.
 *
 * Breaks with: src/http/steps/admit.ts, src/http/steps/parse.ts
 */
import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { lineLog } from '../../src/core/log.ts';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';

const lines: string[] = [];
const server = await testServer(
  {},
  { log: (clock) => lineLog('debug', false, clock, (line) => void lines.push(line)) },
);

/** The form of a key, and minted by no mock. */
const realLooking = (letter: string) => `nvapi-${letter.repeat(64)}`;
const FORM = 'application/x-www-form-urlencoded';
const token = castKey('nvcf-full-access').key;

/** Places where somebody may put a key, each with how it is asked. */
const PLACES: [place: string, send: (key: string) => Promise<unknown>][] = [
  ['the bearer token of Air', (key) => server.call('GET /api/v3/simulations/', { token: key })],
  ['the bearer token of Run:ai', (key) => server.call('GET /api/v1/access-keys', { token: key })],
  ['a header of another name', (key) => server.call('GET /api/v3/simulations/', { headers: { 'x-api-key': key } })],
  ['a cookie', (key) => server.call('GET /_mock/health', { headers: { cookie: `key=${key}` } })],
  ['a path', (key) => server.call(`GET /v2/nvcf/functions/${key}/versions`, { token })],
  [
    'a path that encodes its sign',
    (key) => server.call(`GET /v2/nvcf/functions/${key.replace('-', '%2D')}/versions`, { token }),
  ],
  ['a path that encodes a letter', (key) => server.call(`GET /api/v1/users/${key.replace('n', '%6e')}`)],
  ['a path of nobody', (key) => server.call(`GET /nothing/${key}`)],
  ['a path of the switchboard', (key) => server.call(`GET /_mock/keys/${key}`)],
  ['the value of a query', (key) => server.call(`GET /v2/nvcf/functions?api_key=${key}`, { token })],
  ['the name of a query', (key) => server.call(`GET /v2/nvcf/functions?${key}=1`, { token })],
  [
    'the body of a token request',
    (key) => server.grant({ grantType: 'client_credentials', clientId: 'x', clientSecret: key }),
  ],
  ['a client id', (key) => server.grant({ grantType: 'client_credentials', clientId: key, clientSecret: 'x' })],
  [
    'a form',
    (key) =>
      server.call('POST /v3/keys/get-caller-info', { headers: { 'content-type': FORM }, body: `credentials=${key}` }),
  ],
  [
    'a stored secret',
    (key) =>
      server.call('POST /v2/nvcf/functions', { token, body: { name: 'x', secrets: [{ name: 'KEY', value: key }] } }),
  ],
  [
    'the name of a key to make',
    (key) =>
      server.call('POST /_mock/keys', {
        body: { type: 'service', name: key, services: ['nvcf'], scopes: ['list_functions'] },
      }),
  ],
];

describe('a key that no mock minted is noticed, and shown nowhere, in', () => {
  it.each(PLACES)('%s', async (place, send) => {
    const key = realLooking('abcdefghijklmnopqrstuvwxyz'[PLACES.findIndex(([name]) => name === place)] as string);
    lines.length = 0;
    await send(key);

    const { findings } = (await server.call('GET /_mock/findings')).body;
    const short = hash('sha256', key, 'hex').slice(0, 8);
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'foreign_credential', message: expect.stringContaining(short) }),
    );
    const { decisions } = (await server.call('GET /_mock/decisions')).body;
    const drawn = key.slice('nvapi-'.length);
    expect(JSON.stringify(findings)).not.toContain(drawn);
    expect(JSON.stringify(decisions)).not.toContain(drawn);
    expect(lines.join('')).not.toContain(drawn);
  });

  it('no key of a mock, which is hidden all the same', async () => {
    const before = (await server.call('GET /_mock/findings')).body.findings;
    lines.length = 0;
    await server.call(`GET /v2/nvcf/functions/${token}/versions`, { token });

    const known = (list: { kind: string }[]) => list.filter(({ kind }) => kind === 'foreign_credential').length;
    expect(known((await server.call('GET /_mock/findings')).body.findings)).toBe(known(before));
    expect(lines.join('')).not.toContain(token);
    expect(JSON.stringify((await server.call('GET /_mock/decisions?limit=1')).body)).not.toContain(token);
  });
});
