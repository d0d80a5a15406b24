/** The pages of documents, in a browser. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { admin, researcher } from '../../test/support/cast.ts';
import { listeningServer } from '../../test/support/listening.ts';
import { faultsOfPage } from './support/axe.ts';
import { served, servedWithAll } from './support/console.ts';
import { fitsWidth, SCHEMES, WIDTHS, windows } from './support/window.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
const read = async (url: string): Promise<any> => (await fetch(url)).json();

const send = (method: string, url: string, body: object) =>
  fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

const clockOf = (page: Page) => page.locator('header .clock');
const whoOf = (page: Page) => page.getByLabel('Try it as');
const authorized = (page: Page) => page.locator('#ready').getByText('authorized').waitFor();

/** Opens an operation in Swagger UI, sends it as it stands there, and says whom the server took the caller for. */
async function sent(page: Page, url: string, operation: string): Promise<string> {
  const block = page.locator(`.opblock[id$="-${operation}"]`);
  if ((await block.getByRole('button', { name: 'Execute' }).count()) === 0) {
    await block.getByRole('button', { name: 'Try it out' }).click();
  }
  const before = (await read(`${url}/_mock/requests?operation=${operation}`)).requests.length;
  await block.getByRole('button', { name: 'Execute' }).click();
  const asked = async () => (await read(`${url}/_mock/requests?operation=${operation}`)).requests;
  await expect.poll(async () => (await asked()).length).toBe(before + 1);
  return (await asked())[0].principal?.name;
}

