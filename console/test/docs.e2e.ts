/** Swagger UI at `/docs`, in a browser. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { admin } from '../../test/support/cast.ts';
import { listeningServer } from '../../test/support/listening.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { findAxeViolations } from './support/axe.ts';
import { button, chooseFromMenu } from './support/elements.ts';
import { DEPLOYER, INVOKER, LISTING, readJson, startServer } from './support/server.ts';
import { describeInBrowser, fitsWidth, LOOKS, setUpBrowser } from './support/window.ts';

const identitySelect = (page: Page) => page.getByLabel('Authorize as');
const waitForStatus = (page: Page, text: string) => page.locator('header [role=status]').getByText(text).waitFor();

/** Opens an operation in Swagger UI, sends it unchanged, and returns the name of the caller in the journal. */
async function sendOperation(page: Page, url: string, operation: string): Promise<string> {
  const block = page.locator(`.opblock[id$="-${operation}"]`);
  if ((await block.getByRole('button', { name: 'Execute' }).count()) === 0) {
    await block.getByRole('button', { name: 'Try it out' }).click();
  }
  const readRequests = async () => (await readJson(`${url}/_mock/requests?operation=${operation}`)).requests;
  const before = (await readRequests()).length;
  await block.getByRole('button', { name: 'Execute' }).click();
  await expect.poll(async () => (await readRequests()).length).toBe(before + 1);
  return (await readRequests())[0].principal?.name;
}

