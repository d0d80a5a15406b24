import { describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';
import { tokenOf } from '../../support/worlds.ts';

const TOKEN = 'an-admin-token';
const server = await testServer({ adminToken: TOKEN });
const bearer = { authorization: `Bearer ${TOKEN}` };
const own = { 'x-mock-admin-token': TOKEN };

/** Reads the samples by name and labels. */
async function readSamples(headers: Record<string, string> = own): Promise<ReadonlyMap<string, number>> {
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

const buildSampleName = (service: string, operation: string, status: number) =>
  `nv_auth_mock_requests_total{service="${service}",operation="${operation}",status="${status}"}`;

describe('metrics', () => {
  it('count requests and refusals', async () => {
    await server.call('GET /v2/nvcf/functions', { token: castKey('nvcf-deployer').key });
    await server.call('GET /v2/nvcf/functions', { token: castKey('air-reader').key });
    await server.call('GET /v2/nvcf/functions');
    await server.call('GET /nowhere');
    await readSamples();
    const samples = await readSamples();
    expect(samples.get(buildSampleName('nvcf', 'listFunctions', 200))).toBe(1);
    expect(samples.get(buildSampleName('nvcf', 'listFunctions', 403))).toBe(1);
    expect(samples.get(buildSampleName('', '', 404))).toBe(1);
    expect(samples.get(buildSampleName('control', 'get_metrics', 200))).toBe(1);
    expect(samples.get('nv_auth_mock_refusals_total{service="nvcf",reason="service_not_enabled"}')).toBe(1);
    expect(samples.get('nv_auth_mock_refusals_total{service="nvcf",reason="no_token"}')).toBe(1);
  });

  it('contain the number of worlds and the size of their state', async () => {
    const before = await readSamples();
    await server.call('POST /_mock/worlds', { headers: own, body: { id: 'one-more' } });
    const after = await readSamples();
    expect(Number(after.get('nv_auth_mock_worlds'))).toBe(Number(before.get('nv_auth_mock_worlds')) + 1);
    expect(after.get('nv_auth_mock_state_bytes')).toBeGreaterThan(0);
    expect(after.get('nv_auth_mock_event_loop_delay_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0);
  });

  it('have no label with a world or a caller', async () => {
    const token = await tokenOf(server.call, admin.accessKey);
    await server.call('GET /w/one-more/api/v1/users', { token });
    const text = [...(await readSamples()).keys()].join();
    expect(text).not.toMatch(/one-more|admin@acme/);
  });

  it('require the admin token, as `x-mock-admin-token` or as a bearer token', async () => {
    await readSamples(bearer);
    for (const headers of [{}, { authorization: 'Bearer wrong-token' }, { authorization: `Basic ${TOKEN}` }]) {
      const { status } = await server.call('GET /_mock/metrics', { headers });
      expect(status).toBe(401);
    }
    const wrong = await server.call('GET /_mock/metrics', { headers: { authorization: 'Bearer wrong-token' } });
    expect(wrong.body.detail).toContain('The header `authorization` is wrong.');
  });
});
