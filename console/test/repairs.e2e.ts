/** How a refused request is fixed and sent again, from the refusal itself. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { requestRows, startServer } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const REGISTRAR = castKey('nvcf-registrar');
const FUNCTION = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };
const DEPLOYMENT = {
  deploymentSpecifications: [
    { gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1, clusters: ['acme-1'] },
  ],
};

const panel = (page: Page) => page.getByRole('article', { name: 'Request' });
const fixes = (page: Page) => panel(page).getByRole('region', { name: 'How to fix it' });
const result = (page: Page) => panel(page).getByRole('region', { name: 'Result' });
const button = (within: Page | Locator, name: string | RegExp) => within.getByRole('button', { name });
const isInWindow = async (page: Page, locator: Locator) => {
  const box = await locator.boundingBox();
  const height = page.viewportSize()?.height ?? 0;
  return box !== null && box.y >= 0 && box.y + box.height <= height;
};

type Server = Awaited<ReturnType<typeof startServer>>;

const readStatuses = async ({ mock }: Server, filter = '') =>
  (await mock('GET', `/requests?${filter}`)).requests.map(({ status }: { status: number }) => status);

/** Sends a deployment that is refused for missing scopes. */
async function sendRefusedDeployment({ ask }: Server): Promise<void> {
  const made = await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, FUNCTION);
  const { id, versionId } = ((await made.json()) as { function: { id: string; versionId: string } }).function;
  await ask('POST', `/v2/nvcf/deployments/functions/${id}/versions/${versionId}`, REGISTRAR.key, DEPLOYMENT);
}

