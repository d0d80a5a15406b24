/** What one controls the mock with, and the findings that come of it, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { readJson, served } from '../support/console.ts';
import { windows } from '../support/window.ts';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const cells = (page: Page, name: string) => region(page, name).locator('tbody tr');

describe.runIf(hasBrowser)('what one controls the mock with', () => {
  const opened = windows();

  describe('findings', () => {
    /** A server with two findings of faults, and one of a request. */
    async function withFindings() {
      const server = await served();
      for (const operation of ['get_users', 'grant_token']) {
        await server.mock('POST', '/faults', { match: { operation }, do: { status: 503 } });
      }
      await server.mock('DELETE', '/faults');
      await server.ask('GET', '/v2/nvcf/functions?nobody=knows');
      return server;
    }

    it('are grouped by kind, and each leads to the request that it is about', async () => {
      const { url } = await withFindings();
      const page = await opened(`${url}/#/findings`);
      await region(page, 'Unused fault').getByRole('heading', { name: 'Unused fault (2)' }).waitFor();
      expect(await cells(page, 'Findings of the kind Unused fault').count()).toBe(2);
      expect(await region(page, 'Unused fault').getByRole('link').count()).toBe(0);
      await page.getByRole('link', { name: 'Show the request' }).click();

      await page.getByRole('article').getByText('nobody=knows').first().waitFor();
    });

    it('are dismissed one by one, or all of a kind once that is confirmed, and come back when they happen again', async () => {
      const { url, mock, ask } = await withFindings();
      const page = await opened(`${url}/#/findings`);
      await region(page, 'Undocumented query').getByRole('button', { name: 'Dismiss' }).click();
      await page.getByText('The finding is dismissed.').waitFor();
      await button(page, 'Dismiss all of this kind').click();
      await button(page, 'Yes, dismiss all').click();
      await page.getByText('No findings.').waitFor();
      expect((await mock('GET', '/findings')).findings).toEqual([]);
      await ask('GET', '/v2/nvcf/functions?nobody=knows');

      await cells(page, 'Findings of the kind Undocumented query').first().waitFor();
    });

    it('are none of a fault that is removed by hand', async () => {
      const { url, mock } = await served();
      await mock('POST', '/faults', { match: { operation: 'get_users' }, do: { status: 503 } });
      await mock('POST', '/faults', { match: { operation: 'grant_token' }, do: { status: 503 } });
      const page = await opened(`${url}/#/faults`);
      await button(page, /^Remove .*-f1$/).click();
      await page.getByText('is removed').first().waitFor();
      await button(page, 'Remove all').click();
      await button(page, 'Yes, remove them all').click();
      await page.getByText('Nothing goes wrong on purpose').waitFor();

      expect((await readJson(`${url}/_mock/findings`)).findings).toEqual([]);
    });
  });
});
