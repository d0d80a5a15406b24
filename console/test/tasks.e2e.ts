/** What somebody who never read the documents does with the console alone: how many clicks it takes, counted in the page. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { button, requestRows } from './support/elements.ts';
import { readStatuses, sendRefusedDeployment, startServer, TOKEN_ORDER } from './support/server.ts';
import { describeInBrowser, setUpConsole } from './support/window.ts';

/** How often Tab is pressed in search of something. */
const MAX_TABS = 60;

/** Counts clicks and keys from now on. @returns a function that reads the counts */
async function countInputs(page: Page): Promise<() => Promise<{ clicks: number; keys: number }>> {
  await page.evaluate(`(() => {
    window.counted = { clicks: 0, keys: 0 };
    addEventListener('pointerdown', () => { window.counted.clicks += 1; }, true);
    addEventListener('keydown', () => { window.counted.keys += 1; }, true);
  })()`);
  return () => page.evaluate('window.counted');
}

/** Waits for something with this name, presses Tab until it has the focus, which must show, and presses a key there. */
async function pressAt(page: Page, name: string, key = 'Enter'): Promise<void> {
  await page.getByText(name).locator('visible=true').first().waitFor();
  for (let pressed = 0; pressed < MAX_TABS; pressed += 1) {
    await page.keyboard.press('Tab');
    const [text, outline] = (await page.evaluate(`(() => {
      const at = document.activeElement;
      const label = at.labels?.[0]?.innerText ?? at.getAttribute('aria-label') ?? at.innerText ?? '';
      return [label.trim().replaceAll(/\\s+/g, ' '), getComputedStyle(at).outlineStyle];
    })()`)) as [string, string];
    if (!text.startsWith(name)) continue;
    expect([name, outline]).not.toEqual([name, 'none']);
    return await page.keyboard.press(key);
  }
  throw new Error(`Tab does not lead to “${name}”`);
}

/** Goes to a view by a part of its name. */
async function goTo(page: Page, view: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Go to' }).waitFor();
  await page.keyboard.type(view);
  await page.getByRole('dialog', { name: 'Go to' }).getByRole('option', { name: view }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: view }).first().waitFor();
}

const { openConsole, openPage } = setUpConsole();

describeInBrowser('a user with the keyboard alone', () => {
  it('explains and fixes a refused deployment, waits for the edit, creates a key with the least rights, and exports the requests', async () => {
    const server = await startServer({ propagation: 'fixed' });
    await sendRefusedDeployment(server);
    await server.mock('POST', '/clock/freeze', {});
    const page = await openPage(server.url);
    await page.locator('.count').getByText('2', { exact: true }).waitFor();

    // Why was it refused, and what mends it? It is opened already: the first key goes to the list.
    await page.getByRole('article').getByText('nvcf-registrar lacks deploy_function and list_functions.').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await pressAt(page, 'Fix and send again');
    await page.getByText('Sent again, but still refused.').waitFor();

    // The edit counts in a quarter of an hour, to which the clock is moved.
    await pressAt(page, 'Apply version 2 now', 'ArrowDown');
    await pressAt(page, 'Move the clock and send again');
    await page.getByText('Fixed and sent again.').waitFor();

    // A key with the least rights for what was just done. Enter in a field sends its form.
    await goTo(page, 'nvcf-registrar');
    await pressAt(page, 'Create this service key');
    await page.getByRole('checkbox', { name: 'Deploy Function' }).waitFor();
    await pressAt(page, 'Name');
    await page.getByText('nvcf-registrar-least was created').waitFor();
    await pressAt(page, 'Show key');
    const text = await page.locator('.secret code').innerText();
    expect((await server.ask('GET', '/v2/nvcf/functions', text)).status).toBe(200);

    // The run, for others.
    await goTo(page, 'Requests');
    await pressAt(page, 'Export');
    const saved = page.waitForEvent('download');
    await pressAt(page, 'HAR');
    const har = readFileSync(await (await saved).path(), 'utf8');
    const statuses = JSON.parse(har).log.entries.map(
      (entry: { response: { status: number } }) => entry.response.status,
    );
    expect(statuses).toEqual([200, 403, 403, 200, 200, 200]);
    expect(har).not.toContain(text);
  });
});

describeInBrowser('a user with the mouse alone', () => {
  it('fixes the newest refusal, which is opened by itself, and sends it again in one click', async () => {
    const server = await startServer();
    await sendRefusedDeployment(server);
    const page = await openPage(server.url);
    const counted = await countInputs(page);
    await button(page, 'Fix and send again').click();
    await page.getByText('Fixed and sent again.').waitFor();

    expect(await counted()).toEqual({ clicks: 1, keys: 0 });
    expect(await readStatuses(server, 'operation=createDeployment')).toEqual([200, 403]);
  });

  it('creates and uses a key with two scopes in five clicks', async () => {
    const { page, mock } = await openConsole('');
    const counted = await countInputs(page);
    await page.getByRole('link', { name: 'Identities' }).click();
    await page.getByRole('link', { name: 'Create a key' }).click();
    await page.getByRole('checkbox', { name: 'List Functions', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Invoke Function', exact: true }).click();
    await button(page, 'Create for All Functions').click();
    await page.getByRole('article', { name: 'Identity' }).getByText('may call').waitFor();

    expect(await counted()).toEqual({ clicks: 5, keys: 0 });
    const [request] = (await mock('GET', '/requests')).requests;
    expect([request.status, request.principal.name]).toEqual([200, 'my-key']);
  });

  it('moves the clock to the expiry of an issued token in two clicks, which can be undone', async () => {
    const { url, ask, mock } = await startServer();
    const { accessToken } = await (await ask('POST', '/api/v1/token', '', TOKEN_ORDER)).json();
    const page = await openPage(url);
    const counted = await countInputs(page);
    const move = button(page, 'Move the clock there');
    await requestRows(page).filter({ hasText: '/api/v1/token' }).click();
    await move.click();
    await page.getByText('expired at').waitFor();

    expect(await counted()).toEqual({ clicks: 2, keys: 0 });
    expect((await ask('GET', '/api/v1/users', accessToken)).status).toBe(401);
    expect((await mock('GET', '/requests?limit=1')).requests[0].reason).toBe('expired_token');
    expect(await move.count()).toBe(0);
    await button(page, 'Undo').click();
    await move.waitFor();
    expect((await ask('GET', '/api/v1/users', accessToken)).status).toBe(200);
  });

  it('makes the next token request fail in three clicks', async () => {
    const { page, ask } = await openConsole('');
    const counted = await countInputs(page);
    await page.getByRole('link', { name: 'Faults' }).click();
    await page.getByRole('link', { name: 'Add a fault' }).click();
    await button(page, 'Add the fault').click();
    await page.getByText('is waiting for a request').waitFor();

    expect(await counted()).toEqual({ clicks: 3, keys: 0 });
    const grant = async () => (await ask('POST', '/api/v1/token', '', TOKEN_ORDER)).status;
    expect([await grant(), await grant()]).toEqual([503, 200]);
  });

  it('finds the scopes for a deployment in two clicks', async () => {
    const { page } = await openConsole('');
    const counted = await countInputs(page);
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('link', { name: 'createDeployment' }).click();
    await page.getByText('Needs: deploy_function (Deploy Function) and list_functions (List Functions)').waitFor();

    expect(await counted()).toEqual({ clicks: 2, keys: 0 });
  });
});
