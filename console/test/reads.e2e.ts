/** What the console reads from the server: how much of it, and how often. */
import { expect, it } from 'vitest';
import { button } from './support/elements.ts';
import { DEPLOYER, FUNCTION, LISTING, startServer } from './support/server.ts';
import { describeInBrowser, setUpConsole } from './support/window.ts';

/** The paths that the page polls, so that a slow machine reads them more often. */
const POLLED = /\/_mock\/(?:faults|clock)\b/;

describeInBrowser('the data that the console reads', () => {
  const { openConsole, openPage } = setUpConsole();

  it('is at most 90 kB in 14 requests until a refusal is opened beside a list of 50 requests', async () => {
    const { url, ask } = await startServer();
    await Promise.all(Array.from({ length: 50 }, () => ask('GET', '/v2/nvcf/functions', DEPLOYER.key)));
    await ask('POST', '/v2/nvcf/functions', DEPLOYER.key, FUNCTION);
    const page = await openPage('about:blank');
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    // What is polled counts once.
    const read = new Map<string, number>();
    const addresses = new Map<string, string>();
    session.on('Network.requestWillBeSent', ({ requestId, request }) => addresses.set(requestId, request.url));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const address = addresses.get(requestId) ?? '';
      read.set(POLLED.test(address) ? address : requestId, encodedDataLength);
    });
    await page.goto(url);
    await button(page, 'Fix and send again').waitFor();
    await button(page, 'Copy request').waitFor();
    await page.getByRole('list', { name: 'Steps of the decision' }).waitFor();

    const bytes = [...read.values()].reduce((sum, size) => sum + size, 0);
    expect(read.size).toBeGreaterThan(10);
    expect(read.size).toBeLessThanOrEqual(14);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(90_000);
  });

  it('is shared by views: identities are read once for three views, and only keys again after an edit', async () => {
    const { page, mock } = await openConsole('worlds');
    await page.getByText('There is only this world').waitFor();
    const paths: string[] = [];
    page.on('request', (request) => void paths.push(new URL(request.url()).pathname));
    const counts = () => ['/_mock/cast', '/_mock/keys'].map((path) => paths.filter((one) => one === path).length);
    const goTo = async (view: string, shows: string) => {
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
      await page.getByText(shows).locator('visible=true').first().waitFor();
    };
    await goTo('Identities', DEPLOYER.name);
    await goTo('Clock', 'Upcoming events');
    await goTo('Operations', 'createDeployment');
    await goTo('Identities', DEPLOYER.name);
    expect(counts()).toEqual([1, 1]);
    await mock('PATCH', `/keys/${DEPLOYER.id}`, { name: 'edited-elsewhere' });
    await page.getByText('edited-elsewhere').first().waitFor();
    await goTo('Clock', 'Upcoming events');

    expect(counts()).toEqual([1, 2]);
  });

  it('shows identities that were read before immediately, also while they are read again', async () => {
    const { page, mock } = await openConsole('identities');
    await page.getByText(DEPLOYER.name).first().waitFor();
    const views = page.getByRole('navigation', { name: 'Views' });
    await views.getByRole('link', { name: 'Clock' }).click();
    await button(page, 'Freeze').waitFor();
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
    const { page, mock } = await openConsole('identities?text=short-lived');
    await page.getByRole('heading', { name: 'Identities' }).waitFor();
    const expiresAt = new Date(Date.parse((await mock('GET', '/clock')).now) + 6000).toISOString();
    await mock('POST', '/keys', { ...LISTING, name: 'short-lived', expiresAt });
    const list = page.getByRole('region', { name: 'All identities' });
    await list.getByText('short-lived').waitFor();
    expect(await list.getByText('expired: ').count()).toBe(0);

    await list.getByText('expired: ').waitFor();
  });
});
