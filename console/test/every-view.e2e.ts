/** What holds of every view of the console, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hasBrowser, launch, reboundName, siteWith } from '../../test/support/browser.ts';
import { findAxeViolations } from './support/axe.ts';
import { DEPLOYER, INVOKER, requestRows, startServer, state } from './support/console.ts';
import { fitsWidth, setUpBrowser } from './support/window.ts';

/** Each view, with something chosen in it, and what it shows once it has read. */
const VIEWS: readonly (readonly [address: string, shows: string])[] = [
  ['requests', 'missing_scope'],
  ['requests?group=yes&operation=createFunction', '1 of 3'],
  ['clock', 'takes effect'],
  ['identities', 'nvcf-registrar'],
  [`identities?who=${DEPLOYER.id}`, 'What they may do'],
  ['identities?make=service&services=nvcf&scopes=list_functions', 'What it allows'],
  ['operations', 'createDeployment'],
  ['operations?service=nvcf&operation=createDeployment', 'Try as'],
  ['faults', 'a delay of 2s'],
  ['faults?make=yes', 'New fault'],
  ['worlds?world=alice', 'By header'],
  ['worlds?make=yes', 'Starts from'],
  ['worlds', 'Restore'],
];

/** What asks before something is lost, or lies over a view: where, and the button, the entry of its menu or the key that opens it. */
const DIALOGS: readonly (readonly [address: string, opens: string | RegExp, item?: string])[] = [
  ['worlds', /^Restore/],
  ['worlds', /^More for (?!world)/, 'Delete snapshot'],
  ['worlds', 'More for world alice', 'Delete world'],
  ['worlds', 'More for world default', 'Reset world'],
  ['requests', 'key: Control+k'],
  ['requests', 'key: ?'],
];

const MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

/** Starts a server with content of every kind, whose texts are long or look like markup. */
async function startServerWithTrouble() {
  const server = await startServer({ propagation: 'fixed' });
  const { mock, ask } = server;
  const name = `${MARKUP}${'n'.repeat(150)}`;
  await mock('POST', '/keys', { type: 'service', name, services: ['nvcf'], scopes: ['list_functions'] });
  await mock('PATCH', `/keys/${DEPLOYER.id}`, { name, scopes: ['list_functions'] });
  await ask('POST', '/v2/nvcf/functions', INVOKER, { name: 'n'.repeat(60_000), inferenceUrl: MARKUP });
  await ask('POST', '/v2/nvcf/pexec/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001', INVOKER, { a: 1 });
  await ask('GET', `/v2/${'p'.repeat(6000)}`);
  await mock('POST', '/worlds', { id: 'alice' });
  await mock('POST', '/snapshots', { name: name.slice(0, 200) });
  await mock('POST', '/faults', { match: { principal: name.repeat(60) }, do: { delay: '1s' } });
  await mock('POST', '/faults', { do: { delay: '2s' }, for: '10m' });
  return server;
}

/** A script that returns the rows whose controls differ in height, or are not on one line with counters and hints. */
const UNEVEN = `[...document.querySelectorAll('header, .bar, .filters, form.order, td.acts')].flatMap((row) => {
  const controls = [...row.querySelectorAll('button, a.button, select, input:not([type=checkbox]), output, .quiet')]
    .filter((one) => one.checkVisibility() && one.querySelector('button, select, input') === null)
    .map((one) => ({ box: one.getBoundingClientRect(), isText: one.matches('output, .quiet') }))
    .filter(({ box, isText }) => !isText || (box.height > 0 && box.height < 30));
  const middle = ({ box: { top, bottom } }) => (top + bottom) / 2;
  return controls
    .filter((one, index) => {
      const next = controls[index + 1];
      if (next === undefined || next.box.left < one.box.right) return false;
      if (one.isText || next.isText) return Math.abs(middle(one) - middle(next)) > 2.5;
      return Math.abs(next.box.height - one.box.height) > 1 || Math.abs(next.box.bottom - one.box.bottom) > 1;
    })
    .map(() => row.outerHTML.slice(0, 200));
})`;

async function openView(page: Page, url: string, [address, shows]: (typeof VIEWS)[number]): Promise<void> {
  await page.goto(`${url}/#/${address}`);
  await page.locator('main').getByText(shows).locator('visible=true').first().waitFor();
}

