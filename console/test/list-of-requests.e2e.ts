/** The list of requests, and its exports. */
import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { INVOKER, startServer } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
async function saveFile(page: Page, save: () => Promise<void>): Promise<{ name: string; content: Buffer }> {
  const waiting: Promise<Download> = page.waitForEvent('download');
  await save();
  const download = await waiting;
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

describe.runIf(hasBrowser)('the list of requests', () => {
  const openPage = setUpBrowser();

  it('has its filters in one row, and the others in a popover that shows how many are active', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    const page = await openPage(`${url}/#/requests`);
    await button(page, 'More').click();
    await page.getByLabel('Method').selectOption('POST');
    await page.getByLabel('Path').fill('/v2/{any}/functions');
    await page.getByLabel('Path').press('Enter');

    await page.locator('.count').getByText('1 of 2').waitFor();
    expect(page.url()).toContain('method=POST&path=%2Fv2%2F%7Bany%7D%2Ffunctions');
    await page.keyboard.press('Escape');
    await button(page, 'More (2)').waitFor();
    const tops = await page
      .locator('.filters > :is(label, button)')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().bottom));
    expect(Math.max(...tops) - Math.min(...tops)).toBeLessThan(4);
    await button(page, 'More (2)').click();
    await page.getByLabel('Path').fill('/nothing');
    await page.getByLabel('Path').press('Enter');
    await page.getByText('No request matches').waitFor();
  });

  it('can be saved as HAR and as JSON with its filters', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    await ask('GET', '/nothing/at/all');
    const page = await openPage(`${url}/#/requests?status=404`);
    await page.locator('.count').getByText('1 of 2').waitFor();
    await button(page, 'Export').click();
    const har = await saveFile(page, () => button(page, 'HAR (HTTP Archive)').click());
    const json = await saveFile(page, () => button(page, 'JSON').click());

    expect(har.name).toMatch(/^nv-auth-mock-default-\d{4}-\d\d-\d\dT\d{6}\.har$/);
    const { log } = JSON.parse(har.content.toString());
    expect(log.entries.map(({ request }: { request: { url: string } }) => request.url)).toEqual([
      expect.stringContaining('/nothing/at/all'),
    ]);
    const { requests } = JSON.parse(json.content.toString());
    expect(requests).toMatchObject([{ path: '/nothing/at/all', request: { headers: {} } }]);
    await page.getByText('Saved ').waitFor();
  });

  it('is read without bodies, which only the panel of a request shows', async () => {
    const { url, ask } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, { name: 'in-a-body' });
    const page = await openPage('about:blank');
    const answers: Promise<string>[] = [];
    page.on('response', (answer) => {
      if (answer.url().includes('/_mock/requests?')) answers.push(answer.text().catch(() => ''));
    });
    await page.goto(`${url}/#/requests`);
    await page.locator('.count').getByText('1', { exact: true }).waitFor();

    expect((await Promise.all(answers)).join()).toContain('createFunction');
    expect((await Promise.all(answers)).join()).not.toContain('in-a-body');
  });

  it('has all requests of the journal, however many', async () => {
    const { url, ask } = await startServer();
    for (let sent = 0; sent < 230; sent += 1) await ask('GET', `/v2/nvcf/functions/${sent}`);
    const page = await openPage(`${url}/#/requests`);

    await page.locator('.count').getByText('230', { exact: true }).waitFor();
  });

  it('stays if a file is dropped on it', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/requests`);
    const isPrevented = await page.evaluate(
      "!document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true }))",
    );

    expect(isPrevented).toBe(true);
  });
});