describe.runIf(hasBrowser)('the pages of documents', () => {
  // It takes an operation's own `_` for a blank.
  const openWindow = windows(/^Deprecated: escaping deep link whitespace/);

  it.each([
    ['nvcf', 'Functions/listFunctions', 'owner', 'nvcf-invoker (acme)', 'nvcf-invoker'],
    ['air', 'Simulations/simulations_list', 'owner', 'air-reader (acme)', 'air-reader'],
    ['ngc', 'Keys/listKeys', 'owner', 'nvcf-invoker (acme)', 'nvcf-invoker'],
    ['runai', 'Access Keys/get_access_keys', admin.email, researcher.email, researcher.email],
    ['runai', 'Access Keys/get_access_keys', admin.email, 'ci-app', 'ci-app'],
  ])('%s: %s can be tried at once as %s, and as %s', async (service, place, first, choice, second) => {
    const { url } = await listeningServer();
    const [tag = '', operation = ''] = place.split('/');
    const page = await openWindow(`${url}/docs/${service}#/${encodeURIComponent(tag)}/${operation}`);
    await authorized(page);

    expect(await sent(page, url, operation)).toBe(first);
    await whoOf(page).selectOption(choice);
    await authorized(page);
    expect(await sent(page, url, operation)).toBe(second);
  });

  it('of a world ask only that world', async () => {
    const { url } = await listeningServer({ world: ['alice'] });
    const page = await openWindow(`${url}/w/alice/docs/runai#/${encodeURIComponent('Access Keys')}/get_access_keys`);
    await authorized(page);

    expect(await sent(page, `${url}/w/alice`, 'get_access_keys')).toBe(admin.email);
    expect((await read(`${url}/_mock/requests`)).requests).toEqual([]);
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.waitForURL(`${url}/w/alice/#/requests`);
  });

  it('say nothing of anybody where the cast is kept for those with the admin token', async () => {
    const { url } = await listeningServer({ adminToken: 'open-sesame' });
    const page = await openWindow(`${url}/docs/air`);
    await page.waitForResponse(/_mock\/cast/).catch(() => {});
    await page.locator('.opblock').first().waitFor();

    expect(await whoOf(page).isVisible()).toBe(false);
    expect(await clockOf(page).isVisible()).toBe(false);
    expect(await page.getByLabel('World').isVisible()).toBe(false);
  });

  it('show the world and its clock as the console does', async () => {
    const { url } = await listeningServer({ world: ['alice'] });
    await send('POST', `${url}/w/alice/_mock/clock/set`, { to: '2030-01-15T12:00:00Z' });
    await send('POST', `${url}/w/alice/_mock/clock/freeze`, {});
    const page = await openWindow(`${url}/w/alice/docs/operations`);
    await clockOf(page).waitFor();

    expect(await clockOf(page).innerText()).toMatch(/^2030-01-15 12:00:00\s+UTC\s+frozen$/);
    await page.goto(`${url}/w/alice/#/requests`);
    expect(await page.locator('header .clock time').innerText()).toBe('2030-01-15 12:00:00');
    await page.goBack();
    await page.locator('header').getByLabel('World').selectOption('default');
    await page.waitForURL(`${url}/w/default/docs/operations`);
    await clockOf(page).waitFor();
    expect(await clockOf(page).innerText()).not.toContain('2030');
  });

  it.each(['/docs', '/docs/operations', '/docs/air'])(
    'say what is in force as the console does, and end it: %s',
    async (path) => {
      const { url, mock } = await servedWithAll();
      const page = await openWindow(`${url}/#/worlds`);
      const bar = page.getByRole('region', { name: 'In force' });
      const rail = page.getByRole('navigation', { name: 'Views' });
      const shown = async () => [await bar.innerText(), await rail.innerText()];
      await expect
        .poll(shown)
        .toEqual([expect.stringContaining('1 pending edit'), expect.stringMatching(/frozen\s+1/)]);
      const inConsole = await shown();
      await page.goto(url + path);
      await expect.poll(shown).toEqual(inConsole);

      for (const name of [/^End/, /^Enforce/, /^Resume/, /^Apply now/]) await bar.getByRole('button', { name }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Apply now' }).click();
      await expect.poll(() => bar.getByRole('link').allInnerTexts()).toEqual(['1 fault']);
      expect((await mock('GET', '/mode')).mode).toBe('enforce');
      await mock('PUT', '/mode', { mode: 'observe' });
      await bar.getByRole('link', { name: 'observe mode' }).waitFor();
      await bar.getByRole('link', { name: '1 fault' }).click();
      await page.waitForURL(`${url}/#/faults`);
    },
  );

  it('count refusals that come while they are read', async () => {
    const { url, ask } = await served();
    const page = await openWindow(`${url}/docs/nvcf`);
    const entry = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Requests' });
    await clockOf(page).waitFor();
    await expect
      .poll(async () => {
        await ask('GET', '/v2/nvcf/functions', 'nonsense');
        return entry.innerText();
      })
      .toMatch(/\d$/);
  });

  it('have controls as high as the buttons of the console', async () => {
    const { url } = await listeningServer();
    const page = await openWindow(`${url}/#/requests`);
    const heightOf = async (one: Locator) => (await one.boundingBox())?.height;
    const height = await heightOf(page.getByRole('button', { name: 'Pause' }));
    await page.goto(`${url}/docs/operations`);
    expect(await heightOf(page.getByLabel('Only those with'))).toBe(height);
    await page.goto(`${url}/docs/air`);
    await authorized(page);

    expect(await heightOf(whoOf(page))).toBe(height);
  });

  it('show the current entry of the navigation on a telephone', async () => {
    const { url } = await listeningServer();
    const page = await openWindow(`${url}/docs`, { viewport: { width: 360, height: 800 } });
    await clockOf(page).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Views' }).click();
    const { x = 0, width = 0 } = (await page.locator('.rail [aria-current]').boundingBox()) ?? {};

    expect(x).toBeGreaterThanOrEqual(0);
    expect(Math.floor(x + width)).toBeLessThanOrEqual(360);
    expect(width).toBeGreaterThan(0);
  });

  it.each(['/docs/air', '/docs/operations'])(
    'have the palette of the console, by a button and by keys: %s',
    async (path) => {
      const { url } = await listeningServer({ world: ['alice'] });
      const page = await openWindow(`${url}/w/alice${path}`);
      await clockOf(page).waitFor();
      await page.getByRole('button', { name: 'Go to' }).click();
      await page.getByRole('combobox', { name: 'Go to' }).fill('nvcf-invo');
      await page.getByRole('option', { name: /nvcf-invoker/ }).waitFor();
      expect(await faultsOfPage(page, { exclude: '.swagger-ui' })).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Go to' }).fill('faults');
      await page.keyboard.press('Enter');

      await page.waitForURL(`${url}/w/alice/#/faults`);
    },
  );

  it('have a header and a rail that stay where they are when the script draws them', async () => {
    const { url } = await served();
    const places = (page: Page) =>
      page.evaluate(`[...document.querySelectorAll('.rail a, .go-to, .tabs a')].map((one) => {
        const { x, y } = one.getBoundingClientRect();
        return [one.textContent.replace(/\\d+$/, ''), Math.round(x), Math.round(y)].join(' ');
      })`);
    const bare = await openWindow('about:blank');
    await bare.route(/console\.js$/, (route) => route.abort());
    await bare.goto(`${url}/docs/air`);
    const page = await openWindow(`${url}/docs/air`);
    await clockOf(page).waitFor();
    await page.locator('.connection[data-state=live]').waitFor();
    await authorized(page);

    expect(await places(page)).toEqual(await places(bare));
  });

  it('list deprecated operations last in their tag, and say on each row what it needs', async () => {
    const { url } = await listeningServer();
    const page = await openWindow(`${url}/docs/nvcf`);
    await page.locator('.opblock').first().waitFor();
    const tags = (await page.evaluate(`[...document.querySelectorAll('.opblock-tag-section')].map((tag) =>
      [...tag.querySelectorAll('.opblock')].map((row) => row.matches('.opblock-deprecated') ? 'deprecated' : '').join())`)) as string[];
    const rows = await page.locator('.opblock').count();

    expect(tags.join()).toContain('deprecated');
    for (const tag of tags) expect(tag).toMatch(/^,*(?:deprecated,?)*$/);
    expect(await page.locator('.opblock-summary .needs').count()).toBe(rows);
    expect(await page.locator('.opblock[id$="-createDeployment"] .opblock-summary').innerText()).toContain(
      'needs deploy_function and list_functions',
    );
  });

  it('ask for nobody where the document asks for no credential', async () => {
    const { url } = await listeningServer();
    const page = await openWindow(`${url}/docs/control`);
    await page.locator('.opblock').first().waitFor();

    expect(await whoOf(page).isVisible()).toBe(false);
  });

  it('tell in each operation what it needs', async () => {
    const { url } = await listeningServer();
    const page = await openWindow(`${url}/docs/operations`);
    await page.getByRole('link', { name: 'createDeployment', exact: true }).click();
    const block = page.locator('.opblock.is-open');
    await block.waitFor();

    expect(await block.innerText()).toContain('Needs: deploy_function (Deploy Function) and list_functions');
  });

  it('have a table of all operations, which is narrowed by words', async () => {
    const { url } = await listeningServer();
    const page = await openWindow(`${url}/docs/operations`);
    await page.getByLabel('Only those with').fill('GET access-keys:read inferred');
    const shown = await page.locator('tbody tr:visible').allInnerTexts();

    expect(shown).toContainEqual(expect.stringContaining('get_access_keys_administration'));
    for (const text of shown) expect(text).toContain('access-keys:read');
    expect(await page.locator('main section:visible').count()).toBe(1);
    expect(await page.locator('#found').innerText()).toMatch(new RegExp(`^${shown.length} of \\d+$`));
  });

  it('have the same table without scripts', async () => {
    const { url } = await listeningServer();
    const page = await openWindow(`${url}/docs/operations`, { javaScriptEnabled: false });

    expect(await page.getByText('get_access_rules', { exact: true }).isVisible()).toBe(true);
    expect(await page.getByLabel('Only those with').isVisible()).toBe(false);
    await page.goto(`${url}/docs/air`);
    expect(await page.getByText('This page needs scripts.').isVisible()).toBe(true);
  });

  describe.each(SCHEMES)('%s', (colorScheme) => {
    it.each(WIDTHS)('can be read by everybody, %i px wide', async (width) => {
      const { url } = await listeningServer();
      const page = await openWindow(`${url}/docs`, { colorScheme, viewport: { width, height: 900 } });
      expect(await faultsOfPage(page)).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);

      await page.goto(`${url}/docs/operations`);
      expect(await faultsOfPage(page)).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);
    });

    it.each(WIDTHS)('has nothing around Swagger UI that somebody cannot use, %i px wide', async (width) => {
      const { url } = await listeningServer();
      const page = await openWindow(`${url}/docs/ngc`, { colorScheme, viewport: { width, height: 900 } });
      await authorized(page);

      // What Swagger UI draws itself is its authors' to mend.
      expect(await faultsOfPage(page, { exclude: '.swagger-ui' })).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);
    });

    it('gives Swagger UI its font and colours', async () => {
      const { url } = await listeningServer();
      const page = await openWindow(`${url}/docs/ngc`, { colorScheme });
      await authorized(page);
      const looks = (selector: string) =>
        page.evaluate(`(({ fontFamily, color }) => [fontFamily, color])(
          getComputedStyle(document.querySelector(${JSON.stringify(selector)})))`);
      const own = await looks('body');

      for (const part of [
        '.info .title',
        '.info p',
        '.opblock-tag',
        '.opblock-summary-description',
        '.btn.authorize',
      ]) {
        expect(await looks(`.swagger-ui ${part}`), part).toEqual(own);
      }
    });
  });
});