describe.runIf(hasBrowser)('a refused request', () => {
  const openPage = setUpBrowser();

  it('is fixed and sent again with its body in three clicks, also if an edit must be applied', async () => {
    const server = await startServer({ propagation: 'fixed' });
    await sendRefusedDeployment(server);
    const page = await openPage(`${server.url}/#/requests`);

    await requestRows(page).filter({ hasText: '403' }).click();
    await button(fixes(page), 'Fix and send again').click();
    await result(page).getByText('Sent again, but still refused.').waitFor();
    expect(await isInWindow(page, result(page))).toBe(true);
    await button(fixes(page), 'Apply and send again').click();
    await result(page).getByText('Fixed and sent again.').waitFor();

    expect(await isInWindow(page, result(page))).toBe(true);
    expect(await readStatuses(server, 'operation=createDeployment')).toEqual([200, 403, 403]);
    // The refusal itself says what became of it.
    await result(page).getByRole('link', { name: 'The refused request' }).click();
    await fixes(page).getByRole('link', { name: 'Sent again: 200' }).waitFor();
    expect(await fixes(page).getByRole('button').count()).toBe(0);
  });

  it('has a choice of remedies for a pending edit, each of which leads to success', async () => {
    const server = await startServer({ propagation: 'fixed' });
    const { mock, url } = server;
    await mock('PATCH', `/keys/${REGISTRAR.id}`, { scopes: ['deploy_function', 'list_functions'] });
    await sendRefusedDeployment(server);
    const page = await openPage(`${url}/#/requests`);
    await requestRows(page).filter({ hasText: '403' }).click();

    await fixes(page).getByRole('radio').first().waitFor();
    expect(await fixes(page).getByRole('radio').count()).toBe(3);
    expect(
      await fixes(page)
        .getByRole('radio', { name: /^Apply version 2 now recommended/ })
        .isChecked(),
    ).toBe(true);
    await fixes(page)
      .getByRole('radio', { name: /^Wait until/ })
      .click();
    await button(fixes(page), 'Wait and send again').click();
    await button(fixes(page), 'Stop waiting').click();
    await fixes(page).getByText('Nothing was sent').waitFor();
    await button(fixes(page), 'Wait and send again').click();
    await mock('POST', '/clock/advance', { by: '15m' });
    await result(page).getByText('Fixed and sent again.').waitFor();
    expect(await readStatuses(server, 'operation=createDeployment')).toEqual([200, 403]);
  });

  it('of an expired token names its owner, and is sent again with a fresh token', async () => {
    const server = await startServer();
    const { token } = await server.mock('POST', '/tokens', { for: 'ci-bot', expiresIn: '5m' });
    await server.mock('POST', '/clock/advance', { by: '10m' });
    await server.ask('GET', '/api/v1/apps', token);
    const page = await openPage(server.url);

    await panel(page).getByText('it was issued to service account ci-bot').waitFor();
    await button(fixes(page), 'Send again with a fresh token').click();
    await result(page).getByText('Fixed and sent again.').waitFor();
    const [again] = (await server.mock('GET', '/requests')).requests;
    expect([again.status, again.principal.name]).toEqual([200, 'ci-bot']);
  });

  it.each([
    ['an unknown token', '/api/v1/apps', 'nonsense', 'Send again as admin@acme.test'],
    ['an unknown key', '/v2/nvcf/functions', `nvapi-${'A'.repeat(64)}`, /^Send again as nvcf-/],
  ])('of %s is sent again as an identity that may send it', async (_what, path, token, name) => {
    const server = await startServer();
    await server.ask('GET', path, token);
    const page = await openPage(server.url);

    await button(fixes(page), name).click();
    await result(page).getByText('Fixed and sent again.').waitFor();
    expect(await readStatuses(server)).toEqual([200, expect.any(Number)]);
  });

  it.each([
    ['disabled', { status: 'disabled' }, 'Enable service key mine'],
    ['expired', { expiresAt: '2030-01-15T12:30:00Z' }, 'Remove the expiry of service key mine'],
  ])('of a %s key is sent again once the key is valid', async (_what, edit, text) => {
    const server = await startServer();
    const { mock } = server;
    await mock('POST', '/clock/set', { to: '2030-01-15T12:00:00Z' });
    const order = { type: 'service', name: 'mine', services: ['nvcf'], scopes: ['list_functions'] };
    const { id, key } = await mock('POST', '/keys', { ...order, resource: { type: 'All Functions' } });
    await mock('PATCH', `/keys/${id}`, edit);
    await mock('POST', '/clock/set', { to: '2030-01-15T13:00:00Z' });
    await server.ask('GET', '/v2/nvcf/functions', key);
    const page = await openPage(server.url);

    await fixes(page).getByText(text).waitFor();
    // The text of the key is not known to the page: its client sends the request again.
    await button(fixes(page), 'Apply the fix').click();
    await fixes(page).getByText('Applied. Send the request again from your client.').waitFor();
    expect((await server.ask('GET', '/v2/nvcf/functions', key)).status).toBe(200);
  });

  it('for a token with a wrong secret is sent again with the right secret, as JSON and as a form', async () => {
    const server = await startServer();
    const clientId = '5f0c2a9d11e84b70';
    const order = { grantType: 'client_credentials', clientId, clientSecret: 'wrong "one"' };
    await server.ask('POST', '/api/v1/token', '', order);
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: 'wrong' });
    await fetch(`${server.url}/auth/realms/acme/protocol/openid-connect/token`, { method: 'POST', body: form });
    const page = await openPage(server.url);

    for (const path of ['/api/v1/token', 'openid-connect/token']) {
      await requestRows(page).filter({ hasText: path }).filter({ hasText: 'wrong_secret' }).click();
      await button(fixes(page), 'Send again with the right secret').click();
      await result(page).getByText('Fixed and sent again.').waitFor();
    }
    expect(await readStatuses(server)).toEqual([200, 200, 401, 400]);
  });

  it('shows the sufficient roles with the fewest rights, and the others on demand', async () => {
    const server = await startServer();
    const { token } = await server.mock('POST', '/tokens', { for: 'retired-bot' });
    await server.ask('GET', '/api/v1/org-unit/projects', token);
    const page = await openPage(server.url);

    const advice = fixes(page).getByRole('listitem').filter({ hasText: 'call as an identity' });
    await advice.waitFor();
    expect(await advice.locator('code').filter({ visible: true }).allInnerTexts()).toEqual([
      'ML engineer',
      'Viewer',
      'Environment administrator',
    ]);
    await advice.getByText('18 more').click();
    expect(await advice.locator('code').filter({ visible: true }).count()).toBe(21);
  });

  it('has a fix that can be undone for half a minute after its panel is closed', async () => {
    const server = await startServer();
    await sendRefusedDeployment(server);
    const page = await openPage(server.url, { viewport: { width: 1280, height: 700 } });
    await button(fixes(page), 'Fix and send again').click();
    const undo = page.getByRole('complementary', { name: 'Undo' });
    await button(undo, 'Undo').waitFor();

    const [bar, content] = [await undo.boundingBox(), await page.locator('main').boundingBox()];
    expect((content?.y ?? 0) + (content?.height ?? 0)).toBeLessThanOrEqual((bar?.y ?? 0) + 1);
    // The timer of the page: it rests while the pointer is on it.
    const state = () => page.evaluate(`getComputedStyle(document.querySelector('.timer')).animationPlayState`);
    await undo.hover();
    expect(await state()).toBe('paused');
    await page.mouse.move(10, 10);
    expect(await state()).toBe('running');
    await page.evaluate(`document.querySelector('.timer').getAnimations()[0].finish()`);
    await button(undo, 'Undo').waitFor({ state: 'detached' });
  });
});

describe.runIf(hasBrowser)('a test of a repaired request', () => {
  const openPage = setUpBrowser();

  it('creates the access rule first that allows the request', async () => {
    const server = await startServer();
    const { token } = await server.mock('POST', '/tokens', { for: 'researcher@acme.test' });
    await server.ask('GET', '/api/v1/users', token);
    const page = await openPage(server.url, { permissions: ['clipboard-read', 'clipboard-write'] });
    await button(fixes(page), 'Fix and send again').click();
    await result(page).waitFor();
    await button(panel(page), 'Copy as test').click();
    await button(panel(page), 'vitest test').click();

    const text = (await page.evaluate('navigator.clipboard.readText()')) as string;
    expect(text.indexOf('/api/v1/authorization/access-rules')).toBeGreaterThan(0);
    expect(text.indexOf('/api/v1/users')).toBeGreaterThan(text.indexOf('/api/v1/authorization/access-rules'));
    expect(text).toContain('toBe(200)');
  });
});
