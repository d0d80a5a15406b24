/** Requests that are pasted, and the key that they need. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castFunction } from '../../test/support/ngc-cast.ts';
import { faultsOfPage } from './support/axe.ts';
import { served } from './support/console.ts';
import { fitsWidth, windows } from './support/window.ts';

const [echo] = castFunction('echo');
const SECRET = 'nvapi-production-0123456789abcdefghij';
const VIEW = '/#/least-privilege';

const section = (page: Page) => page.getByRole('region', { name: 'Which key do I need?' });
const paste = async (page: Page, text: string) => {
  await section(page).getByLabel('Paste curl commands or a HAR').fill(text);
  await section(page).getByRole('button', { name: 'Find the key' }).click();
};
const needed = (page: Page, kind = 'service key') => section(page).getByRole('region', { name: `Needed ${kind}` });

describe.runIf(hasBrowser)('which key do I need?', () => {
  const opened = windows();

  it('is answered for curl commands of production; the key is made, and is allowed them', async () => {
    const { url, ask, mock } = await served();
    const page = await opened(`${url}${VIEW}`, { permissions: ['clipboard-read', 'clipboard-write'] });
    const sent: string[] = [];
    page.on('request', (request) =>
      sent.push(`${request.url()} ${request.postData()} ${JSON.stringify(request.headers())}`),
    );
    await paste(
      page,
      `curl -s 'https://user:${SECRET}@api.nvcf.nvidia.com/v2/nvcf/functions?key=${SECRET}' \\
        -H 'Authorization: Bearer ${SECRET}'
      curl --json '{"secret":"${SECRET}","input":"${SECRET}"}' \\
        "$BASE_URL/v2/nvcf/pexec/functions/${echo?.functionId}" -u "x:${SECRET}"`,
    );
    await needed(page).getByText('invoke_function').first().waitFor();
    await needed(page).getByRole('button', { name: 'Copy for a pull request' }).click();
    const card = (await page.evaluate('navigator.clipboard.readText()')) as string;
    await needed(page).getByRole('button', { name: 'Create this key' }).click();
    await needed(page).getByRole('button', { name: 'Show secret' }).click();
    const key = await needed(page).locator('.secret code').innerText();

    expect(card).toContain('| `GET /v2/nvcf/functions` | `list_functions` |');
    expect(card).toContain('"least-nvcf"');
    expect(sent.filter((one) => one.includes('least-privilege')).join()).toContain('/v2/nvcf/functions');
    expect(sent.join()).not.toContain(SECRET);
    expect((await mock('GET', '/keys')).keys).toContainEqual(
      expect.objectContaining({ name: 'least-nvcf', services: ['nvcf'] }),
    );
    expect((await ask('GET', '/v2/nvcf/functions', key)).status).toBe(200);
    expect((await ask('POST', '/v2/nvcf/functions', key, {})).status).toBe(403);
    await needed(page).getByRole('link', { name: 'least-nvcf' }).click();
    await page
      .getByRole('button', { name: 'Copy as curl' })
      .or(page.getByText(key.slice(-4)))
      .first()
      .waitFor();
  });

  it('is answered for an archive, without preflights and requests to the control API', async () => {
    const { url } = await served();
    const page = await opened(`${url}${VIEW}`);
    const request = (method: string, path: string) => ({ request: { method, url: `https://acme.run.ai${path}` } });
    const entries = [
      request('OPTIONS', '/api/v1/users'),
      request('GET', '/api/v1/users'),
      request('GET', '/assets/logo.png'),
      request('GET', '/_mock/cast'),
    ];
    const file = {
      name: 'a.har',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify({ log: { entries } })),
    };
    await section(page).locator('input[type=file]').setInputFiles(file);
    await section(page).getByText('no operation has the path').waitFor();
    await section(page).getByRole('button', { name: 'Leave it out' }).click();
    await needed(page, 'application').getByRole('button', { name: 'Create this key' }).click();

    await needed(page, 'application').getByText('was created').waitFor();
    expect(await needed(page, 'application').getByRole('row').allInnerTexts()).toEqual([
      expect.stringMatching(/operation/i),
      expect.stringContaining('get_users'),
    ]);
  });

  it('is answered for recorded requests', async () => {
    const { url, ask } = await served();
    await ask('GET', '/v2/nvcf/functions');
    const page = await opened(`${url}${VIEW}`);
    await section(page).getByText('Or choose from the recorded requests').click();
    await section(page).getByLabel('GET /v2/nvcf/functions').check();
    await section(page).getByRole('button', { name: 'Find the key for these' }).click();

    await needed(page).getByText('list_functions').first().waitFor();
  });

  it('asks which service is meant, if several have the path', async () => {
    const { url } = await served();
    const page = await opened(`${url}${VIEW}`);
    await paste(page, 'curl localhost:6625/v1/chat/completions -d @body.json');
    await section(page).getByRole('button', { name: 'API catalogue' }).waitFor();
    await section(page).getByRole('button', { name: 'Cloud Functions' }).click();

    await needed(page).getByText('/llm/v1/chat/completions').waitFor();
  });

  it.each([
    ['GET /v2/nvcf/functions', 'Expected curl commands'],
    ['curl', 'Expected curl commands'],
    ['{"log":{}}', 'it has no list log.entries'],
    ['{"log":', 'This looks like JSON but cannot be parsed'],
    ['curl https://api.nvcf.nvidia.com/v2/nvcf/functionz', 'Did you mean /v2/nvcf/functions?'],
  ])('of %s says what was expected', async (text, expected) => {
    const { url } = await served();
    const page = await opened(`${url}${VIEW}`);
    await paste(page, text);

    await section(page).getByText(expected).waitFor();
  });

  it('can be asked by everybody, on a telephone too', async () => {
    const { url } = await served();
    const page = await opened(`${url}${VIEW}`, { viewport: { width: 390, height: 800 }, reducedMotion: 'reduce' });
    await paste(page, `curl https://api.nvcf.nvidia.com/v2/nvcf/functions\ncurl https://acme.run.ai/api/v1/users`);
    await needed(page).waitFor();

    expect(await faultsOfPage(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
  });
});
