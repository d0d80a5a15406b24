/** The time line below every view, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { findAxeViolations } from './support/axe.ts';
import { readJson, startServer } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const { id: INVOKER_ID, key: INVOKER } = castKey('nvcf-invoker');
const { key: DEPLOYER } = castKey('nvcf-deployer');
const line = (page: Page) => page.getByRole('region', { name: 'Time line', exact: true });
const preview = (page: Page) => page.getByRole('group', { name: 'At that time' });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** A server with a pending edit, and a token that will expire. */
async function startServerWithRequests() {
  const server = await startServer({ propagation: 'fixed' });
  const { url, mock, ask } = server;
  await mock('POST', '/clock/freeze', {});
  const { clientId, clientSecret } = (await readJson(`${url}/_mock/cast`)).runai.serviceAccounts[0];
  const { accessToken } = await (
    await fetch(`${url}/api/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret }),
    })
  ).json();
  await ask('GET', '/api/v1/access-keys', accessToken);
  await mock('PATCH', `/keys/${INVOKER_ID}`, { scopes: ['list_functions'] });
  await ask('GET', '/v2/nvcf/functions', INVOKER);
  await ask('GET', '/v2/nvcf/functions', DEPLOYER);
  return server;
}

describe.runIf(hasBrowser)('the time line', () => {
  const openPage = setUpBrowser();

  it('shows what happens before the clock moves', async () => {
    const { url, mock } = await startServerWithRequests();
    const { now } = await mock('GET', '/clock');
    const page = await openPage(`${url}/#/requests`);
    await line(page).getByRole('button', { name: '+15 min: what' }).click();
    await preview(page).getByText('Until then: version 2 of nvcf-invoker takes effect.').waitFor();
    expect((await mock('GET', '/clock')).now).toBe(now);
    expect(await findAxeViolations(page)).toEqual([]);

    await line(page).getByRole('button', { name: '+1 h: what' }).click();
    await preview(page)
      .getByText(/Until then: version 2 of nvcf-invoker takes effect; access token of .* expires/)
      .waitFor();
    await button(page, 'Move the clock there').click();
    await line(page).getByText('Meanwhile: version 2 of nvcf-invoker takes effect').waitFor();

    expect((await mock('GET', '/clock')).now).toBe(new Date(Date.parse(now) + 75 * 60_000).toISOString());
    expect(await preview(page).count()).toBe(0);
    expect((await mock('GET', '/requests')).total).toBe(4);
  });

  it('shows an event that is planned when "now" is already far to the right', async () => {
    const { url, mock } = await startServer({ propagation: 'fixed' });
    await mock('POST', '/clock/freeze', {});
    const page = await openPage(`${url}/#/faults`);
    const handle = page.getByRole('slider', { name: 'Now' });
    const before = await handle.getAttribute('aria-valuenow');
    await mock('POST', '/clock/advance', { by: '40m' });
    await expect.poll(() => handle.getAttribute('aria-valuenow')).not.toBe(before);
    await mock('PATCH', `/keys/${INVOKER_ID}`, { scopes: ['list_functions'] });

    await line(page)
      .getByTitle(/version 2 of .* takes effect/)
      .waitFor();
  });

  it('can be dragged to an event, and does not move the clock if that is cancelled', async () => {
    const { url, mock } = await startServerWithRequests();
    const { now } = await mock('GET', '/clock');
    const page = await openPage(`${url}/#/faults`);
    const slider = page.getByRole('slider', { name: 'Now' });
    const mark = line(page).getByTitle(/version 2 of .* takes effect/);
    const [from, to] = [await slider.boundingBox(), await mark.boundingBox()];
    if (from === null || to === null) throw new Error('there is no time line');
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width / 2 + 3, from.y + from.height / 2, { steps: 8 });
    await page.mouse.up();
    await preview(page).getByText('(+15 min)').waitFor();
    await button(page, 'Cancel').click();
    await preview(page).waitFor({ state: 'detached' });

    expect((await mock('GET', '/clock')).now).toBe(now);
    expect(await slider.getAttribute('aria-valuenow')).toBe(String(Math.round(Date.parse(now) / 1000)));
  });

  it('marks the expiry of a token that is issued while the page is open', async () => {
    const { url } = await startServerWithRequests();
    const page = await openPage(`${url}/#/worlds`);
    await line(page)
      .getByTitle(/takes effect/)
      .waitFor();
    const tokens = line(page).getByTitle(/access token of .* expires/);
    expect(await tokens.count()).toBe(1);
    const { email, password } = (await readJson(`${url}/_mock/cast`)).runai.users[1];
    await fetch(`${url}/api/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grantType: 'password', clientId: 'runai-cli', username: email, password }),
    });

    await expect.poll(() => tokens.count()).toBe(2);
  });

  it.each([390, 1440])('is below every view, and nothing scrolls sideways, %i px wide', async (width) => {
    const { url } = await startServerWithRequests();
    const page = await openPage(`${url}/#/requests`, { viewport: { width, height: 844 } });
    for (const view of ['requests', 'access-matrix', 'clock', 'identities', 'faults', 'worlds']) {
      await page.goto(`${url}/#/${view}`);
      await line(page).getByRole('slider', { name: 'Now' }).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
  });
});
