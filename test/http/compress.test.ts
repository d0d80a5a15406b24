import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';

const { app } = await testServer({ cors: ['https://ui.example'] });
const BROWSER = 'gzip, deflate, br, zstd';
const request = (url: string, accepted?: string, method: 'GET' | 'HEAD' = 'GET', more = {}) =>
  app.inject({
    method,
    url,
    headers: { host: 'localhost', ...(accepted !== undefined && { 'accept-encoding': accepted }), ...more },
  });

const CODINGS = { br: brotliDecompressSync, gzip: gunzipSync };

describe.each([
  ['/', 'gzip'],
  ['/console.js', 'br'],
  ['/openapi/air.json', 'br'],
  ['/_mock/tables/runai', 'gzip'],
] as const)('the response at %s', (url, coding) => {
  it('is compressed for a client that accepts it', async () => {
    const [plain, coded] = [await request(url), await request(url, BROWSER)];

    expect(coded.headers['content-encoding']).toBe(coding);
    expect(coded.headers['content-length']).toBe(String(coded.rawPayload.length));
    expect(plain.headers['content-encoding']).toBeUndefined();
    for (const { headers } of [plain, coded]) expect(headers['vary']).toContain('Accept-Encoding');
    expect(CODINGS[coding](coded.rawPayload).equals(plain.rawPayload)).toBe(true);
    expect(coded.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
  });

  it('has the same headers for HEAD as for GET, without a body', async () => {
    const [head, get] = [await request(url, 'gzip', 'HEAD'), await request(url, 'gzip')];
    const readHeaders = ({ headers }: typeof head) => [
      headers['content-encoding'],
      headers['vary'],
      headers['content-type'],
    ];

    expect(head.rawPayload.length).toBe(0);
    expect(readHeaders(head)).toEqual(readHeaders(get));
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });
});

it('a streamed list is compressed as well', async () => {
  const authorization = `Bearer ${castKey('nvcf-deployer').key}`;
  for (let count = 0; count < 20; count += 1) await request('/v2/nvcf/functions', undefined, 'GET', { authorization });
  const { headers, rawPayload } = await request('/_mock/requests?bodies=false', 'gzip');

  expect(headers['content-encoding']).toBe('gzip');
  expect(JSON.parse(gunzipSync(rawPayload).toString()).requests).toHaveLength(20);
});

it('events are never compressed', async () => {
  const { headers, raw } = await app.inject({
    url: '/_mock/events',
    payloadAsStream: true,
    headers: { host: 'localhost', 'accept-encoding': BROWSER },
  });
  raw.res.destroy();

  expect(headers['content-type']).toContain('text/event-stream');
  expect(headers['content-encoding']).toBeUndefined();
});

it('a short response is not compressed', async () => {
  expect((await request('/_mock/clock', BROWSER)).headers['content-encoding']).toBeUndefined();
});

it('a response of a vendor API is not compressed', async () => {
  const authorization = `Bearer ${castKey('nvcf-deployer').key}`;
  const { headers, rawPayload } = await request('/v2/nvcf/functions', BROWSER, 'GET', { authorization });

  expect(rawPayload.length).toBeGreaterThan(1024);
  expect(headers['content-encoding']).toBeUndefined();
});
