/** The console's clock, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { createDeferred } from '../../test/support/deferred.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { startServer, TOKEN_ORDER } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const { id: DEPLOYER } = castKey('nvcf-deployer');

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const undo = (page: Page) => page.getByRole('complementary', { name: 'Undo' });

/** A server with a frozen clock, and an edit that takes effect in a quarter of an hour. */
async function startServerWithEdit() {
  const server = await startServer({ propagation: 'fixed' });
  await server.mock('POST', '/clock/set', { to: '2030-01-15T12:00:00Z' });
  await server.mock('POST', '/clock/freeze', {});
  await server.mock('PATCH', `/keys/${DEPLOYER}`, { scopes: ['deploy_function', 'list_functions'] });
  return { ...server, read: () => server.mock('GET', '/clock') };
}

describe.runIf(hasBrowser)('the clock', () => {
  const openPage = setUpBrowser();

  it('lets a token expire in two clicks', async () => {
    const { url, ask } = await startServer();
    const page = await openPage(`${url}/#/requests`);
    const { accessToken } = await (await ask('POST', '/api/v1/token', '', TOKEN_ORDER)).json();
    await page.getByRole('link', { name: 'Clock' }).click();
    await button(page, /^To the next event: access token of .* expires$/).click();
    await page.getByText(/^It is .* Meanwhile: access token of .* expires\.$/).waitFor();

    expect((await ask('GET', '/api/v1/users', accessToken)).status).toBe(401);
  });

  it('lists what other clients add, until it has happened', async () => {
    const { url, ask, mock } = await startServer({ propagation: 'fixed' });
    const page = await openPage(`${url}/#/clock`);
    const upcoming = region(page, 'Upcoming events');
    await page.getByText('None. Keys and tokens that expire').waitFor();
    expect(await button(page, 'To the next event').isDisabled()).toBe(true);
    await mock('PATCH', `/keys/${DEPLOYER}`, { scopes: ['list_functions'] });
    await upcoming.getByText('version 2 of nvcf-deployer takes effect', { exact: true }).waitFor();
    await ask('POST', '/api/v1/token', '', TOKEN_ORDER);
    await upcoming.getByText(/^access token of .* expires$/).waitFor();
    await mock('POST', '/faults', { do: { delay: '1ms' }, for: '3s' });
    await upcoming.getByText(/^fault .* ends$/).waitFor();

    await upcoming.getByText(/^fault .* ends$/).waitFor({ state: 'detached' });
  });

  it('moves to an event and by steps, runs and freezes', async () => {
    const { url, mock, read } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock`);
    await button(page, /^Go there ?: version 2 of nvcf-deployer takes effect$/).click();
    await page.getByText('Meanwhile: version 2 of nvcf-deployer takes effect.').waitFor();
    expect((await mock('GET', `/keys/${DEPLOYER}`)).policy.version).toBe(2);
    await button(page, '+15 min').click();
    await button(page, '+1 h').click();
    await region(page, 'Time').getByText('2030-01-15 13:30:00', { exact: true }).waitFor();
    expect((await read()).now).toMatch(/^2030-01-15T13:30:00/);
    await button(page, 'Resume').click();
    await button(page, 'Freeze').click();

    await expect.poll(async () => (await read()).frozen).toBe(true);
  });

  it('is set in the zone of the page', async () => {
    const { url, read } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock`, { timezoneId: 'Asia/Tokyo' });
    await button(page, 'Set …').click();
    expect(await page.getByLabel('Date and time (UTC)').inputValue()).toBe('2030-01-15T12:00');
    await button(page, 'UTC').click();
    await page.getByLabel('Date and time (local)').fill('2030-01-16T12:00:30');
    await button(page, 'Set').click();
    await region(page, 'Time').getByText('2030-01-16 12:00:30', { exact: true }).waitFor();

    expect((await read()).now).toMatch(/^2030-01-16T03:00:30/);
  });

  it('stands still while the server is away', async () => {
    const { url, stop } = await startServer();
    const page = await openPage(`${url}/#/clock`);
    await button(page, 'Freeze').waitFor();
    await stop();
    await page.getByText('The server does not answer. This is the last known state').waitFor();
    expect(await page.locator('main').getByRole('button', { disabled: false }).count()).toBe(0);
    const shown = () => page.locator('header time, main .now time').allInnerTexts();
    const before = await shown();
    expect(before).toHaveLength(2);
    await page.waitForTimeout(2500);

    expect(await shown()).toEqual(before);
  });

  it('lists pending edits, applies them, and changes how soon the next take effect', async () => {
    const { url, mock } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock`);
    const text = 'nvcf-deployer, version 2, takes effect at 12:15:00 in 15 min: deploy_function, list_functions';
    await expect.poll(() => region(page, 'Edits of keys').getByRole('listitem').allInnerTexts()).toEqual([text]);
    await button(page, 'Apply now').click();
    await button(page, 'Apply edits').click();
    await page.getByText('1 edit has taken effect.').waitFor();
    await page.getByText('None is pending.').waitFor();
    expect((await mock('GET', `/keys/${DEPLOYER}`)).pending).toEqual([]);
    await region(page, 'Edits of keys').getByRole('combobox', { name: 'Propagation' }).selectOption('off');
    await page.getByText('From now on: Edits take effect immediately.').waitFor();
    await region(page, 'Edits of keys').getByLabel('Delay').fill('20m');
    await button(page, 'Set the delay').click();

    await expect.poll(() => mock('GET', '/propagation')).toMatchObject({ mode: 'off', delay: 'PT20M' });
  });

  it('goes back by Undo, which states the other losses', async () => {
    const { url, mock, ask, read } = await startServerWithEdit();
    const { now } = await read();
    const page = await openPage(`${url}/#/clock`);
    await button(page, '+15 min').click();
    await page.getByText('Meanwhile: version 2').waitFor();
    await ask('POST', '/api/v1/token', '', TOKEN_ORDER);
    await undo(page).getByText('all later changes are lost, including those of 1 request.').waitFor();
    await undo(page).getByRole('button', { name: 'Undo' }).click();
    await undo(page).getByText('This world is back to its state before the clock moved.').waitFor();

    expect(await read()).toMatchObject({ now, frozen: true });
    expect((await mock('GET', `/keys/${DEPLOYER}`)).policy.version).toBe(1);
    expect((await mock('GET', '/snapshots')).snapshots).toEqual([]);
  });

  it('does not go back after a different client has moved it', async () => {
    const { url, mock, read } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock`);
    const offer = undo(page).getByRole('button', { name: 'Undo' });
    await button(page, '+15 min').click();
    await offer.waitFor();
    await mock('POST', '/clock/advance', { by: '1h' });
    await expect.poll(() => offer.count()).toBe(0);
    expect((await mock('GET', '/snapshots')).snapshots).toHaveLength(1);

    // The page has not learned of the second move yet.
    await button(page, '+15 min').click();
    await offer.waitFor();
    const reads = createDeferred();
    await page.route('**/_mock/clock', (route) => reads.promise.then(() => route.continue()));
    await mock('POST', '/clock/advance', { by: '1h' });
    await offer.click();
    reads.resolve();
    await page.getByText('The clock has been moved, frozen or resumed since.').waitFor();

    expect((await read()).now).toMatch(/^2030-01-15T14:30:00/);
  });

  it('keeps one snapshot for Undo, and moves without one if there is no room for it', async () => {
    const { url, mock, read } = await startServerWithEdit();
    await mock('POST', '/clock/resume', {});
    const page = await openPage(`${url}/#/clock`);
    await page.route('**/_mock/snapshots', (route) => void setTimeout(() => void route.continue(), 2500));
    await button(page, '+1 h').click();
    // Without the time that the step took.
    await undo(page).getByText('The clock moved 1 h.').waitFor();
    await page.unroute('**/_mock/snapshots');
    await button(page, '+15 min').click();
    await undo(page).getByText('The clock moved 15 min.').waitFor();
    const { snapshots } = await mock('GET', '/snapshots');
    expect(snapshots).toHaveLength(1);
    await mock('DELETE', `/snapshots/${snapshots[0].id}`);
    for (let taken = 0; taken < 100; taken += 1) await mock('POST', '/snapshots', {});
    await button(page, '+1 h').click();
    await page.getByText('This cannot be undone: 100 snapshots are stored').waitFor();

    expect((await read()).now).toMatch(/^2030-01-15T14:15/);
    expect(await undo(page).getByRole('button', { name: 'Undo' }).count()).toBe(0);
  });
});
