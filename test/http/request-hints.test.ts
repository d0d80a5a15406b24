/** Hints of requests, refused or not: in the journal, the header and the log. */

import { beforeEach, describe, expect, it } from 'vitest';
import { createLineLog } from '../../src/lib/log.ts';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';

const log: string[] = [];
const server = await testServer(
  {},
  { log: (clock) => createLineLog('info', false, clock, (line) => void log.push(line)) },
);
const token = castKey('owner').key;
const FUNCTIONS = 'GET /v2/nvcf/functions';

const listHinted = async () => (await server.call('GET /_mock/requests?hints=true')).body.requests;

beforeEach(async () => {
  await server.call('POST /_mock/reset');
  log.length = 0;
});

describe('a request that succeeds', () => {
  it('has its hints in the journal, the first in the header and in the log', async () => {
    const { status, headers } = await server.call(`${FUNCTIONS}?visibilty=private&other=1`, { token });
    const [{ hints }] = await listHinted();

    expect(status).toBe(200);
    expect(hints.map(({ code }: { code: string }) => code)).toEqual(['undocumented_query', 'undocumented_query']);
    expect(hints[0].text).toContain('`visibility`');
    expect(headers['x-mock-hint']).toBe(hints[0].text);
    expect(log).toEqual([expect.stringContaining(` info  200 GET /v2/nvcf/functions Hint: ${hints[0].text}`)]);
  });

  it('has up to five', async () => {
    await server.call(`${FUNCTIONS}?a=1&b=2&c=3&d=4&e=5&f=6&g=7`, { token });

    expect((await listHinted())[0].hints).toHaveLength(5);
  });

  it('has none, and no header, without anything to say', async () => {
    const { headers } = await server.call(FUNCTIONS, { token });

    expect(headers['x-mock-hint']).toBeUndefined();
    expect(await listHinted()).toEqual([]);
  });

  it('has no header with `--explain off`', async () => {
    const silent = await testServer({ explain: false });
    const { headers } = await silent.call(`${FUNCTIONS}?other=1`, { token });

    expect(headers['x-mock-hint']).toBeUndefined();
    expect((await silent.call('GET /_mock/requests?hints=true')).body.total).toBe(1);
  });

  it('has a header in ASCII, with JSON escapes, up to 1 kB', async () => {
    const name = 'ä'.repeat(150);
    const { headers } = await server.call(`${FUNCTIONS}?${encodeURIComponent(name)}=1`, { token });
    const header = String(headers['x-mock-hint']);

    expect(header).toMatch(/^[\x20-\x7e]{1,1024}$/);
    expect(header).toContain(String.raw`\u00e4\u00e4`);
    expect((await listHinted())[0].hints[0].text).toContain('ää');
  });
});

describe('a refusal', () => {
  it('is listed if it has a hint, and not for its first fix', async () => {
    await server.call(FUNCTIONS, { headers: { authorization: `Bearer Bearer ${token}` } });
    await server.call(FUNCTIONS, { token: castKey('nvcf-deployer').key });
    const [hinted, ...others] = await listHinted();

    expect(hinted.hints.map(({ code }: { code: string }) => code)).toEqual(['bearer_twice']);
    expect(others).toEqual([]);
  });

  it.each([
    ['GET /v2/nvcf//functions', 'doubled_slash', 'GET', '/v2/nvcf/functions'],
    ['GET /nvcf/functions', 'path_incomplete', 'GET', '/v2/nvcf/functions'],
    ['GET /v2/v2/nvcf/functions', 'path_prefix_extra', 'GET', '/v2/nvcf/functions'],
    ['GET /v2/nvcf/functions/', 'slash_at_end', undefined, undefined],
  ])('%s has the request to send instead', async (request, code, method, path) => {
    await server.call(request, { token });
    const [hint] = (await listHinted())[0].hints;

    expect(hint.code).toBe(code);
    if (method !== undefined) expect(hint.request).toEqual({ method, path });
  });
});
