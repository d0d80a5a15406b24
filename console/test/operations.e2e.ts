/** The console's list of operations, who may call them, and the least privilege of an identity, in a browser. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { castKey } from '../../test/support/ngc-cast.ts';
import { button, readTexts } from './support/elements.ts';
import { DEPLOYER } from './support/server.ts';
import { describeInBrowser, setUpConsole } from './support/window.ts';

const panel = (page: Page) => page.getByRole('article', { name: 'Operation' });
const callers = (page: Page) => panel(page).getByRole('region', { name: 'Who may call it' }).getByRole('listitem');

const { openConsole } = setUpConsole();

describeInBrowser('the list of operations', () => {
  it('says what each needs and finds some of one API', async () => {
    const { page } = await openConsole('operations');
    const list = page.getByRole('region', { name: 'All operations' });
    await list.getByText('createDeployment', { exact: true }).waitFor();
    expect(await page.locator('.view-header .count').innerText()).toBe('349');
    await page.getByRole('combobox', { name: 'API' }).selectOption('runai');
    await page.getByRole('searchbox', { name: 'Search' }).fill('users:create');
    const found = /^create_user\s+users:create \(Create users\), granted for System or Tenant\.$/;
    await expect.poll(() => list.getByRole('link').allInnerTexts()).toEqual([expect.stringMatching(found)]);
    expect(page.url()).toContain('text=users%3Acreate');
    await page.getByRole('searchbox', { name: 'Search' }).fill('nothing has this');
    await list.getByText('No operation matches.').waitFor();
  });

  it('shows the needs of an operation and their sources, links it to the API documents, and reports an unknown one', async () => {
    const { page, url } = await openConsole('');
    await page.goto(`${url}/#/operations?service=nvcf&operation=createDeployment`);
    await panel(page)
      .getByText('and list_functions (List Functions), of a key bound to All Functions, Function,')
      .waitFor();
    expect(await panel(page).getByRole('definition').first().innerText()).toMatch(/^[a-z]+: /);
    await page.locator('[aria-current=true]').getByText('createDeployment', { exact: true }).waitFor();
    await panel(page).getByRole('link', { name: 'In the API documents' }).click();
    await page.locator('.opblock.is-open[id$="-createDeployment"]').waitFor();

    await page.goto(`${url}/#/operations?service=nvcf&operation=nothing`);
    await panel(page).getByText('No API of this server has the operation nothing.').waitFor();
  });

  it('shows who may call an operation and what the others lack, also after an edit, and tries it as an identity', async () => {
    const { page, url, mock } = await openConsole('operations?service=nvcf&operation=invokeFunction');
    await callers(page).first().waitFor();
    const texts = await readTexts(callers(page));
    expect(texts.slice(0, 2)).toEqual([expect.stringMatching(/^✓ owner/), expect.stringMatching(/^✓ nvcf-invoker/)]);
    expect(texts).toContainEqual(expect.stringMatching(/^✗ \(missing\) nvcf-deployer lacks invoke_function/));
    await mock('PATCH', `/keys/${DEPLOYER.id}`, { scopes: ['invoke_function'] });
    await expect.poll(() => readTexts(callers(page))).toContainEqual(expect.stringMatching(/^✓ nvcf-deployer/));

    await page.goto(`${url}/#/operations?service=nvcf&operation=createFunction`);
    await button(callers(page).filter({ hasText: 'nvcf-deployer' }), /^Try as/).click();
    await page.getByRole('article', { name: 'Request' }).getByText('nvcf-deployer lacks register_function').waitFor();
    const [{ operation, principal, status }] = (await mock('GET', '/requests')).requests;
    expect([operation, principal.name, status]).toEqual(['createFunction', 'nvcf-deployer', 403]);
  });
});

describeInBrowser('the least privilege of an identity', () => {
  const part = (page: Page) => page.getByRole('region', { name: 'Least privilege' });

  it('appears once it was used, as both kinds of keys, each of which can be created', async () => {
    const { id, key } = castKey('nvcf-full-access');
    const { page, ask } = await openConsole(`identities?who=${id}`);
    await part(page).getByText('No request was allowed yet.').waitFor();
    await ask('GET', '/v2/nvcf/functions', key);
    await part(page).getByText('Enough as a personal key:').waitFor();
    await part(page).getByText('Cloud Functions User', { exact: true }).waitFor();
    await part(page).getByText('Or as a service key:').waitFor();
    await part(page).getByText('Used for: 1').click();
    const used = /listFunctions list_functions \((contradicted|inferred|documented)\)$/;
    expect(await readTexts(part(page).locator('details'))).toEqual([expect.stringMatching(used)]);
    await part(page).getByRole('link', { name: 'Create this service key' }).click();
    await page.getByRole('checkbox', { name: 'List Functions', exact: true, checked: true }).waitFor();
  });

  it('replaces the rights of a key after a confirmation, and Undo restores the former rights', async () => {
    const { id, key } = DEPLOYER;
    const { page, ask, mock } = await openConsole(`identities?who=${id}`);
    await ask('GET', '/v2/nvcf/functions', key);
    const scopes = async () => (await mock('GET', `/keys/${id}`)).policy.scopes;
    await part(page).getByText('Not used: deploy_function.').waitFor();
    await button(part(page), 'Reduce the key to this').click();
    await button(page.getByRole('dialog', { name: 'Reduce nvcf-deployer?' }), 'Reduce key').click();
    await part(page).getByText('has exactly these rights').waitFor();
    expect(await scopes()).toEqual(['list_functions']);
    await button(page, 'Undo').click();

    await page.getByText('is back to its state before the edit').waitFor();
    expect(await scopes()).toEqual(['deploy_function', 'list_functions']);
  });

  it('says in words which rights of a user are broader than needed', async () => {
    const { page, ask, mock } = await openConsole('identities?text=admin%40acme.test');
    const { token } = await mock('POST', '/tokens', { for: 'admin@acme.test' });
    await ask('GET', '/api/v1/org-unit/projects', token);
    await page.locator('.entries').getByText('admin@acme.test').click();

    const advice = /^The role could be narrower: [^{}"]+ instead of [^{}"]+\.$/;
    await part(page).getByText(advice).waitFor();
  });
});