describe.runIf(hasBrowser)('every view', () => {
  const openPage = setUpBrowser();

  it.each([
    ['light', 360],
    ['dark', 1400],
    ['light', 2560],
  ] as const)('is accessible: %s, %i px wide', async (colorScheme, width) => {
    const { url } = await startServerWithTrouble();
    // Contrasts are measured once everything has appeared.
    const page = await openPage(url, { colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    const expectAccessible = async (address: string) => {
      expect([address, await findAxeViolations(page)]).toEqual([address, []]);
      expect([address, await fitsWidth(page)]).toEqual([address, true]);
    };
    for (const view of VIEWS) {
      await openView(page, url, view);
      await expectAccessible(view[0]);
    }
    await page.goto(`${url}/#/requests`);
    await requestRows(page).filter({ hasText: 'missing_scope' }).first().click();
    await page.getByRole('article').getByText('lacks register_function').waitFor();
    for (const closed of await page.locator('article summary').all()) await closed.click();
    await expectAccessible('a refused request with all its folds open');
  });

  it.each([1280, 1400])('has buttons of the same height on one line in each row, %i px wide', async (width) => {
    const { url } = await startServerWithTrouble();
    const page = await openPage(url, { viewport: { width, height: 900 } });
    for (const view of VIEWS) {
      await openView(page, url, view);

      expect([view[0], await page.evaluate(UNEVEN)]).toEqual([view[0], []]);
    }
  });

  it.each(['light', 'dark'] as const)('has accessible dialogs that can be closed: %s', async (colorScheme) => {
    const { url } = await startServerWithTrouble();
    const page = await openPage(url, { colorScheme, reducedMotion: 'reduce' });
    for (const [address, opens, item] of DIALOGS) {
      await page.goto('about:blank');
      await page.goto(`${url}/#/${address}`);
      const key = typeof opens === 'string' && opens.startsWith('key: ') ? opens.slice(5) : null;
      const opener = page.locator('main').getByRole('button', { name: opens }).first();
      if (key === null) {
        await opener.press('Enter');
        if (item !== undefined) await page.locator('.menu:visible').getByRole('button', { name: item }).press('Enter');
      } else {
        await requestRows(page).first().waitFor();
        await page.keyboard.press(key);
      }
      const dialog = page.getByRole('dialog');
      await dialog.waitFor().catch((cause: unknown) => {
        throw new Error(`${address}: ${opens} opens no dialog`, { cause });
      });

      expect([address, opens, await findAxeViolations(page)]).toEqual([address, opens, []]);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      // The focus is back on the button that opened it.
      const focused = await page.evaluate(`document.activeElement.innerText.trim()`);
      if (key === null) expect(focused).toBe((await opener.innerText()).trim());
    }
  });

  it('has its own title, and never renders text as markup', async () => {
    const { url } = await startServerWithTrouble();
    const page = await openPage(url);
    const titles = new Set<string | undefined>();
    for (const view of VIEWS) {
      await openView(page, url, view);
      titles.add((await page.title()).split(' · ')[0]);
      expect(await page.locator('main img, main script').count()).toBe(0);
    }

    expect([...titles]).toEqual(['Requests', 'Clock', 'Identities', 'Operations', 'Faults', 'Worlds']);
  });

  it('belongs to one world: the frame switches to a different one, and reports that a world was deleted', async () => {
    const { url, ask, mock } = await startServer();
    await mock('POST', '/worlds', { id: 'alice' });
    await ask('GET', '/of-the-default-world');
    await ask('GET', '/w/alice/of-alice');
    const page = await openPage(`${url}/#/requests`);
    await page.getByTitle('/of-the-default-world', { exact: true }).waitFor();
    await page.getByLabel('World').selectOption('alice');
    await page.getByTitle('/of-alice', { exact: true }).waitFor();
    expect(page.url()).toBe(`${url}/w/alice/#/requests`);
    expect(await requestRows(page).count()).toBe(1);
    await mock('DELETE', '/worlds/alice');

    await page.getByText('The server no longer has this world.').waitFor();
    expect(await requestRows(page).count()).toBe(1);
    await page.getByRole('link', { name: 'Go to the default world' }).click();
    await expect.poll(() => page.url()).toMatch(new RegExp(`^${url}/(#.*)?$`));
  });

  it('shows worlds that other clients create and delete', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/worlds`);
    await page.getByText('There is only this world').waitFor();
    await expect.poll(() => state(page)).toBe('live');
    await mock('POST', '/worlds', { id: 'alice' });
    await page.getByRole('link', { name: 'Open alice', exact: true }).waitFor();
    expect(await page.locator('header option').allInnerTexts()).toEqual(['default', 'alice']);
    await mock('DELETE', '/worlds/alice');

    await page.getByText('There is only this world').waitFor();
  });

  it('finds its world by the name of the host too', async () => {
    const { url, mock } = await startServer();
    await mock('POST', '/worlds', { id: 'alice' });
    const { port } = new URL(url);
    const page = await openPage(`http://alice.localhost:${port}/#/identities`);
    await page.getByText('nvcf-registrar').first().waitFor();

    expect(await page.getByLabel('World').inputValue()).toBe('alice');
    await page.getByLabel('World').selectOption('default');
    await expect.poll(() => page.url()).toBe(`http://alice.localhost:${port}/w/default/#/identities`);
    await expect.poll(() => page.getByLabel('World').inputValue()).toBe('default');
  });

  it('is closed to pages of other origins, both in a frame and by requests', async () => {
    const { url, mock } = await startServer();
    const response = await fetch(url);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("script-src 'self'; style-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(await response.text()).not.toMatch(/https?:/);
    const site = await siteWith(`<title>wait</title><iframe src="${url}/"></iframe><script>
      const read = (init) => fetch('${url}/_mock/cast', init).then((answer) => answer.text(), () => 'nothing');
      const body = '{"type":"service","name":"stolen","services":["nvcf"]}';
      const write = fetch('${url}/_mock/keys', { method: 'POST', mode: 'no-cors', body }).catch(() => {});
      Promise.all([read(), read({ headers: { 'x-mock-admin-token': 'x' } }), write])
        .then(([one, other]) => { document.title = one + ', ' + other; });
    </script>`);
    const stranger = await launch();
    onTestFinished(() => Promise.all([stranger.close(), site.close()]).then(() => {}));
    const page = await stranger.newPage();
    await page.goto(`http://127.0.0.1:${site.port}/`);
    await expect.poll(() => page.title()).toBe('nothing, nothing');

    for (const frame of page.frames()) expect(await frame.locator('#console').count()).toBe(0);
    const { keys } = await mock('GET', '/keys');
    expect(keys.map(({ name }: { name: string }) => name)).not.toContain('stolen');
  });

  it('is not served under a foreign host name that resolves to this machine', async () => {
    const { url } = await startServer();
    const site = await reboundName('', Number(new URL(url).port));
    const victim = await launch(`http://127.0.0.1:${site.port}`);
    onTestFinished(() => Promise.all([victim.close(), site.close()]).then(() => {}));
    const page = await victim.newPage();

    expect((await page.goto('http://evil.test/'))?.status()).toBe(403);
    expect(await page.locator('#console').count()).toBe(0);
  });
});
