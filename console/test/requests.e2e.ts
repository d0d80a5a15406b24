/** The console's list of requests, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { admin } from '../../test/support/cast.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { findAxeViolations } from './support/axe.ts';
import { INVOKER, readJson, requestRows, startServer } from './support/console.ts';
import { fitsWidth, setUpBrowser } from './support/window.ts';

const FUNCTION = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };
const list = (page: Page) => page.getByRole('listbox', { name: 'Requests, newest first' });
/** More rows than a window of 900 pixels shows, with those around them. */
const MAX_ROWS = 80;
/** Notes the largest number of elements that one update of the page adds. */
const COUNT_ADDED = `
  globalThis.maxAdded = 0;
  new MutationObserver((records) => {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof HTMLElement);
    maxAdded = Math.max(maxAdded, added.length);
  }).observe(document.querySelector('main'), { childList: true, subtree: true })`;
const status = (page: Page) => page.locator('header .connection');
const FILTERS_FIT = `(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('.filters'))`;

describe.runIf(hasBrowser)('the list of requests', () => {
  const openPage = setUpBrowser();

  it('shows the earlier requests and the new ones, newest first', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    const page = await openPage(`${url}/#/requests`);
    await requestRows(page).first().waitFor();
    await ask('GET', '/nothing/at/all');

    await page.getByTitle('/nothing/at/all', { exact: true }).waitFor();
    expect(await requestRows(page).allInnerTexts()).toEqual([
      expect.stringContaining('/nothing/at/all'),
      expect.stringContaining('nvcf-invoker'),
    ]);
  });

  it('shows when a missing scope takes effect, also if a second scope is missing', async () => {
    const { url, ask, mock } = await startServer({ propagation: 'fixed' });
    const version = '3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001/versions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0002';
    await ask('POST', `/v2/nvcf/deployments/functions/${version}`, INVOKER, {});
    await mock('PATCH', `/keys/${castKey('nvcf-invoker').id}`, { scopes: ['invoke_function', 'list_functions'] });
    const page = await openPage(`${url}/#/requests`);
    await requestRows(page).filter({ hasText: 'missing_scope' }).click();
    await page.getByText('Required and held').click();
    const missing = page.getByRole('region', { name: 'Decision' }).locator('li.missing');
    await missing.getByText('takes effect at').waitFor();

    expect((await missing.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/deploy_function$/),
      expect.stringMatching(/list_functions takes effect at \d\d:\d\d:\d\d$/),
    ]);
  });

  it('opens a refused request, applies a fix, sends it again, and shows that it is allowed', async () => {
    const { url, ask } = await startServer();
    const page = await openPage(`${url}/#/requests`);
    await ask('POST', '/v2/nvcf/functions', INVOKER, FUNCTION);
    await requestRows(page).filter({ hasText: 'missing_scope' }).click();

    const picture = page.getByRole('region', { name: 'Decision' });
    await picture.getByText('nvcf-invoker lacks register_function.').waitFor();
    await picture.getByText('Required and held').click();
    await picture.getByRole('heading', { name: 'Held by nvcf-invoker' }).waitFor();
    expect((await picture.locator('.missing').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
      expect.stringContaining('register_function'),
      expect.stringContaining('bound to All Functions'),
    ]);
    await picture.getByText('in this mock; with a real key, on NGC’s page of the key').waitFor();
    expect(await picture.locator('.diff').first().locator('li').allInnerTexts()).toEqual([
      '+ scope register_function',
      expect.stringContaining('− resource Function 3f1d7c52'),
      '+ resource All Functions',
    ]);
    await picture.getByRole('button', { name: 'Fix and send again' }).click();

    await page.getByRole('region', { name: 'Result' }).getByText('Fixed and sent again.').waitFor();
    const steps = page.getByRole('list', { name: 'Steps of the decision' });
    expect((await steps.locator('.mended').allInnerTexts()).map((text) => text.split(/\s/)[1]?.split(':')[0])).toEqual([
      'Rights',
      'Body',
      'Resource',
      'Response',
    ]);
    await steps.getByText('was refused here before').waitFor();
    expect(await page.evaluate('document.activeElement.innerText')).toMatch(/403.*→.*200/s);
    const { requests } = await readJson(`${url}/_mock/requests?operation=createFunction`);
    expect(requests.map(({ status }: { status: number }) => status)).toEqual([200, 403]);
  });

  it('sends a vendor call as an identity that may, names the identity, and copies the call as a command', async () => {
    const { url, ask } = await startServer();
    const { users } = (await readJson(`${url}/_mock/cast`)).runai;
    const { clientId, clientSecret } = users.find(({ role }: { role: string }) => role === 'L1 researcher').accessKey;
    const { accessToken } = await readJson(`${url}/api/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret }),
    });
    await ask('GET', '/api/v1/users', accessToken);
    const page = await openPage(`${url}/#/requests`);
    await requestRows(page).filter({ hasText: 'missing_permission' }).click();

    const fixes = page.getByRole('region', { name: 'How to fix it' });
    await fixes.getByText('as admin@acme.test').waitFor();
    expect(await fixes.getByRole('button', { name: 'Copy fix' }).count()).toBe(1);
    await fixes.getByRole('button', { name: 'Fix and send again' }).click();

    await page.getByText('Fixed and sent again.').waitFor();
    expect((await ask('GET', '/api/v1/users', accessToken)).status).toBe(200);
    const made = (await readJson(`${url}/_mock/requests?method=POST&path=/api/v1/authorization/access-rules`)).requests;
    expect(made.map(({ principal }: { principal: { name: string } }) => principal.name)).toEqual(['admin@acme.test']);
  });

  it.each([
    ['Run:ai', 'POST', '/api/v1/token', '/api/v1/users'],
    ['NGC', 'GET', '/token', '/v2/users/me'],
  ])('moves the clock to the expiry of a token of %s in two clicks', async (_service, method, path, uses) => {
    const { url, ask, mock } = await startServer();
    const { clientId, clientSecret } = admin.accessKey;
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `ApiKey ${castKey('owner').key}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret }) }),
    });
    const { accessToken, token = accessToken } = (await answer.json()) as Record<'accessToken' | 'token', string>;
    expect((await ask('GET', uses, token)).status).toBe(200);
    const page = await openPage(url);
    const panel = page.getByRole('article', { name: 'Request' });
    const move = panel.getByRole('button', { name: 'Move the clock there' });

    await requestRows(page).filter({ hasText: path }).last().click();
    await move.click();
    await panel.getByText('expired at').waitFor();
    expect(await move.count()).toBe(0);
    expect((await ask('GET', uses, token)).status).toBe(401);
    expect((await mock('GET', '/requests?limit=1')).requests[0].reason).toBe('expired_token');

    await page.getByRole('complementary', { name: 'Undo' }).getByRole('button', { name: 'Undo' }).click();
    await move.waitFor();
    expect((await ask('GET', uses, token)).status).toBe(200);
  });

  it('has no token expiry for a request that issued no token', async () => {
    const { url, ask } = await startServer();
    await ask('POST', '/api/v1/token', '', {});
    const page = await openPage(`${url}/#/requests`);
    await requestRows(page).first().click();
    const facts = page.getByLabel('Facts');
    await facts.getByText('Request id', { exact: true }).waitFor();

    expect(await facts.getByText('Its token').count()).toBe(0);
  });

  it('is filtered by the address, which can be shared', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    await ask('GET', '/api/v1/users', 'no-token');
    const page = await openPage(`${url}/#/requests?status=4xx&service=runai`);

    await page.getByText('1 of 2').waitFor();
    expect(await requestRows(page).allInnerTexts()).toEqual([expect.stringContaining('/api/v1/users')]);
    await page.getByRole('searchbox').fill('NOTHING HAS THIS');
    await page.getByText('0 of 2').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.locator('.count').getByText('2', { exact: true }).waitFor();
  });

  it('is filtered by a click on a value in the panel of a request', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await ask('GET', '/v2/nvcf/functions', castKey('nvcf-deployer').key);
    await ask('GET', '/api/v1/users', 'nonsense');
    const page = await openPage(`${url}/#/requests`);
    const facts = page.getByRole('article').locator('.facts');
    for (const [fact, value, left] of [
      ['Caller', 'nvcf-invoker', 2],
      ['Operation', 'createFunction', 1],
      ['Reason', 'missing_scope', 2],
      ['Status', '403', 2],
      ['Service', 'Cloud Functions', 3],
    ] as const) {
      await requestRows(page).filter({ hasText: 'POST' }).click();
      await facts.locator('div', { hasText: fact }).getByRole('link', { name: value }).click();
      await page.getByText(`${left} of 4`).waitFor();
      if (fact === 'Operation' || fact === 'Reason') await page.getByRole('button', { name: 'More (1)' }).click();
      expect(await page.getByRole('combobox', { name: fact }).inputValue()).toBe(fact === 'Service' ? 'nvcf' : value);
      await page.getByRole('button', { name: 'Show all' }).click();
    }
  });

  it('groups consecutive equal requests unless the address turns that off, and opens the newest', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '/one');
    for (let sent = 0; sent < 12; sent += 1) await ask('GET', '/v2/nvcf/functions');
    await ask('GET', '/one?page=2');
    await ask('GET', '/one');
    const page = await openPage(`${url}/#/requests`);
    await page.locator('.count').getByText('15', { exact: true }).waitFor();
    await expect.poll(() => requestRows(page).count()).toBe(4);
    const folded = requestRows(page).nth(2);
    expect((await folded.innerText()).replaceAll(/\s+/g, ' ')).toContain('GET 12 × listFunctions /v2/nvcf/functions');
    expect(await requestRows(page).first().innerText()).not.toContain('×');
    await folded.click();
    const [newest] = (await mock('GET', '/requests?operation=listFunctions&limit=1')).requests;
    await expect.poll(() => page.url()).toContain(`request=${newest.id}`);
    await page.reload();
    await expect.poll(() => folded.getAttribute('aria-selected')).toBe('true');
    await list(page).focus();
    await page.keyboard.press('j');
    await expect.poll(() => requestRows(page).nth(3).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => folded.getAttribute('aria-selected')).toBe('true');

    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByLabel('Group equal requests').uncheck();
    await page.keyboard.press('Escape');
    await expect.poll(() => requestRows(page).count()).toBe(15);
    expect(page.url()).toContain('group=no');
    await page.getByRole('button', { name: 'More (1)' }).click();
    await page.getByLabel('Group equal requests').check();
    await expect.poll(() => requestRows(page).count()).toBe(4);
    expect(page.url()).not.toContain('group');
  });

  it('shows only refusals after one click, which is in the address', async () => {
    const { url, ask } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await ask('GET', '/nothing');
    await ask('GET', '/v2/nvcf/functions', castKey('nvcf-deployer').key);
    const page = await openPage(`${url}/#/requests`);
    const only = page.getByRole('button', { name: 'Refusals only' });
    expect(await only.getAttribute('aria-pressed')).toBe('false');
    await only.click();

    await page.locator('.count').getByText('2 of 3', { exact: true }).waitFor();
    expect(await only.getAttribute('aria-pressed')).toBe('true');
    expect(page.url()).toContain('refusals=only');
    await page.reload();
    await page.locator('.count').getByText('2 of 3', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.locator('.count').getByText('3', { exact: true }).waitFor();
    expect(page.url()).not.toContain('refusals');
  });

  it('opens the newest refusal from the navigation, and no panel once that is closed', async () => {
    const { url, ask } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await ask('GET', '/v2/nvcf/functions', castKey('nvcf-deployer').key);
    const page = await openPage(`${url}/#/faults`);
    const held = page.getByRole('article').getByText('nvcf-invoker lacks register_function');
    const navigation = page.getByRole('navigation', { name: 'Views' });
    for (const link of [navigation.getByRole('link', { name: 'Requests' }), page.locator('a.mark')]) {
      await link.click();
      await held.waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => page.getByRole('article').count()).toBe(0);
      expect(new URL(page.url()).hash).toBe('#/requests');
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to' }).fill('Requests');
    await page.keyboard.press('Enter');
    await held.waitFor();
  });

  it('is shown instead of the newest refusal if there is no room for a panel', async () => {
    const { url, ask } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    const page = await openPage(`${url}/#/`, { viewport: { width: 390, height: 844 } });
    await requestRows(page).first().waitFor();

    expect(await page.getByRole('article').count()).toBe(0);
  });

  it('keeps a refusal when 3,300 requests follow, and shows how many are kept', async () => {
    const { url, ask, mock } = await startServer();
    const succeed = (times: number) =>
      Promise.all(Array.from({ length: times }, () => ask('GET', '/auth/realms/acme/protocol/openid-connect/certs')));
    await succeed(1);
    const [first] = (await mock('GET', '/requests')).requests;
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    for (let sent = 0; sent < 3300; sent += 100) await succeed(100);
    const page = await openPage(url);

    await page.getByRole('article').getByText('nvcf-invoker lacks register_function').waitFor();
    const count = page.locator('.count');
    await count.getByText('2,001 of 3,302 kept', { exact: true }).waitFor();
    const texts = (await requestRows(page).allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
    expect(texts).toEqual([
      expect.stringContaining('2,000 × get_realm_jwks'),
      expect.stringContaining('missing_scope'),
    ]);
    await page.getByRole('button', { name: 'Refusals only' }).click();
    await count.getByText('1 shown, 2,001 of 3,302 kept', { exact: true }).waitFor();

    await page.goto(`${url}/#/requests?request=${first.id}`);
    await page.getByRole('alert').getByText('no longer kept (request 1 of 3,302)').waitFor();
  });

  it('shows a request whose decision was dropped', async () => {
    const { url, ask } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    const page = await openPage(`${url}/#/requests`);
    await page.route('**/_mock/decisions/*', (route) => route.fulfill({ status: 404, json: { detail: 'gone' } }));
    await requestRows(page).first().click();

    await page.getByRole('article').locator('summary', { hasText: 'Response' }).waitFor();
    expect(await page.getByRole('article').getByRole('alert').count()).toBe(0);
  });

  it('shows operation, path, caller and duration, the reason of a refusal, and a mark of a hint', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/function');
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await ask('GET', '/v2/nvcf/functions', castKey('nvcf-deployer').key);
    const page = await openPage(`${url}/#/requests`);
    await page.locator('.count').getByText('3', { exact: true }).waitFor();

    const cells = async (place: number) =>
      (await requestRows(page).nth(place).locator('> *').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
    const ends = [expect.stringMatching(/^\d\d:/), expect.stringMatching(/^\d+(\.\d)? ms$/)];
    expect(await cells(0)).toEqual(['200', 'GET', 'listFunctions /v2/nvcf/functions', 'nvcf-deployer', '', ...ends]);
    expect(await cells(1)).toEqual([
      ...['403', 'POST', 'createFunction /v2/nvcf/functions', 'nvcf-invoker', 'missing_scope'],
      ...ends,
    ]);
    expect(await cells(2)).toEqual(['404', 'GET', '/v2/nvcf/function', '-', '⚑ has a hint unknown path', ...ends]);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByLabel('With hints').check();
    await page.locator('.count').getByText('1 of 3').waitFor();
  });

  it('sends a path that no operation has to the nearest one', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '/v2/nvcf/function', castKey('nvcf-deployer').key);
    const page = await openPage(`${url}/#/requests`);
    await requestRows(page).first().click();
    const panel = page.getByRole('article');
    const hint = panel.getByText('Did you mean GET /v2/nvcf/functions?');
    await hint.waitFor();
    // Said once: the response says the same in more words.
    expect([await hint.count(), await panel.getByText('Available APIs').locator('visible=true').count()]).toEqual([
      1, 0,
    ]);
    await panel.getByRole('button', { name: /^Send as / }).click();

    await panel.getByText('Fixed and sent again.').waitFor();
    const { requests } = await mock('GET', '/requests');
    expect(requests.map(({ status }: { status: number }) => status)).toEqual([200, 404]);
  });

  it('opens the refusal that the header of a response names, or says that it is not kept any more', async () => {
    const { url, ask, mock } = await startServer();
    const refused = await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    const { see } = JSON.parse(String(refused.headers.get('x-mock-decision')));
    const page = await openPage(see);
    await page.getByRole('article').getByText('nvcf-invoker lacks register_function').waitFor();
    const [{ id }] = (await mock('GET', '/requests')).requests;
    await expect.poll(() => page.url()).toBe(`${url}/#/requests?request=${id}`);

    await page.goto(see.replace(/decision=.*/, 'decision=lost'));
    await page.getByText('The journal has no request with the decision lost any more.').waitFor();
  });

  it.each([1280, 1400, 1900, 2560])('does not move when a request is opened, %i px wide', async (width) => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    const page = await openPage(`${url}/#/requests`, { viewport: { width, height: 900 } });
    await page.locator('.count').getByText('2', { exact: true }).waitFor();
    const places = () =>
      page.evaluate(`[...document.querySelectorAll('.row > *, .view-header > *, .filters > *')].filter((cell) => cell.checkVisibility())
        .map((cell) => [cell.className, cell.getBoundingClientRect().x, cell.getBoundingClientRect().y].join())`);
    const before = (await places()) as string[];
    await requestRows(page).first().click();
    await page.getByRole('article').getByText('nvcf-invoker lacks register_function').waitFor();
    const after = (await places()) as string[];

    expect(after.filter((place) => !before.includes(place))).toEqual([]);
    expect(await page.evaluate(FILTERS_FIT)).toBe(true);
    const shown = await page.evaluate(
      `[...document.querySelectorAll('.requests .reason')].map((cell) => cell.clientWidth)`,
    );
    expect(Math.min(...(shown as number[]))).toBeGreaterThan(60);
  });

  it('reaches the applied fix of a refused deployment with the keyboard alone', async () => {
    const { url, ask } = await startServer();
    const registrar = castKey('nvcf-registrar').key;
    const body = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };
    const made = (await (await ask('POST', '/v2/nvcf/functions', registrar, body)).json()) as {
      function: { id: string; versionId: string };
    };
    const { id, versionId } = made.function;
    await ask('POST', `/v2/nvcf/deployments/functions/${id}/versions/${versionId}`, registrar, {});
    const page = await openPage(`${url}/#/requests`);
    await page.locator('.count').getByText('2', { exact: true }).waitFor();
    for (const key of ['j', 'j']) await page.keyboard.press(key);
    await page.getByRole('article').getByText('nvcf-registrar lacks').waitFor();
    for (const key of ['Enter', 'Tab', 'Enter']) await page.keyboard.press(key);

    await page.getByText('Sent again and allowed now').waitFor();
    const { requests } = await readJson(`${url}/_mock/requests?operation=createDeployment`);
    expect(requests.map(({ status }: { status: number }) => status)).toEqual([400, 403]);
  });

  it('holds back new requests while it is paused', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    const page = await openPage(`${url}/#/requests`);
    await page.locator('.count').getByText('1', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await ask('GET', '/v2/nvcf/functions');
    await page.getByRole('button', { name: 'Resume (1 new)' }).click();

    await page.locator('.count').getByText('2', { exact: true }).waitFor();
  });

  it('can be read with the keyboard alone', async () => {
    const { url, ask } = await startServer();
    for (const path of ['/one', '/two', '/three']) await ask('GET', path);
    const page = await openPage(`${url}/#/requests`);
    await page.locator('.count').getByText('3', { exact: true }).waitFor();
    await list(page).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');

    expect(await page.locator('[aria-selected=true]').innerText()).toContain('/two');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('article').count()).toBe(0);
  });

  it('renders only visible rows while a thousand requests arrive, and can be paused meanwhile', async () => {
    const { url, ask } = await startServer();
    const page = await openPage(`${url}/#/requests`);
    await expect.poll(() => status(page).innerText()).toBe('live');
    await page.evaluate(COUNT_ADDED);
    const arriving = (async () => {
      for (let sent = 0; sent < 1000; sent += 1) await ask('GET', `/v2/nvcf/functions/${sent}`);
    })();
    await requestRows(page).first().waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await arriving;
    await page.getByRole('button', { name: /^Resume/ }).click();

    await page.locator('.count').getByText('1,000', { exact: true }).waitFor();
    expect(await page.evaluate('maxAdded')).toBeLessThan(MAX_ROWS);
    expect(await requestRows(page).count()).toBeLessThan(MAX_ROWS);
  });

  it('keeps its rows while the server is down, reports that, and continues by itself', async () => {
    const first = await startServer();
    await first.ask('GET', '/before');
    const page = await openPage(first.url);
    await page.getByTitle('/before', { exact: true }).waitFor();
    await first.stop();

    await expect.poll(() => status(page).innerText()).toBe('offline');
    expect(await page.getByTitle('/before', { exact: true }).isVisible()).toBe(true);
    const second = await startServer({}, Number(new URL(first.url).port));
    await expect.poll(() => status(page).innerText(), { timeout: 15_000 }).toBe('live');
    await second.ask('GET', '/after');
    await page.getByTitle('/after', { exact: true }).waitFor();
  });

  it('shows only the requests of the new process after a restart', async () => {
    const first = await startServer();
    const page = await openPage(first.url);
    await expect.poll(() => status(page).innerText()).toBe('live');
    await first.ask('GET', '/before');
    await page.getByTitle('/before', { exact: true }).waitFor();
    await first.stop();
    const second = await startServer({}, Number(new URL(first.url).port));
    await second.ask('GET', '/meanwhile');
    await expect.poll(() => status(page).innerText(), { timeout: 15_000 }).toBe('live');
    await page.getByTitle('/meanwhile', { exact: true }).waitFor();
    await expect.poll(() => page.getByTitle('/before', { exact: true }).count()).toBe(0);
    await second.ask('GET', '/after');
    await page.getByTitle('/after', { exact: true }).waitFor();

    expect(await requestRows(page).count()).toBe(2);
  });

  it('closes the stream while the page is hidden, and catches up when it is visible', async () => {
    const { url, ask } = await startServer();
    const page = await openPage(`${url}/#/requests`);
    await page.getByText('No requests yet').waitFor();
    await expect.poll(() => status(page).innerText()).toBe('live');
    const look = (isHidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
    await look(true);
    await expect.poll(() => status(page).innerText()).toBe('not watching');
    await ask('GET', '/meanwhile');
    await page.waitForTimeout(300);
    expect(await page.getByTitle('/meanwhile', { exact: true }).count()).toBe(0);
    await look(false);

    await page.getByTitle('/meanwhile', { exact: true }).waitFor();
    await expect.poll(() => status(page).innerText()).toBe('live');
    expect(await requestRows(page).count()).toBe(1);
  });

  it('opens the stream of a page that was hidden at first once it is visible', async () => {
    const { url } = await startServer();
    const page = await openPage('about:blank');
    await page.addInitScript(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })`);
    await page.goto(`${url}/#/requests`);
    await expect.poll(() => status(page).innerText()).toBe('not watching');
    await page.evaluate(`
      Object.defineProperty(document, 'hidden', { value: false, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);

    await expect.poll(() => status(page).innerText()).toBe('live');
  });

  it('shows values of clients as text, however long they are', async () => {
    const { url, ask } = await startServer();
    const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await ask('GET', `/v2/${encodeURIComponent(markup)}`);
    await ask('POST', '/v2/nvcf/functions', INVOKER, { name: `${markup}${'n'.repeat(60_000)}` });
    await ask('POST', '/api/v1/token', INVOKER, { grantType: 'x'.repeat(900_000) });
    const page = await openPage(`${url}/#/requests`);
    await page.locator('.count').getByText('3', { exact: true }).waitFor();
    for (const row of await requestRows(page).all()) {
      await row.click();
      await page.getByRole('article').locator('summary', { hasText: 'Response' }).waitFor();
      await page.getByRole('article').locator('summary', { hasText: 'Request' }).click();
    }

    expect(await page.title()).toMatch(/^Requests · default · /);
    expect(await page.locator('article img, article script').count()).toBe(0);
    expect(await fitsWidth(page)).toBe(true);
  });

  it('belongs to the world of its path', async () => {
    const { url, ask } = await startServer();
    await fetch(`${url}/_mock/worlds`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":"alice"}',
    });
    await ask('GET', '/of-the-default-world');
    await fetch(`${url}/w/alice/of-alice`);
    const page = await openPage(`${url}/w/alice/`);

    await page.getByTitle('/of-alice', { exact: true }).waitFor();
    expect(await requestRows(page).count()).toBe(1);
  });

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    it.each([360, 1400, 2560])('is accessible, %i px wide', async (width) => {
      const { url, ask } = await startServer();
      await ask('POST', '/v2/nvcf/functions', INVOKER, {});
      const page = await openPage(`${url}/#/requests`, { colorScheme, viewport: { width, height: 900 } });
      await requestRows(page).first().waitFor();
      expect(await findAxeViolations(page)).toEqual([]);
      await requestRows(page).first().click();
      await page.getByText('nvcf-invoker lacks register_function').waitFor();
      await page.getByRole('button', { name: 'Send again', exact: true }).click();
      for (const closed of await page.locator('article summary').all()) await closed.click();

      expect(await findAxeViolations(page)).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);
    });
  });
});

it('the page cannot be framed, and loads nothing from other origins', async () => {
  const { url } = await startServer();
  const response = await fetch(url);
  const policy = String(response.headers.get('content-security-policy'));

  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("script-src 'self'; style-src 'self';");
  expect(policy).not.toContain('unsafe');
  expect(await response.text()).not.toMatch(/https?:/);
});
