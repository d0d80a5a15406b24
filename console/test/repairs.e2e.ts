/** How a refused request is fixed and sent again, from the refusal itself. */
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { button, requestPanel, undo } from './support/elements.ts';
import { REGISTRAR, readStatuses, sendRefusedDeployment, startServer } from './support/server.ts';
import { describeInBrowser, setUpBrowser } from './support/window.ts';

const fixes = (page: Page) => requestPanel(page).getByRole('region', { name: 'How to fix it' });
const result = (page: Page) => requestPanel(page).getByRole('region', { name: 'Result' });
const isInWindow = async (page: Page, locator: Locator) => {
  const box = await locator.boundingBox();
  const height = page.viewportSize()?.height ?? 0;
  return box !== null && box.y >= 0 && box.y + box.height <= height;
};

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

describeInBrowser('a refused request', () => {
  const openPage = setUpBrowser();

  it('is fixed and sent again with its body, also if an edit must be applied', async () => {
    const server = await startServer({ propagation: 'fixed' });
    await sendRefusedDeployment(server);
    const page = await openPage(server.url);
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

  it('is fixed with the keyboard alone, whose focus shows, also if the clock must be moved', async () => {
    const server = await startServer({ propagation: 'fixed' });
    await sendRefusedDeployment(server);
    await server.mock('POST', '/clock/freeze', {});
    const page = await openPage(server.url);
    // The newest refusal is open already: the first key goes to the list.
    await requestPanel(page).getByText('nvcf-registrar lacks deploy_function and list_functions.').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await pressAt(page, 'Fix and send again');
    await page.getByText('Sent again, but still refused.').waitFor();
    await pressAt(page, 'Apply version 2 now', 'ArrowDown');
    await pressAt(page, 'Move the clock and send again');
    await page.getByText('Fixed and sent again.').waitFor();
  });

  it('has a choice of remedies for a pending edit, of which a wait can be stopped and leads to success', async () => {
    const server = await startServer({ propagation: 'fixed' });
    await server.mock('PATCH', `/keys/${REGISTRAR.id}`, { scopes: ['deploy_function', 'list_functions'] });
    await sendRefusedDeployment(server);
    const page = await openPage(server.url);
    const choices = fixes(page).getByRole('radio');
    await choices.first().waitFor();
    expect(await choices.count()).toBe(3);
    const recommended = fixes(page).getByRole('radio', { name: /^Apply version 2 now recommended/ });
    expect(await recommended.isChecked()).toBe(true);
    await fixes(page)
      .getByRole('radio', { name: /^Wait until/ })
      .click();
    await button(fixes(page), 'Wait and send again').click();
    await button(fixes(page), 'Stop waiting').click();
    await fixes(page).getByText('Nothing was sent').waitFor();
    await button(fixes(page), 'Wait and send again').click();
    await server.mock('POST', '/clock/advance', { by: '15m' });
    await result(page).getByText('Fixed and sent again.').waitFor();
    expect(await readStatuses(server, 'operation=createDeployment')).toEqual([200, 403]);
  });

  it('of an expired token names its owner, and is sent again with a fresh token', async () => {
    const server = await startServer();
    const { token } = await server.mock('POST', '/tokens', { for: 'ci-bot', expiresIn: '5m' });
    await server.mock('POST', '/clock/advance', { by: '10m' });
    await server.ask('GET', '/api/v1/apps', token);
    const page = await openPage(server.url);

    await requestPanel(page).getByText('it was issued to service account ci-bot').waitFor();
    await button(fixes(page), 'Send again with a fresh token').click();
    await result(page).getByText('Fixed and sent again.').waitFor();
    const [again] = (await server.mock('GET', '/requests')).requests;
    expect([again.status, again.principal.name]).toEqual([200, 'ci-bot']);
  });

  it('shows the sufficient roles with the fewest rights, and the others on demand', async () => {
    const { url, ask, mock } = await startServer();
    const { token } = await mock('POST', '/tokens', { for: 'retired-bot' });
    await ask('GET', '/api/v1/org-unit/projects', token);
    const page = await openPage(url);
    const advice = fixes(page).getByRole('listitem').filter({ hasText: 'call as an identity' });
    await advice.waitFor();
    const roles = advice.locator('code').filter({ visible: true });
    expect(await roles.allInnerTexts()).toEqual(['ML engineer', 'Viewer', 'Environment administrator']);
    await advice.getByText('18 more').click();
    expect(await roles.count()).toBe(21);
  });

  it('has a fix that can be undone for half a minute after its panel is closed', async () => {
    const server = await startServer();
    await sendRefusedDeployment(server);
    const page = await openPage(server.url, { viewport: { width: 1280, height: 700 } });
    await button(fixes(page), 'Fix and send again').click();
    await button(undo(page), 'Undo').waitFor();
    const [bar, content] = [await undo(page).boundingBox(), await page.locator('main').boundingBox()];
    expect((content?.y ?? 0) + (content?.height ?? 0)).toBeLessThanOrEqual((bar?.y ?? 0) + 1);
    // The timer of the page: it rests while the pointer is on it.
    const timer = () => page.evaluate(`getComputedStyle(document.querySelector('.timer')).animationPlayState`);
    await undo(page).hover();
    expect(await timer()).toBe('paused');
    await page.mouse.move(10, 10);
    expect(await timer()).toBe('running');
    await page.evaluate(`document.querySelector('.timer').getAnimations()[0].finish()`);
    await button(undo(page), 'Undo').waitFor({ state: 'detached' });
  });
});
