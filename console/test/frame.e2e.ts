/** What stands around every view of the console: the navigation, what is in force, keys, the palette and preferences. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { findAxeViolations } from './support/axe.ts';
import { button, hide, requestRows, saveFile, state, undo, unlock, waitForCount } from './support/elements.ts';
import { INVOKER, startServer, startServerWithAllEffects } from './support/server.ts';
import { describeInBrowser, fitsWidth, setUpConsole } from './support/window.ts';

const bar = (page: Page) => page.getByRole('region', { name: 'In force' });
const link = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name, exact: false });

const { openConsole, openPage } = setUpConsole();

describeInBrowser('the frame', () => {
  it('has in its header what is in force, and ends it, which Undo restores unless it has changed', async () => {
    const { url, mock } = await startServerWithAllEffects();
    const page = await openPage(`${url}/#/worlds`);
    const inForce = bar(page).getByRole('listitem').getByRole('link');
    await expect.poll(() => inForce.allInnerTexts()).toEqual(['1 fault', 'clock frozen', '1 pending edit']);
    for (const [name, reported] of [
      [/^Remove/, 'was removed'],
      [/^Resume/, 'runs again'],
    ] as const) {
      await button(bar(page), name).click();
      await undo(page).getByText(reported).waitFor();
      await expect.poll(() => inForce.count()).toBe(2);
      await button(undo(page), 'Undo').click();
      await expect.poll(() => inForce.count()).toBe(3);
    }
    await button(bar(page), /^Resume/).click();
    await button(undo(page), 'Undo').waitFor();
    await expect.poll(() => inForce.count()).toBe(2);
    await mock('POST', '/clock/freeze', {});
    await expect.poll(() => button(undo(page), 'Undo').count()).toBe(0);

    for (const name of [/^Remove/, /^Resume/, /^Apply now/]) await button(bar(page), name).click();
    await page.getByRole('dialog').getByText('cannot be undone').waitFor();
    await button(page.getByRole('dialog'), 'Apply now').click();
    await expect.poll(() => inForce.count()).toBe(0);
    expect((await mock('GET', '/faults')).faults).toEqual([]);
    expect(await mock('GET', '/clock')).toMatchObject({ frozen: false, upcoming: [] });
  });

  it('shows how far the clock is ahead, and resets the world to end that', async () => {
    const { page, mock } = await openConsole('worlds');
    await mock('POST', '/clock/advance', { by: '1h' });
    await bar(page).getByRole('link', { name: 'clock +1 h' }).waitFor();
    await button(bar(page), /^Reset world/).click();
    await page.getByRole('dialog').getByText('Only a reset turns the clock back').waitFor();
    await button(page.getByRole('dialog'), 'Reset world').click();

    await expect.poll(() => bar(page).getByRole('listitem').count()).toBe(0);
    const ahead = Date.parse((await mock('GET', '/clock')).now) - Date.now();
    expect(Math.abs(ahead)).toBeLessThan(60_000);
  });

  it('has one banner while the server does not answer, disables all changes, and lets no time pass', async () => {
    const first = await startServer();
    await first.mock('POST', '/faults', { do: { delay: '1ms' }, match: { service: 'air' } });
    const page = await openPage(`${first.url}/#/clock`);
    const remove = button(bar(page), /^Remove/);
    await remove.waitFor();
    expect(await remove.isEnabled()).toBe(true);
    await button(page, 'Freeze').waitFor();
    await first.stop();

    // A view that was still loading reports it too.
    const banner = page.getByText('The server does not answer. This is the last known state');
    await banner.waitFor();
    expect(await page.getByRole('status').getByText('live').count()).toBe(0);
    expect(await remove.isEnabled()).toBe(false);
    expect(await page.locator('main').getByRole('button', { disabled: false }).count()).toBe(0);
    const shown = () => page.locator('header time, main .now time').allInnerTexts();
    const before = await shown();
    expect(before).toHaveLength(2);
    await page.waitForTimeout(2500);
    expect(await shown()).toEqual(before);
    await startServer({}, Number(new URL(first.url).port));
    const connected = banner.waitFor({ state: 'detached' });
    // The page also tries by itself, and may be the first.
    await Promise.race([connected, button(page, 'Retry').click()]);
    await connected;
  });

  it('lists requests with arrow keys, and closes only the top dialog or panel with Escape', async () => {
    const { page, ask } = await openConsole('requests');
    for (const path of ['/one', '/two', '/three']) await ask('GET', path);
    const panels = page.getByRole('article');
    await waitForCount(page, '3');
    await page.getByRole('listbox', { name: 'Requests, newest first' }).focus();
    for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    expect(await page.locator('[aria-selected=true]').innerText()).toContain('/two');
    const opens = page.url();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Go to' }).waitFor();
    expect(page.url()).toBe(opens);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await panels.count()).toBe(1);
    await button(page, 'More').click();
    await page.keyboard.press('Control+k');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Escape');
    expect(await panels.count()).toBe(1);
    await page.keyboard.press('Escape');

    await expect.poll(() => panels.count()).toBe(0);
  });

  it('has badges for what is new or in force, also of other clients', async () => {
    const { url, ask, mock } = await startServerWithAllEffects();
    const page = await openPage(`${url}/#/clock`);
    const badges = async (name: string) => (await link(page, name).locator('.badge').allInnerTexts()).join();
    await bar(page).getByRole('link', { name: '1 fault' }).waitFor();
    expect([await badges('Clock'), await badges('Faults')]).toEqual(['frozen,1', '1']);
    await expect.poll(() => state(page)).toBe('live');
    await mock('POST', '/faults', { match: { operation: 'grant_token' }, do: { status: 503 } });
    await bar(page).getByRole('link', { name: '2 faults' }).waitFor();
    await expect.poll(() => badges('Faults')).toBe('2');
    for (let count = 0; count < 3; count++) await ask('GET', '/v2/nvcf/functions', 'nonsense');
    await expect.poll(() => badges('Requests')).toBe('3');
    await link(page, 'Requests').click();
    await expect.poll(() => badges('Requests')).toBe('');
  });

  it.each([1400, 390])('moves no view when something comes into force, %i px wide', async (width) => {
    const { page, mock } = await openConsole('identities', {}, { viewport: { width, height: 844 } });
    const entry = page.locator('.entries').getByRole('link').first();
    await entry.waitFor();
    const before = await entry.boundingBox();
    await mock('POST', '/faults', { match: { service: 'air' }, do: { delay: '1s' } });
    await mock('POST', '/clock/freeze', {});
    await bar(page).getByRole('link', { name: 'clock frozen' }).waitFor({ state: 'attached' });

    expect(await entry.boundingBox()).toEqual(before);
    expect(await fitsWidth(page)).toBe(true);
  });

  it('names the address, the version and the world in its header and title, and shows Requests at an unknown address', async () => {
    const { url, mock } = await startServer();
    await mock('POST', '/worlds', { id: 'alice' });
    const { version } = await mock('GET', '/info');
    const { host } = new URL(url);
    const page = await openPage(`${url}/w/alice/#/constructor`);

    await expect.poll(() => page.title()).toBe(`Requests · alice · ${host} · nv-auth-mock ${version}`);
    expect((await page.locator('header').innerText()).replaceAll(/\s+/g, ' ')).toContain(`${version} ${host} World`);
  });

  it('follows a link although a choice of the view before is made in the same moment', async () => {
    const { page, url } = await openConsole('operations');
    await page.getByRole('searchbox').waitFor();
    await page.evaluate(`
      location.hash = '#/identities';
      const search = document.querySelector('search input[type=search]');
      search.value = 'list';
      search.dispatchEvent(new Event('input', { bubbles: true }));
    `);

    await expect.poll(() => page.title()).toContain('Identities · ');
    expect(page.url()).toBe(`${url}/#/identities`);
  });

  it('has keys for the next and the previous entry of a list, for search and for help', async () => {
    const { url, mock } = await startServer();
    for (const name of ['one', 'two']) await mock('POST', '/snapshots', { name });
    const page = await openPage(`${url}/#/worlds`);
    await page.locator('main').getByText('Restore').nth(1).waitFor();
    const press = async (key: string) => {
      await page.keyboard.press(key);
      const at = `[...document.querySelectorAll('main :is(a, button)')].indexOf(document.activeElement)`;
      return (await page.evaluate(at)) as number;
    };
    let first = -1;
    // The page may be shown before it listens to keys.
    await expect.poll(async () => (first = await press('j'))).toBeGreaterThanOrEqual(0);
    const [second, ...others] = [await press('j'), await press('k'), await press('j')];
    expect(second).toBeGreaterThan(first);
    expect(others).toEqual([first, second]);

    await page.goto(`${url}/#/identities`);
    await page.getByText('nvcf-registrar').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('nvcf-reg');
    await expect.poll(() => page.url()).toContain('text=nvcf-reg');
    await page.getByRole('link', { name: 'Create a key' }).press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.getByText('next and previous').waitFor();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
  });
});

describeInBrowser('the page of a server with an admin token', () => {
  const TOKEN = 'an-admin-token';
  const field = (page: Page) => page.getByLabel('Admin token');
  const isFocused = (page: Page) => field(page).evaluate((input) => input.matches(':focus'));

  it('shows only the form for the token, which reports a wrong one in plain words', async () => {
    const { page } = await openConsole('clock', { adminToken: TOKEN });
    await field(page).waitFor();
    expect(await isFocused(page)).toBe(true);
    expect(await state(page)).toBe('locked');
    expect(await button(page, /^Go to/).isDisabled()).toBe(true);
    expect(await page.locator('main').innerText()).toContain('--admin-token');
    expect(await page.locator('.banner, .fault:not(:empty)').count()).toBe(0);
    expect(await findAxeViolations(page)).toEqual([]);
    for (const wrong of ['another-token', 'tökén €']) {
      await unlock(page, wrong);
      await expect.poll(() => page.getByRole('alert').innerText()).toBe('That is not this server’s token.');
      expect(await isFocused(page)).toBe(true);
    }
    expect(await page.content()).not.toContain('x-mock-admin-token');
    expect(await findAxeViolations(page)).toEqual([]);
    await unlock(page, TOKEN);

    await expect.poll(() => state(page)).toBe('live');
  });

  it('reads, watches and saves with the token, which it never stores', async () => {
    const { url, ask } = await startServer({ adminToken: TOKEN });
    await ask('GET', '/v2/nvcf/functions');
    await fetch(`${url}/_mock/clock/freeze`, { method: 'POST', headers: { 'x-mock-admin-token': TOKEN } });
    const page = await openPage(`${url}/#/requests`);
    await unlock(page, TOKEN);
    await expect.poll(() => requestRows(page).count()).toBe(1);
    expect(await state(page)).toBe('live');
    expect(await field(page).count()).toBe(0);
    expect(await page.evaluate('JSON.stringify([location, localStorage, sessionStorage])')).not.toContain(TOKEN);
    // Equal requests would share a row.
    await ask('GET', '/v2/nvcf/assets');
    await expect.poll(() => requestRows(page).count()).toBe(2);
    await bar(page).getByRole('link', { name: 'clock frozen' }).waitFor();
    await button(page, 'Export').click();
    expect(JSON.parse((await saveFile(page, 'HAR (HTTP Archive)')).text).log.entries).toHaveLength(2);
  });

  it('asks again when the server restarts with a different token', async () => {
    const first = await startServer({ adminToken: TOKEN });
    const page = await openPage(`${first.url}/#/clock`);
    await unlock(page, TOKEN);
    await button(page, 'Freeze').waitFor();
    await first.stop();
    const banner = page.getByText('The server does not answer. This is the last known state');
    await banner.waitFor();
    await startServer({ adminToken: 'another-token' }, Number(new URL(first.url).port));
    await page.getByText('no longer accepts').waitFor();

    expect(await isFocused(page)).toBe(true);
    expect(await banner.count()).toBe(0);
    await unlock(page, 'another-token');
    await button(page, 'Freeze').waitFor();
    expect(await state(page)).toBe('live');
  });

  it('keeps a half-typed token while a different window is visible, and reports that the server does not answer', async () => {
    const { page, stop } = await openConsole('', { adminToken: TOKEN });
    await field(page).fill('an-admin');
    for (const isHidden of [true, false]) await page.evaluate(hide(isHidden));
    await page.keyboard.type('-token');
    expect(await field(page).inputValue()).toBe(TOKEN);
    await stop();
    await page.keyboard.press('Enter');

    await page.getByText('The server does not answer.').waitFor();
  });
});

describeInBrowser('the palette', () => {
  const palette = (page: Page) => page.getByRole('dialog', { name: 'Go to' });

  it.each([
    ['an operation before an identity', 'deploy', /operations\?service=nvcf&operation=createDeployment/],
    ['an identity', 'researcher@', /identities\?who=/],
    ['a view', 'operat', /#\/operations/],
    ['an action before the view of that name', 'fault', /#\/faults\?make=yes&which=tokens/],
  ])('finds %s by a part of its name', async (_what, text, address) => {
    const { page } = await openConsole('worlds');
    await page.getByRole('heading', { name: 'Worlds' }).waitFor();
    await page.keyboard.press('Control+k');
    await palette(page).getByRole('combobox').fill(text);
    await palette(page).getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');

    await expect.poll(() => page.url()).toMatch(address);
    expect(await palette(page).count()).toBe(0);
  });

  it('lists actions first, then views, and finds a request by its id', async () => {
    const { page, ask, mock } = await openConsole('requests');
    await ask('POST', '/v2/nvcf/functions', INVOKER, { name: 'f' });
    const [{ id }] = (await mock('GET', '/requests')).requests;
    await requestRows(page).first().waitFor();
    await button(page, /^Go to/).click();
    const groups = palette(page).locator('.group');
    await groups.filter({ hasText: 'Identities' }).waitFor();
    expect((await groups.allInnerTexts()).slice(0, 2)).toEqual(['Actions', 'Views']);
    expect((await palette(page).getByRole('option').first().innerText()).trim()).toBe('Move the clock');
    await palette(page).getByRole('combobox').fill('no such thing');
    await palette(page).getByText('No matches.').waitFor();
    await palette(page).getByRole('combobox').fill(id);
    await palette(page).getByRole('option', { name: '/v2/nvcf/functions' }).click();

    await page.getByRole('region', { name: 'Decision' }).waitFor();
    expect(page.url()).toContain(id);
  });

  it.each([
    ['macOS', '⌘K'],
    ['Linux', 'Ctrl K'],
  ])('shows its keys as the platform writes them: %s', async (platform, keys) => {
    const page = await openPage('about:blank');
    const platformIs = `Object.defineProperty(navigator, 'userAgentData', { value: { platform: '${platform}' } })`;
    await page.addInitScript(platformIs);
    await page.goto(`${(await startServer()).url}/#/faults`);
    await page.getByRole('heading', { name: 'Faults' }).waitFor();
    expect(await button(page, /^Go to/).innerText()).toContain(keys);
    await page.keyboard.press('?');

    await page.getByRole('dialog', { name: 'Keys' }).getByText(keys, { exact: true }).waitFor();
  });
});

describeInBrowser('the panel beside a list', () => {
  it('can be resized by dragging and by keys, and keeps its width', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    const page = await openPage(url);
    await requestRows(page).first().click();
    const width = async () => (await page.getByRole('article', { name: 'Request' }).boundingBox())?.width ?? 0;
    const edge = page.getByRole('separator', { name: 'Width of the panel' });
    await page.mouse.move(((await edge.boundingBox())?.x ?? 0) + 4, 400);
    await page.mouse.down();
    await page.mouse.move(700, 400, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => Math.abs((await width()) - 700)).toBeLessThan(8);
    await edge.press('ArrowRight');
    await expect.poll(width).toBeLessThan(680);
    const set = await width();
    await page.reload();

    await expect.poll(width).toBe(set);
  });
});
