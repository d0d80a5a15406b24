/** The console's list of faults and the form for one, in a browser. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { button, CLIPBOARD, readClipboard, readTexts, tableRows } from './support/elements.ts';
import { startServer, TOKEN_ORDER } from './support/server.ts';
import { describeInBrowser, setUpConsole } from './support/window.ts';

const LIST = 'Faults, oldest first';
const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });

async function add(page: Page): Promise<void> {
  await button(page, 'Add the fault').click();
  await page.getByText('is waiting for a request').waitFor();
}

async function startServerWithFaults() {
  const server = await startServer();
  return { ...server, readFaults: async () => (await server.mock('GET', '/faults')).faults };
}

describeInBrowser('faults', () => {
  const { openConsole, openPage } = setUpConsole();

  it('are added in a panel for an operation with a title, injected into the next request, ended, and removed', async () => {
    const { url, ask, readFaults } = await startServerWithFaults();
    const page = await openPage(`${url}/#/faults`);
    await page.getByText('No faults.').waitFor();
    await page.getByRole('link', { name: 'Add a fault' }).click();
    await page.getByLabel('One operation').check();
    // It has no path of its own, so the document does not name it.
    await page.getByRole('option', { name: 'Invoke at own host' }).waitFor({ state: 'attached' });
    await field(page, 'Operation').selectOption('Get an access token · POST /api/v1/token');
    await field(page, 'Retry-After').fill('3');
    const code = "await mock.faults.next('grant_token', { status: 503, retryAfter: 3, offDocument: true });";
    await page.getByText(code).waitFor();
    await add(page);
    expect(await page.getByRole('article', { name: 'New fault' }).count()).toBe(0);
    const rows = () => readTexts(tableRows(page, LIST));
    await expect.poll(rows).toEqual([expect.stringMatching(/Get an access token · POST \/api\/v1\/token.*0 of 1/)]);
    expect(await page.getByText('ended', { exact: true }).count()).toBe(0);

    const grant = async () => (await ask('POST', '/api/v1/token', '', TOKEN_ORDER)).status;
    expect([await grant(), await grant()]).toEqual([503, 200]);
    await expect.poll(rows).toEqual([expect.stringMatching(/1 of 1\s+ended/)]);
    await button(page, /^Remove .*-f1$/).click();
    await page.getByText('No faults.').waitFor();
    expect(await readFaults()).toEqual([]);
  });

  it('are filled in by the address, with the rarely used fields open and callers of the service suggested', async () => {
    const { url, readFaults } = await startServerWithFaults();
    const page = await openPage(`${url}/#/faults?make=yes&operation=createFunction&principal=nvcf-deployer`);
    const callers = page.locator('[id="suggestions-match.principal"] option');
    await callers.and(page.locator('[value="nvcf-invoker"]')).waitFor({ state: 'attached' });
    expect(await callers.and(page.locator('[value="admin@acme.test"]')).count()).toBe(0);
    expect(await page.getByLabel('Caller').isVisible()).toBe(true);
    await add(page);

    expect(await readFaults()).toMatchObject([
      { match: { operation: 'createFunction', principal: 'nvcf-deployer' }, times: 1, do: { status: 503 } },
    ]);
  });

  it('have errors beside their fields until these are corrected, also in a fold, which opens', async () => {
    const { page } = await openConsole('faults?operation=grant_tokn');
    const operation = field(page, 'Operation');
    await button(page, 'Add the fault').click();
    await page.getByRole('alert').getByText('Did you mean grant_token?').waitFor();
    expect(await operation.getAttribute('aria-invalid')).toBe('true');
    expect(await operation.getAttribute('aria-describedby')).toBe('wrong-match.operation');
    await operation.selectOption('Get an access token · POST /api/v1/token');
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);

    const probability = page.getByLabel('Probability');
    expect(await probability.isVisible()).toBe(false);
    await page.getByText('Advanced', { exact: true }).click();
    await probability.fill('0');
    await page.getByText('Advanced', { exact: true }).click();
    await button(page, 'Slow, 2 s').click();
    await button(page, 'Add the fault').click();
    await page.getByRole('alert').getByText('the fault would never be injected').waitFor();
    expect(await probability.isVisible()).toBe(true);
  });

  it('are refused with the labels of the form', async () => {
    const { page } = await openConsole('faults?service=nvcf');
    await page.getByLabel('Allow undocumented responses').uncheck();
    await field(page, 'Status').fill('418');
    await button(page, 'Add the fault').click();
    await page.getByText(/the vendor.s document has no status 418 for/).waitFor();
    await page.getByText('To respond with 418 anyway, tick Allow undocumented responses.').waitFor();
    await page.getByLabel('Allow undocumented responses').check();
    await button(page, 'Add the fault').click();

    await tableRows(page, LIST).getByText('service Cloud Functions').waitFor();
    await page.getByText('The vendor does not document this response.').waitFor();
  });

  it('can send a custom response, which the journal distinguishes from one of the mock', async () => {
    const { page, url, ask } = await openConsole('faults?service=nvcf&operation=listFunctions');
    await page.getByText('Advanced', { exact: true }).click();
    await page.getByLabel('Allow undocumented responses').uncheck();
    await page.getByLabel('Custom response').fill('{"status": 200, "body": {"functions": []}}');
    await button(page, 'Add the fault').click();
    await tableRows(page, LIST).getByText('a custom response with status 200').waitFor();

    expect(await (await ask('GET', '/v2/nvcf/functions')).json()).toEqual({ functions: [] });
    await page.goto(`${url}/#/requests`);
    await page.getByText('defined this response').first().waitFor();
  });

  it('can be restored after their removal, and removed after they were added, unless somebody else has done it', async () => {
    const { url, mock, readFaults } = await startServerWithFaults();
    const given = { match: { operation: 'get_users' }, times: 2, after: 1, do: { status: 418, offDocument: true } };
    const { id } = await mock('POST', '/faults', given);
    const page = await openPage(`${url}/#/faults`);
    await button(page, `Remove ${id}`).click();
    await button(page, 'Undo').click();
    await page.getByText('was added again').waitFor();
    const { match, times, after } = given;
    expect(await readFaults()).toEqual([expect.objectContaining({ match, times, after, do: { status: 418 } })]);

    const addSlow = async () => {
      await page.getByRole('link', { name: 'Add a fault' }).click();
      await field(page, 'Delay').fill('1s');
      await add(page);
    };
    await addSlow();
    await button(page, 'Undo').click();
    await expect.poll(async () => (await readFaults()).length).toBe(1);
    await addSlow();
    await button(page, 'More for all faults').click();
    await mock('DELETE', `/faults/${(await readFaults())[0].id}`);
    await button(page, 'Remove all').click();
    await page.getByText('No faults.').waitFor();
    await button(page, 'Undo').click();
    await expect.poll(() => tableRows(page, LIST).count()).toBe(2);
    await mock('DELETE', '/faults');
    await addSlow();
    await button(page, 'Undo').waitFor();
    await mock('DELETE', '/faults');
    // What is gone cannot be undone.
    await button(page, 'Undo').waitFor({ state: 'detached' });
  });

  it('are shown as code that adds an equal fault', async () => {
    const { url, mock } = await startServer();
    const match = { service: 'nvcf', probability: 0.5 };
    const first = await mock('POST', '/faults', { match, after: 2, do: { delay: { min: '1s', max: '2s' } } });
    const page = await openPage(`${url}/#/faults`, CLIPBOARD);
    await button(page, /^More for fault/).click();
    await button(page, 'Show as code').click();
    await button(page, 'Copy the code').click();
    await button(page, 'Copied').waitFor();
    const code = (await readClipboard(page)).replace(/^await /, '');
    const library = { faults: { add: (one: object) => mock('POST', '/faults', one) } };

    const { id: _, createdAt: __, ...same } = first;
    expect(await new Function('mock', `return ${code}`)(library)).toMatchObject(same);
  });

  it('show all of a long text on demand, and scroll only their table sideways', async () => {
    const { url, mock } = await startServer();
    // A fault may have no longer one.
    const principal = 'n'.repeat(16_000);
    await mock('POST', '/faults', { match: { principal, service: 'nvcf' }, do: { delay: '1s' } });
    const page = await openPage(`${url}/#/faults`, { viewport: { width: 360, height: 800 } });
    await button(page, /^Show all [\d,]+ characters/).click();
    await page.locator('main tbody').getByText(principal).first().waitFor();

    expect(await page.evaluate('document.querySelector("main").scrollWidth <= innerWidth')).toBe(true);
  });
});
