/** Faults and worlds of the console, in a browser. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { emptyFolder } from '../../test/support/folder.ts';
import { readJson, startServer } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const tableRows = (page: Page, name: string) => region(page, name).locator('tbody tr');

/** Reads the operations of all documents of a server, with a request for each. */
async function listOperations(url: string) {
  const { documents } = await readJson(`${url}/openapi`);
  const all = await Promise.all(documents.map(({ json }: { json: string }) => readJson(new URL(json, url).href)));
  return all.flatMap(({ paths }) =>
    Object.entries<Record<string, { operationId: string }>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId: id }]) => ({
        id,
        method: method.toUpperCase(),
        path: path.replace('{realm}', 'acme').replaceAll(/\{\w+\}/g, 'x'),
      })),
    ),
  );
}

describe.runIf(hasBrowser)('the views that control the mock', () => {
  const openPage = setUpBrowser();

  describe('faults', () => {
    it.each([{}, { runai: '2.19', nvcf: 'open-source' }] as const)(
      'for token requests match every endpoint that issues tokens: %j',
      async (options) => {
        const { url, mock } = await startServer(options);
        const page = await openPage(`${url}/#/faults?make=yes`);
        await page.getByText('endpoints that issue tokens: ').waitFor();
        await page.getByLabel('Times').fill('');
        await button(page, 'Add the fault').click();
        await page.getByText('is waiting for a request').waitFor();
        const [{ match }] = (await mock('GET', '/faults')).faults;
        const endpoints = (await listOperations(url)).filter(({ id }) => match.operations.includes(id));
        const statuses = await Promise.all(
          endpoints.map(async ({ method, path }) => (await fetch(url + path, { method })).status),
        );
        expect(statuses).toEqual(match.operations.map(() => 503));
      },
    );

    it('are added for an operation that is chosen by its title', async () => {
      const { url, mock } = await startServer();
      const page = await openPage(`${url}/#/faults?make=yes`);
      await page.getByLabel('One operation').check();
      await button(page, 'Add the fault').click();
      await page.getByRole('alert').getByText('choose an operation').waitFor();
      await page.getByLabel('Operation', { exact: true }).selectOption('Create a function · POST /v2/nvcf/functions');
      // It has no path of its own, so the document does not name it.
      expect(await page.getByRole('option', { name: 'Invoke at own host' }).count()).toBe(1);
      await page.getByLabel('Status', { exact: true }).fill('401');
      await button(page, 'Add the fault').click();
      await tableRows(page, 'Faults, oldest first').getByText('Create a function · POST /v2/nvcf/functions').waitFor();

      expect((await mock('GET', '/faults')).faults).toMatchObject([{ match: { operation: 'createFunction' } }]);
    });

    it('are filled in by the address, with the rarely used fields open and callers of the service suggested', async () => {
      const { url, mock } = await startServer();
      const page = await openPage(`${url}/#/faults?make=yes&operation=createFunction&principal=nvcf-deployer`);
      const callers = page.locator('[id="suggestions-match.principal"] option');
      await callers.and(page.locator('[value="nvcf-invoker"]')).waitFor({ state: 'attached' });
      expect(await callers.and(page.locator('[value="admin@acme.test"]')).count()).toBe(0);
      expect(await page.getByLabel('Caller').isVisible()).toBe(true);
      await button(page, 'Add the fault').click();
      await page.getByText('is waiting for a request').waitFor();

      expect((await mock('GET', '/faults')).faults).toMatchObject([
        { match: { operation: 'createFunction', principal: 'nvcf-deployer' }, times: 1, do: { status: 503 } },
      ]);
    });

    it('have errors beside their fields until these are corrected', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/faults?operation=grant_tokn`);
      const operation = page.getByLabel('Operation', { exact: true });
      await page.getByText("mock.faults.next('grant_tokn'").waitFor();
      await button(page, 'Add the fault').click();
      await page.getByRole('alert').getByText('Did you mean grant_token?').waitFor();
      expect(await operation.getAttribute('aria-invalid')).toBe('true');
      expect(await operation.getAttribute('aria-describedby')).toBe('wrong-match.operation');
      await operation.selectOption('Get an access token · POST /api/v1/token');
      await expect.poll(() => page.getByRole('alert').count()).toBe(0);
      await page.getByLabel('Delay', { exact: true }).fill('soon');
      await button(page, 'Add the fault').click();

      await expect
        .poll(() => page.getByLabel('Delay', { exact: true }).getAttribute('aria-describedby'))
        .toBe('wrong-do.delay');
    });

    it('can be restored after their removal, and removed after they were added', async () => {
      const { url, mock } = await startServer();
      const all = async () => (await mock('GET', '/faults')).faults;
      const given = { match: { operation: 'get_users' }, times: 2, after: 1, do: { status: 418, offDocument: true } };
      const { id } = await mock('POST', '/faults', given);
      const page = await openPage(`${url}/#/faults`);
      await button(page, `Remove ${id}`).click();
      await button(page, 'Undo').click();
      await page.getByText('was added again').waitFor();
      const { match, times, after } = given;
      expect(await all()).toEqual([expect.objectContaining({ match, times, after, do: { status: 418 } })]);

      await page.getByRole('link', { name: 'Add a fault' }).click();
      await page.getByLabel('Delay', { exact: true }).fill('1s');
      await button(page, 'Add the fault').click();
      await page.getByText('is waiting for a request').waitFor();
      expect(await all()).toHaveLength(2);
      await button(page, 'Undo').click();
      await expect.poll(async () => (await all()).length).toBe(1);
    });

    it('that are cancelled with Escape return the focus to the link that opened the form', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/faults`);
      const add = page.getByRole('link', { name: 'Add a fault' });
      await add.focus();
      await page.keyboard.press('Enter');
      const panel = page.getByRole('article', { name: 'New fault' });
      await panel.getByLabel('Every request').check();
      await panel.getByLabel('Service').selectOption('nvcf');
      await panel.getByLabel('Service').selectOption('');
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'detached' });

      expect(page.url()).toBe(`${url}/#/faults`);
      await expect.poll(() => page.evaluate('document.activeElement.innerText')).toBe('Add a fault');
    });

    it('that were deleted in the meantime cannot be removed by Undo', async () => {
      const { url, mock } = await startServer();
      const page = await openPage(`${url}/#/faults?make=yes`);
      await page.getByLabel('Delay', { exact: true }).fill('1s');
      await button(page, 'Add the fault').click();
      await page.getByText('is waiting for a request').waitFor();
      await mock('DELETE', '/faults');
      await button(page, 'Undo').click();

      await page.getByText('was already removed').waitFor();
    });
  });

  describe('worlds', () => {
    it('show how long ago they were used, without a time of the machine', async () => {
      const { url, mock } = await startServer();
      await mock('POST', '/clock/set', { to: '2050-01-15T12:00:00Z' });
      await mock('POST', '/worlds', { id: 'alice' });
      const page = await openPage(`${url}/#/worlds`);
      const row = tableRows(page, 'Worlds').filter({ hasText: 'alice' });
      await row.waitFor();

      expect(await row.getByRole('cell').allInnerTexts()).toEqual([
        'alice',
        'now',
        'now',
        'its own',
        expect.stringMatching(/^in (59 min|1 h)$/),
        expect.anything(),
      ]);
    });

    it('and snapshots show how long they are kept, which depends on the database of the server', async () => {
      const [inMemory, inFile] = [
        await startServer(),
        await startServer({ data: join(await emptyFolder(), 'mock.db') }),
      ];
      for (const [{ url }, text] of [
        [inMemory, 'are in memory and end with the process'],
        [inFile, 'Worlds and snapshots are kept in the database.'],
      ] as const) {
        const page = await openPage(`${url}/#/worlds`);
        await page.getByText(text).waitFor();
      }
    });
  });
});
