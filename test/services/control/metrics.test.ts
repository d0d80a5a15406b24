import { describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';
import { tokenOf } from '../../support/worlds.ts';

const TOKEN = 'an-admin-token';
const server = await testServer({ adminToken: TOKEN });
const bearer = { authorization: `Bearer ${TOKEN}` };
const own = { 'x-mock-admin-token': TOKEN };

/** The samples by name and labels. */
async function scraped(headers: Record<string, string> = own): Promise<ReadonlyMap<string, number>> {
  const answer = await server.call('GET /_mock/metrics', { headers });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = String(answer.body)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of lines) expect(line).toMatch(/^nv_auth_mock_[a-z_]+(\{([a-z]+="[^"\\]*",?)+\})? [-+.\de]+$/);
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

const requests = (service: string, operation: string, status: number) =>
  `nv_auth_mock_requests_total{service="${service}",operation="${operation}",status="${status}"}`;

describe('metrics', () => {
  it('count from the start on', async () => {
    await server.call('GET /v2/nvcf/functions', { token: castKey('nvcf-deployer').key });
    await server.call('GET /v2/nvcf/functions', { token: castKey('air-reader').key });
    await server.call('GET /v2/nvcf/functions');
    await server.call('GET /nowhere');
    await scraped();
    const samples = await scraped();
    expect(samples.get(requests('nvcf', 'listFunctions', 200))).toBe(1);
    expect(samples.get(requests('nvcf', 'listFunctions', 403))).toBe(1);
    expect(samples.get(requests('', '', 404))).toBe(1);
    expect(samples.get(requests('control', 'get_metrics', 200))).toBe(1);
    expect(samples.get('nv_auth_mock_refusals_total{service="nvcf",reason="service_not_enabled"}')).toBe(1);
    expect(samples.get('nv_auth_mock_refusals_total{service="nvcf",reason="no_token"}')).toBe(1);
  });

  it('tell how many worlds there are, and how much they hold', async () => {
    const before = await scraped();
    await server.call('POST /_mock/worlds', { headers: own, body: { id: 'one-more' } });
    const after = await scraped();
    expect(Number(after.get('nv_auth_mock_worlds'))).toBe(Number(before.get('nv_auth_mock_worlds')) + 1);
    expect(after.get('nv_auth_mock_state_bytes')).toBeGreaterThan(0);
    expect(after.get('nv_auth_mock_event_loop_delay_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0);
  });

  it('name no world and no caller, however many there are', async () => {
    const token = await tokenOf(server.call, admin.accessKey);
    await server.call('GET /w/one-more/api/v1/users', { token });
    const text = [...(await scraped()).keys()].join();
    expect(text).not.toMatch(/one-more|admin@acme/);
  });

  it('are behind the admin token, as a header of ours or as a bearer token', async () => {
    await scraped(bearer);
    for (const headers of [{}, { authorization: 'Bearer wrong-token' }, { authorization: `Basic ${TOKEN}` }]) {
      const { status } = await server.call('GET /_mock/metrics', { headers });
      expect(status).toBe(401);
    }
    const wrong = await server.call('GET /_mock/metrics', { headers: { authorization: 'Bearer wrong-token' } });
    expect(wrong.body.detail).toContain('The header `authorization` is wrong.');
  });
});
