/** The console's list of requests, its exports, and its stream, in a browser. */
import { expect, it } from 'vitest';
import { castKey } from '../../test/support/ngc-cast.ts';
import {
  button,
  hide,
  readTexts,
  requestPanel,
  requestRows,
  saveFile,
  state,
  waitForCount,
} from './support/elements.ts';
import { DEPLOYER, FUNCTION, INVOKER, readStatuses, startServer } from './support/server.ts';
import { describeInBrowser, setUpConsole, TELEPHONE } from './support/window.ts';

/** More rows than a window of 900 pixels shows, with those around them. */
const MAX_ROWS = 80;
/** Notes the largest number of elements that one update of the page adds. */
const COUNT_ADDED = `
  globalThis.maxAdded = 0;
  new MutationObserver((records) => {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof HTMLElement);
    maxAdded = Math.max(maxAdded, added.length);
  }).observe(document.querySelector('main'), { childList: true, subtree: true })`;
const FILTERS_FIT = `(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('.filters'))`;

describeInBrowser('the list of requests', () => {
  const { openConsole, openPage } = setUpConsole();

  it('opens a refused request, applies a fix, sends it again, and shows that it is allowed', async () => {
    const { page, ask, mock } = await openConsole('requests');
    await ask('POST', '/v2/nvcf/functions', INVOKER, FUNCTION);
    await requestRows(page).filter({ hasText: 'missing_scope' }).click();
    const picture = page.getByRole('region', { name: 'Decision' });
    await picture.getByText('nvcf-invoker lacks register_function.').waitFor();
    await picture.getByText('in this mock; with a real key, on NGC’s page of the key').waitFor();
    expect(await picture.locator('.diff').first().locator('li').allInnerTexts()).toEqual([
      '+ scope register_function',
      expect.stringContaining('− resource Function 3f1d7c52'),
      '+ resource All Functions',
    ]);
    await button(picture, 'Fix and send again').click();

    await page.getByRole('region', { name: 'Result' }).getByText('Fixed and sent again.').waitFor();
    const steps = page.getByRole('list', { name: 'Steps of the decision' });
    const mended = (await steps.locator('.mended').allInnerTexts()).map((text) => text.split(/\s/)[1]?.split(':')[0]);
    expect(mended).toEqual(['Rights', 'Body', 'Resource', 'Response']);
    await steps.getByText('was refused here before').waitFor();
    expect(await page.evaluate('document.activeElement.innerText')).toMatch(/403.*→.*200/s);
    expect(await readStatuses({ mock }, 'operation=createFunction')).toEqual([200, 403]);
  });

  it('has the expiry of a token of NGC that was issued, and of none else', async () => {
    const { url, ask } = await startServer();
    await fetch(`${url}/token`, { headers: { authorization: `ApiKey ${castKey('owner').key}` } });
    await ask('POST', '/api/v1/token', '', {});
    const page = await openPage(`${url}/#/requests`);
    await requestRows(page).filter({ hasText: '/token' }).last().click();
    await button(requestPanel(page), 'Move the clock there').waitFor();
    await requestRows(page).filter({ hasText: '/api/v1/token' }).click();
    await requestPanel(page)
      .getByText('invalid_body')
      .or(requestPanel(page).getByText('400', { exact: true }))
      .first()
      .waitFor();

    await expect.poll(() => requestPanel(page).getByText('Its token').count()).toBe(0);
  });

  it('is filtered by the address, which can be shared, by a text, and to refusals by one click', async () => {
    const { page, ask } = await openConsole('requests?status=4xx&service=runai');
    await ask('GET', '/v2/nvcf/functions', DEPLOYER.key);
    await ask('GET', '/nothing');
    await ask('GET', '/api/v1/users', 'no-token');
    await waitForCount(page, '1 of 3');
    expect(await requestRows(page).allInnerTexts()).toEqual([expect.stringContaining('/api/v1/users')]);
    await page.getByRole('searchbox').fill('NOTHING HAS THIS');
    await waitForCount(page, '0 of 3');
    await button(page, 'Show all').click();
    await waitForCount(page, '3');

    const only = button(page, 'Refusals only');
    await only.click();
    await waitForCount(page, '2 of 3');
    expect(await only.getAttribute('aria-pressed')).toBe('true');
    expect(page.url()).toContain('refusals=only');
    await page.reload();
    await waitForCount(page, '2 of 3');
    await button(page, 'Show all').click();
    await waitForCount(page, '3');
    expect(page.url()).not.toContain('refusals');
  });

  it('is filtered by a click on a value in the panel of a request', async () => {
    const { page, ask } = await openConsole('requests');
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await ask('GET', '/v2/nvcf/functions', DEPLOYER.key);
    await ask('GET', '/api/v1/users', 'nonsense');
    for (const [fact, value, left] of [
      ['Caller', 'nvcf-invoker', 1],
      ['Reason', 'missing_scope', 1],
      ['Service', 'Cloud Functions', 2],
    ] as const) {
      await requestRows(page).filter({ hasText: 'POST' }).click();
      await requestPanel(page).locator('.facts div', { hasText: fact }).getByRole('link', { name: value }).click();
      await waitForCount(page, `${left} of 3`);
      if (fact === 'Reason') await button(page, 'More (1)').click();
      expect(await page.getByRole('combobox', { name: fact }).inputValue()).toBe(fact === 'Service' ? 'nvcf' : value);
      await button(page, 'Show all').click();
    }
  });

  it('has its filters in one row, and the others in a popover that shows how many are active', async () => {
    const { page, ask } = await openConsole('requests');
    await ask('GET', '/v2/nvcf/functions');
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await button(page, 'More').click();
    await page.getByLabel('Method').selectOption('POST');
    await page.getByLabel('Path').fill('/v2/{any}/functions');
    await page.getByLabel('Path').press('Enter');
    await waitForCount(page, '1 of 2');
    expect(page.url()).toContain('method=POST&path=%2Fv2%2F%7Bany%7D%2Ffunctions');
    await page.keyboard.press('Escape');
    await button(page, 'More (2)').click();
    const tops = await page
      .locator('.filters > :is(label, button)')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().bottom));
    expect(Math.max(...tops) - Math.min(...tops)).toBeLessThan(4);
    await page.getByLabel('Path').fill('/nothing');
    await page.getByLabel('Path').press('Enter');
    await page.getByText('No request matches').waitFor();
  });

  it('groups consecutive equal requests unless the address turns that off, and opens the newest', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '/one');
    for (let sent = 0; sent < 12; sent += 1) await ask('GET', '/v2/nvcf/functions');
    await ask('GET', '/one?page=2');
    await ask('GET', '/one');
    const page = await openPage(`${url}/#/requests`);
    await waitForCount(page, '15');
    await expect.poll(() => requestRows(page).count()).toBe(4);
    const folded = requestRows(page).nth(2);
    expect(await readTexts(folded)).toEqual([expect.stringContaining('GET 12 × listFunctions /v2/nvcf/functions')]);
    expect(await requestRows(page).first().innerText()).not.toContain('×');
    await folded.click();
    const [newest] = (await mock('GET', '/requests?operation=listFunctions&limit=1')).requests;
    await expect.poll(() => page.url()).toContain(`request=${newest.id}`);
    await page.reload();
    await expect.poll(() => folded.getAttribute('aria-selected')).toBe('true');

    await button(page, 'More').click();
    await page.getByLabel('Group equal requests').uncheck();
    await expect.poll(() => requestRows(page).count()).toBe(15);
    expect(page.url()).toContain('group=no');
    await page.getByLabel('Group equal requests').check();
    await expect.poll(() => requestRows(page).count()).toBe(4);
    expect(page.url()).not.toContain('group');
  });

  it('can be saved as HAR and as JSON with its filters', async () => {
    const { page, url, ask } = await openConsole('requests?status=404&hints=true');
    await ask('GET', '/v2/nvcf/functions');
    await ask('GET', '/v2/nvcf/function');
    await waitForCount(page, '1 of 2');
    await button(page, 'Export').click();
    const har = await saveFile(page, 'HAR (HTTP Archive)');
    const json = await saveFile(page, 'JSON');

    expect(har.name).toMatch(/^nv-auth-mock-default-\d{4}-\d\d-\d\dT\d{6}\.har$/);
    const urls = JSON.parse(har.text).log.entries.map(({ request }: { request: { url: string } }) => request.url);
    expect(urls).toEqual([`${url}/v2/nvcf/function`]);
    expect(JSON.parse(json.text).requests).toMatchObject([{ path: '/v2/nvcf/function', request: { headers: {} } }]);
    await page.getByText('Saved ').waitFor();
  });

  it('is read without bodies, which only the panel of a request shows', async () => {
    const { url, ask } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, { name: 'in-a-body' });
    const page = await openPage('about:blank');
    const answer = page.waitForResponse(/_mock\/requests\?/);
    await page.goto(`${url}/#/requests`);
    const text = await (await answer).text();

    expect(text).toContain('createFunction');
    expect(text).not.toContain('in-a-body');
  });

  it('stays if a file is dropped on it', async () => {
    const page = await openPage((await startServer()).url);
    const dropped = "document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true }))";

    expect(await page.evaluate(dropped)).toBe(false);
  });

  it('opens the newest refusal by itself and from the navigation until the user closes it', async () => {
    const { url, ask } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await ask('GET', '/v2/nvcf/functions', DEPLOYER.key);
    const page = await openPage(`${url}/#/`);
    const held = requestPanel(page).getByText('nvcf-invoker lacks register_function');
    await held.waitFor();
    await button(requestPanel(page), 'Close').click();
    await expect.poll(() => requestPanel(page).count()).toBe(0);
    await ask('POST', '/v2/nvcf/functions', INVOKER, { name: 'second' });
    await waitForCount(page, '3');
    expect(await requestPanel(page).count()).toBe(0);

    const navigation = page.getByRole('navigation', { name: 'Views' });
    for (const link of [navigation.getByRole('link', { name: 'Requests' }), page.locator('a.mark')]) {
      await navigation.getByRole('link', { name: 'Faults' }).click();
      await link.click();
      await held.waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => requestPanel(page).count()).toBe(0);
      expect(new URL(page.url()).hash).toBe('#/requests');
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to' }).fill('Requests');
    await page.keyboard.press('Enter');
    await held.waitFor();

    // Without room for a panel, the list is shown instead.
    const phone = await openPage(url, TELEPHONE);
    await requestRows(phone).first().waitFor();
    expect(await requestPanel(phone).count()).toBe(0);
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
    const page = await openPage('about:blank');
    await page.route('**/_mock/decisions/*', (route) => route.fulfill({ status: 404, json: { detail: 'gone' } }));
    await page.goto(url);

    await requestPanel(page).locator('summary', { hasText: 'Response' }).waitFor();
    expect(await requestPanel(page).getByRole('alert').count()).toBe(0);
  });

  it('shows operation, path, caller and duration, the reason of a refusal, and a mark of a hint', async () => {
    const { page, ask } = await openConsole('requests');
    await ask('GET', '/v2/nvcf/function');
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await ask('GET', '/v2/nvcf/functions', DEPLOYER.key);
    await waitForCount(page, '3');
    const cells = (place: number) => readTexts(requestRows(page).nth(place).locator('> *'));
    const ends = [expect.stringMatching(/^\d\d:/), expect.stringMatching(/^\d+(\.\d)? ms$/)];
    expect(await cells(0)).toEqual(['200', 'GET', 'listFunctions /v2/nvcf/functions', 'nvcf-deployer', '', ...ends]);
    expect(await cells(1)).toEqual([
      ...['403', 'POST', 'createFunction /v2/nvcf/functions', 'nvcf-invoker', 'missing_scope'],
      ...ends,
    ]);
    expect(await cells(2)).toEqual(['404', 'GET', '/v2/nvcf/function', '-', '⚑ has a hint unknown path', ...ends]);
    await button(page, 'More').click();
    await page.getByLabel('With hints').check();
    await waitForCount(page, '1 of 3');
  });

  it('sends a path that no operation has to the nearest one', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '/v2/nvcf/function', DEPLOYER.key);
    const page = await openPage(url);
    await requestRows(page).first().click();
    const hint = requestPanel(page).getByText('Did you mean GET /v2/nvcf/functions?');
    await hint.waitFor();
    expect(await requestPanel(page).getByRole('link', { name: 'Fail the next one like this' }).count()).toBe(0);
    // Said once: the response says the same in more words.
    expect(await hint.count()).toBe(1);
    expect(await requestPanel(page).getByText('Available APIs').locator('visible=true').count()).toBe(0);
    await button(requestPanel(page), /^Send as /).click();

    await requestPanel(page).getByText('Fixed and sent again.').waitFor();
    expect(await readStatuses({ mock })).toEqual([200, 404]);
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

  it.each([1280, 2560])('does not move when a request is opened, %i px wide', async (width) => {
    const { page, ask } = await openConsole('requests', {}, { viewport: { width, height: 900 } });
    await ask('GET', '/v2/nvcf/functions');
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await waitForCount(page, '2');
    const places = () =>
      page.evaluate(`[...document.querySelectorAll('.row > *, .view-header > *, .filters > *')].filter((cell) => cell.checkVisibility())
        .map((cell) => [cell.className, cell.getBoundingClientRect().x, cell.getBoundingClientRect().y].join())`);
    const before = (await places()) as string[];
    await requestRows(page).first().click();
    await requestPanel(page).getByText('nvcf-invoker lacks register_function').waitFor();
    const after = (await places()) as string[];

    expect(after.filter((place) => !before.includes(place))).toEqual([]);
    expect(await page.evaluate(FILTERS_FIT)).toBe(true);
    const shown = `[...document.querySelectorAll('.requests .reason')].map((cell) => cell.clientWidth)`;
    expect(Math.min(...((await page.evaluate(shown)) as number[]))).toBeGreaterThan(60);
  });

  it('renders only visible rows while a thousand requests arrive, and can be paused meanwhile', async () => {
    const { page, ask } = await openConsole('requests');
    await expect.poll(() => state(page)).toBe('live');
    await page.evaluate(COUNT_ADDED);
    const arriving = (async () => {
      for (let sent = 0; sent < 1000; sent += 1) await ask('GET', `/v2/nvcf/functions/${sent}`);
    })();
    await requestRows(page).first().waitFor();
    await button(page, 'Pause').click();
    await arriving;
    await button(page, /^Resume \([\d,]+ new\)$/).click();

    await waitForCount(page, '1,000');
    expect(await page.evaluate('maxAdded')).toBeLessThan(MAX_ROWS);
    expect(await requestRows(page).count()).toBeLessThan(MAX_ROWS);
  });

  it('keeps its rows while the server is down, and continues by itself with those of the new process', async () => {
    const first = await startServer();
    await first.ask('GET', '/before');
    const page = await openPage(first.url);
    const row = (path: string) => page.getByTitle(path, { exact: true });
    await row('/before').waitFor();
    await first.stop();
    await expect.poll(() => state(page)).toBe('offline');
    expect(await row('/before').isVisible()).toBe(true);

    const views = page.getByRole('navigation', { name: 'Views' });
    await views.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('main').getByText('The server does not answer.').waitFor();
    const second = await startServer({}, Number(new URL(first.url).port));
    await second.ask('GET', '/meanwhile');
    await expect.poll(() => state(page), { timeout: 15_000 }).toBe('live');
    await page.getByText('createDeployment').first().waitFor();
    await views.getByRole('link', { name: 'Requests' }).click();
    await row('/meanwhile').waitFor();
    await expect.poll(() => row('/before').count()).toBe(0);
    await second.ask('GET', '/after');
    await row('/after').waitFor();
    expect(await requestRows(page).count()).toBe(2);
  });

  it('says that the journal could not be read', async () => {
    const { url, mock } = await startServer();
    const page = await openPage('about:blank');
    await page.route('**/_mock/requests?*', (route) => route.fulfill({ status: 500, json: { detail: 'broken' } }));
    await page.goto(`${url}/#/requests`);
    await page.getByText('The journal could not be read: broken').waitFor();
    await page.unroute('**/_mock/requests?*');
    await mock('POST', '/reset', {});

    await page.getByText('No requests yet').waitFor();
  });

  it('has a stream only while the page is visible, also if that was hidden at first, and catches up', async () => {
    const { url, ask } = await startServer();
    const page = await openPage('about:blank');
    await page.addInitScript(hide(true));
    await page.goto(`${url}/#/requests`);
    await expect.poll(() => state(page)).toBe('not watching');
    await page.evaluate(hide(false));
    await expect.poll(() => state(page)).toBe('live');

    await page.evaluate(hide(true));
    await expect.poll(() => state(page)).toBe('not watching');
    await ask('GET', '/meanwhile');
    await page.waitForTimeout(300);
    expect(await requestRows(page).count()).toBe(0);
    await page.evaluate(hide(false));
    await page.getByTitle('/meanwhile', { exact: true }).waitFor();
    await expect.poll(() => state(page)).toBe('live');
    expect(await requestRows(page).count()).toBe(1);
  });
});
