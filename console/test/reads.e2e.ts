/** What the console reads from the server: how much of it, and how often. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { startServer } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const DEPLOYER = castKey('nvcf-deployer');

/** The paths that the page polls, so that a slow machine reads them more often. */
const POLLED = /\/_mock\/(?:faults|clock)\b/;

/** Counts the requests of a page from now on. @returns a function that returns the number for a path */
function countReads(page: Page): (path: string) => number {
  const paths: string[] = [];
  page.on('request', (request) => void paths.push(new URL(request.url()).pathname));
  return (path) => paths.filter((one) => one === path).length;
}

describe.runIf(hasBrowser)('the data that the console reads', () => {
  const openPage = setUpBrowser();

  it('is at most 90 kB in 14 requests until a refusal is opened beside a list of 50 requests', async () => {
    const { url, ask } = await startServer();
    await Promise.all(Array.from({ length: 50 }, () => ask('GET', '/v2/nvcf/functions', DEPLOYER.key)));
    await ask('POST', '/v2/nvcf/functions', DEPLOYER.key, {
      name: 'translate',
      inferenceUrl: '/',
      containerImage: 'nvcr.io/acme/translate:1',
    });
    const page = await openPage('about:blank');
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    const read: string[] = [];
    page.on('requestfinished', (request) => void read.push(request.url()));
    await page.goto(url);
    await page.getByRole('button', { name: 'Fix and send again' }).waitFor();
    await page.getByRole('button', { name: 'Copy request', exact: true }).waitFor();
    await page.getByRole('list', { name: 'Steps of the decision' }).waitFor();

    const once = read.filter((address, at) => !POLLED.test(address) || read.indexOf(address) === at);
    expect(once.length).toBeGreaterThan(10);
    expect(once.length).toBeLessThanOrEqual(14);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(90_000);
  });

  it('is shared by views: identities are read once for three views, and only keys again after an edit', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/worlds`);
    await page.getByText('There is only this world').waitFor();
    const reads = countReads(page);
    const counts = () => ['/_mock/cast', '/_mock/keys'].map(reads);
    const views = page.getByRole('navigation', { name: 'Views' });
    await views.getByRole('link', { name: 'Identities' }).click();
    await page.getByText(DEPLOYER.name).first().waitFor();
    await views.getByRole('link', { name: 'Clock' }).click();
    await page.getByRole('button', { name: 'Freeze' }).waitFor();
    await views.getByRole('link', { name: 'Operations' }).click();
    await page.getByText('createDeployment').waitFor();
    await views.getByRole('link', { name: 'Identities' }).click();
    await page.getByText(DEPLOYER.name).first().waitFor();
    expect(counts()).toEqual([1, 1]);
    await mock('PATCH', `/keys/${DEPLOYER.id}`, { name: 'edited-elsewhere' });
    await page.getByText('edited-elsewhere').first().waitFor();
    await views.getByRole('link', { name: 'Clock' }).click();
    await page.getByRole('button', { name: 'Freeze' }).waitFor();

    expect(counts()).toEqual([1, 2]);
  });

  it('shows identities that were read before immediately, also while they are read again', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/identities`);
    await page.getByText(DEPLOYER.name).first().waitFor();
    const views = page.getByRole('navigation', { name: 'Views' });
    await views.getByRole('link', { name: 'Clock' }).click();
    await page.getByRole('button', { name: 'Freeze' }).waitFor();
    const going: (() => void)[] = [];
    await page.route('**/_mock/keys?*', (route) => void going.push(() => void route.continue()));
    await mock('PATCH', `/keys/${DEPLOYER.id}`, { name: 'edited-elsewhere' });
    await expect.poll(() => going.length).toBe(1);
    await views.getByRole('link', { name: 'Identities' }).click();
    await page.getByText(DEPLOYER.name).first().waitFor();
    going.pop()?.();

    await page.getByText('edited-elsewhere').first().waitFor();
    expect(going).toEqual([]);
  });

  it('includes the expiry of a key, which no event reports', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/identities?text=short-lived`);
    await page.getByRole('heading', { name: 'Identities' }).waitFor();
    const { now } = await mock('GET', '/clock');
    const order = { type: 'service', services: ['nvcf'], scopes: ['list_functions'] };
    await mock('POST', '/keys', {
      ...order,
      name: 'short-lived',
      resource: { type: 'All Functions' },
      expiresAt: new Date(Date.parse(now) + 6000).toISOString(),
    });
    const list = page.getByRole('region', { name: 'All identities' });
    await list.getByText('short-lived').waitFor();
    expect(await list.getByText('expired: ').count()).toBe(0);

    await list.getByText('expired: ').waitFor();
  });
});
