/** What somebody who never read the documents does with the console, and with the keyboard alone. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { sendRefusedDeployment, startServer } from './support/server.ts';
import { describeInBrowser, setUpConsole } from './support/window.ts';

/** How often Tab is pressed in search of something. */
const MAX_TABS = 60;

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

const { openPage } = setUpConsole();

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
