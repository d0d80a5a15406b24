/** The console's list of everybody, and the form for keys, in a browser. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { castKey } from '../../test/support/ngc-cast.ts';
import { button, CLIPBOARD, chooseFromMenu, readClipboard, undo } from './support/elements.ts';
import { INVOKER, LISTING, startServer } from './support/server.ts';
import { describeInBrowser, setUpConsole } from './support/window.ts';

const { id: INVOKER_ID } = castKey('nvcf-invoker');

const person = (page: Page) => page.getByRole('article', { name: 'Identity' });
const tick = (page: Page, name: string) => page.getByRole('checkbox', { name }).check();

const createKey = (page: Page) => button(page, 'Create the key').click();

describeInBrowser('identities', () => {
  const { openConsole, openPage } = setUpConsole();

  it('are grouped by API and kind, can be filtered by both and searched by rights, and have addresses', async () => {
    const { page, url } = await openConsole('identities');
    const groups = page.locator('.people h2');
    await groups.first().waitFor();
    expect(await groups.allInnerTexts()).toEqual(
      expect.arrayContaining(['Cloud Functions: service keys', 'Air: personal keys', 'Run:ai: users']),
    );
    await page.getByLabel('API', { exact: true }).selectOption('air');
    await page.getByLabel('Kind').selectOption('service key');
    await expect.poll(() => page.locator('.people strong').allInnerTexts()).toEqual(['air-reader']);
    expect(page.url()).toContain('api=air');

    await page.goto(`${url}/#/identities`);
    await page.getByRole('searchbox').fill('manage_registry');
    await page.getByText('1 of 30').waitFor();
    await page.getByRole('link', { name: 'nvcf-registry-manager' }).click();
    await person(page).getByText('All Entity').waitFor();
    expect(page.url()).toContain('who=');
    await page.goto(`${url}/#/identities?who=nobody`);
    await page.getByText('No identity in this world has the id nobody any more.').waitFor();
  });

  it('have covered secrets, and can be copied as shell commands', async () => {
    const { page, url, mock } = await openConsole(`identities?who=${INVOKER_ID}`, {}, CLIPBOARD);
    await button(person(page), 'Show key').waitFor();
    expect(await page.content()).not.toContain(INVOKER);
    await button(person(page), 'Copy as curl').click();
    const curl = `curl -s '${url}/v2/nvcf/functions' -H 'Authorization: Bearer ${INVOKER}'`;
    await expect.poll(() => readClipboard(page)).toBe(curl);
    await button(person(page), 'Copy as env').click();
    const env = `export NGC_API_KEY='${INVOKER}'\nexport NVCF_BASE_URL='${url}'\n`;
    await expect.poll(() => readClipboard(page)).toBe(env);
    await button(person(page), 'Show key').click();
    expect(await page.content()).toContain(INVOKER);

    // A user has a password and an access key.
    const [user] = (await mock('GET', '/cast')).runai.users;
    await page.goto(`${url}/#/identities?who=${user.id}`);
    await button(person(page), 'Show password').click();
    const secrets = person(page).locator('.secret code');
    expect(await secrets.allInnerTexts()).toEqual(['••••••••', user.password, '••••••••']);
    await button(person(page), 'Show bearer').click();
    expect(await secrets.last().innerText()).toBe(user.bearer);
    await person(page).getByText(user.accessKey.clientId).waitFor();
  });

  it('include a key that was created with checkboxes and a preview, and that can be used', async () => {
    const { page, ask, mock } = await openConsole('identities?make=service');
    await page.getByLabel('Name').fill('made-by-hand');
    await tick(page, 'Cloud Functions');
    await tick(page, 'List Functions');
    await button(page, 'Choose a resource').click();
    const allowed = page.getByRole('region', { name: 'What it allows' });
    await allowed.getByText('listFunctionIds').waitFor();
    expect(await allowed.innerText()).not.toContain('createFunction');
    await tick(page, 'Register Function');
    await allowed.getByText('createFunction', { exact: true }).waitFor();
    await page.getByLabel('Send a first request with it').uncheck();
    await createKey(page);
    await person(page).getByText('made-by-hand was created').waitFor();
    await person(page).getByText('list_functions, register_function').waitFor();
    expect(await page.locator('.people [aria-current]').innerText()).toContain('made-by-hand');
    expect(await page.evaluate('document.activeElement.innerText')).toContain('made-by-hand was created');
    expect((await mock('GET', '/requests')).requests).toEqual([]);
    await button(person(page), 'Show key').click();
    const key = await person(page).locator('.secret code').innerText();
    expect((await ask('GET', '/v2/nvcf/functions', key)).status).toBe(200);

    await page.getByRole('link', { name: 'air-reader' }).click();
    await page.getByRole('link', { name: 'made-by-hand' }).click();
    await person(page).getByRole('heading', { name: 'made-by-hand' }).waitFor();
    expect(await person(page).getByText('was created').count()).toBe(0);
  });

  it('are bound to the widest resource of each service by default, as the preview shows, in the chosen organisation', async () => {
    const { page, mock } = await openConsole('identities?make=service&services=nvcf,nvct,air&scopes=list_tasks');
    const allowed = page.getByRole('region', { name: 'What it allows' });
    await allowed.getByText('listTasks', { exact: true }).waitFor();
    expect(await allowed.getByText('refused').count()).toBe(0);
    await page.getByText('Advanced').click();
    await page.getByLabel('Organisation').selectOption('globex');
    await button(page, 'Create for All Functions and All Tasks').click();
    await person(page).getByRole('status').getByText('may call').waitFor();

    const resource = [{ type: 'All Functions' }, { type: 'All Tasks' }];
    expect((await mock('GET', '/keys')).keys.at(-1)).toMatchObject({ org: 'globex', policy: { resource } });
    expect((await mock('GET', '/requests?limit=1')).requests[0].operation).toBe('listTasks');
  });

  it('are created without a resource only by a separate button, and their first request explains the refusal', async () => {
    const { page } = await openConsole('identities?make=service&scopes=list_functions');
    await button(page, 'Create it without a resource').click();
    const saved = person(page).getByRole('status').filter({ hasText: 'was created' });
    await saved.getByText('the key is bound to nothing').waitFor();
    await saved.getByText('can do nothing in').waitFor();
    expect(await saved.innerText()).not.toMatch(/["{}]/);
    await saved.getByRole('link', { name: 'GET /v2/nvcf/functions' }).click();

    await page.getByRole('region', { name: 'Decision' }).waitFor();
    await page.getByRole('article').getByText('incompatible_resource_type').first().waitFor();
  });

  it('have the warning of the control API beside a choice that the documents rule out', async () => {
    const { page, mock } = await openConsole(
      'identities?make=service&services=nvcf&resource=[{"type":"All Functions"}]',
    );
    await page.getByLabel('Name').fill('ruled-out');
    await tick(page, 'Manage Telemetries');
    const allowed = page.getByRole('region', { name: 'What it allows' });
    await allowed.getByText('available only with the resource type').waitFor();
    await createKey(page);
    await page.getByRole('status').getByText('available only with the resource type').waitFor();
    await page.getByText('Advanced').click();
    await tick(page, 'Allow what the documents rule out');
    await createKey(page);

    await person(page).getByText('ruled-out was created').waitFor();
    expect(await page.locator('.hint').count()).toBeGreaterThan(0);
    const { keys } = await mock('GET', '/keys');
    expect(keys.at(-1)).toMatchObject({ name: 'ruled-out', policy: { scopes: ['manage_telemetries'] } });
  });

  it('can be edited, and show when the edit takes effect', async () => {
    const { page, mock } = await openConsole(`identities?who=${INVOKER_ID}`, { propagation: 'fixed' });
    await person(page).getByRole('link', { name: 'Edit', exact: true }).click();
    await tick(page, 'List Functions');
    await button(page, 'Save changes').click();

    await person(page).getByText('nvcf-invoker was edited.').waitFor();
    await person(page).getByText('invoke_function, list_functions; takes effect at').waitFor();
    const { pending, policy } = await mock('GET', `/keys/${INVOKER_ID}`);
    expect(pending).toMatchObject([{ scopes: ['invoke_function', 'list_functions'], resource: policy.resource }]);
  });

  it('can be disabled, rotated and deleted, the last two after a confirmation, and disabled ones enabled by Undo', async () => {
    const { page, ask, mock } = await openConsole(`identities?who=${INVOKER_ID}`);
    const choose = (item: string) => chooseFromMenu(page, 'key nvcf-invoker', item);
    const readReason = async (key: string) => {
      await ask('GET', '/v2/nvcf/functions', key);
      return (await mock('GET', '/decisions?limit=1')).decisions[0].reason;
    };
    await choose('Disable');
    await person(page).getByText('The key is disabled now.').waitFor();
    await button(undo(page), 'Undo').click();
    await undo(page).getByText('is back to its state before the edit').waitFor();
    expect((await mock('GET', `/keys/${INVOKER_ID}`)).status).toBe('active');
    await choose('Rotate');
    await page.getByRole('dialog', { name: 'Rotate key nvcf-invoker?' }).waitFor();
    await button(page, 'Rotate key').click();
    await person(page).getByText('The key has a new secret').waitFor();
    expect(await readReason(INVOKER)).toBe('unknown_key');
    await button(person(page), 'Show key').click();
    expect(await readReason(await person(page).locator('.secret code').innerText())).toBe('missing_scope');
    await choose('Delete');
    await page.getByRole('dialog', { name: 'Delete key nvcf-invoker?' }).waitFor();
    expect((await mock('GET', `/keys/${INVOKER_ID}`)).id).toBe(INVOKER_ID);
    await button(page, 'Delete key').click();

    await page.locator('.view-header output', { hasText: /^29$/ }).waitFor();
    expect((await mock('GET', `/keys/${INVOKER_ID}`)).status).toBe(404);
  });

  it('have headings, what they are bound to, and a fold for those that are there to be refused', async () => {
    const { page, mock } = await openConsole('identities');
    const rows = page.locator('.people a');
    await rows.filter({ hasText: 'nvcf-invoker' }).getByText('Function echo').waitFor();
    const headings = await page.locator('.people .headings span').allInnerTexts();
    expect(headings).toEqual(['Name', 'Roles or scopes', 'Bound to']);
    const retired = rows.filter({ hasText: 'nvcf-cli-retired' }).first();
    expect(await retired.isVisible()).toBe(false);
    await page.getByText('Keys that are refused').click();
    await retired.click();
    await person(page).getByText('nvcf-cli-retired').first().waitFor();
    expect(await retired.isVisible()).toBe(true);

    // A key without a resource may use nothing in Cloud Functions.
    await mock('POST', '/keys', { ...LISTING, resource: undefined, name: 'unbound' });
    await rows.filter({ hasText: 'unbound' }).getByText('nothing').click();
    await person(page).getByText('nothing', { exact: true }).waitFor();
    await rows.filter({ hasText: 'air-reader' }).click();
    await person(page).getByText('everything of its organisation').waitFor();
  });

  it('have their allowed operations, as many as in the form, and their recent requests', async () => {
    const { url, ask, mock } = await startServer();
    const count = `of ${(await mock('GET', '/tables/nvcf')).operations.length} operations`;
    await ask('GET', '/v2/nvcf/functions');
    const page = await openPage(`${url}/#/identities?make=service&services=nvcf&scopes=invoke_function`);
    await page.getByText(count).waitFor();
    await page.goto(`${url}/#/identities?who=${INVOKER_ID}`);
    const may = person(page).getByRole('region', { name: 'What they may do' });
    await may.getByText(count).waitFor();
    const labels = (await may.getByRole('listitem').allInnerTexts()).map((text) => text.replace(/ \d+ of \d+$/, ''));
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels.length).toBeLessThan(35);
    await person(page).getByRole('link', { name: 'GET /v2/nvcf/functions' }).click();

    await page.getByRole('region', { name: 'Decision' }).waitFor();
  });

  it('have access keys of Run:ai, which are created through its own API as the user', async () => {
    const { page, ask, mock } = await openConsole('identities?text=researcher@');
    await page.getByRole('link', { name: 'researcher@acme.test' }).click();
    await button(page, 'List them').click();
    await page.getByText('researcher-key').first().waitFor();
    await page.getByLabel('Name').fill('Bad Name');
    await button(page, 'Create an access key').click();
    await page.getByRole('status').getByText('Field name is not valid').waitFor();
    await page.getByLabel('Name').fill('by-hand');
    await button(page, 'Create an access key').click();
    await page.getByText('by-hand was created').waitFor();
    const made = page.getByRole('region', { name: 'Access keys' }).locator('p', { has: page.locator('.secret') });
    await button(made, 'Show client secret').click();
    const [clientId = '', clientSecret = ''] = await made.locator('code').allInnerTexts();

    const token = await ask('POST', '/api/v1/token', '', { grantType: 'client_credentials', clientId, clientSecret });
    expect(token.status).toBe(200);
    expect((await mock('GET', '/requests?operation=create_access_key1')).requests).toHaveLength(2);
    await button(page, 'Delete by-hand').click();
    await button(page, 'Delete access key').click();
    await page.getByText('by-hand was deleted').waitFor();
  });
});
