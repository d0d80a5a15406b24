/** The panels beside the lists of the console, in a browser. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { admin } from '../../test/support/cast.ts';
import { button, CLIPBOARD, readClipboard, readTexts, requestPanel, requestRows } from './support/elements.ts';
import { DEPLOYER, FUNCTION, INVOKER, REGISTRAR, startServer } from './support/server.ts';
import { describeInBrowser, setUpConsole } from './support/window.ts';

/** A function that the invoker of the cast is not bound to. */
const OTHER_FUNCTION = '3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0002';

const readFocusedElement = (page: Page) => page.evaluate('document.activeElement.outerHTML') as Promise<string>;
const readMarks = async (page: Page) =>
  (await requestPanel(page).locator('.dot').allInnerTexts()).map((mark) => mark || '-').join(' ');

const { openConsole, openPage } = setUpConsole();

describeInBrowser('the panel of a request', () => {
  it('explains an error in one sentence, and in the vendor’s words, also if access was allowed', async () => {
    const { page, ask, mock } = await openConsole('requests');
    const { token } = await mock('POST', '/tokens', { for: admin.email });
    for (const [method, path, sender, body, ours, vendors] of [
      ['POST', '/v2/nvcf/functions', REGISTRAR.key, { name: 'f' }, 'Field inferenceUrl is missing', 'Validation'],
      ['PUT', '/api/v1/users', '', {}, '/api/v1/users does not support PUT; use GET', 'Run:ai answered:'],
      ['POST', '/api/v1/users', token, { email: admin.email }, 'Allowed', 'Resource with this name already exists'],
    ] as const) {
      const { status } = await ask(method, path, sender, body);
      await requestRows(page).first().getByText(String(status), { exact: true }).click();
      await requestPanel(page).locator('.verdict').getByText(ours).waitFor();
      expect(await requestPanel(page).locator('.verdict').count()).toBe(1);
      await requestPanel(page).getByRole('region', { name: 'words' }).getByText(vendors).first().waitFor();
    }
  });

  it('shows a hint once, and none that a fix repeats', async () => {
    const { page, ask } = await openConsole('requests');
    await ask('GET', '/v2/nvcf/functions', 'undefined');
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await requestRows(page).filter({ hasText: 'unsupported_token' }).click();
    await requestPanel(page).getByRole('heading', { name: 'How to fix it' }).waitFor();
    expect(await requestPanel(page).getByText('The header has a placeholder').locator('visible=true').count()).toBe(1);
    await requestRows(page).filter({ hasText: 'missing_scope' }).click();
    await requestPanel(page).getByText('add the scope').first().waitFor();

    expect(await requestPanel(page).locator('.hint').count()).toBe(0);
  });

  it('shows the required rights and all that its caller holds, folded', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '/v2/nvcf/functions', DEPLOYER.key);
    const { decisions } = await mock('GET', '/decisions?limit=1');
    const { rules } = await mock('GET', '/tables/nvcf');
    const { needs } = rules.find(({ id }: { id: string }) => id === decisions[0].rule);
    const page = await openPage(`${url}/#/requests`);
    await requestRows(page).first().click();
    await requestPanel(page).getByText('Required and held').click();

    expect(await readTexts(page.locator('.sides section:first-child .rights li'))).toEqual(
      [...(needs.all ?? []), ...(needs.any ?? [])].map((id: string) =>
        decisions[0].used.includes(id) ? `✓ ${id}` : `· (not held, not needed) ${id}`,
      ),
    );
    const held = await readTexts(page.locator('.sides section:last-child .rights li'));
    expect(held).toEqual(['✓ deploy_function', '✓ list_functions used']);
  });

  it('shows when a pending edit of the caller takes effect, and its effect on the request', async () => {
    const { url, ask, mock } = await startServer({ propagation: 'fixed' });
    await mock('POST', '/clock/set', { to: '2030-01-15T12:00:00Z' });
    await mock('POST', '/clock/freeze', {});
    await mock('PATCH', `/keys/${REGISTRAR.id}`, { scopes: ['register_function', 'list_functions'] });
    await ask('GET', '/v2/nvcf/functions', REGISTRAR.key);
    const version = '3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001/versions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0002';
    await ask('POST', `/v2/nvcf/deployments/functions/${version}`, REGISTRAR.key, {});
    const page = await openPage(`${url}/#/requests`);
    await requestRows(page).filter({ hasText: 'createDeployment' }).click();
    await requestPanel(page).getByText('Required and held').click();
    // Of two missing scopes, it brings one.
    await requestPanel(page).locator('li.missing').getByText('takes effect at').waitFor();
    expect(await readTexts(requestPanel(page).locator('li.missing'))).toEqual([
      expect.stringMatching(/deploy_function$/),
      expect.stringMatching(/list_functions takes effect at 12:15:00$/),
    ]);
    await requestRows(page).filter({ hasText: 'listFunctions' }).click();
    const held = requestPanel(page).locator('.sides section:last-child');
    await requestPanel(page).getByText('Required and held').click();
    await held.getByText('Version 2 takes effect at 12:15:00').waitFor();
    expect(await held.innerText()).toMatch(/Version 2 takes effect at 12:15:00\s+in 15 min and would allow it/);
    expect(await requestPanel(page).innerText()).not.toContain('2030-01-15T');
    await held.getByRole('link', { name: 'See when' }).click();
    await expect.poll(() => page.url()).toMatch(/#\/clock$/);
  });

  it('shows the step that refused the request, and no passed step if a fault answered', async () => {
    const { page, ask, mock } = await openConsole('requests');
    for (const [status, method, path, token, marks] of [
      ['403', 'POST', '/v2/nvcf/functions', INVOKER, '✓ ✓ ✗ - - -'],
      ['401', 'GET', '/v2/nvcf/functions', 'nonsense', '✓ ✗ - - - -'],
      ['404', 'GET', '/api/v1/userz', '', '✗ - - - - -'],
      ['400', 'POST', '/v2/nvcf/functions', REGISTRAR.key, '✓ ✓ ✓ ✗ - -'],
      ['403', 'POST', `/v2/nvcf/pexec/functions/${OTHER_FUNCTION}`, INVOKER, '✓ ✓ ✓ ✓ ✗ -'],
      ['200', 'GET', '/v2/nvcf/functions', DEPLOYER.key, '✓ ✓ ✓ ✓ ✓ ✓'],
      ['503', 'GET', '/v2/nvcf/functions', DEPLOYER.key, '✓ - - - - ✗'],
    ] as const) {
      const match = { operation: 'listFunctions' };
      if (status === '503') await mock('POST', '/faults', { match, do: { status: 503, offDocument: true } });
      await ask(method, path, token, method === 'POST' ? {} : undefined);
      await requestRows(page).first().getByText(status, { exact: true }).click();

      await expect.poll(() => readMarks(page)).toBe(marks);
      expect(await requestPanel(page).getByText('refused here').count()).toBe(status === '200' ? 0 : 1);
    }
  });

  it('shows the query, headers, and bodies, formatted and coloured, and copies them', async () => {
    const { page, ask } = await openConsole('requests', {}, CLIPBOARD);
    await ask('GET', '/v2/nvcf/functions?visibility=private&visibility=public&marker=1%262', DEPLOYER.key);
    await requestRows(page).filter({ hasText: '?visibility=private&visibility=public' }).click();
    const rows = requestPanel(page).getByRole('table', { name: 'Query' }).locator('tr');
    await rows.first().waitFor();
    expect(await readTexts(rows)).toEqual(['visibility private, public', 'marker 1&2']);

    const health = { protocol: 'HTTP', uri: '/ready', port: 80, timeout: 'PT10S', expectedStatusCode: 200 };
    const body = { ...FUNCTION, inferenceUrl: '/"quoted"', health };
    await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, body);
    await requestRows(page).filter({ hasText: 'POST' }).click();
    await requestPanel(page).locator('summary', { hasText: 'Request' }).click();
    const sent = requestPanel(page).locator('details', { hasText: 'Request' });
    const shown = sent.locator('pre');
    expect(await shown.innerText()).toBe(JSON.stringify(body, null, 2));
    expect(await shown.locator('.key').allInnerTexts()).toContain('"health":');
    expect(await shown.locator('.string').allInnerTexts()).toContain('"/\\"quoted\\""');
    expect(await shown.locator('.number').allInnerTexts()).toEqual(['80', '200']);
    expect(await readTexts(sent.locator('[aria-label=Headers] tr'))).toContain('content-type application/json');
    await button(sent, 'Copy the body').click();
    expect(JSON.parse(await readClipboard(page))).toEqual(body);
  });

  it('has a cross at the required binding if the target differs, and never at a held right', async () => {
    const { page, ask } = await openConsole('requests');
    await ask('POST', `/v2/nvcf/pexec/functions/${OTHER_FUNCTION}`, INVOKER, {});
    await requestRows(page).filter({ hasText: 'resource_mismatch' }).click();
    await requestPanel(page).getByText('Required and held').click();
    await requestPanel(page).getByRole('heading', { name: 'Held by nvcf-invoker' }).waitFor();

    expect(await readTexts(page.locator('.rights li'))).toContainEqual(expect.stringMatching(/^✓ invoke_function/));
    expect(await readTexts(page.locator('.bound.missing'))).toEqual(['✗ (missing) for 3f1d7c52…0002']);
    const held = await readTexts(page.locator('.sides section:last-child'));
    expect(held).toEqual([expect.not.stringContaining('✗')]);
  });
});

