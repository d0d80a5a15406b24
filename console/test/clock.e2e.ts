/** The console's clock, in a browser. */
import { expect, it } from 'vitest';
import { createDeferred } from '../../test/support/deferred.ts';
import { button, region, undo } from './support/elements.ts';
import { DEPLOYER, startServer, TOKEN_ORDER } from './support/server.ts';
import { describeInBrowser, setUpConsole } from './support/window.ts';

/** A server with a frozen clock, and an edit that takes effect in a quarter of an hour. */
async function startServerWithEdit() {
  const server = await startServer({ propagation: 'fixed' });
  await server.mock('POST', '/clock/set', { to: '2030-01-15T12:00:00Z' });
  await server.mock('POST', '/clock/freeze', {});
  await server.mock('PATCH', `/keys/${DEPLOYER.id}`, { scopes: ['deploy_function', 'list_functions'] });
  return { ...server, read: () => server.mock('GET', '/clock') };
}

describeInBrowser('the clock', () => {
  const { openConsole, openPage } = setUpConsole();

  it('lists what other clients add, until it has happened, and lets a token expire', async () => {
    const { page, ask, mock } = await openConsole('clock', { propagation: 'fixed' });
    const upcoming = region(page, 'Upcoming events');
    await page.getByText('None. Keys and tokens that expire').waitFor();
    expect(await button(page, 'To the next event').isDisabled()).toBe(true);
    const { accessToken } = await (await ask('POST', '/api/v1/token', '', TOKEN_ORDER)).json();
    await upcoming.getByText(/^access token of .* expires$/).waitFor();
    await mock('POST', '/faults', { do: { delay: '1ms' }, for: '3s' });
    await upcoming.getByText(/^fault .* ends$/).waitFor();
    await upcoming.getByText(/^fault .* ends$/).waitFor({ state: 'detached' });
    await button(page, /^To the next event: access token of .* expires$/).click();
    await page.getByText(/^It is .* Meanwhile: access token of .* expires\.$/).waitFor();

    expect((await ask('GET', '/api/v1/users', accessToken)).status).toBe(401);
    await mock('PATCH', `/keys/${DEPLOYER.id}`, { scopes: ['list_functions'] });
    await upcoming.getByText('version 2 of nvcf-deployer takes effect', { exact: true }).waitFor();
  });

  it('moves to an event and by steps, runs and freezes, and goes back by Undo, which states the other losses', async () => {
    const { url, mock, ask, read } = await startServerWithEdit();
    const { now } = await read();
    const page = await openPage(`${url}/#/clock`);
    await button(page, /^Go there ?: version 2 of nvcf-deployer takes effect$/).click();
    await page.getByText('Meanwhile: version 2 of nvcf-deployer takes effect.').waitFor();
    expect((await mock('GET', `/keys/${DEPLOYER.id}`)).policy.version).toBe(2);
    await ask('POST', '/api/v1/token', '', TOKEN_ORDER);
    await undo(page).getByText('all later changes are lost, including those of 1 request.').waitFor();
    await button(undo(page), 'Undo').click();
    await undo(page).getByText('This world is back to its state before the clock moved.').waitFor();
    await page.getByText('Meanwhile: version 2').waitFor({ state: 'detached' });
    expect(await read()).toMatchObject({ now, frozen: true });
    expect((await mock('GET', `/keys/${DEPLOYER.id}`)).policy.version).toBe(1);
    expect((await mock('GET', '/snapshots')).snapshots).toEqual([]);

    await button(page, '+15 min').click();
    await region(page, 'Time').getByText('2030-01-15 12:15:00', { exact: true }).waitFor();
    await button(page, '+1 h').click();
    await region(page, 'Time').getByText('2030-01-15 13:15:00', { exact: true }).waitFor();
    expect((await read()).now).toMatch(/^2030-01-15T13:15:00/);
    await button(page, 'Resume').click();
    await button(page, 'Freeze').click();
    await expect.poll(async () => (await read()).frozen).toBe(true);
  });

  it('is shown and set in the zone of the page, which is remembered', async () => {
    const { url, read } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock`, { timezoneId: 'Asia/Tokyo' });
    const waitForTime = (text: string) => page.locator('header time').getByText(text).waitFor();
    await waitForTime('2030-01-15 12:00');
    await button(page, 'Set …').click();
    expect(await page.getByLabel('Date and time (UTC)').inputValue()).toBe('2030-01-15T12:00');
    await button(page, 'UTC').click();
    await waitForTime('2030-01-15 21:00');
    await page.getByLabel('Date and time (local)').fill('2030-01-16T12:00:30');
    await button(page, 'Set').click();
    await region(page, 'Time').getByText('2030-01-16 12:00:30', { exact: true }).waitFor();
    expect((await read()).now).toMatch(/^2030-01-16T03:00:30/);
    await page.reload();

    await waitForTime('2030-01-16 12:00');
  });

  it('lists pending edits, applies them, and changes how soon the next take effect', async () => {
    const { url, mock } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock`);
    const edits = region(page, 'Edits of keys');
    const text = 'nvcf-deployer, version 2, takes effect at 12:15:00 in 15 min: deploy_function, list_functions';
    await expect.poll(() => edits.getByRole('listitem').allInnerTexts()).toEqual([text]);
    await button(page, 'Apply now').click();
    await button(page, 'Apply edits').click();
    await page.getByText('1 edit has taken effect.').waitFor();
    await page.getByText('None is pending.').waitFor();
    expect((await mock('GET', `/keys/${DEPLOYER.id}`)).pending).toEqual([]);
    await edits.getByRole('combobox', { name: 'Propagation' }).selectOption('off');
    await page.getByText('From now on: Edits take effect immediately.').waitFor();
    await edits.getByLabel('Delay').fill('20m');
    await button(page, 'Set the delay').click();

    await expect.poll(() => mock('GET', '/propagation')).toMatchObject({ mode: 'off', delay: 'PT20M' });
  });

  it('does not go back after a different client has moved it', async () => {
    const { url, mock, read } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock`);
    const offer = button(undo(page), 'Undo');
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
    expect(await button(undo(page), 'Undo').count()).toBe(0);
  });
});
