/** The console's time line and clock, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { createDeferred } from '../../test/support/deferred.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { readJson, startServer } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const { id: DEPLOYER } = castKey('nvcf-deployer');

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const panel = (page: Page) => page.getByRole('region', { name: 'Clock', exact: true });
const upcoming = (page: Page) => page.getByRole('region', { name: 'Upcoming events' });
const slider = (page: Page) => page.getByRole('slider', { name: 'Now' });
const readSeconds = async (page: Page) => Number(await slider(page).getAttribute('aria-valuenow'));

/** A server with an edit that takes effect in a quarter of an hour. */
async function startServerWithEdit() {
  const server = await startServer({ propagation: 'fixed' });
  await server.mock('PATCH', `/keys/${DEPLOYER}`, { scopes: ['deploy_function', 'list_functions', 'delete_function'] });
  return server;
}

const FUNCTION = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };

/** A login of a person, which ends by itself a day later. */
async function login(url: string) {
  const { email, password } = (await readJson(`${url}/_mock/cast`)).runai.users[1];
  const { status } = await fetch(`${url}/api/v1/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grantType: 'password', clientId: 'runai-cli', username: email, password }),
  });
  expect(status).toBe(200);
}

const SCALES = ['10 min', '1 h', '6 h', '1 day', '7 days', '30 days'];

/** A script that returns the labels of the time line that overlap. */
const OVERLAPPING_LABELS = `(() => {
  const found = [];
  for (const labels of ['.tick-lines small', '.marks small', '.flag, .tick-lines small'].map((one) => [...document.querySelectorAll(one)])) {
    const boxes = labels.map((one) => [one.textContent, one.getBoundingClientRect()]);
    for (const [index, [text, one]] of boxes.entries()) {
      for (const [other, box] of boxes.slice(index + 1)) {
        if (one.left < box.right && box.left < one.right && one.top < box.bottom && box.top < one.bottom) found.push([text, other]);
      }
      if (one.right > innerWidth || one.left < 0) found.push([text, 'the edge']);
    }
  }
  return found;
})()`;

describe.runIf(hasBrowser)('the time line', () => {
  const openPage = setUpBrowser();

  it('shows the versions of an edited key, and when the new version takes effect', async () => {
    const { url } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock?key=${DEPLOYER}`);

    await upcoming(page).getByText('version 2 of nvcf-deployer takes effect', { exact: true }).waitFor();
    expect(await page.locator('.lane .in-effect').allInnerTexts()).toEqual(['1', '2']);
    expect(await page.locator('.lane .in-effect.later').allInnerTexts()).toEqual(['2']);
    const history = page.getByRole('region', { name: 'Versions of nvcf-deployer' }).getByRole('row');
    expect(await history.nth(1).innerText()).toContain('pending');
    expect(await history.nth(2).innerText()).toContain('in effect');
  });

  it('shows an edit by a different client without a reload', async () => {
    const { url, mock } = await startServer({ propagation: 'fixed' });
    const page = await openPage(`${url}/#/clock`);
    await page.getByText('None. Expiring keys and logins').waitFor();
    await mock('PATCH', `/keys/${DEPLOYER}`, { scopes: ['list_functions'] });

    await upcoming(page).getByText('version 2 of nvcf-deployer takes effect', { exact: true }).waitFor();
  });

  it('is moved with the keyboard: arrows drag it, Escape cancels, Enter sets it', async () => {
    const { url, mock } = await startServerWithEdit();
    await mock('POST', '/clock/freeze', {});
    const page = await openPage(`${url}/#/clock`);
    await slider(page).focus();
    const before = await readSeconds(page);
    await page.keyboard.press('PageUp');
    expect((await readSeconds(page)) - before).toBeGreaterThan(890);
    await page.keyboard.press('Escape');
    expect(await readSeconds(page)).toBe(before);
    await page.keyboard.press('ArrowLeft');
    expect(await readSeconds(page)).toBe(before);
    await page.keyboard.press('End');
    await page
      .getByRole('group', { name: 'At that time' })
      .getByText('version 2 of nvcf-deployer takes effect')
      .waitFor();
    await page.keyboard.press('Enter');

    await page.getByText('Meanwhile: version 2 of nvcf-deployer takes effect').waitFor();
    expect((await mock('GET', `/keys/${DEPLOYER}`)).policy.version).toBe(2);
  });

  it('is moved away from an event by an arrow key', async () => {
    const { url, mock } = await startServerWithEdit();
    await mock('POST', '/clock/freeze', {});
    const page = await openPage(`${url}/#/clock`);
    await slider(page).focus();
    await page.keyboard.press('End');
    const atEvent = await readSeconds(page);
    await page.keyboard.press('ArrowRight');

    expect(await readSeconds(page)).toBeGreaterThan(atEvent);
  });

  it('moves to an event, moves by steps, and freezes', async () => {
    const { url, mock } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock`);
    await page.getByRole('button', { name: /^Go there/ }).click();
    await page.getByText('Meanwhile: version 2').waitFor();
    await page.getByRole('button', { name: '+1 h', exact: true }).click();
    await page.getByText('Nothing happened meanwhile').first().waitFor();
    await button(page, 'Freeze').click();
    await panel(page).getByRole('button', { name: 'Resume' }).waitFor();

    const { ahead, frozen } = await mock('GET', '/clock');
    expect(ahead).toMatch(/^PT1H1[45]M/);
    expect(frozen).toBe(true);
  });

  it.each([390, 1400])('does not move on the page when it reports the result of a step, %i px wide', async (width) => {
    const { url } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock`, { viewport: { width, height: 900 } });
    const place = async () => (await page.locator('.track').boundingBox())?.y;
    await slider(page).waitFor();
    // What is in force is said above, once that is known.
    await page.getByRole('region', { name: 'In force' }).getByText('1 pending edit').waitFor();
    const before = await place();
    await button(page, '+1 min').click();
    await panel(page).getByText('Nothing happened meanwhile').waitFor();

    expect(await place()).toBe(before);
  });

  it('shows the refusal of the control API when it is set to an earlier time', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/clock`);
    await page.getByLabel('Set it to').fill('2001-01-01T00:00:00Z');
    await page.getByRole('button', { name: 'Set', exact: true }).click();

    await page
      .getByRole('status')
      .getByText(/must not be in the past/)
      .waitFor();
  });

  it('turns propagation on and off, and applies all pending edits', async () => {
    const { url, mock } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock`);
    await page.getByRole('button', { name: 'Apply all edits now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply edits' }).click();
    await page.getByText('1 edit has taken effect.').waitFor();
    await page.getByRole('combobox', { name: 'Propagation' }).selectOption('off');
    await page.getByText('From now on: Edits take effect immediately.').waitFor();
    await page.getByLabel('Delay').fill('5 parsecs');
    await page.getByRole('button', { name: 'Set the delay' }).click();

    await page.getByRole('status').getByText('must be a positive duration').waitFor();
    expect(await mock('GET', '/propagation')).toMatchObject({ mode: 'off', delay: 'PT15M' });
    expect((await mock('GET', `/keys/${DEPLOYER}`)).pending).toEqual([]);
  });

  it('names events by their subjects', async () => {
    const { url, mock } = await startServer();
    await login(url);
    const clock = await mock('GET', '/clock');
    expect(clock.upcoming.map(({ kind }: { kind: string }) => kind)).toEqual([
      'access-token.expired',
      'refresh-token.expired',
    ]);
    const page = await openPage(`${url}/#/clock`);

    await upcoming(page).getByText('access token of researcher@acme.test expires', { exact: true }).waitFor();
    await upcoming(page).getByText('refresh token of researcher@acme.test expires', { exact: true }).waitFor();
  });

  it('has ticks and a legend, and its labels do not overlap', async () => {
    const { url, mock } = await startServerWithEdit();
    await login(url);
    await mock('POST', '/faults', { do: { delay: '1ms' }, for: '16m' });
    for (const width of [360, 1400]) {
      const page = await openPage(`${url}/#/clock`, { viewport: { width, height: 900 } });
      await page.getByRole('list', { name: 'Legend' }).getByText('pending').waitFor();
      for (const scale of SCALES) {
        await page.getByLabel('Scale').selectOption(scale);
        await page.waitForFunction('document.querySelectorAll(".tick-lines small").length > 0');

        expect([width, scale, await page.evaluate(OVERLAPPING_LABELS)]).toEqual([width, scale, []]);
      }
    }
  });

  it('keeps its scale and its range while the clock moves, as long as "now" is visible', async () => {
    const { url, mock } = await startServerWithEdit();
    await mock('POST', '/clock/freeze', {});
    const page = await openPage(`${url}/#/clock`);
    await page.getByLabel('Scale').selectOption('6 h');
    const ticks = () => page.locator('.tick-lines small').allInnerTexts();
    const before = await ticks();
    await button(page, '+1 h').click();
    await page.getByText('The clock moved 1 h.').waitFor();
    expect(await ticks()).toEqual(before);
    await button(page, '+1 day').click();
    await page.getByText('The clock moved 1 d.').waitFor();
    expect(await ticks()).not.toEqual(before);

    expect(page.url()).toContain('span=21600000');
    await page.reload();
    await page.getByLabel('Scale').waitFor();
    expect(await page.getByLabel('Scale').inputValue()).toBe('21600000');
    const [now, track] = await Promise.all([slider(page).boundingBox(), page.locator('.strip').boundingBox()]);
    expect(now?.x).toBeGreaterThan(track?.x ?? Number.NaN);
    expect(now?.x).toBeLessThan((track?.x ?? 0) + (track?.width ?? 0));
  });

  it('is set to a typed time, and shows the time of the world as an example', async () => {
    const { url, mock } = await startServer();
    await mock('POST', '/clock/set', { to: '2030-01-15T12:00:00Z' });
    await mock('POST', '/clock/freeze', {});
    const page = await openPage(`${url}/#/clock`, { timezoneId: 'Asia/Tokyo' });
    const field = page.getByLabel('Set it to');
    expect(await field.getAttribute('placeholder')).toMatch(/^2030-01-15T12:00:0\dZ$/);
    await field.fill('2030-01-16T12:00:30+09:00');
    await button(page, 'Set').click();
    await panel(page).getByText('It is 2030-01-16 03:00:30.').waitFor();

    expect((await mock('GET', '/clock')).now).toMatch(/^2030-01-16T03:00:30/);
  });

  it('compares the versions of two keys', async () => {
    const { url } = await startServerWithEdit();
    const page = await openPage(`${url}/#/clock?key=${DEPLOYER}`);
    await page.getByLabel('Compared with').selectOption('nvcf-invoker');

    expect(await page.locator('button.lane-name').allInnerTexts()).toEqual(['nvcf-deployer', 'nvcf-invoker']);
    expect(page.url()).toContain(`with=${castKey('nvcf-invoker').id}`);
    const versions = page.getByRole('region', { name: 'Versions of nvcf-deployer and nvcf-invoker' });
    expect(await versions.getByRole('row').count()).toBe(4);
    // An id is shortened in the middle.
    const bound = versions.getByRole('cell', { name: 'Function 3f1d7c52…0001' });
    await bound.getByTitle('3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001').waitFor();
    await page.getByRole('region', { name: 'Scopes now' }).getByText('Only nvcf-invoker').waitFor();
    expect(await page.getByRole('region', { name: 'Scopes now' }).innerText()).toMatch(
      /Only nvcf-invoker\s+invoke_function/,
    );
  });

  it('goes back by Undo, which states the other losses', async () => {
    const { url, mock, ask } = await startServerWithEdit();
    await mock('POST', '/clock/freeze', {});
    const { now } = await mock('GET', '/clock');
    const page = await openPage(`${url}/#/clock`);
    await button(page, '+15 min').click();
    await page.getByText('Meanwhile: version 2').waitFor();
    await ask('POST', '/v2/nvcf/functions', castKey('nvcf-registrar').key, FUNCTION);
    const undo = page.getByRole('complementary', { name: 'Undo' });
    await undo.getByText('all later changes are lost, including those of 1 request.').waitFor();
    await undo.getByRole('button', { name: 'Undo' }).click();
    await undo.getByText('This world is back to its state before the clock moved.').waitFor();

    expect(await mock('GET', '/clock')).toMatchObject({ now, frozen: true });
    expect((await mock('GET', `/keys/${DEPLOYER}`)).policy.version).toBe(1);
    expect((await mock('GET', '/snapshots')).snapshots).toEqual([]);
  });

  it('does not go back after a different client has moved the clock', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/clock`);
    await button(page, '+1 min').click();
    const undo = page.getByRole('complementary', { name: 'Undo' });
    await undo.getByRole('button', { name: 'Undo' }).waitFor();
    await mock('POST', '/clock/advance', { by: '1h' });
    await expect.poll(() => undo.getByRole('button', { name: 'Undo' }).count()).toBe(0);

    expect((await mock('GET', '/clock')).ahead).toBe('PT1H1M');
    expect((await mock('GET', '/snapshots')).snapshots).toHaveLength(1);
  });

  it('does not go back after a move that the page has not learned of yet', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/clock`);
    await button(page, '+1 min').click();
    const undo = page.getByRole('complementary', { name: 'Undo' }).getByRole('button', { name: 'Undo' });
    await undo.waitFor();
    const reads = createDeferred();
    await page.route('**/_mock/clock', (route) => reads.promise.then(() => route.continue()));
    await mock('POST', '/clock/advance', { by: '1h' });
    await undo.click();
    reads.resolve();
    await page.getByText('The clock has been moved, frozen or resumed since.').waitFor();

    expect((await mock('GET', '/clock')).ahead).toBe('PT1H1M');
  });

  it('reports the length of a step without the time that it took', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/clock`);
    await page.route('**/_mock/snapshots', async (route) => {
      await page.waitForTimeout(2500);
      await route.continue();
    });
    await button(page, '+1 min').click();

    await page.getByText('The clock moved 1 min.').waitFor();
  });

  it('keeps one snapshot for Undo, and moves without one if there is no room for it', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/clock`);
    await button(page, '+1 min').click();
    await button(page, '+1 min').click();
    await page.getByText('The clock moved 1 min.').waitFor();
    await expect.poll(async () => (await mock('GET', '/clock')).ahead).toBe('PT2M');
    expect((await mock('GET', '/snapshots')).snapshots).toHaveLength(1);
    const [{ id }] = (await mock('GET', '/snapshots')).snapshots;
    await mock('DELETE', `/snapshots/${id}`);
    for (let taken = 0; taken < 100; taken += 1) await mock('POST', '/snapshots', {});
    await button(page, '+1 h').click();
    await panel(page).getByText('This cannot be undone: 100 snapshots are stored').waitFor();

    expect((await mock('GET', '/clock')).ahead).toBe('PT1H2M');
    expect(await page.getByRole('complementary', { name: 'Undo' }).getByRole('button', { name: 'Undo' }).count()).toBe(
      0,
    );
  });

  it('reports that the key in the address no longer exists', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/clock?key=nobody`);

    await page.getByText('The key nobody no longer exists in this world.').waitFor();
  });
});