describeInBrowser('the pages of documents', () => {
  // It takes an operation's own `_` for a blank.
  const openWindow = setUpBrowser(/^Deprecated: escaping deep link whitespace/);

  it.each([
    ['nvcf', 'Functions/listFunctions', 'owner', 'nvcf-invoker (acme)', 'nvcf-invoker'],
    ['air', 'Simulations/simulations_list', 'owner', 'air-reader (acme)', 'air-reader'],
    ['runai', 'Access Keys/get_access_keys', admin.email, 'ci-app', 'ci-app'],
  ])('of %s: %s can be tried immediately as %s, and as %s', async (service, place, first, choice, second) => {
    const { url } = await listeningServer();
    const [tag = '', operation = ''] = place.split('/');
    const page = await openWindow(`${url}/docs/${service}/#/${encodeURIComponent(tag)}/${operation}`);
    await waitForStatus(page, 'authorized');

    expect(await sendOperation(page, url, operation)).toBe(first);
    await identitySelect(page).selectOption(choice);
    await waitForStatus(page, 'authorized');
    expect(await sendOperation(page, url, operation)).toBe(second);
  });

  it('of a world send requests only to that world', async () => {
    const { url } = await listeningServer({ world: ['alice'] });
    const page = await openWindow(`${url}/w/alice/docs/runai/#/${encodeURIComponent('Access Keys')}/get_access_keys`);
    await waitForStatus(page, 'authorized');

    expect(await sendOperation(page, `${url}/w/alice`, 'get_access_keys')).toBe(admin.email);
    expect((await readJson(`${url}/_mock/requests`)).requests).toEqual([]);
    await page.getByRole('link', { name: 'API documents' }).click();
    await page.getByRole('link', { name: 'nv-auth-mock' }).click();
    await page.waitForURL(`${url}/w/alice/`);
    await page.goto(`${url}/w/alice/docs/runai/`);
    await page.getByRole('link', { name: 'Console' }).click();
    await page.waitForURL(`${url}/w/alice/`);
  });

  it('offer keys that were created while they are open, and authorize with those that the page or its user knows', async () => {
    const { url, mock } = await startServer();
    const page = await openWindow(`${url}/docs/nvcf/#/Functions/listFunctions`);
    await waitForStatus(page, 'authorized');
    const console = await page.context().newPage();
    await console.goto(`${url}/#/identities?make=service&name=by-hand&scopes=list_functions`);
    await button(console, 'Create for All Functions').click();
    await console.getByText('by-hand was created').waitFor();
    const { key } = await mock('POST', '/keys', { ...LISTING, name: 'elsewhere' });
    // A browser without a window gives no focus.
    await page.evaluate("dispatchEvent(new Event('focus'))");
    await identitySelect(page).selectOption('by-hand (acme)');
    await waitForStatus(page, 'authorized');
    expect(await sendOperation(page, url, 'listFunctions')).toBe('by-hand');
    await identitySelect(page).selectOption('elsewhere (acme)');
    await waitForStatus(page, 'shown only when created; paste it');
    await page.getByLabel('Key or token').fill(key);
    await waitForStatus(page, 'authorized');
    expect(await sendOperation(page, url, 'listFunctions')).toBe('elsewhere');

    // Of a key of the cast that the console has rotated, it has the new text.
    await console.goto(`${url}/#/identities?who=${DEPLOYER.id}`);
    await chooseFromMenu(console, 'key nvcf-deployer', 'Rotate');
    await button(console, 'Rotate key').click();
    await console.getByText('The key has a new secret').waitFor();
    await identitySelect(page).selectOption('nvcf-deployer (acme)');
    await waitForStatus(page, 'authorized');
    expect(await sendOperation(page, url, 'listFunctions')).toBe('nvcf-deployer');
  });

  it('offer the keys that can call their API, and mark a disabled one', async () => {
    const { url, mock } = await startServer();
    await mock('PATCH', `/keys/${castKey('nvcf-invoker').id}`, { status: 'disabled' });
    const page = await openWindow(`${url}/docs/catalogue/`);
    await waitForStatus(page, 'authorized');
    const offered = await identitySelect(page).locator('option').allInnerTexts();
    expect(offered).toContain('catalogue-user (acme)');
    expect(offered).not.toContain('air-reader (acme)');

    await page.goto(`${url}/docs/nvcf/`);
    await waitForStatus(page, 'authorized');
    await identitySelect(page).selectOption('nvcf-invoker (acme, disabled)');
  });

  it('offer only another key or token if the server has an admin token', async () => {
    const { url } = await listeningServer({ adminToken: 'open-sesame' });
    const page = await openWindow(`${url}/docs/nvcf/#/Functions/listFunctions`);
    await page.getByLabel('Key or token').fill(INVOKER);
    await waitForStatus(page, 'authorized');
    expect(await identitySelect(page).locator('option').allInnerTexts()).toEqual(['another key or token']);
    expect(await page.getByRole('button', { name: /^authoriz(e$|ation button)/i }).count()).toBe(0);
    await button(page, 'Try it out').click();
    const sent = page.waitForRequest(/\/v2\/nvcf\/functions/);
    await button(page, 'Execute').click();
    expect((await sent).headers()['authorization']).toBe(`Bearer ${INVOKER}`);

    await page.goto(`${url}/docs/control/`);
    await page.locator('.opblock-tag').first().waitFor();
    expect(await identitySelect(page).count()).toBe(0);
  });

  it('show the needs of an operation in its closed row, in tags that start closed, with deprecated ones last', async () => {
    const { url } = await listeningServer();
    const page = await openWindow(`${url}/docs/nvcf/`);
    await button(page, 'Expand operation').first().waitFor();
    expect(await page.locator('.opblock').count()).toBe(0);
    await page.locator('[data-tag=Deployments]').click();
    const deploy = page.locator('.opblock[id$="-createDeployment"]');
    const needs = 'deploy_function and list_functions, of a key bound to All Functions, Function, Function Versions or';
    expect(await deploy.getByRole('button').first().innerText()).toContain(`Needs ${needs} All Entity.`);
    await deploy.getByRole('button').first().click();
    const described = await deploy.locator('.opblock-description').innerText();
    expect(described).toMatch(/^Needs: deploy_function \(Deploy Function\)/);
    expect(await deploy.getByText('Needs deploy_function').isVisible()).toBe(false);

    await page.locator('[data-tag=Clusters]').click();
    await page.locator('.opblock-deprecated').first().waitFor();
    const drawn = await page
      .locator('.opblock-tag-section', { has: page.locator('[data-tag=Clusters]') })
      .locator('.opblock')
      .evaluateAll((rows: { className: string }[]) => rows.map(({ className }) => /-deprecated/.test(className)));
    expect(drawn).toEqual([...drawn].sort());
    expect(new Set(drawn).size).toBe(2);
  });

  it.each(LOOKS)('are accessible around Swagger UI: %s, %i px wide', async (colorScheme, width) => {
    const { url } = await listeningServer();
    const page = await openWindow(`${url}/docs`, { colorScheme, viewport: { width, height: 900 } });
    expect(await findAxeViolations(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
    await page.goto(`${url}/docs/ngc/`);
    await waitForStatus(page, 'authorized');
    await identitySelect(page).selectOption('another key or token');
    await page.getByLabel('Key or token').waitFor();
    // What Swagger UI draws itself is its authors' to mend.
    expect(await findAxeViolations(page, { exclude: '#swagger-ui' })).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
  });
});
