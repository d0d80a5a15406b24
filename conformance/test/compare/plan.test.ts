/** The requests that a comparison sends to the real service. */
import { describe, expect, it } from 'vitest';
import { planFromDocument, planFromTraffic } from '../../src/compare/plan.ts';
import { withWrongCredentials } from '../../src/compare/probes.ts';
import type { Exchange } from '../../src/traffic/exchange.ts';

const DOCUMENT = { paths: { '/api/v1/users': { post: {} }, '/api/v1/users/{userId}': { delete: {}, patch: {} } } };
const RECORDED = { place: 'entry 1', origin: '', headers: null, response: null };
const createExchange = (method: string, url: string, text: string | null, mediaType = 'application/json'): Exchange => {
  return { ...RECORDED, method, url, request: { mediaType, text } };
};

describe('a plan from recorded traffic', () => {
  it('contains write requests only if they are allowed', () => {
    const traffic = [
      createExchange('GET', '/api/v1/users', ''),
      createExchange('POST', '/api/v1/users', '{"email":"a@b.test"}'),
    ];
    const methods = (mayWrite: boolean) =>
      new Set(planFromTraffic(traffic, mayWrite, DOCUMENT).requests.map(({ method }) => method));
    expect(methods(false)).toEqual(new Set(['GET']));
    expect(methods(true)).toEqual(new Set(['GET', 'POST']));
    expect(planFromTraffic(traffic, false).writes).toBe(1);
  });

  it.each([
    ['in JSON', '/api/v1/token', '{"grantType":"client_credentials","clientSecret":"s"}', 'application/json'],
    ['in a form', '/api/v2/token', 'grant_type=x&client_secret=s', 'application/x-www-form-urlencoded'],
    ['in the URL', '/callback?access_token=s', '', 'application/json'],
    ['deep in JSON', '/v2/nvcf/functions', '{"secrets":[{"name":"a","password":"s"}]}', 'application/json'],
  ])('skips a request with a secret %s, even with --write', (_, url, text, type) => {
    const { requests, skipped } = planFromTraffic([createExchange('POST', url, text, type)], true);
    expect([requests, skipped]).toEqual([[], 1]);
  });

  it('skips a request with an incompletely recorded body', () => {
    const empty = { requests: [], writes: 0, harmful: 0, skipped: 1 };
    expect(planFromTraffic([createExchange('POST', '/api/v1/users', null)], true)).toEqual(empty);
  });

  it.each([
    ['/_mock/reset', []],
    ['/_mock', []],
    ['/w/team-a/_mock/clock?x=1', []],
    ['/w/team-a/api/v1/users', ['/api/v1/users']],
    ['/_mocks', ['/_mocks']],
  ])('contains %s as %j, because real services have neither a control API nor worlds', (url, sent) => {
    const { requests, skipped } = planFromTraffic([createExchange('GET', url, '')], true, DOCUMENT);
    expect([[...new Set(requests.map((request) => request.url))], skipped]).toEqual([sent, 0]);
  });

  it.each([
    ['POST', '/api/v1/users', '{"email":"a@b.test"}', true],
    ['POST', '/api/v1/users', '{"group":"0b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0001"}', false],
    ['POST', '/api/v1/users', '{"scopeId":"4600001"}', false],
    ['PATCH', '/api/v1/users/7', '{"email":"a@b.test"}', true],
    ['DELETE', '/api/v1/users', '', false],
    ['PUT', '/api/v1/settings', '{}', false],
  ])('contains only requests that cannot harm other objects: %s %s with %s: %s', (method, url, text, isSent) => {
    const creation = createExchange('POST', '/api/v1/users', '{}');
    const { requests, harmful } = planFromTraffic([creation, createExchange(method, url, text)], true, DOCUMENT);
    expect([requests.some((request) => request.method === method && request.body === text), harmful]).toEqual([
      isSent,
      isSent ? 0 : 1,
    ]);
  });

  it('does not contain the deletion of an object that the plan does not create', () => {
    const traffic = [createExchange('DELETE', '/api/v1/users/7', '')];
    expect(planFromTraffic(traffic, true, DOCUMENT)).toMatchObject({ requests: [], harmful: 1 });
  });
});

it('a plan from a document encodes the examples of forms as forms', () => {
  const type = 'application/x-www-form-urlencoded';
  const content = { [type]: { examples: { cast: { value: { a: '1 2', b: 'c' } } } } };
  const paths = { '/form': { post: { requestBody: { content } } }, '/form/{id}': { delete: {} } };
  const { requests } = planFromDocument({ paths }, true);
  expect(requests[0]).toMatchObject({ method: 'POST', url: '/form', mediaType: type, body: 'a=1+2&b=c' });
});

it('a plan has one request for each kind of invalid credential', () => {
  const plan = planFromTraffic(
    [createExchange('GET', '/api/v1/users', ''), createExchange('GET', '/api/v1/apps', '')],
    false,
  );
  const added = withWrongCredentials(plan, 'runai').requests.slice(plan.requests.length);
  expect(added.map(({ name }) => name)).toEqual([
    'GET /api/v1/users with an unknown credential',
    'GET /api/v1/users with an expired credential',
    'POST /api/v1/token with a wrong secret',
    'POST /api/v1/token without a secret',
  ]);
  expect(withWrongCredentials(plan, 'nvcf').requests).toHaveLength(plan.requests.length + 2);
});
