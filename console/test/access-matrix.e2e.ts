/** The console's matrix of operations, and the smallest rights, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { findAxeViolations } from './support/axe.ts';
import { startServer } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const { id: INVOKER_ID } = castKey('nvcf-invoker');

const cell = (page: Page, name: string) => page.getByRole('gridcell', { name, exact: true });

describe.runIf(hasBrowser)('the access matrix', () => {
  const openPage = setUpBrowser();

  it('shows for each cell the needed right, its certainty and its source', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=nvcf`);
    await cell(page, 'createDeployment needs deploy_function').click();

    const panel = page.getByRole('article', { name: 'Cell' });
    await panel.getByText('service-keys page, scope requirements').waitFor();
    await panel.getByText('contradicted: the documentation says two things').waitFor();
    const either = cell(page, 'listFunctions needs list_functions_details or list_functions');
    expect(await either.getAttribute('title')).toContain('one of these');
    expect(await cell(page, 'createFunction does not need invoke_function').count()).toBe(1);
    await panel.getByRole('textbox').fill('/v2/nvcf/deployments/functions/x/versions/y');
    await panel.getByRole('button', { name: 'Ask' }).click();
    await panel.getByText('Refused').waitFor();
  });

  it('simulates a scope with a resource that its rule accepts', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=nvcf&cell=listTelemetries~manage_telemetries`);
    const panel = page.getByRole('article', { name: 'Cell' });
    await panel.getByRole('button', { name: 'Ask' }).click();

    await panel.getByText('Allowed').waitFor();
  });

  it('shows the operations that roles allow, and only the matching ones of one role', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=runai&by=roles`);
    const refused = cell(page, 'create_user refuses Viewer');
    await refused.waitFor();
    expect(await refused.getAttribute('title')).toContain('refused, missing_permission: users:create');
    await cell(page, 'create_user allows System administrator').waitFor();
    await page.getByRole('columnheader', { name: 'Viewer', exact: true }).getByRole('button').click();

    await expect.poll(() => page.getByRole('columnheader').count()).toBe(1);
    expect(page.url()).toContain('who=Viewer');
  });

  it('shows the operations of one key, and the callers of one operation', async () => {
    const { url, mock } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=nvcf&by=everybody&who=${INVOKER_ID}`);
    await cell(page, 'invokeFunction allows nvcf-invoker').click();
    await page.getByRole('link', { name: 'Who may call invokeFunction?' }).click();
    await cell(page, 'invokeFunction refuses nvcf-deployer').waitFor();
    expect(await page.getByRole('rowheader').count()).toBe(1);
    expect(await page.getByRole('columnheader').count()).toBeGreaterThan(5);
    await mock('PATCH', `/keys/${castKey('nvcf-deployer').id}`, { scopes: ['invoke_function'] });

    await cell(page, 'invokeFunction allows nvcf-deployer').waitFor();
  });

  it.each(['requests', 'clock', 'access-matrix?service=air'])(
    'states in one sentence the needs of a deployment after two clicks: %s',
    async (address) => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/${address}`);
      await page.getByRole('link', { name: 'Access matrix' }).click();
      const heading = page.getByRole('rowheader').getByRole('button', { name: 'createDeployment', exact: true });
      await heading.click();

      const panel = page.getByRole('article', { name: 'Operation' });
      await panel.getByText('Deploy Function', { exact: true }).waitFor();
      expect(await panel.getByText('Needs:').innerText()).toBe(
        'Needs: deploy_function (Deploy Function) and list_functions (List Functions), of a key bound to All Functions, Function, Function Versions or All Entity.',
      );
      expect(await panel.getByRole('definition').allInnerTexts()).toEqual([
        expect.stringMatching(/^documented: the vendor says so/),
        expect.stringMatching(/^contradicted: .*service-keys page, scope requirements/s),
        expect.stringMatching(/^inferred: /),
      ]);
      expect(await heading.getAttribute('aria-expanded')).toBe('true');
      await page.keyboard.press('Escape');
      await expect.poll(() => panel.count()).toBe(0);
      expect(await heading.getAttribute('aria-expanded')).toBe('false');
    },
  );

  it.each([
    ['ngc', 'getToken', 'Needs: No credential.'],
    ['runai', 'get_access_keys', 'Needs: A credential, but no right.'],
    ['runai', 'create_user', 'Needs: users:create (Create users), granted for System or Tenant.'],
  ])('states the needs of an operation of a different API: %s, %s', async (service, operation, sentence) => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=${service}&cell=${operation}`);

    await expect.poll(() => page.getByRole('article').getByText('Needs:').innerText()).toBe(sentence);
  });

  it('opens with the API of the newest request of the world, and keeps it', async () => {
    const { url, ask } = await startServer({ world: ['alice'] });
    await ask('GET', '/v2/nvcf/functions');
    await ask('GET', '/w/alice/api/v3/simulations/');
    await ask('GET', '/w/alice/nothing/at/all');
    const page = await openPage(`${url}/w/alice/#/requests`);
    const matrix = page.getByRole('link', { name: 'Access matrix' });
    const api = page.locator('label', { hasText: 'API' }).locator('select');
    await matrix.click();
    await expect.poll(() => api.inputValue()).toBe('air');
    await expect.poll(() => page.url()).toContain('service=air');
    await ask('GET', '/w/alice/api/v1/users');
    await matrix.click();
    await expect.poll(() => page.url()).toContain('service=air');
    await page.getByRole('link', { name: 'Clock' }).click();
    await matrix.click();

    await expect.poll(() => api.inputValue()).toBe('runai');
  });

  it('moves between cells with the arrow keys, and opens a cell with Enter', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=ngc`);
    await cell(page, 'createServiceKey needs keys:manage').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');

    await page.getByRole('article', { name: 'Cell' }).getByText('createServiceKey needs keys:manage').waitFor();
    expect(decodeURIComponent(page.url())).toContain('cell=createServiceKey~keys:manage');
  });

  it('opens with visible marks, also for operations that need no right', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=nvcf&text=getHealth`);
    const free = cell(page, 'getHealth does not need invoke_function');
    expect(await free.getAttribute('title')).toContain('no right is needed');

    const legend = await page.getByRole('list', { name: 'Legend' }).innerText();
    expect(legend).toContain('no right is needed');
    expect(legend).toMatch(/contradicted \(.*\) or ours \(/);
  });

  it.each([
    ['Run:ai', 'runai', 1400, 'grant_token', 'create_user'],
    ['Cloud Functions, on a telephone', 'nvcf', 390, 'getHealth', 'createFunction'],
  ])(
    'folds the operations that need no right until they are opened or searched for: %s',
    async (_api, service, width, free, other) => {
      const { url } = await startServer();
      const page = await openPage(`${url}/#/access-matrix?service=${service}`, { viewport: { width, height: 844 } });
      const operation = (name: string) => page.locator('main').getByText(name, { exact: true });
      const fold = page.getByRole('button', { name: /^\d+ operations need no right$/ });
      await fold.waitFor();
      expect([await operation(free).count(), await operation(other).count()]).toEqual([0, 1]);
      expect(await fold.getAttribute('aria-expanded')).toBe('false');
      await fold.focus();
      await page.keyboard.press('Enter');
      await operation(free).waitFor();
      expect(await findAxeViolations(page)).toEqual([]);
      expect(page.url()).toContain('free=yes');
      await fold.click();
      await expect.poll(() => operation(free).count()).toBe(0);
      await page.getByRole('searchbox', { name: 'Search' }).fill(free);

      await operation(free).waitFor();
      expect(await fold.count()).toBe(0);
    },
  );

  it('shows an operation that needs no right if the address has its cell', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=runai&cell=grant_token`);

    await page.getByRole('rowheader').getByRole('button', { name: 'grant_token', exact: true }).waitFor();
    await page.getByRole('article', { name: 'Operation' }).waitFor();
  });

  it('compares two identities, and can show only the differences', async () => {
    const { url } = await startServer();
    const deployer = castKey('nvcf-deployer').id;
    const page = await openPage(`${url}/#/access-matrix?service=nvcf&by=everybody&who=${deployer}`);
    await page.locator('label', { hasText: 'Compared with' }).locator('select').selectOption(INVOKER_ID);
    await page.getByText('of them different').waitFor();
    await page.getByRole('checkbox', { name: 'Only differences' }).check();
    await expect.poll(() => page.getByRole('rowheader', { name: 'createFunction', exact: true }).count()).toBe(0);

    const all = await page.locator('td[data-at]').count();
    expect(all).toBe(await page.locator('td.differs').count());
    expect(all).toBeGreaterThan(10);
    expect(page.url()).toContain('differ=yes');
  });

  it('keeps its headings visible while the user scrolls in either direction', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=air`, { viewport: { width: 900, height: 500 } });
    const corner = page.getByRole('rowheader').last();
    await corner.waitFor();
    await page.locator('.matrix').evaluate((box) => {
      const { scrollTo } = box as unknown as { scrollTo: (x: number, y: number) => void };
      scrollTo.call(box, 300, 900);
    });
    const inView = (what: ReturnType<typeof page.locator>) =>
      what.evaluateAll(
        (all) =>
          (all as unknown as { getBoundingClientRect(): { x: number; y: number } }[])
            .map((one) => one.getBoundingClientRect())
            .filter(({ x, y }) => x >= 0 && x < 900 && y >= 0 && y < 500).length,
      );

    expect(await inView(page.getByRole('columnheader'))).toBeGreaterThan(3);
    expect(await inView(page.getByRole('rowheader'))).toBeGreaterThan(3);
  });

  it('links a cell to its operation in the API documents', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=nvcf&cell=createFunction~register_function`);
    const panel = page.getByRole('article', { name: 'Cell' });
    await panel.getByText('documented: the vendor says so').waitFor();
    await panel.getByRole('link', { name: 'In the API documents' }).click();

    await page.locator('.opblock.is-open[id$="-createFunction"]').waitFor();
  });

  it('uses the full width of the window', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=nvcf`);
    await cell(page, 'createFunction needs register_function').waitFor();

    for (const width of [1280, 1800]) {
      await page.setViewportSize({ width, height: 900 });
      const { x, width: taken } = (await page.getByRole('grid').boundingBox()) ?? { x: 0, width: 0 };
      expect(x + taken).toBeGreaterThan(width - 60);
    }
  });

  it('is a list of operations on a phone, each of which expands to its cells', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=nvcf`, { viewport: { width: 390, height: 844 } });
    const list = page.getByRole('list', { name: 'Operations against rights' });
    await list.getByText('needs register_function').first().waitFor();
    expect(await page.getByRole('grid').count()).toBe(0);
    await list.getByText('createFunction', { exact: true }).click();
    await list.getByText('of a key bound to All Functions or All Entity').locator('visible=true').waitFor();
    await list.getByRole('button', { name: 'createFunction needs register_function' }).click();
    await page.getByRole('article', { name: 'Cell' }).getByText('documented: the vendor says so').waitFor();
    await page.goto(`${url}/#/access-matrix?service=nvcf&by=everybody&who=${INVOKER_ID}`);

    await page.getByText('allows 1 of 1').first().waitFor();
  });

  it('reports that nothing matches the search', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/access-matrix?service=air&text=no-such-thing`);

    await page.getByText('No operation matches.').waitFor();
  });
});

describe.runIf(hasBrowser)('the smallest rights', () => {
  const openPage = setUpBrowser();

  it('are found for a key that was used, as a service key and as a personal key', async () => {
    const { url, ask } = await startServer();
    const page = await openPage(`${url}/#/least-privilege`);
    await page.getByText('No service has been called yet.').waitFor();
    expect((await ask('GET', '/v2/nvcf/functions', castKey('nvcf-full-access').key)).status).toBe(200);
    const report = page.getByRole('region', { name: 'nvcf-full-access' });

    await report.getByRole('heading', { name: 'Required as a personal key' }).waitFor();
    await report.getByText('Cloud Functions User', { exact: true }).waitFor();
    await report.getByRole('heading', { name: 'Or as a service key' }).waitFor();
    await report.getByText('list_functions', { exact: true }).first().waitFor();
    await report.getByRole('link', { name: 'Create this service key' }).click();
    await page.getByRole('button', { name: 'Create the key' }).waitFor();
  });

  it('replace the rights of a key after a confirmation, and Undo restores the former rights', async () => {
    const { url, ask, mock } = await startServer();
    const key = castKey('nvcf-deployer');
    await ask('GET', '/v2/nvcf/functions', key.key);
    const scopes = async () => (await mock('GET', `/keys/${key.id}`)).policy.scopes;
    const before = await scopes();
    const page = await openPage(`${url}/#/least-privilege`);
    const report = page.getByRole('region', { name: 'nvcf-deployer' });
    await report.getByRole('button', { name: 'More for nvcf-deployer' }).click();
    await page.getByRole('button', { name: 'Reduce the key to this' }).click();
    const question = page.getByRole('dialog', { name: 'Reduce nvcf-deployer?' });
    await question.getByText('deploy_function').waitFor();
    await question.getByRole('button', { name: 'Reduce key' }).click();
    await report.getByText('has exactly these rights').waitFor();
    expect(await scopes()).toEqual(['list_functions']);
    await page.getByRole('button', { name: 'Undo' }).click();

    await page.getByText('is back to its state before the edit').waitFor();
    expect(await scopes()).toEqual(before);
  });

  it('can be copied as a seed', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions', castKey('nvcf-deployer').key);
    const page = await openPage(`${url}/#/least-privilege`, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'More for nvcf-deployer' }).click();
    await page.getByRole('button', { name: 'Copy as a seed' }).click();
    await page.getByText('Copied.').waitFor();

    const seed = JSON.parse((await page.evaluate('navigator.clipboard.readText()')) as string);
    expect(seed.ngc.keys).toMatchObject([{ name: 'nvcf-deployer', scopes: ['list_functions'] }]);
  });

  it('are explained in words wherever the held rights are too broad', async () => {
    const { url, ask, mock } = await startServer();
    const owner = castKey('owner').key;
    await ask('GET', '/v2/nvcf/functions', owner);
    const { token } = await mock('POST', '/tokens', { for: 'admin@acme.test' });
    await ask('GET', '/api/v1/org-unit/projects', token);
    const page = await openPage(`${url}/#/least-privilege`);
    const advice = page.locator('.report > .hint');

    await expect.poll(() => advice.count()).toBeGreaterThanOrEqual(2);
    for (const text of await advice.allInnerTexts()) {
      expect(text).toMatch(/^The \w+ could be narrower: [^{}"]+ instead of [^{}"]+\.$/);
      expect(text).not.toContain('null');
    }
  });

  it('can be searched by credential and by operation', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions', castKey('nvcf-deployer').key);
    await ask('GET', '/api/v3/simulations/', castKey('air-reader').key);
    const page = await openPage(`${url}/#/least-privilege`);
    const headings = page.locator('section.report h2');
    await expect.poll(() => headings.count()).toBe(2);
    await page.getByPlaceholder('credential, operation').fill('simulations_list');

    await expect.poll(() => headings.allInnerTexts()).toEqual([expect.stringContaining('air-reader')]);
  });
});