describeInBrowser('a panel', () => {
  it.each([
    ['requests', '[role=option]', 'Request', false],
    ['identities', 'a.button', 'New key', true],
  ])('takes the focus from a button only, and Escape returns it: %s', async (address, opener, name, takes) => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions', DEPLOYER.key);
    const page = await openPage(`${url}/#/${address}`);
    await page.locator(opener).first().click();
    const article = page.getByRole('article', { name });
    await article.waitFor();
    expect(await page.evaluate(`document.activeElement.matches('article')`)).toBe(takes);
    await page.keyboard.press('Tab');
    if (takes) expect(await page.evaluate(`document.activeElement.closest('article') !== null`)).toBe(true);
    await button(article, 'Close').focus();
    await page.keyboard.press('Escape');

    await expect.poll(() => article.count()).toBe(0);
    await expect.poll(() => page.evaluate(`document.activeElement.matches('${opener}')`)).toBe(true);
  });

  it('gives the focus back to the button of a menu after an action', async () => {
    const { page } = await openConsole(`identities?who=${DEPLOYER.id}`);
    await button(page, /^More for key/).press('Enter');
    await button(page, 'Disable').press('Enter');
    await page.getByText('The key is disabled now.').waitFor();

    await expect.poll(() => readFocusedElement(page)).toContain('More for key');
  });

  it('and a list keep the focus nearby after a row is deleted, and the page has it after the last one', async () => {
    const { url, mock } = await startServer();
    for (const delay of ['1s', '2s']) await mock('POST', '/faults', { do: { delay } });
    const page = await openPage(`${url}/#/faults`);
    const remove = button(page, /^Remove .*-f/);
    await remove.first().press('Enter');
    await expect.poll(() => remove.count()).toBe(1);
    await expect.poll(() => readFocusedElement(page)).toContain('aria-label="Faults, oldest first"');
    await remove.press('Enter');

    await page.getByText('No faults.').waitFor();
    await expect.poll(() => readFocusedElement(page)).toContain('id="content"');
  });
});
