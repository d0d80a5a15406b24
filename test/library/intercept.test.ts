/** Requests to the vendors' hosts, answered by a mock in the same process. */
import http from 'node:http';
import https from 'node:https';
import { request as undiciRequest, Agent as UndiciAgent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMock, type Mock } from '../../src/index.ts';

const T = 'https://acme.run.ai';
let mock: Mock;
beforeAll(async () => { mock = await startMock(); });
afterAll(() => mock.stop());

const get = (url: string, options: https.RequestOptions = {}) => new Promise<{status:number; body:string}>((resolve, reject) => {
  (url.startsWith('https:') ? https : http).get(url, options, (res) => { let body=''; res.on('data', (d)=>body+=d).on('end', ()=>resolve({status: res.statusCode ?? 0, body})); }).on('error', reject);
});

it('works', async () => {
  await using production = await mock.intercept({ others: 'refuse' });
  const d = await fetch(`${T}/auth/realms/acme/.well-known/openid-configuration`);
  console.log(d.status, d.url, (await d.json()).issuer);
  console.log(await get(`${T}/auth/realms/acme/.well-known/openid-configuration`).then(({status, body}) => [status, JSON.parse(body).issuer]));
  const u = await undiciRequest(`${T}/auth/realms/acme/.well-known/openid-configuration`);
  console.log(u.statusCode, ((await u.body.json()) as any).issuer);
  console.log(await fetch('https://example.com/x?secret=1').catch((e) => [e.message, e.cause.message]));
  console.log(await get('https://example.com/x?secret=1').catch((e) => e.message));
  console.log((await fetch(`${mock.url}/_mock/health`)).status);
});
