/** Which requests a comparison with the real service sends. */
import { describe, expect, it } from 'vitest';
import { planOfDocument, planOfTraffic } from '../../src/compare/plan.ts';
import type { Exchange } from '../../src/traffic/exchange.ts';

const recorded = (method: string, url: string, text: string | null, mediaType = 'application/json'): Exchange => ({
  ...{ place: 'entry 1', method, url },
  request: { mediaType, text },
  answer: null,
});

describe('Of recorded traffic', () => {
  it('nothing is sent that writes, unless it may', () => {
    const traffic = [recorded('GET', '/api/v1/users', ''), recorded('POST', '/api/v1/users', '{"email":"a@b.test"}')];
    const methods = (mayWrite: boolean) =>
      new Set(planOfTraffic(traffic, mayWrite).requests.map(({ method }) => method));
    expect(methods(false)).toEqual(new Set(['GET']));
    expect(methods(true)).toEqual(new Set(['GET', 'POST']));
    expect(planOfTraffic(traffic, false).writes).toBe(1);
  });

  it.each([
    ['in JSON', '/api/v1/token', '{"grantType":"client_credentials","clientSecret":"s"}', 'application/json'],
    ['in a form', '/api/v2/token', 'grant_type=x&client_secret=s', 'application/x-www-form-urlencoded'],
    ['in the address', '/callback?access_token=s', '', 'application/json'],
    ['deep in JSON', '/v2/nvcf/functions', '{"secrets":[{"name":"a","password":"s"}]}', 'application/json'],
  ])('nothing is sent that has a secret %s, not even with --write', (_, url, text, type) => {
    const { requests, skipped } = planOfTraffic([recorded('POST', url, text, type)], true);
    expect([requests, skipped]).toEqual([[], 1]);
  });

  it('a request whose body was not recorded whole is left out', () => {
    expect(planOfTraffic([recorded('POST', '/api/v1/users', null)], true)).toEqual({
      requests: [],
      writes: 0,
      skipped: 1,
    });
  });
});

it('Of a document, forms are sent as forms', () => {
  const type = 'application/x-www-form-urlencoded';
  const content = { [type]: { examples: { cast: { value: { a: '1 2', b: 'c' } } } } };
  const { requests } = planOfDocument({ paths: { '/form': { post: { requestBody: { content } } } } }, true);
  expect(requests[0]).toMatchObject({ method: 'POST', url: '/form', mediaType: type, body: 'a=1+2&b=c' });
});
