/** What stands around every view of the console: the navigation, what is in force, keys, the palette and preferences. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { findAxeViolations } from './support/axe.ts';
import { INVOKER, requestRows, startServer, startServerWithAllEffects, unlock } from './support/console.ts';
import { fitsWidth, setUpBrowser } from './support/window.ts';

const bar = (page: Page) => page.getByRole('region', { name: 'In force' });
const link = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name, exact: false });

describe.runIf(hasBrowser)('the frame', () => {
  const openPage = setUpBrowser();

  it.each(['requests', 'worlds', 'operations'])(
    'has in its header on every view what is in force, and ends it: %s',
    async (address) => {
      const { url, mock } = await startServerWithAllEffects();
      const page = await openPage(`${url}/#/${address}`);
      const inForce = bar(page).getByRole('listitem').getByRole('link');
      await expect.poll(() => inForce.allInnerTexts()).toEqual(['1 fault', 'clock frozen', '1 pending edit']);
      for (const name of [/^Remove/, /^Resume/, /^Apply now/]) {
        await bar(page).getByRole('button', { name }).click();
      }
      await page.getByRole('dialog').getByText('cannot be undone').waitFor();
      await page.getByRole('button', { name: 'Apply now', exact: true }).click();
      await expect.poll(() => inForce.count()).toBe(0);

      expect((await mock('GET', '/faults')).faults).toEqual([]);
      const { frozen, upcoming } = await mock('GET', '/clock');
      expect([frozen, upcoming]).toEqual([false, []]);
    },
  );

  it.each([
    ['1 fault', /^Remove/, 'was removed'],
    ['clock frozen', /^Resume/, 'runs again'],
  ] as const)('ends %s, which Undo restores unless it has changed', async (text, name, reported) => {
    const { url, mock } = await startServerWithAllEffects();
    const page = await openPage(`${url}/#/worlds`);
    const undo = page.getByRole('complementary', { name: 'Undo' });
    const link = bar(page).getByRole('link', { name: text, exact: true });
    await bar(page).getByRole('button', { name }).click();
    await undo.getByText(reported).waitFor();
    await expect.poll(() => link.count()).toBe(0);
    await undo.getByRole('button', { name: 'Undo' }).click();
    await link.waitFor();

    if (text === '1 fault') return;
    await bar(page).getByRole('button', { name }).click();
    await undo.getByRole('button', { name: 'Undo' }).waitFor();
    await expect.poll(() => link.count()).toBe(0);
    await mock('POST', '/clock/freeze', {});
    await expect.poll(() => undo.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  });

  it('shows how far the clock is ahead, and resets the world to end that', async () => {
    const { url, mock } = await startServer();
    await mock('POST', '/clock/advance', { by: '1h' });
    const page = await openPage(`${url}/#/worlds`);
    await bar(page).getByRole('link', { name: 'clock +1 h' }).waitFor();
    await bar(page)
      .getByRole('button', { name: /^Reset world/ })
      .click();
    await page.getByRole('dialog').getByText('Only a reset turns the clock back').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Reset world' }).click();

    await expect.poll(() => bar(page).getByRole('listitem').count()).toBe(0);
    const ahead = Date.parse((await mock('GET', '/clock')).now) - Date.now();
    expect(Math.abs(ahead)).toBeLessThan(60_000);
  });

  it('has one banner while the server does not answer, and disables all changes', async () => {
    const first = await startServer();
    await first.mock('POST', '/clock/freeze', {});
    const page = await openPage(`${first.url}/#/clock`);
    const resume = bar(page).getByRole('button', { name: /^Resume/ });
    await resume.waitFor();
    expect(await resume.isEnabled()).toBe(true);
    await first.stop();

    // A view that was still loading reports it too.
    const banner = page.getByText('The server does not answer. This is the last known state');
    await banner.waitFor();
    expect(await page.getByRole('status').getByText('live').count()).toBe(0);
    expect(await resume.isEnabled()).toBe(false);
    expect(await findAxeViolations(page)).toEqual([]);
    const second = await startServer({}, Number(new URL(first.url).port));
    const connected = banner.waitFor({ state: 'detached' });
    // The page also tries by itself, and may be the first.
    await Promise.race([connected, page.getByRole('button', { name: 'Retry' }).click()]);
    await connected;
    await second.stop();
  });

  it('opens the newest refusal beside the list until the user closes it', async () => {
    const { url, ask } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await ask('GET', '/v2/nvcf/functions', 'nonsense');
    await ask('GET', '/v2/nvcf/functions', castKey('nvcf-deployer').key);
    const page = await openPage(url);
    await page.getByRole('article').getByText('is neither an NGC key').waitFor();
    await page.getByRole('article').getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => page.getByRole('article').count()).toBe(0);
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await page.locator('.count').getByText('4', { exact: true }).waitFor();

    expect(await page.getByRole('article').count()).toBe(0);
  });

  it('closes only the top dialog or panel with Escape, and passes no letter keys to what is below', async () => {
    const { url, ask } = await startServer();
    for (const path of ['/one', '/two', '/three']) await ask('GET', path);
    const page = await openPage(`${url}/#/requests`);
    await page.locator('.count').getByText('3', { exact: true }).waitFor();
    await page.getByRole('listbox', { name: 'Requests, newest first' }).focus();
    await page.keyboard.press('ArrowDown');
    const opens = page.url();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Go to' }).waitFor();
    expect(page.url()).toBe(opens);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('article').count()).toBe(1);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.keyboard.press('Control+k');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('article').count()).toBe(1);
    await page.keyboard.press('Escape');

    await expect.poll(() => page.getByRole('article').count()).toBe(0);
  });

  it('shows what other clients put in force', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/identities`);
    await expect.poll(() => page.locator('header .connection').innerText()).toBe('live');
    await mock('POST', '/faults', { match: { operation: 'grant_token' }, do: { status: 503 } });

    await bar(page).getByRole('link', { name: '1 fault' }).waitFor();
    await expect.poll(() => link(page, 'Faults').innerText()).toContain('1');
  });

  it('has badges for what is new or in force', async () => {
    const { url, ask } = await startServerWithAllEffects();
    const page = await openPage(`${url}/#/clock`);
    await bar(page).getByRole('link', { name: '1 fault' }).waitFor();
    for (let count = 0; count < 3; count++) await ask('GET', '/v2/nvcf/functions', 'nonsense');
    await expect.poll(() => link(page, 'Requests').innerText()).toMatch(/3$/);

    const badges = async (name: string) => (await link(page, name).locator('.badge').allInnerTexts()).join();
    expect([await badges('Clock'), await badges('Faults')]).toEqual(['frozen,1', '1']);
    await link(page, 'Requests').click();
    await expect.poll(() => badges('Requests')).toBe('');
  });

  it.each([1400, 390])('moves no view when something comes into force, %i px wide', async (width) => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/identities`, { viewport: { width, height: 844 } });
    const entry = page.locator('.entries').getByRole('link').first();
    await entry.waitFor();
    const before = await entry.boundingBox();
    await mock('POST', '/faults', { match: { service: 'air' }, do: { delay: '1s' } });
    await mock('POST', '/clock/freeze', {});
    await bar(page).getByRole('link', { name: 'clock frozen' }).waitFor({ state: 'attached' });

    expect(await entry.boundingBox()).toEqual(before);
    expect(await fitsWidth(page)).toBe(true);
  });

  it('names the address, the version and the world in its header and in the title of the page', async () => {
    const { url, mock } = await startServer();
    await mock('POST', '/worlds', { id: 'alice' });
    const { version } = await mock('GET', '/info');
    const { host } = new URL(url);
    const page = await openPage(`${url}/w/alice/#/clock`);

    await expect.poll(() => page.title()).toBe(`Clock · alice · ${host} · nv-auth-mock ${version}`);
    expect((await page.locator('header').innerText()).replaceAll(/\s+/g, ' ')).toContain(`${version} ${host} World`);
  });

  it('follows a link although a choice of the view before is made in the same moment', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/operations`);
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

  it('shows Requests at an unknown address', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/constructor`);

    await expect.poll(() => page.title()).toContain('Requests · ');
  });

  it('shows times in either zone, and remembers the choice', async () => {
    const { url, mock } = await startServer();
    await mock('POST', '/clock/set', { to: '2030-01-15T12:00:00Z' });
    await mock('POST', '/clock/freeze', {});
    const page = await openPage(`${url}/#/requests`, { timezoneId: 'Asia/Tokyo' });
    const clock = page.locator('header time');
    await expect.poll(() => clock.innerText()).toContain('2030-01-15 12:00');
    await page.getByRole('button', { name: 'UTC' }).click();
    await expect.poll(() => clock.innerText()).toContain('2030-01-15 21:00');
    await page.reload();

    await expect.poll(() => clock.innerText()).toContain('2030-01-15 21:00');
  });

  it.each([
    ['faults', 'a delay of'],
    ['worlds', 'Restore'],
    ['operations', 'grant_token'],
  ])('moves to the next and the previous entry of any list with j and k: %s', async (address, text) => {
    const { url, mock } = await startServer();
    for (const name of ['one', 'two']) {
      await mock('POST', '/snapshots', { name });
      await mock('POST', '/faults', { do: { delay: '1ms' }, match: { service: 'air' } });
    }
    const page = await openPage(`${url}/#/${address}`);
    await page.locator('main').getByText(text).first().waitFor();
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
  });

  it('has keyboard shortcuts for search, lists and help', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/identities`);
    await page.getByText('nvcf-registrar').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('nvcf-reg');
    await expect.poll(() => page.url()).toContain('text=nvcf-reg');
    await page.getByRole('link', { name: 'Create a key' }).focus();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.getByText('next and previous').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await help.waitFor({ state: 'detached' });
  });
});

describe.runIf(hasBrowser)('the page of a server with an admin token', () => {
  const openPage = setUpBrowser();
  const TOKEN = 'an-admin-token';
  const field = (page: Page) => page.getByLabel('Admin token');
  const isFocused = (page: Page) => field(page).evaluate((input) => input.matches(':focus'));
  const state = (page: Page) => page.locator('header .connection').innerText();

  it('shows only the form for the token', async () => {
    const { url } = await startServer({ adminToken: TOKEN });
    const page = await openPage(`${url}/#/clock`);
    await field(page).waitFor();

    expect(await isFocused(page)).toBe(true);
    expect(await state(page)).toBe('locked');
    expect(await page.getByRole('button', { name: /^Go to/ }).isDisabled()).toBe(true);
    expect(await page.locator('main').innerText()).toContain('--admin-token');
    expect(await page.locator('.banner, .fault:not(:empty)').count()).toBe(0);
    expect(await findAxeViolations(page)).toEqual([]);
  });

  it('shows everything once it has the token, which it never stores', async () => {
    const { url, ask } = await startServer({ adminToken: TOKEN });
    await ask('GET', '/v2/nvcf/functions');
    const frozen = await fetch(`${url}/_mock/clock/freeze`, {
      method: 'POST',
      headers: { 'x-mock-admin-token': TOKEN },
    });
    expect(frozen.status).toBe(200);
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
    expect(await link(page, 'Clock').locator('.badge').innerText()).toBe('frozen');
    await page.getByRole('button', { name: 'Export' }).and(page.locator(':enabled')).waitFor();
  });

  it.each(['another-token', 'tökén €', 'short'])('reports a wrong token in plain words: %s', async (wrong) => {
    const { url } = await startServer({ adminToken: TOKEN });
    const page = await openPage(url);
    await unlock(page, wrong);
    const alert = page.getByRole('alert');
    await expect.poll(() => alert.innerText()).toBe('That is not this server’s token.');
    expect(await isFocused(page)).toBe(true);
    expect(await page.content()).not.toContain('x-mock-admin-token');
    expect(await findAxeViolations(page)).toEqual([]);
    await unlock(page, TOKEN);

    await expect.poll(() => state(page)).toBe('live');
  });

  it('asks again when the server restarts with a different token', async () => {
    const first = await startServer({ adminToken: TOKEN });
    const page = await openPage(`${first.url}/#/clock`);
    await unlock(page, TOKEN);
    await page.getByRole('button', { name: 'Freeze' }).waitFor();
    await first.stop();
    await page.getByText('The server does not answer. This is the last known state').waitFor();
    const second = await startServer({ adminToken: 'another-token' }, Number(new URL(first.url).port));
    await page.getByText('no longer accepts').waitFor();

    expect(await isFocused(page)).toBe(true);
    expect(await page.getByText('The server does not answer. This is').count()).toBe(0);
    await unlock(page, 'another-token');
    await page.getByRole('button', { name: 'Freeze' }).waitFor();
    expect(await state(page)).toBe('live');
    await second.stop();
  });

  it('reports that the server does not answer while the form for the token is open', async () => {
    const { url, stop } = await startServer({ adminToken: TOKEN });
    const page = await openPage(url);
    await field(page).waitFor();
    await stop();
    await unlock(page, TOKEN);

    await page.getByText('The server does not answer.').waitFor();
  });

  it('keeps a half-typed token while a different window is visible', async () => {
    const { url } = await startServer({ adminToken: TOKEN });
    const page = await openPage(url);
    await field(page).fill('an-admin');
    for (const isHidden of [true, false]) {
      await page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} });
        document.dispatchEvent(new Event('visibilitychange'))`);
    }
    await page.keyboard.type('-token');
    await page.keyboard.press('Enter');

    await expect.poll(() => state(page)).toBe('live');
  });
});

describe.runIf(hasBrowser)('the palette', () => {
  const openPage = setUpBrowser();
  const palette = (page: Page) => page.getByRole('dialog', { name: 'Go to' });

  it.each([
    ['an operation', 'createDepl', /operations\?service=nvcf&operation=createDeployment/],
    ['an identity', 'researcher@', /identities\?who=/],
    ['a key', 'nvcf-invo', /identities\?who=/],
    ['a view', 'operat', /#\/operations/],
    ['an action', 'snapsh', /#\/worlds\?part=snapshots/],
    ['an action before the view of that name', 'fault', /#\/faults\?make=yes&which=tokens/],
    ['an operation before an identity', 'deploy', /operations\?service=nvcf&operation=createDeployment/],
  ])('finds %s by a part of its name', async (_what, text, address) => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/faults`);
    await page.getByRole('heading', { name: 'Faults' }).waitFor();
    await page.keyboard.press('Control+k');
    await palette(page).getByRole('combobox').fill(text);
    await palette(page).getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');

    await expect.poll(() => page.url()).toMatch(address);
    expect(await palette(page).count()).toBe(0);
  });

  it('lists actions first, then views, then identities', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/faults`);
    await page.getByRole('button', { name: /^Go to/ }).click();
    await palette(page).locator('.group', { hasText: 'Identities' }).waitFor();

    expect(await palette(page).locator('.group').allInnerTexts()).toEqual([
      'Actions',
      'Views',
      'Operations',
      'Identities',
    ]);
    expect((await palette(page).getByRole('option').first().innerText()).trim()).toBe('Move the clock');
  });

  it.each([
    ['macOS', '⌘K'],
    ['Linux', 'Ctrl K'],
  ])('shows its keys as the platform writes them: %s', async (platform, keys) => {
    const { url } = await startServer();
    const page = await openPage('about:blank');
    await page.addInitScript(
      `Object.defineProperty(navigator, 'userAgentData', { value: { platform: '${platform}' } })`,
    );
    await page.goto(`${url}/#/faults`);
    await page.getByRole('heading', { name: 'Faults' }).waitFor();
    expect(await page.getByRole('button', { name: /^Go to/ }).innerText()).toContain(keys);
    await page.keyboard.press('?');

    await page.getByRole('dialog', { name: 'Keys' }).getByText(keys, { exact: true }).waitFor();
  });

  it('finds a request by its id', async () => {
    const { url, ask, mock } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, { name: 'f' });
    const [{ id }] = (await mock('GET', '/requests')).requests;
    const page = await openPage(url);
    await requestRows(page).first().waitFor();
    await page.keyboard.press('Control+k');
    await palette(page).getByRole('combobox').fill(id);
    await palette(page).getByRole('option', { name: '/v2/nvcf/functions' }).click();

    await page.getByRole('region', { name: 'Decision' }).waitFor();
    expect(page.url()).toContain(id);
  });

  it.each([360, 1400])('is accessible, %i px wide', async (width) => {
    const { url } = await startServer();
    const page = await openPage(url, { viewport: { width, height: 800 } });
    await page.getByRole('button', { name: /^Go to/ }).click();
    await palette(page).getByRole('option').nth(3).waitFor();

    expect(await findAxeViolations(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
    await palette(page).getByRole('combobox').fill('no such thing');
    await palette(page).getByText('No matches.').waitFor();
    await page.keyboard.press('Escape');
    await palette(page).waitFor({ state: 'detached' });
  });
});

describe.runIf(hasBrowser)('the panel beside a list', () => {
  const openPage = setUpBrowser();

  it('can be resized by dragging and by keys, and keeps its width', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    const page = await openPage(`${url}/#/requests`, { viewport: { width: 1400, height: 900 } });
    await requestRows(page).first().click();
    const panel = page.getByRole('article', { name: 'Request' });
    const width = async () => Math.round((await panel.boundingBox())?.width ?? 0);
    const edge = page.getByRole('separator', { name: 'Width of the panel' });
    const box = await edge.boundingBox();
    if (box === null) throw new Error('the panel has no edge');
    await page.mouse.move(box.x + 4, 400);
    await page.mouse.down();
    await page.mouse.move(700, 400, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => Math.abs((await width()) - 700)).toBeLessThan(8);
    await edge.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(width).toBeLessThan(680);
    const set = await width();
    await page.reload();

    await expect.poll(width).toBe(set);
  });
});
