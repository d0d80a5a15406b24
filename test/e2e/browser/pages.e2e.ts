import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { createLineLog } from '../../../src/lib/log.ts';
import { hasBrowser, launch, reboundName, type Site, siteWith } from '../../support/browser.ts';
import { researcher } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';

const { clientId, clientSecret } = researcher.accessKey;

/** What a page of an attacker tries, each with what a success would be. */
const ATTEMPTS = [
  { url: '/_mock/cast', init: {} },
  {
    url: '/_mock/clock/advance',
    init: { method: 'POST', body: '{"by":"1h"}', headers: { 'content-type': 'application/json' } },
  },
  {
    url: '/api/v1/token',
    init: {
      method: 'POST',
      body: JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret }),
      headers: { 'content-type': 'application/json' },
    },
  },
  {
    url: '/v2/nvcf/assets',
    init: {
      method: 'POST',
      body: '{"contentType":"text/html","description":"a page"}',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${castKey('nvcf-full-access').key}` },
    },
  },
  { url: '/v2/nvcf/functions', init: { headers: { authorization: `Bearer ${castKey('nvcf-full-access').key}` } } },
  { url: '/auth/realms/acme/.well-known/openid-configuration', init: {} },
  { url: '/openapi/runai.json', init: {} },
  { url: '/docs', init: {} },
];

/** Sends all of them to `root`, and shows the statuses; 0 where the browser does not let the page see one. */
const attackPage = (root: string) => `<!doctype html><meta charset="utf-8"><pre></pre><script>
(async () => {
  const statuses = [];
  for (const { url, init } of ${JSON.stringify(ATTEMPTS)}) {
    statuses.push(await fetch('${root}' + url, init).then((answer) => answer.status, () => 0));
  }
  document.querySelector('pre').textContent = JSON.stringify(statuses);
})();
</script>`;

/** A script that reaches the control API where it is of the mock's own origin. */
const ADVANCE = `fetch('/_mock/clock/advance', ${JSON.stringify(ATTEMPTS[1]?.init)})`;

if (!hasBrowser) process.stdout.write('SKIP: what browsers do is tested where there is Chromium\n');

describe.skipIf(!hasBrowser)('in a browser', () => {
  const open: { close(): unknown }[] = [];
  const opened = <Closable extends { close(): unknown }>(one: Closable): Closable => {
    open.push(one);
    return one;
  };
  let port: number;
  let browser: Browser;
  let server: Awaited<ReturnType<typeof testServer>>;

  beforeAll(async () => {
    server = await testServer();
    ({ port } = await server.listen('127.0.0.1', 0));
    browser = opened(await launch());
  });
  afterAll(async () => {
    for (const one of open.reverse()) await one.close();
  });

  const statusesShown = async (attacked: Browser, url: string) => {
    const page = await attacked.newPage();
    await page.goto(url);
    await page.waitForFunction("document.querySelector('pre').textContent !== ''");
    return JSON.parse((await page.textContent('pre')) ?? '') as number[];
  };

  it('a page of a name rebound to the mock cannot access it', async () => {
    const site: Site = opened(await reboundName(attackPage(''), port));
    const victim = opened(await launch(`http://127.0.0.1:${site.port}`));

    expect(await statusesShown(victim, 'http://evil.test/attack')).toEqual(ATTEMPTS.map(() => 403));
  });

  it('a page of another origin cannot access it', async () => {
    const site = opened(await siteWith(attackPage(`http://localhost:${port}`)));
    const before = (await server.call('GET /_mock/decisions')).body.decisions.length;

    expect(await statusesShown(browser, `http://localhost:${site.port}/`)).toEqual(ATTEMPTS.map(() => 0));
    expect((await server.call('GET /_mock/decisions')).body.decisions).toHaveLength(before);
    expect((await server.call('GET /_mock/clock')).body.ahead).toBe('PT0S');
  });

  it.each(['0.0.0.0', 'localhost'])(
    'a page of another site cannot show the control API in a frame: %s',
    async (host) => {
      const warnings: string[] = [];
      const log = { log: (clock: Clock) => createLineLog('warn', false, clock, (line) => void warnings.push(line)) };
      const everywhere = await testServer({}, log);
      const { port: its } = await everywhere.listen('0.0.0.0', 0);
      const frame = `<iframe src="http://${host}:${its}/_mock/clock"></iframe><img src="http://${host}:${its}/_mock/cast">`;
      const site = opened(await siteWith(frame));
      const page = await browser.newPage();
      const statuses: number[] = [];
      page.on('response', (answer) => answer.url().includes('/_mock/') && statuses.push(answer.status()));
      await page.goto(`http://127.0.0.1:${site.port}/`);
      await expect.poll(() => warnings).toEqual([expect.stringContaining('another origin')]);
      // Chromium may hide the response for the image.
      await expect.poll(() => new Set(statuses)).toEqual(new Set([403]));
      await page.close();
      await everywhere.close();
    },
  );

  it('the console and the documents work under a host that is not loopback', async () => {
    const everywhere = await testServer();
    const { port: its } = await everywhere.listen('0.0.0.0', 0);
    await everywhere.call('GET /api/v1/users');
    const page = await browser.newPage();
    const refused: string[] = [];
    page.on('response', (answer) => answer.status() === 403 && refused.push(answer.url()));
    await page.goto(`http://0.0.0.0:${its}/`);
    const requests = page.getByRole('listbox', { name: 'Requests, newest first' });
    await requests.getByRole('option').filter({ hasText: 'get_users' }).waitFor();
    await page.goto(`http://0.0.0.0:${its}/docs/runai/`);
    await page.waitForSelector('.opblock-tag');
    await page.waitForSelector('form option', { state: 'attached' });
    await page.goto(`http://0.0.0.0:${its}/docs`);

    expect(refused).toEqual([]);
    await page.close();
    await everywhere.close();
  });

  it.each([
    'text/html',
    'application/xhtml+xml',
    'image/svg+xml',
    'application/json;, text/html',
    'text/plain, text/html',
    'multipart/x-mixed-replace; boundary=a',
    'nothing',
    '',
  ])('a response body set by a test is downloaded, and not run as a page of the mock: %s', async (type) => {
    const script = `<script xmlns="http://www.w3.org/1999/xhtml">${ADVANCE}</script>`;
    const text =
      type === 'image/svg+xml' ? `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>` : `<html>${script}</html>`;
    const headers = { 'content-type': type, refresh: `0; url=data:text/html,${script}` };
    const answer = { status: 200, headers, body: text };
    const match = { operation: 'get_users' };
    const given = await server.call('POST /_mock/faults', { body: { match, do: { answer, offDocument: true } } });
    const page = await browser.newPage();
    const saved = page.waitForEvent('download');

    await expect(page.goto(`http://localhost:${port}/api/v1/users`)).rejects.toThrow();
    await saved;
    await page.goto(`http://localhost:${port}/docs`);
    await page.close();
    await server.call(`DELETE /_mock/faults/${given.body.id}`);
    expect((await server.call('GET /_mock/clock')).body.ahead).toBe('PT0S');
  });

  it('stored content is downloaded, and not displayed', async () => {
    const token = castKey('nvcf-full-access').key;
    const body = { contentType: 'text/html', description: 'a page' };
    const { uploadUrl } = (await server.call('POST /v2/nvcf/assets', { token, body })).body;
    const { pathname, search } = new URL(uploadUrl);
    const headers = { 'content-type': 'text/html', 'x-amz-meta-nvcf-asset-description': 'a page' };
    await fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
      method: 'PUT',
      headers,
      body: '<title>mine</title>',
    });
    const page = await browser.newPage();
    const download = page.waitForEvent('download');
    await page.goto(`http://127.0.0.1:${port}${pathname}${search}`).catch(() => {});

    expect(await (await download).failure()).toBeNull();
    expect(await page.title()).not.toBe('mine');
  });
});
