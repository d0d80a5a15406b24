/** The console's list of everybody, and the form for keys, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { findAxeViolations } from './support/axe.ts';
import { INVOKER, startServer } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const { id: INVOKER_ID } = castKey('nvcf-invoker');

const person = (page: Page) => page.getByRole('article', { name: 'Identity' });
const tick = (page: Page, name: string) => page.getByRole('checkbox', { name }).check();

/** Chooses an item in the menu of a key. */
async function chooseFromMenu(page: Page, name: string): Promise<void> {
  await person(page)
    .getByRole('button', { name: /^More for key/ })
    .click();
  await page.locator('.menu').getByRole('button', { name, exact: true }).click();
}

describe.runIf(hasBrowser)('identities', () => {
  const openPage = setUpBrowser();

  it('can be searched by rights, and have addresses', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/identities`);
    await page.getByRole('searchbox').fill('manage_registry');
    await page.getByText('1 of 30').waitFor();
    await page.getByRole('link', { name: 'nvcf-registry-manager' }).click();

    await person(page).getByText('All Entity').waitFor();
    expect(page.url()).toContain('who=');
    await page.goto(`${url}/#/identities?who=nobody`);
    await page.getByText('No identity in this world has the id nobody any more.').waitFor();
  });

  it('have covered secrets, and can be copied as shell commands', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/identities?who=${INVOKER_ID}`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await person(page).getByRole('button', { name: 'Show key' }).waitFor();
    expect(await page.content()).not.toContain(INVOKER);
    await person(page).getByRole('button', { name: 'Copy as curl' }).click();
    await person(page).getByText('Copied').waitFor();
    const curl = await page.evaluate('navigator.clipboard.readText()');
    await person(page).getByRole('button', { name: 'Copy as env' }).click();
    await expect
      .poll(() => page.evaluate('navigator.clipboard.readText()'))
      .toBe(`export NGC_API_KEY='${INVOKER}'\nexport NVCF_BASE_URL='${url}'\n`);

    expect(curl).toBe(`curl -s '${url}/v2/nvcf/functions' -H 'Authorization: Bearer ${INVOKER}'`);
    await person(page).getByRole('button', { name: 'Show key' }).click();
    expect(await page.content()).toContain(INVOKER);
  });

  it('have all their credentials: a user has a password and an access key', async () => {
    const { url, mock } = await startServer();
    const { users } = (await mock('GET', '/cast')).runai;
    const page = await openPage(`${url}/#/identities?who=${users[0].id}`);
    await person(page).getByRole('button', { name: 'Show password' }).click();

    expect(await person(page).locator('.secret code').allInnerTexts()).toEqual([
      '••••••••',
      users[0].password,
      '••••••••',
    ]);
    await person(page).getByRole('button', { name: 'Show bearer' }).click();
    expect(await person(page).locator('.secret code').last().innerText()).toBe(users[0].bearer);
    await person(page).getByText(users[0].accessKey.clientId).waitFor();
  });

  it('have the binding of a key without a resource, which is nothing in Cloud Functions', async () => {
    const { url, mock } = await startServer();
    const order = { type: 'service', services: ['nvcf'], scopes: ['invoke_function'] };
    const { id } = await mock('POST', '/keys', { ...order, name: 'unbound' });
    const page = await openPage(`${url}/#/identities?who=${id}`);
    await person(page).getByText('nothing', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'unbound' }).getByText('nothing').waitFor();
    await page.getByRole('link', { name: 'air-reader' }).click();

    await person(page).getByText('everything of its organisation').waitFor();
  });

  it('include a key that was created with checkboxes and a preview, and that can be used', async () => {
    const { url, ask, mock } = await startServer();
    const page = await openPage(`${url}/#/identities`);
    await page.getByRole('link', { name: 'Create a key' }).click();
    await page.getByLabel('Name').fill('made-by-hand');
    await tick(page, 'Cloud Functions');
    await tick(page, 'List Functions');
    await page.getByRole('button', { name: 'Choose a resource' }).click();
    const allowed = page.getByRole('region', { name: 'What it allows' });
    await allowed.getByText('listFunctionIds').waitFor();
    expect(await allowed.innerText()).not.toContain('createFunction');
    await tick(page, 'Register Function');
    await allowed.getByText('createFunction', { exact: true }).waitFor();
    await page.getByLabel('Send a first request with it').uncheck();
    await page.getByRole('button', { name: 'Create the key' }).click();
    await person(page).getByText('made-by-hand was created').waitFor();
    await person(page).getByText('list_functions, register_function').waitFor();
    expect(await page.locator('.people [aria-current]').innerText()).toContain('made-by-hand');
    expect(await page.evaluate('document.activeElement.innerText')).toContain('made-by-hand was created');
    expect((await mock('GET', '/requests')).requests).toEqual([]);
    await person(page).getByRole('button', { name: 'Show key' }).click();
    const key = await person(page).locator('.secret code').innerText();

    expect((await ask('GET', '/v2/nvcf/functions', key)).status).toBe(200);
    await page.getByRole('link', { name: 'air-reader' }).click();
    await page.getByRole('link', { name: 'made-by-hand' }).click();
    await person(page).getByRole('heading', { name: 'made-by-hand' }).waitFor();
    expect(await person(page).getByText('was created').count()).toBe(0);
  });

  it('are bound to the widest resource of each service by default, as the preview shows', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/identities?make=service&services=nvcf,nvct,air&scopes=list_tasks`);
    const allowed = page.getByRole('region', { name: 'What it allows' });
    await allowed.getByText('listTasks', { exact: true }).waitFor();
    expect(await allowed.getByText('refused').count()).toBe(0);
    await page.getByRole('button', { name: 'Create for All Functions and All Tasks' }).click();
    await person(page).getByRole('status').getByText('may call').waitFor();

    expect((await mock('GET', '/keys')).keys.at(-1).policy.resource).toMatchObject([
      { type: 'All Functions' },
      { type: 'All Tasks' },
    ]);
    expect((await mock('GET', '/requests?limit=1')).requests[0].operation).toBe('listTasks');
  });

  it('are created without a resource only by a separate button, and their first request explains the refusal', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/identities?make=service&scopes=list_functions`);
    await page.getByRole('button', { name: 'Create it without a resource' }).click();
    const saved = person(page).getByRole('status').filter({ hasText: 'was created' });
    await saved.getByText('the key is bound to nothing').waitFor();
    await saved.getByText('can do nothing in').waitFor();
    expect(await saved.innerText()).not.toMatch(/["{}]/);
    await saved.getByRole('link', { name: 'GET /v2/nvcf/functions' }).click();
    await page.getByRole('region', { name: 'Decision' }).waitFor();

    const [sent] = (await mock('GET', '/requests?limit=1')).requests;
    expect(sent).toMatchObject({ operation: 'listFunctions', status: 403, reason: 'incompatible_resource_type' });
  });

  it('have the warning of the control API beside a choice that the documents rule out', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/identities?make=service&services=nvcf&resource=[{"type":"All Functions"}]`);
    await page.getByLabel('Name').fill('ruled-out');
    await tick(page, 'Manage Telemetries');
    const allowed = page.getByRole('region', { name: 'What it allows' });
    await allowed.getByText('available only with the resource type').waitFor();
    await page.getByRole('button', { name: 'Create the key' }).click();
    await page.getByRole('status').getByText('available only with the resource type').waitFor();
    expect(await page.getByRole('article', { name: 'New key' }).innerText()).not.toContain('"force"');
    await page.getByText('Advanced').click();
    await tick(page, 'Allow what the documents rule out');
    await page.getByRole('button', { name: 'Create the key' }).click();

    await person(page).getByText('ruled-out was created').waitFor();
    expect(await page.locator('.hint').count()).toBeGreaterThan(0);
    const { keys } = await mock('GET', '/keys');
    expect(keys.at(-1)).toMatchObject({ name: 'ruled-out', policy: { scopes: ['manage_telemetries'] } });
  });

  it('have the same number of operations in the form and in the panel', async () => {
    const { url, mock } = await startServer();
    const { operations } = await mock('GET', '/tables/nvcf');
    const page = await openPage(`${url}/#/identities?make=service&services=nvcf&scopes=invoke_function`);
    await page.getByText(`of ${operations.length} operations`).waitFor();
    await page.goto(`${url}/#/identities?who=${INVOKER_ID}`);
    await person(page).getByText(`of ${operations.length} operations`).waitFor();
  });

  it('can be edited, and show when the edit takes effect', async () => {
    const { url, mock } = await startServer({ propagation: 'fixed' });
    const page = await openPage(`${url}/#/identities?who=${INVOKER_ID}`);
    await person(page).getByRole('link', { name: 'Edit', exact: true }).click();
    await tick(page, 'List Functions');
    await page.getByRole('button', { name: 'Save changes' }).click();

    await person(page).getByText('nvcf-invoker was edited.').waitFor();
    await person(page).getByText('invoke_function, list_functions; takes effect at').waitFor();
    const { pending, policy } = await mock('GET', `/keys/${INVOKER_ID}`);
    expect(pending[0].scopes).toEqual(['invoke_function', 'list_functions']);
    expect(pending[0].resource).toEqual(policy.resource);
  });

  it('can be disabled, rotated and deleted, the last two after a confirmation', async () => {
    const { url, ask, mock } = await startServer();
    const page = await openPage(`${url}/#/identities?who=${INVOKER_ID}`);
    await chooseFromMenu(page, 'Disable');
    await person(page).getByText('The key is disabled now.').waitFor();
    await chooseFromMenu(page, 'Enable');
    await chooseFromMenu(page, 'Rotate');
    await page.getByRole('dialog', { name: 'Rotate key nvcf-invoker?' }).waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Rotate key' }).click();
    await person(page).getByText('The key has a new secret').waitFor();
    await ask('GET', '/v2/nvcf/functions');
    expect((await mock('GET', '/decisions?limit=1')).decisions[0].reason).toBe('unknown_key');
    await person(page).getByRole('button', { name: 'Show key' }).click();
    const key = await person(page).locator('.secret code').innerText();
    await ask('GET', '/v2/nvcf/functions', key);
    expect((await mock('GET', '/decisions?limit=1')).decisions[0].reason).toBe('missing_scope');
    await chooseFromMenu(page, 'Delete');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('More for key nvcf-invoker');
    expect((await mock('GET', `/keys/${INVOKER_ID}`)).id).toBe(INVOKER_ID);
    await chooseFromMenu(page, 'Delete');
    await page.getByRole('dialog', { name: 'Delete key nvcf-invoker?' }).waitFor();
    await page.getByRole('button', { name: 'Delete key' }).click();

    await page.locator('.view-header output', { hasText: /^29$/ }).waitFor();
    expect((await mock('GET', `/keys/${INVOKER_ID}`)).status).toBe(404);
  });

  it('have an undo unless a different client has changed them since', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/identities?who=${INVOKER_ID}`);
    const undo = page.getByRole('complementary', { name: 'Undo' });
    const status = async () => (await mock('GET', `/keys/${INVOKER_ID}`)).status;
    await chooseFromMenu(page, 'Disable');
    await undo.getByRole('button', { name: 'Undo' }).click();
    await undo.getByText('is back to its state before the edit').waitFor();
    expect(await status()).toBe('active');
    await chooseFromMenu(page, 'Disable');
    await undo.getByText('was edited').waitFor();
    await undo.getByRole('button', { name: 'Undo' }).waitFor();
    await mock('PATCH', `/keys/${INVOKER_ID}`, { scopes: ['list_functions'] });
    await expect.poll(() => undo.getByRole('button', { name: 'Undo' }).count()).toBe(0);
    expect(await status()).toBe('disabled');
  });

  it('are grouped by API and kind, and can be filtered by both', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/identities`);
    const groups = page.locator('.people h2');
    await groups.first().waitFor();
    expect(await groups.allInnerTexts()).toEqual(
      expect.arrayContaining(['Cloud Functions: service keys', 'Air: personal keys', 'Run:ai: users']),
    );
    await page.getByLabel('API', { exact: true }).selectOption('air');
    await page.getByLabel('Kind').selectOption('service key');

    await expect.poll(() => page.locator('.people strong').allInnerTexts()).toEqual(['air-reader']);
    expect(page.url()).toContain('api=air');
  });

  it('have headings, names of what they are bound to, and a fold for those that are there to be refused', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/identities`);
    const rows = page.locator('.people a');
    await rows.filter({ hasText: 'nvcf-invoker' }).getByText('Function echo').waitFor();
    expect(await page.locator('.people .headings span').allInnerTexts()).toEqual([
      'Name',
      'Roles or scopes',
      'Bound to',
    ]);
    const retired = rows.filter({ hasText: 'nvcf-cli-retired' }).first();
    expect(await retired.isVisible()).toBe(false);
    await page.getByText('Keys that are refused').click();
    await retired.click();

    await person(page).getByText('nvcf-cli-retired').first().waitFor();
    expect(await retired.isVisible()).toBe(true);
  });

  it('keep the height of their rows when one of them is opened', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/identities`);
    const row = page.locator('.people a', { hasText: 'air-reader' });
    const before = await row.boundingBox();
    await page.locator('.people a', { hasText: 'nvcf-invoker' }).click();
    await person(page).waitFor();
    const after = await row.boundingBox();

    expect([after?.x, after?.y, after?.height]).toEqual([before?.x, before?.y, before?.height]);
  });

  it('have room for their filters beside the form for a key', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/identities?make=service`, { viewport: { width: 1280, height: 800 } });
    await page.getByRole('article', { name: 'New key' }).waitFor();
    const fits = `[...document.querySelectorAll('main search, main search > *')].every(
      ({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth + 2)`;

    expect(await page.evaluate(fits)).toBe(true);
  });

  it('have their allowed operations and their recent requests', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    const page = await openPage(`${url}/#/identities?who=${INVOKER_ID}`);
    const may = person(page).getByRole('region', { name: 'What they may do' });
    await may.getByText(/: \d+ of \d+ operations/).waitFor();
    const labels = (await may.getByRole('listitem').allInnerTexts()).map((text) => text.replace(/ \d+ of \d+$/, ''));
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels.length).toBeLessThan(35);
    await person(page).getByRole('link', { name: 'GET /v2/nvcf/functions' }).click();

    await page.getByRole('region', { name: 'Decision' }).waitFor();
  });

  it('are created in the chosen organisation', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/identities?make=service&name=of-globex&services=nvcf&scopes=list_functions`);
    await page.getByText('Advanced').click();
    await page.getByLabel('Organisation').selectOption('globex');
    await page.getByRole('button', { name: 'Create for All Functions' }).click();
    await person(page).getByText('of-globex was created').waitFor();

    expect((await mock('GET', '/keys')).keys.at(-1)).toMatchObject({ name: 'of-globex', org: 'globex' });
  });

  it('are offered everywhere as soon as any client creates them', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/operations?service=nvcf&operation=listFunctions`);
    const caller = (name: string) =>
      page.getByRole('region', { name: 'Who may call it' }).getByRole('link', { name, exact: true });
    await caller('nvcf-invoker').waitFor();
    const order = {
      type: 'service',
      services: ['nvcf'],
      scopes: ['list_functions'],
      resource: { type: 'All Functions' },
    };
    const { id } = await mock('POST', '/keys', { ...order, name: 'by-curl' });
    await caller('by-curl').waitFor();

    await mock('POST', '/keys', { type: 'personal', name: 'personal-by-curl', services: ['nvcf'], roles: [] });
    await page.goto(`${url}/#/faults?service=nvcf`);
    const callers = page.locator('[id="suggestions-match.principal"] option');
    const names = () => callers.evaluateAll((all) => all.map((one) => one.getAttribute('value')));
    await expect.poll(names).toContain('personal-by-curl');
    await mock('DELETE', `/keys/${id}`);
    await expect.poll(names).not.toContain('by-curl');

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to' }).fill('personal-by-curl');
    await page.getByRole('option', { name: 'personal-by-curl' }).waitFor();
  });

  it('have access keys of Run:ai, which are created through its own API as the user', async () => {
    const { url, ask, mock } = await startServer();
    const page = await openPage(`${url}/#/identities?text=researcher@`);
    await page.getByRole('link', { name: 'researcher@acme.test' }).click();
    await page.getByRole('button', { name: 'List them' }).click();
    await page.getByText('researcher-key').first().waitFor();
    await page.getByLabel('Name').fill('Bad Name');
    await page.getByRole('button', { name: 'Create an access key' }).click();
    await page.getByRole('status').getByText('Field `name` is not valid'.replaceAll('`', '')).waitFor();
    await page.getByLabel('Name').fill('by-hand');
    await page.getByRole('button', { name: 'Create an access key' }).click();
    await page.getByText('by-hand was created').waitFor();
    const made = page.getByRole('region', { name: 'Access keys' }).locator('p', { has: page.locator('.secret') });
    await made.getByRole('button', { name: 'Show client secret' }).click();
    const [clientId = '', clientSecret = ''] = await made.locator('code').allInnerTexts();

    const token = await ask('POST', '/api/v1/token', '', { grantType: 'client_credentials', clientId, clientSecret });
    expect(token.status).toBe(200);
    const { requests } = await mock('GET', '/requests?operation=create_access_key1');
    expect(requests).toHaveLength(2);
    await page.getByRole('button', { name: 'Delete by-hand' }).click();
    await page.getByRole('button', { name: 'Delete access key' }).click();
    await page.getByText('by-hand was deleted').waitFor();
  });
});
