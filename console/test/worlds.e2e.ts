/** The console's worlds and snapshots, in a browser. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyFolder } from '../../test/support/folder.ts';
import { button, CLIPBOARD, chooseFromMenu, readClipboard, readTexts, tableRows } from './support/elements.ts';
import { LISTING, startServer } from './support/server.ts';
import { describeInBrowser, setUpConsole } from './support/window.ts';

const { openConsole, openPage } = setUpConsole();

describeInBrowser('worlds', () => {
  it('are created in a panel with their credentials to copy, and deleted', async () => {
    const { page, mock } = await openConsole('worlds', {}, CLIPBOARD);
    await page.getByText('There is only this world').waitFor();
    await page.getByRole('link', { name: 'Create a world' }).click();
    const panel = page.getByRole('article', { name: 'New world' });
    await panel.getByLabel('Name', { exact: true }).fill('alice');
    await panel.getByLabel('Label', { exact: true }).fill('nightly');
    await button(page, 'Create the world').click();
    await panel.getByRole('heading', { name: 'World alice was created' }).waitFor();
    await button(page, 'Copy its credentials as JSON').click();
    await button(page, 'Copied').waitFor();
    expect(JSON.parse(await readClipboard(page)).cast.ngc.keys[0].key).toMatch(/^nvapi-/);
    expect(await mock('GET', '/worlds/alice')).toMatchObject({ label: 'nightly', credentials: 'own' });
    await expect.poll(() => page.locator('.view-header output').innerText()).toBe('2');

    await chooseFromMenu(page, 'world alice', 'Delete world');
    await page.getByRole('dialog', { name: 'Delete world alice?' }).getByText('with everything in it').waitFor();
    await button(page, 'Delete world').last().click();
    await page.getByText('was deleted').waitFor();
    await expect.poll(() => tableRows(page, 'Worlds').count()).toBe(1);
  });

  it('show how clients reach them, in a panel with an address, and link to their consoles', async () => {
    const { page, url, mock } = await openConsole('worlds');
    await mock('POST', '/worlds', { id: 'alice', ttl: '15m', label: 'for the nightly run' });
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

    expect(await tableRows(page, 'Worlds').filter({ hasText: 'this one' }).getByRole('link').count()).toBe(0);
    await page.getByRole('link', { name: 'Open alice', exact: true }).click();
    await page.waitForURL(`${url}/w/alice/#/requests`);
    await page.getByText('No requests yet').waitFor();
  });

  it('can be searched among a thousand', async () => {
    const { url, mock } = await startServer();
    for (let made = 0; made < 120; made += 1) await mock('POST', '/worlds', { id: `w-${made}`, seed: 'none' });
    const page = await openPage(`${url}/#/worlds`);
    await page.getByText('Showing 100 of 121').waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill('w-119');
    await expect.poll(() => readTexts(tableRows(page, 'Worlds'))).toEqual([expect.stringMatching(/^w-119/)]);
    expect(page.url()).toContain('filter=w-119');
    expect(await page.locator('.view-header output').innerText()).toBe('1 of 121');
    await page.getByRole('searchbox', { name: 'Search' }).fill('nobody');

    await page.getByText('No name or label contains “nobody”').waitFor();
  });

  it('can be reset from the menu of the current world after a confirmation, but not deleted if it is the default one', async () => {
    const { page, ask, mock } = await openConsole('worlds');
    await mock('POST', '/worlds', { id: 'alice' });
    await ask('GET', '/v2/nvcf/functions');
    await mock('POST', '/faults', { do: { delay: '1s' } });
    await button(page, 'More for world alice').click();
    expect(await page.locator('.menu:visible').getByText('Reset world').count()).toBe(0);
    await page.keyboard.press('Escape');
    await button(page, 'More for world default').click();
    expect(await page.locator('.menu:visible button').allInnerTexts()).toEqual(['How to reach it', 'Reset world']);
    await button(page.locator('.menu:visible'), 'Reset world').click();
    await page.getByRole('dialog', { name: 'Reset world default?' }).waitFor();
    expect((await mock('GET', '/requests')).requests).toHaveLength(1);
    await button(page, 'Reset world').last().click();
    await page.getByText('was reset to its seed').waitFor();

    expect((await mock('GET', '/requests')).requests).toEqual([]);
    expect((await mock('GET', '/faults')).faults).toEqual([]);
  });

  it('show how long ago they were used, without a time of the machine', async () => {
    const { url, mock } = await startServer();
    await mock('POST', '/clock/set', { to: '2050-01-15T12:00:00Z' });
    await mock('POST', '/worlds', { id: 'alice' });
    const page = await openPage(`${url}/#/worlds`);
    const row = tableRows(page, 'Worlds').filter({ hasText: 'alice' });
    await row.waitFor();

    expect((await row.getByRole('cell').allInnerTexts()).slice(0, 5)).toEqual([
      ...['alice', 'now', 'now', 'its own'],
      expect.stringMatching(/^in (59 min|1 h)$/),
    ]);
  });

  it('and snapshots show how long they are kept, which depends on the database of the server', async () => {
    const data = join(await emptyFolder(), 'mock.db');
    for (const [config, text] of [
      [{}, 'are in memory and end with the process'],
      [{ data }, 'Worlds and snapshots are kept in the database.'],
    ] as const) {
      const page = await openPage(`${(await startServer(config)).url}/#/worlds`);
      await page.getByText(text).waitFor();
    }
  });
});

describeInBrowser('snapshots', () => {
  const LIST = 'Snapshots, newest first';

  it('can be taken, restored and deleted, and are named after their time if they have no name', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    await mock('POST', '/clock/set', { to: '2030-01-15T12:00:00Z' });
    await mock('POST', '/clock/freeze', {});
    const page = await openPage(`${url}/#/worlds`);
    await page.getByText('No snapshots yet').waitFor();
    await button(page, 'Take a snapshot').click();
    const field = page.getByLabel('Name');
    await expect.poll(() => field.getAttribute('placeholder')).toMatch(/^Snapshot of 12:00:0\d$/);
    const name = String(await field.getAttribute('placeholder'));
    await page.keyboard.press('Enter');
    await button(page, `Restore ${name}`).waitFor();
    const { snapshots } = await mock('GET', '/snapshots');
    expect(snapshots).toMatchObject([{ name: null }]);
    await tableRows(page, LIST).getByText(snapshots[0].id).waitFor();

    await mock('POST', '/keys', { ...LISTING, name: 'later' });
    const names = async () => (await mock('GET', '/keys')).keys.map((key: { name: string }) => key.name);
    expect(await names()).toContain('later');
    await button(page, `Restore ${name}`).click();
    await page.getByRole('dialog', { name: `Restore ${name}?` }).waitFor();
    await button(page, 'Restore snapshot').click();
    await page.getByText('This world was restored').waitFor();
    expect(await names()).not.toContain('later');

    await chooseFromMenu(page, name, 'Delete snapshot');
    await button(page, 'Delete snapshot').last().click();
    await page.getByText('No snapshots yet').waitFor();
    // A snapshot has no requests, so those of the journal stay.
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Requests' }).click();
    await page.locator('.count').getByText('1', { exact: true }).waitFor();
  });

  it('can be copied to a new world', async () => {
    const { url, mock } = await startServer();
    const { id } = await mock('POST', '/snapshots', { name: 'kept' });
    await mock('POST', '/snapshots', { name: 'newer' });
    // The one for Undo is not offered.
    await mock('POST', '/snapshots', { name: 'before the clock moved (for Undo)' });
    const page = await openPage(`${url}/#/worlds`);
    const rows = () => readTexts(tableRows(page, LIST));
    await expect.poll(rows).toEqual([expect.stringMatching(/^newer/), expect.stringMatching(/^kept/)]);
    await chooseFromMenu(page, 'kept', 'Create a world');
    const source = page.getByLabel('Starts from');
    await expect.poll(() => source.inputValue()).toBe(`snapshot ${id}`);
    const offered = await source.getByRole('option').allInnerTexts();
    expect(offered).toEqual(['the server’s seed', 'default', 'newer', 'kept']);
    await page.getByLabel('Name', { exact: true }).fill('copy');
    await button(page, 'Create the world').click();
    await page.getByText('was created').waitFor();

    expect((await mock('GET', '/worlds/copy')).id).toBe('copy');
  });
});
