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
    it('can all be removed although one of them is deleted while the menu is open', async () => {
      const { url, mock } = await startServer();
      const { id } = await mock('POST', '/faults', { do: { delay: '1s' } });
      await mock('POST', '/faults', { do: { delay: '2s' }, for: '10m' });
      const page = await openPage(`${url}/#/faults`);
      await button(page, 'More for all faults').click();
      await mock('DELETE', `/faults/${id}`);
      await button(page, 'Remove all').click();

      await page.getByRole('complementary', { name: 'Undo' }).getByText('removed').waitFor();
      expect((await mock('GET', '/faults')).faults).toEqual([]);
    });

    it('make the next token request fail, once, after three clicks', async () => {
      const { url, ask } = await startServer();
      const page = await openPage(url);
      await page.getByRole('link', { name: 'Faults' }).click();
      await page.getByRole('link', { name: 'Add a fault' }).click();
      await button(page, 'Add the fault').click();
      await tableRows(page, 'Faults, oldest first').getByText('token requests').waitFor();

      const statuses = [(await ask('GET', '/token')).status, (await ask('POST', '/api/v1/token', '', {})).status];
      expect(statuses).toEqual([503, 400]);
    });

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
      expect(page.url()).toContain('service=nvcf&operation=createFunction');
      // It has no path of its own, so the document does not name it.
      expect(await page.getByRole('option', { name: 'Invoke at own host' }).count()).toBe(1);
      await page.getByLabel('Status', { exact: true }).fill('401');
      await button(page, 'Add the fault').click();
      await tableRows(page, 'Faults, oldest first').getByText('Create a function · POST /v2/nvcf/functions').waitFor();

      expect((await mock('GET', '/faults')).faults).toMatchObject([{ match: { operation: 'createFunction' } }]);
    });

    it('name the service if two services have the operation', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/faults?service=catalogue&operation=createChatCompletion`);

      await page.getByText("match: { service: 'catalogue', operation: 'createChatCompletion' }").waitFor();
    });

    it('are added for every request of one service, or of all services', async () => {
      const { url, mock } = await startServer();
      const page = await openPage(`${url}/#/faults?make=yes`);
      for (const service of ['Air', 'any']) {
        await page.getByLabel('Every request').check();
        await page.getByLabel('Service').selectOption(service);
        await button(page, 'Add the fault').click();
        await page.getByRole('article', { name: 'New fault' }).waitFor({ state: 'detached' });
        await page.getByRole('link', { name: 'Add a fault' }).click();
      }

      const { faults } = await mock('GET', '/faults');
      expect(faults.map(({ match }: { match: object }) => match)).toEqual([{ service: 'air' }, {}]);
    });

    it('have no status if the connection breaks before the response', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/faults?operation=grant_token`);
      await page.getByText('{ status: 503 }').waitFor();
      await page.getByLabel('Connection').selectOption('breaks before the response');

      await page.getByText("mock.faults.next('grant_token', { drop: 'before' })").waitFor();
    });

    it('have suggestions from the document of the service and from its callers', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/faults?service=nvcf&operation=createFunction`);
      const options = (name: string) =>
        page.locator(`#options-${name} option`).evaluateAll((all) => all.map((one) => one.getAttribute('value')));
      await expect.poll(() => options('method')).toEqual(['POST']);
      expect(await options('path')).toEqual(['/v2/nvcf/functions']);
      await expect.poll(() => options('principal')).toContain('nvcf-invoker');

      expect(await options('principal')).not.toContain('admin@acme.test');
    });

    it('have errors beside their fields until these are corrected', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/faults?operation=grant_tokn`);
      const operation = page.getByLabel('Operation', { exact: true });
      await page.getByText("mock.faults.next('grant_tokn'").waitFor();
      await button(page, 'Add the fault').click();
      await page.getByRole('alert').getByText('Did you mean grant_token?').waitFor();
      expect(await operation.getAttribute('aria-invalid')).toBe('true');
      expect(await operation.getAttribute('aria-describedby')).toBe('wrong-operation');
      await operation.selectOption('Get an access token · POST /api/v1/token');
      await expect.poll(() => page.getByRole('alert').count()).toBe(0);
      await page.getByLabel('Delay', { exact: true }).fill('soon');
      await button(page, 'Add the fault').click();

      await expect
        .poll(() => page.getByLabel('Delay', { exact: true }).getAttribute('aria-describedby'))
        .toBe('wrong-delay');
    });

    it('are shown as test code only once the form is complete', async () => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/faults?make=yes&which=operation`);
      await page.getByText('The code appears here once the form is complete.').waitFor();
      expect(await button(page, 'Copy the code').count()).toBe(0);
      await page.getByLabel('Operation', { exact: true }).selectOption('Get an access token · POST /api/v1/token');
      await page.getByLabel('Status', { exact: true }).fill('50');
      await page.getByText('once the form is complete').waitFor();
      await page.getByLabel('Status', { exact: true }).fill('503');

      await page.getByText("mock.faults.next('grant_token', { status: 503 })").waitFor();
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
    it('show when they were created, and what ends with the process', async () => {
      const { url, mock } = await startServer();
      await mock('POST', '/worlds', { id: 'alice' });
      const page = await openPage(`${url}/#/worlds`);
      await page.getByText('are in memory and end with the process').waitFor();

      await tableRows(page, 'Worlds').filter({ hasText: 'alice' }).getByText('now', { exact: true }).first().waitFor();
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
