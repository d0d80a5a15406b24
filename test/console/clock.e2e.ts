/** The console's time line and clock, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { served } from '../support/console.ts';
import { castKey } from '../support/ngc-cast.ts';
import { windows } from '../support/window.ts';

const { id: DEPLOYER } = castKey('nvcf-deployer');

const slider = (page: Page) => page.getByRole('slider', { name: 'Now' });
const secondsOf = async (page: Page) => Number(await slider(page).getAttribute('aria-valuenow'));

/** A server with an edit that takes effect in a quarter of an hour. */
async function servedWithEdit() {
  const server = await served({ propagation: 'fixed' });
  await server.mock('PATCH', `/keys/${DEPLOYER}`, { scopes: ['deploy_function', 'list_functions', 'delete_function'] });
  return server;
}

describe.runIf(hasBrowser)('the time line', () => {
  const opened = windows();

  it('shows the versions of a key that was edited, and says when the new one takes effect', async () => {
    const { url } = await servedWithEdit();
    const page = await opened(`${url}/#/clock?key=${DEPLOYER}`);

    await page.getByText('version 2 of nvcf-deployer takes effect').waitFor();
    expect(await page.locator('.in-effect').allInnerTexts()).toEqual(['1', '2']);
    expect(await page.locator('.in-effect.later').allInnerTexts()).toEqual(['2']);
    const history = page.getByRole('region', { name: 'Versions of nvcf-deployer' }).getByRole('row');
    expect(await history.nth(1).innerText()).toContain('pending');
    expect(await history.nth(2).innerText()).toContain('in effect');
  });

  it('shows an edit that is made elsewhere without being asked', async () => {
    const { url, mock } = await served({ propagation: 'fixed' });
    const page = await opened(`${url}/#/clock`);
    await page.getByText('Nothing. Keys and logins that end').waitFor();
    await mock('PATCH', `/keys/${DEPLOYER}`, { scopes: ['list_functions'] });

    await page.getByText('version 2 of nvcf-deployer takes effect').waitFor();
  });

  it('is moved with the keys alone: held with the arrows, given up with Escape, set with Enter', async () => {
    const { url, mock } = await servedWithEdit();
    await mock('POST', '/clock/freeze', {});
    const page = await opened(`${url}/#/clock`);
    await slider(page).focus();
    const before = await secondsOf(page);
    await page.keyboard.press('PageUp');
    expect((await secondsOf(page)) - before).toBeGreaterThan(890);
    await page.keyboard.press('Escape');
    expect(await secondsOf(page)).toBe(before);
    await page.keyboard.press('ArrowLeft');
    expect(await secondsOf(page)).toBe(before);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');

    await page.getByText('Meanwhile: version 2 of nvcf-deployer takes effect').waitFor();
    expect((await mock('GET', `/keys/${DEPLOYER}`)).policy.version).toBe(2);
  });

  it('goes to an event, forward by steps, and stands still when told to', async () => {
    const { url, mock } = await servedWithEdit();
    const page = await opened(`${url}/#/clock`);
    await page.getByRole('button', { name: 'Go there' }).click();
    await page.getByText('Meanwhile: version 2').waitFor();
    await page.getByRole('button', { name: '+1 h', exact: true }).click();
    await page.getByText('Nothing happened meanwhile').first().waitFor();
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByRole('button', { name: 'Let it run' }).waitFor();

    const { ahead, frozen } = await mock('GET', '/clock');
    expect(ahead).toMatch(/^PT1H1[45]M/);
    expect(frozen).toBe(true);
  });

  it('says what the clock says when it is asked to go back', async () => {
    const { url } = await served();
    const page = await opened(`${url}/#/clock`);
    await page.getByLabel('Set it to').fill('2001-01-01T00:00:00Z');
    await page.getByRole('button', { name: 'Set', exact: true }).click();

    await page
      .getByRole('status')
      .getByText(/never moves back|before now/)
      .waitFor();
  });

  it('turns propagation on and off, and lets all edits count', async () => {
    const { url, mock } = await servedWithEdit();
    const page = await opened(`${url}/#/clock`);
    await page.getByRole('button', { name: 'Apply all edits now' }).click();
    await page.getByText('Counting now: 1 edit.').waitFor();
    await page.getByRole('combobox', { name: 'Propagation' }).selectOption('off');
    await page.getByText('From now on: An edit takes effect at once.').waitFor();
    await page.getByLabel('Delay').fill('5 parsecs');
    await page.getByRole('button', { name: 'Set the delay' }).click();

    await page.getByRole('status').getByText('must be a positive duration').waitFor();
    expect(await mock('GET', '/propagation')).toMatchObject({ mode: 'off', delay: 'PT15M' });
    expect((await mock('GET', `/keys/${DEPLOYER}`)).pending).toEqual([]);
  });

  it('says that a key of the address is gone', async () => {
    const { url } = await served();
    const page = await opened(`${url}/#/clock?key=nobody`);

    await page.getByText('There is no key nobody in this world any more.').waitFor();
  });
});
