/** Five tasks by clicking alone: how many clicks each takes is counted in the page. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { requestRows, startServer, TOKEN_ORDER } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const REGISTRAR = castKey('nvcf-registrar').key;
const FUNCTION = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };
const DEPLOYMENT = {
  deploymentSpecifications: [
    { gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1, clusters: ['acme-1'] },
  ],
};

/** Counts clicks and keys from now on. @returns a function that reads the counts */
async function countInputs(page: Page): Promise<() => Promise<{ clicks: number; keys: number }>> {
  await page.evaluate(`(() => {
    window.counted = { clicks: 0, keys: 0 };
    addEventListener('pointerdown', () => { window.counted.clicks += 1; }, true);
    addEventListener('keydown', () => { window.counted.keys += 1; }, true);
  })()`);
  return () => page.evaluate('window.counted');
}

describe.runIf(hasBrowser)('a user with the mouse alone', () => {
  const openPage = setUpBrowser();

  it('fixes and resends a refused request in three clicks, although the edit must be applied', async () => {
    const { url, ask, mock } = await startServer({ propagation: 'fixed' });
    const made = await ask('POST', '/v2/nvcf/functions', REGISTRAR, FUNCTION);
    const { id, versionId } = ((await made.json()) as { function: { id: string; versionId: string } }).function;
    await ask('POST', `/v2/nvcf/deployments/functions/${id}/versions/${versionId}`, REGISTRAR, DEPLOYMENT);
    const page = await openPage(`${url}/#/requests`);
    const counted = await countInputs(page);

    await requestRows(page).filter({ hasText: '403' }).click();
    await page.getByRole('button', { name: 'Fix and send again' }).click();
    await page.getByRole('button', { name: 'Apply and send again' }).click();
    await page.getByText('Fixed and sent again.').waitFor();

    expect(await counted()).toEqual({ clicks: 3, keys: 0 });
    const { requests } = await mock('GET', '/requests?operation=createDeployment');
    expect(requests.map(({ status }: { status: number }) => status)).toEqual([200, 403, 403]);
  });

  it('creates and uses a key with two scopes in five clicks', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(url);
    const counted = await countInputs(page);

    await page.getByRole('link', { name: 'Identities' }).click();
    await page.getByRole('link', { name: 'Create a key' }).click();
    await page.getByRole('checkbox', { name: 'List Functions', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Invoke Function', exact: true }).click();
    await page.getByRole('button', { name: 'Create for All Functions' }).click();
    await page.getByRole('article', { name: 'Identity' }).getByText('may call').waitFor();

    expect(await counted()).toEqual({ clicks: 5, keys: 0 });
    const [request] = (await mock('GET', '/requests')).requests;
    expect([request.status, request.principal.name]).toEqual([200, 'my-key']);
  });

  it('moves the clock to the expiry of an issued token in two clicks', async () => {
    const { url, ask, mock } = await startServer();
    const granted = await ask('POST', '/api/v1/token', '', TOKEN_ORDER);
    const { accessToken } = (await granted.json()) as { accessToken: string };
    const page = await openPage(url);
    const counted = await countInputs(page);

    await requestRows(page).filter({ hasText: '/api/v1/token' }).click();
    await page.getByRole('button', { name: 'Move the clock there' }).click();
    await page.getByText('expired at').waitFor();

    expect(await counted()).toEqual({ clicks: 2, keys: 0 });
    expect((await ask('GET', '/api/v1/users', accessToken)).status).toBe(401);
    expect((await mock('GET', '/requests?limit=1')).requests[0].reason).toBe('expired_token');
  });

  it('makes the next token request fail in three clicks', async () => {
    const { url, ask } = await startServer();
    const page = await openPage(url);
    const counted = await countInputs(page);

    await page.getByRole('link', { name: 'Faults' }).click();
    await page.getByRole('link', { name: 'Add a fault' }).click();
    await page.getByRole('button', { name: 'Add the fault' }).click();
    await page.getByText('is waiting for a request').waitFor();

    expect(await counted()).toEqual({ clicks: 3, keys: 0 });
    const grant = async () => (await ask('POST', '/api/v1/token', '', TOKEN_ORDER)).status;
    expect([await grant(), await grant()]).toEqual([503, 200]);
  });

  it('finds the scopes for a deployment in two clicks', async () => {
    const { url } = await startServer();
    const page = await openPage(url);
    const counted = await countInputs(page);

    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('link', { name: 'createDeployment' }).click();
    await page.getByText('Needs: deploy_function (Deploy Function) and list_functions (List Functions)').waitFor();

    expect(await counted()).toEqual({ clicks: 2, keys: 0 });
  });
});
