/** The lists of the console, each with what one needs to act, in a browser. */
import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { readJson, startServer, unlock } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

/** Every view that this file tells about. */
const VIEWS = ['faults', 'worlds'] as const;

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const tableRows = (page: Page, name: string) => region(page, name).locator('tbody tr');

/** Returns the texts of the rows of a table. */
const readRowTexts = async (page: Page, name: string) =>
  (await tableRows(page, name).allInnerTexts()).map((text) => text.trim());

/** Chooses an item in the menu of an entry. */
async function chooseFromMenu(page: Page, entry: string, item: string): Promise<void> {
  await button(page, `More for ${entry}`).click();
  await page.locator('.menu:visible').getByRole('button', { name: item }).click();
}

/** Sends a token request, and returns the status of the response. */
async function readLoginStatus(url: string): Promise<number> {
  const { users } = (await readJson(`${url}/_mock/cast`)).runai;
  const { clientId, clientSecret } = users[0].accessKey;
  const { status } = await fetch(`${url}/api/v1/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret }),
  });
  return status;
}

async function saveFile(page: Page, save: () => Promise<void>): Promise<{ name: string; content: Buffer }> {
  const waiting: Promise<Download> = page.waitForEvent('download');
  await save();
  const download = await waiting;
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

describe.runIf(hasBrowser)('the lists', () => {
  const openPage = setUpBrowser();

  describe('faults', () => {
    it('are added in a panel, injected into the next request, ended, and removed', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/faults`);
      await page.getByText('No faults.').waitFor();
      await page.getByRole('link', { name: 'Add a fault' }).click();
      await page.getByLabel('One operation').check();
      await page.getByLabel('Operation', { exact: true }).selectOption('Get an access token · POST /api/v1/token');
      await page.getByLabel('Retry-After', { exact: true }).fill('3');
      await page
        .getByText("await mock.faults.next('grant_token', { status: 503, retryAfter: 3, offDocument: true });")
        .waitFor();
      await button(page, 'Add the fault').click();
      await page.getByText('is waiting for a request').waitFor();
      expect(await page.getByRole('article', { name: 'New fault' }).count()).toBe(0);
      await expect.poll(() => readRowTexts(page, 'Faults, oldest first')).toEqual([expect.stringContaining('0 of 1')]);
      expect(await page.getByText('ended', { exact: true }).count()).toBe(0);

      expect(await readLoginStatus(url)).toBe(503);
      expect(await readLoginStatus(url)).toBe(200);
      await expect
        .poll(() => readRowTexts(page, 'Faults, oldest first'))
        .toEqual([expect.stringMatching(/1 of 1\s+ended/)]);
      await button(page, /^Remove .*-f1$/).click();
      await page.getByText('No faults.').waitFor();
      expect((await readJson(`${url}/_mock/faults`)).faults).toEqual([]);
    });

    it('are refused with the labels of the form', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/faults?service=nvcf`);
      await page.getByLabel('Allow undocumented responses').uncheck();
      await page.getByLabel('Status', { exact: true }).fill('418');
      await button(page, 'Add the fault').click();
      await page.getByText(/the vendor.s document has no status 418 for/).waitFor();
      await page.getByText('To respond with 418 anyway, tick Allow undocumented responses.').waitFor();
      await page.getByLabel('Allow undocumented responses').check();
      await button(page, 'Add the fault').click();

      await tableRows(page, 'Faults, oldest first').getByText('service Cloud Functions').waitFor();
      await page.getByText('The vendor does not document this response.').waitFor();
    });

    it('have rarely used fields in a fold, which opens if one of them is wrong', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/faults?make=yes`);
      const probability = page.getByLabel('Probability');
      expect(await probability.isVisible()).toBe(false);
      await page.getByText('Advanced', { exact: true }).click();
      await probability.fill('0');
      await page.getByText('Advanced', { exact: true }).click();
      await button(page, 'Slow, 2 s').click();
      await button(page, 'Add the fault').click();

      await page.getByRole('alert').getByText('the fault would never be injected').waitFor();
      expect(await probability.isVisible()).toBe(true);
    });

    it('can send a custom response, which the journal distinguishes from one of the mock', async () => {
      const { url, ask, mock } = await startServer();
      const page = await openPage(`${url}/#/faults?service=nvcf&operation=listFunctions`);
      await page.getByText('Advanced', { exact: true }).click();
      await page.getByLabel('Allow undocumented responses').uncheck();
      const answer = page.getByLabel('Custom response');
      await answer.fill('{"status": 200, body}');
      await button(page, 'Add the fault').click();
      await page.getByRole('alert').getByText('is not valid JSON: ').waitFor();
      expect(await answer.getAttribute('aria-describedby')).toBe('wrong-do.answer');
      expect((await mock('GET', '/faults')).faults).toEqual([]);
      await answer.fill('{"status": 200}');
      await button(page, 'Add the fault').click();
      await page.getByText('it has no body').waitFor();
      await answer.fill('{"status": 200, "body": {"functions": []}}');
      await button(page, 'Add the fault').click();
      await tableRows(page, 'Faults, oldest first').getByText('a custom response with status 200').waitFor();

      expect(await (await ask('GET', '/v2/nvcf/functions')).json()).toEqual({ functions: [] });
      await page.goto(`${url}/#/requests`);
      await page.getByText('defined this response').first().waitFor();
    });

    it('are all removed from the menu, although one of them is deleted meanwhile, and restored by Undo', async () => {
      const { url, mock } = await startServer();
      const { id } = await mock('POST', '/faults', { do: { delay: '1s' } });
      await mock('POST', '/faults', { match: { service: 'air' }, do: { body: 'garbage' } });
      const page = await openPage(`${url}/#/faults`);
      await button(page, 'More for all faults').click();
      await mock('DELETE', `/faults/${id}`);
      await button(page, 'Remove all').click();
      await page.getByText('No faults.').waitFor();
      await button(page, 'Undo').click();

      await expect.poll(() => tableRows(page, 'Faults, oldest first').count()).toBe(2);
    });

    it.each([
      [{ match: { operation: 'get_users' }, times: 2, do: { status: 503 } }, 'faults.next'],
      [
        { match: { service: 'nvcf', probability: 0.5 }, after: 2, do: { delay: { min: '1s', max: '2s' } } },
        'faults.add',
      ],
    ])('are shown as code that adds an equal fault: %j', async (given, call) => {
      const { url, mock } = await startServer();
      const first = await mock('POST', '/faults', given);
      const page = await openPage(`${url}/#/faults`, { permissions: ['clipboard-read', 'clipboard-write'] });
      await button(page, /^More for fault/).click();
      await button(page, 'Show as code').click();
      await button(page, 'Copy the code').click();
      await button(page, 'Copied').waitFor();
      const code = (await page.evaluate('navigator.clipboard.readText()')) as string;
      expect(code).toContain(call);

      const library = {
        faults: {
          add: (one: object) => mock('POST', '/faults', one),
          next: (operation: string, { times = 1, ...action }: { times?: number }) =>
            mock('POST', '/faults', { match: { operation }, times, do: action }),
        },
      };
      const second = await new Function('mock', `return ${code.replace(/^await /, '')}`)(library);
      const { id: _, createdAt: __, ...same } = first;
      expect(second).toMatchObject(same);
    });
  });

  describe('worlds', () => {
    it('are created in a panel with their credentials to copy, and deleted', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/worlds`, { permissions: ['clipboard-read', 'clipboard-write'] });
      await page.getByText('There is only this world').waitFor();
      await page.getByRole('link', { name: 'Create a world' }).click();
      const panel = page.getByRole('article', { name: 'New world' });
      await panel.getByLabel('Name', { exact: true }).fill('alice');
      await panel.getByLabel('Label', { exact: true }).fill('nightly');
      await button(page, 'Create the world').click();
      await panel.getByRole('heading', { name: 'World alice was created' }).waitFor();
      await button(page, 'Copy its credentials as JSON').click();
      await button(page, 'Copied').waitFor();
      const { cast } = JSON.parse((await page.evaluate('navigator.clipboard.readText()')) as string);
      expect(cast.ngc.keys[0].key).toMatch(/^nvapi-/);
      expect(await readJson(`${url}/_mock/worlds/alice`)).toMatchObject({ label: 'nightly', credentials: 'own' });
      await expect.poll(() => page.locator('.view-header output').innerText()).toBe('2');

      await chooseFromMenu(page, 'world alice', 'Delete world');
      await page.getByRole('dialog', { name: 'Delete world alice?' }).getByText('with everything in it').waitFor();
      await button(page, 'Delete world').last().click();
      await page.getByText('was deleted').waitFor();
      await expect.poll(() => tableRows(page, 'Worlds').count()).toBe(1);
      expect((await fetch(`${url}/w/alice/_mock/`)).status).toBe(404);
    });

    it('show how clients reach them, in a panel with an address', async () => {
      const { url, mock } = await startServer();
      await mock('POST', '/worlds', { id: 'alice', ttl: '15m', label: 'for the nightly run' });
      const page = await openPage(`${url}/#/worlds`);
      await chooseFromMenu(page, 'world alice', 'How to reach it');
      await page.getByRole('heading', { name: 'How to reach alice' }).waitFor();
      expect(page.url()).toContain('world=alice');
      const panel = page.getByRole('article', { name: 'World' });
      for (const text of [`${url}/w/alice`, 'x-mock-world: alice', '15m without use']) {
        await panel.getByText(text, { exact: true }).waitFor();
      }
      await page.keyboard.press('Escape');

      await expect.poll(() => panel.count()).toBe(0);
      expect(page.url()).not.toContain('world=alice');
    });

    it('link to their consoles', async () => {
      const { url, mock } = await startServer();
      await mock('POST', '/worlds', { id: 'alice' });
      const page = await openPage(`${url}/#/worlds`);
      expect(await tableRows(page, 'Worlds').filter({ hasText: 'this one' }).getByRole('link').count()).toBe(0);
      await page.getByRole('link', { name: 'Open alice', exact: true }).click();

      await page.waitForURL(`${url}/w/alice/#/requests`);
      await page.getByText('No requests yet').waitFor();
    });

    it('are refused with the message of the control API, and the default world cannot be deleted', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/worlds?make=yes`);
      await page.getByLabel('Name', { exact: true }).fill('Not An Id');
      await button(page, 'Create the world').click();

      await page.getByText('must be 1 to 32 characters').waitFor();
      await button(page, 'More for world default').click();
      expect(await page.locator('.menu:visible button').allInnerTexts()).toEqual(['How to reach it', 'Reset world']);
    });

    it('can be searched among a thousand', async () => {
      const { url, mock } = await startServer();
      for (let made = 0; made < 120; made += 1) await mock('POST', '/worlds', { id: `w-${made}`, seed: 'none' });
      const page = await openPage(`${url}/#/worlds`);
      await page.getByText('Showing 100 of 121').waitFor();
      await page.getByRole('searchbox', { name: 'Search' }).fill('w-119');
      await expect.poll(() => readRowTexts(page, 'Worlds')).toEqual([expect.stringMatching(/^w-119/)]);
      expect(page.url()).toContain('filter=w-119');
      expect(await page.locator('.view-header output').innerText()).toBe('1 of 121');
      await page.getByRole('searchbox', { name: 'Search' }).fill('nobody');

      await page.getByText('No name or label contains “nobody”').waitFor();
    });

    it('stay readable when the world of the page is deleted', async () => {
      const { url, mock } = await startServer();
      await mock('POST', '/worlds', { id: 'alice' });
      const page = await openPage(`${url}/w/alice/#/worlds`);
      await chooseFromMenu(page, 'world alice', 'Delete world');
      await button(page, 'Delete world').last().click();

      await page.getByText('no longer has this world').waitFor();
      expect(await readRowTexts(page, 'Worlds')).toContainEqual(expect.stringContaining('default'));
    });

    it('can be reset from the menu of the current world after a confirmation', async () => {
      const { url, ask, mock } = await startServer();
      await mock('POST', '/worlds', { id: 'alice' });
      await ask('GET', '/v2/nvcf/functions');
      await mock('POST', '/faults', { do: { delay: '1s' } });
      const page = await openPage(`${url}/#/worlds`);
      await button(page, 'More for world alice').click();
      expect(await page.locator('.menu:visible').getByText('Reset world').count()).toBe(0);
      await page.keyboard.press('Escape');
      await chooseFromMenu(page, 'world default', 'Reset world');
      await page.getByRole('dialog', { name: 'Reset world default?' }).waitFor();
      expect((await readJson(`${url}/_mock/requests`)).requests).toHaveLength(1);
      await button(page, 'Reset world').last().click();
      await page.getByText('was reset to its seed').waitFor();

      expect((await readJson(`${url}/_mock/requests`)).requests).toEqual([]);
      expect((await readJson(`${url}/_mock/faults`)).faults).toEqual([]);
    });
  });

  describe('snapshots', () => {
    it('can be taken, restored and deleted', async () => {
      const { url, mock } = await startServer();
      const page = await openPage(`${url}/#/worlds`);
      await page.getByText('No snapshots yet').waitFor();
      await button(page, 'Take a snapshot').click();
      await page.getByLabel('Name').fill('before');
      await button(page, 'Take it').click();
      await page.getByText('“before” was taken').waitFor();
      await mock('POST', '/keys', { type: 'service', name: 'later', services: ['nvcf'], scopes: ['list_functions'] });
      const names = async () => (await readJson(`${url}/_mock/keys`)).keys.map(({ name }: { name: string }) => name);
      expect(await names()).toContain('later');
      await button(page, 'Restore before').click();
      await page.getByRole('dialog', { name: 'Restore before?' }).waitFor();
      await button(page, 'Restore snapshot').click();
      await page.getByText('This world was restored').waitFor();

      expect(await names()).not.toContain('later');
      await chooseFromMenu(page, 'before', 'Delete snapshot');
      await button(page, 'Delete snapshot').last().click();
      await page.getByText('No snapshots yet').waitFor();
    });

    it('are named after their time if they have no name', async () => {
      const { url, mock } = await startServer();
      await mock('POST', '/clock/set', { to: '2030-01-15T12:00:00Z' });
      await mock('POST', '/clock/freeze', {});
      const page = await openPage(`${url}/#/worlds`);
      await page.getByText('No snapshots yet').waitFor();
      await button(page, 'Take a snapshot').click();
      await expect.poll(() => page.getByLabel('Name').getAttribute('placeholder')).toMatch(/^Snapshot of 12:00:0\d$/);
      const name = await page.getByLabel('Name').getAttribute('placeholder');
      await page.keyboard.press('Enter');

      await button(page, `Restore ${name}`).waitFor();
      expect((await mock('GET', '/snapshots')).snapshots).toMatchObject([{ name: null }]);
    });

    it('have their ids in the list', async () => {
      const { url, mock } = await startServer();
      const { id } = await mock('POST', '/snapshots', { name: 'kept' });
      const page = await openPage(`${url}/#/worlds`);
      await tableRows(page, 'Snapshots, newest first').getByText(id).waitFor();

      expect(await tableRows(page, 'Snapshots, newest first').getByRole('button', { name: /copy/i }).count()).toBe(0);
    });

    it('can be copied to a new world', async () => {
      const { url, mock } = await startServer();
      const { id } = await mock('POST', '/snapshots', { name: 'kept' });
      await mock('POST', '/snapshots', { name: 'newer' });
      // The one for Undo is not offered.
      await mock('POST', '/snapshots', { name: 'before the clock moved (for Undo)' });
      const page = await openPage(`${url}/#/worlds`);
      await expect
        .poll(() => readRowTexts(page, 'Snapshots, newest first'))
        .toEqual([expect.stringMatching(/^newer/), expect.stringMatching(/^kept/)]);
      await chooseFromMenu(page, 'kept', 'Create a world');
      const source = page.getByLabel('Starts from');
      await expect.poll(() => source.inputValue()).toBe(`snapshot ${id}`);
      expect(await source.getByRole('option').allInnerTexts()).toEqual([
        'the server’s seed',
        'default',
        'newer',
        'kept',
      ]);
      await page.getByLabel('Name', { exact: true }).fill('copy');
      await button(page, 'Create the world').click();
      await page.getByText('was created').waitFor();

      expect((await readJson(`${url}/_mock/worlds/copy`)).id).toBe('copy');
    });
  });

  it('of requests shows those with hints only', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/api/v3/simulations/?nobody=knows', castKey('air-reader').key);
    await ask('GET', '/api/v3/simulations/', castKey('air-reader').key);
    const page = await openPage(`${url}/#/requests?hints=true`);

    await page.getByText('1 of 2').waitFor();
  });

  it('are read once the admin token is entered, and download files with it', async () => {
    const { url, ask } = await startServer({ adminToken: 'open-sesame' });
    await ask('GET', '/v2/nvcf/functions');
    const page = await openPage(`${url}/#/requests`);
    await unlock(page, 'open-sesame');
    await page.locator('.count').getByText('1', { exact: true }).waitFor();
    await button(page, 'Export').click();
    const { content } = await saveFile(page, () => button(page, 'HAR (HTTP Archive)').click());
    await page.keyboard.press('Escape');
    expect(JSON.parse(content.toString()).log.entries).toHaveLength(1);

    for (const view of VIEWS) {
      await page
        .getByRole('navigation')
        .getByRole('link', { name: new RegExp(view, 'i') })
        .click();
      await expect.poll(() => page.title()).toMatch(new RegExp(`^${view}`, 'i'));
      await expect.poll(() => page.getByText('Loading …').count()).toBe(0);
      expect(await page.locator('main [role=alert]').count(), view).toBe(0);
    }
  });

  it.each(VIEWS)('ask for the token on any view that is opened first: %s', async (view) => {
    const { url } = await startServer({ adminToken: 'open-sesame' });
    const page = await openPage(`${url}/#/${view}`);
    await unlock(page, 'open-sesame');

    await expect.poll(() => page.locator('main [role=alert]').count()).toBe(0);
    await expect.poll(() => page.getByText('Loading …').count()).toBe(0);
  });

  it('scroll only their tables sideways, and show all of a long text on demand', async () => {
    const { url, mock } = await startServer();
    // A fault may have no longer ones.
    const long = 'n'.repeat(16_000);
    await mock('POST', '/faults', { match: { principal: long, service: 'nvcf' }, do: { delay: '1s' } });
    await mock('DELETE', '/faults');
    await mock('POST', '/faults', { match: { principal: long, service: 'nvcf' }, do: { delay: '1s' } });
    await mock('POST', '/snapshots', { name: 'n'.repeat(200) });
    const page = await openPage(url, { viewport: { width: 360, height: 800 } });
    const cut = new Set<string>();
    for (const view of VIEWS) {
      await page.goto(`${url}/#/${view}`);
      await expect.poll(() => page.title()).toMatch(new RegExp(`^${view}`, 'i'));
      await expect.poll(() => page.getByText('Loading …').count()).toBe(0);
      for (const one of await page.getByRole('button', { name: /^Show all [\d,]+ characters/ }).all()) {
        await one.click();
        await page.locator('main tbody').getByText(long).first().waitFor();
        cut.add(view);
      }

      expect([view, await page.evaluate('document.querySelector("main").scrollWidth <= innerWidth')]).toEqual([
        view,
        true,
      ]);
    }

    expect([...cut]).toEqual(['faults']);
  });
});
