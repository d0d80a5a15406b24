/** What holds of every view of the console, in a browser. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { findAxeViolations } from './support/axe.ts';
import { requestRows, state } from './support/elements.ts';
import { CUT, FAINT, SMALL, SMALL_LETTERS, UNEVEN } from './support/measures.ts';
import { DEPLOYER, INVOKER, startServer } from './support/server.ts';
import { describeInBrowser, fitsWidth, LOOKS, setUpConsole, TELEPHONE } from './support/window.ts';

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

/** What asks before something is lost in the list of worlds: the button, and the entry of its menu. */
const DIALOGS: readonly (readonly [opens: string | RegExp, item?: string])[] = [
  [/^Restore/],
  [/^More for (?!world)/, 'Delete snapshot'],
  ['More for world alice', 'Delete world'],
  ['More for world default', 'Reset world'],
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
  await ask('GET', `/v2/${encodeURIComponent(MARKUP)}${'p'.repeat(6000)}`);
  await mock('POST', '/worlds', { id: 'alice' });
  await mock('POST', '/snapshots', { name: name.slice(0, 200) });
  await mock('POST', '/faults', { match: { principal: name.repeat(60) }, do: { delay: '1s' } });
  await mock('POST', '/faults', { do: { delay: '2s' }, for: '10m' });
  return server;
}

async function openView(page: Page, url: string, [address, shows]: (typeof VIEWS)[number]): Promise<void> {
  await page.goto(`${url}/#/${address}`);
  await page.locator('main').getByText(shows).locator('visible=true').first().waitFor();
}

describeInBrowser('every view', () => {
  const { openConsole, openPage } = setUpConsole();

  it.each(LOOKS)('is accessible, even, titled, and renders no markup: %s, %i px wide', async (colorScheme, width) => {
    const { url } = await startServerWithTrouble();
    // Contrasts are measured once everything has appeared.
    const look = { colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' } as const;
    const page = await openPage(url, look);
    const titles = new Set<string | undefined>();
    const expectAccessible = async (address: string) => {
      expect([address, await findAxeViolations(page)]).toEqual([address, []]);
      expect([address, await fitsWidth(page)]).toEqual([address, true]);
      expect([address, await page.evaluate(FAINT)]).toEqual([address, []]);
      if (width > 1000) expect([address, await page.evaluate(UNEVEN)]).toEqual([address, []]);
      expect([address, await page.locator('main img, main script').count()]).toEqual([address, 0]);
      titles.add((await page.title()).split(' · ')[0]);
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
    expect([...titles]).toEqual(['Requests', 'Clock', 'Identities', 'Operations', 'Faults', 'Worlds']);
  });

  it('has a header of one line, targets of 44 px and fields of 16 px on a phone', async () => {
    const { url } = await startServerWithTrouble();
    const page = await openPage(url, TELEPHONE);
    for (const view of VIEWS) {
      await openView(page, url, view);
      const header = await page.locator('.framed > header').boundingBox();
      // A panel has the whole window.
      const isOpen = (await page.locator('.second').count()) > 0;
      expect([view[0], header?.height]).toEqual([view[0], isOpen ? undefined : expect.closeTo(54, -1)]);
      for (const measure of [SMALL, SMALL_LETTERS, CUT]) {
        expect([view[0], await page.evaluate(measure)]).toEqual([view[0], []]);
      }
      expect([view[0], await fitsWidth(page)]).toEqual([view[0], true]);
    }
  });

  it.each(['light', 'dark'] as const)('has accessible dialogs that can be closed: %s', async (colorScheme) => {
    const { url } = await startServerWithTrouble();
    const page = await openPage(url, { colorScheme, reducedMotion: 'reduce' });
    const dialog = page.getByRole('dialog');
    const expectAccessible = async (opens: string) => {
      await dialog.waitFor();
      expect([opens, await findAxeViolations(page)]).toEqual([opens, []]);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    };
    await requestRows(page).first().waitFor();
    for (const key of ['Control+k', '?']) {
      // The page may be shown before it listens to keys.
      const press = async () => {
        if ((await dialog.count()) === 0) await page.keyboard.press(key);
        return dialog.count();
      };
      await expect.poll(press).toBe(1);
      await expectAccessible(key);
    }
    await page.goto(`${url}/#/worlds`);
    for (const [opens, item] of DIALOGS) {
      const opener = page.locator('main').getByRole('button', { name: opens }).first();
      await opener.press('Enter');
      if (item !== undefined) await page.locator('.menu:visible').getByRole('button', { name: item }).press('Enter');
      await expectAccessible(String(opens));
      // The focus is back on the button that opened it.
      expect(await page.evaluate(`document.activeElement.innerText.trim()`)).toBe((await opener.innerText()).trim());
    }
  });

  it('belongs to one world: the frame switches to one that was created meanwhile, and reports that it was deleted', async () => {
    const { page, url, ask, mock } = await openConsole('worlds');
    await page.getByText('There is only this world').waitFor();
    await expect.poll(() => state(page)).toBe('live');
    await mock('POST', '/worlds', { id: 'alice' });
    await page.getByRole('link', { name: 'Open alice', exact: true }).waitFor();
    expect(await page.locator('header option').allInnerTexts()).toEqual(['default', 'alice']);
    await ask('GET', '/of-the-default-world');
    await ask('GET', '/w/alice/of-alice');
    await page.goto(`${url}/#/requests`);
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
});
