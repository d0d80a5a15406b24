/** What somebody who never read the documents does with the console alone. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { requestRows, startServer } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const REGISTRAR = castKey('nvcf-registrar').key;

const FUNCTION = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };
const DEPLOYMENT = {
  deploymentSpecifications: [
    { gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1, clusters: ['acme-1'] },
  ],
};

/** How often Tab is pressed in search of something. */
const MAX_TABS = 60;

/** Waits for something with this name, and presses Tab until it has the focus, which must show. */
async function tabTo(page: Page, name: string): Promise<void> {
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
    return;
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

describe.runIf(hasBrowser)('a user with the console and the keyboard alone', () => {
  const openPage = setUpBrowser();

  it('explains and fixes a refused deployment, waits for the edit, creates a key with the least rights, and exports the requests', async () => {
    const { url, ask, mock } = await startServer({ propagation: 'fixed' });
    const made = await ask('POST', '/v2/nvcf/functions', REGISTRAR, FUNCTION);
    const { id, versionId } = ((await made.json()) as { function: { id: string; versionId: string } }).function;
    const path = `/v2/nvcf/deployments/functions/${id}/versions/${versionId}`;
    const deploy = () => ask('POST', path, REGISTRAR, DEPLOYMENT);
    expect((await deploy()).status).toBe(403);
    await mock('POST', '/clock/freeze', {});
    const page = await openPage(url);
    await page.locator('.count').getByText('2', { exact: true }).waitFor();

    // Why was it refused, and what mends it? It is opened already: the first key goes to the list.
    await page.getByRole('article').getByText('nvcf-registrar lacks').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Fix and send again');
    await page.keyboard.press('Enter');
    await page.getByText('Sent again, but still refused.').waitFor();

    // The edit counts in a quarter of an hour, to which the clock is moved.
    await tabTo(page, 'Apply version 2 now');
    await page.keyboard.press('ArrowDown');
    await tabTo(page, 'Move the clock and send again');
    await page.keyboard.press('Enter');
    await page.getByText('Fixed and sent again.').waitFor();

    // A key with the least rights for what was just done.
    await goTo(page, 'nvcf-registrar');
    await tabTo(page, 'Create this service key');
    await page.keyboard.press('Enter');
    await page.getByRole('checkbox', { name: 'Deploy Function' }).waitFor();
    // Enter in a field sends its form.
    await tabTo(page, 'Name');
    await page.keyboard.press('Enter');
    await page.getByText('nvcf-registrar-least was created').waitFor();
    await tabTo(page, 'Show key');
    await page.keyboard.press('Enter');
    expect(await page.locator('.secret code').innerText()).toMatch(/^nvapi-/);

    // The run, for others.
    await goTo(page, 'Requests');
    await tabTo(page, 'Export');
    await page.keyboard.press('Enter');
    await tabTo(page, 'HAR');
    const saved = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    const har = JSON.parse(readFileSync(await (await saved).path(), 'utf8'));
    expect(har.log.entries.map((entry: { response: { status: number } }) => entry.response.status)).toEqual([
      200, 403, 403, 200, 200,
    ]);
  });
});

describe.runIf(hasBrowser)('a user with the console and the mouse alone', () => {
  const openPage = setUpBrowser();

  it('explains and fixes a refused deployment, waits for the edit, creates a key with the least rights, and exports the requests', async () => {
    const { url, ask } = await startServer({ propagation: 'fixed' });
    const made = await ask('POST', '/v2/nvcf/functions', REGISTRAR, FUNCTION);
    const { id, versionId } = ((await made.json()) as { function: { id: string; versionId: string } }).function;
    const path = `/v2/nvcf/deployments/functions/${id}/versions/${versionId}`;
    const deploy = (key: string) => ask('POST', path, key, DEPLOYMENT);
    expect((await deploy(REGISTRAR)).status).toBe(403);
    const page = await openPage(url);

    // Why was it refused?
    await requestRows(page).filter({ hasText: '403' }).click();
    const picture = page.getByRole('region', { name: 'Decision' });
    await picture.getByText('nvcf-registrar lacks deploy_function and list_functions.').waitFor();

    // It is mended.
    await picture.getByRole('button', { name: 'Fix and send again' }).click();
    await page.getByText('Sent again, but still refused.').waitFor();

    // When does the edit count? In a quarter of an hour, to which the clock is moved.
    await picture.getByText('Required and held').click();
    await picture.getByRole('link', { name: 'See when' }).click();
    const goThere = page.getByRole('button', { name: /^Go there ?: version 2 of nvcf-registrar/ });
    await goThere.waitFor();
    expect((await deploy(REGISTRAR)).status).toBe(403);
    await goThere.click();
    await page.getByText('Meanwhile: version 2 of nvcf-registrar takes effect').waitFor();
    expect((await deploy(REGISTRAR)).status).toBe(200);

    // A key with the least rights for what was just done.
    await page.getByRole('link', { name: 'Identities' }).click();
    await page.locator('.entries').getByText('nvcf-registrar').click();
    await page.getByRole('link', { name: 'Create this service key' }).click();
    await page.getByRole('checkbox', { name: 'Deploy Function' }).waitFor();
    const ticked = page.getByRole('group').getByRole('checkbox', { checked: true });
    expect(await ticked.count()).toBe(4);
    await page.getByRole('button', { name: 'Create the key' }).click();
    await page.getByText('nvcf-registrar-least was created').waitFor();
    await page.getByRole('button', { name: 'Show key' }).click();
    const text = await page.locator('.secret code').innerText();
    expect((await ask('POST', '/v2/nvcf/functions', text, FUNCTION)).status).toBe(200);
    expect((await ask('DELETE', path, text)).status).toBe(200);
    expect((await ask('DELETE', `/v2/nvcf/functions/${id}/versions/${versionId}`, text)).status).toBe(403);

    // The run, for others.
    await page.getByRole('link', { name: /^Requests/ }).click();
    await page.getByRole('button', { name: 'Export' }).click();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'HAR' }).click();
    const har = JSON.parse(readFileSync(await (await saved).path(), 'utf8'));
    const statuses = har.log.entries.map((entry: { response: { status: number } }) => entry.response.status);
    expect(statuses).toEqual([200, 403, 403, 403, 200, 200, 200, 200, 403]);
    expect(JSON.stringify(har)).not.toContain(text);
  });
});
