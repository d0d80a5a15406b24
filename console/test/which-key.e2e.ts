/** The search for the key that pasted or recorded requests need, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castFunction } from '../../test/support/ngc-cast.ts';
import { findAxeViolations } from './support/axe.ts';
import { startServer } from './support/console.ts';
import { fitsWidth, setUpBrowser } from './support/window.ts';

const [echo] = castFunction('echo');
const SECRET = 'nvapi-production-0123456789abcdefghij';
const VIEW = '/#/least-privilege';

const section = (page: Page) => page.getByRole('region', { name: 'Which key do I need?' });
const pasteAndFind = async (page: Page, text: string) => {
  await section(page).getByLabel('Paste curl commands or a HAR').fill(text);
  await section(page).getByRole('button', { name: 'Find the key' }).click();
};
const neededKey = (page: Page, kind = 'service key') => section(page).getByRole('region', { name: `Needed ${kind}` });

describe.runIf(hasBrowser)('the search for the key that requests need', () => {
  const openPage = setUpBrowser();

  it('finds a key for curl commands of production, which is allowed the same requests here', async () => {
    const { url, ask, mock } = await startServer();
    const page = await openPage(`${url}${VIEW}`, { permissions: ['clipboard-read', 'clipboard-write'] });
    const sent: string[] = [];
    page.on('request', (request) =>
      sent.push(`${request.url()} ${request.postData()} ${JSON.stringify(request.headers())}`),
    );
    await pasteAndFind(
      page,
      `curl -s 'https://user:${SECRET}@api.nvcf.nvidia.com/v2/nvcf/functions?key=${SECRET}' \\
        -H 'Authorization: Bearer ${SECRET}'
      curl --json '{"secret":"${SECRET}","input":"${SECRET}"}' \\
        "$BASE_URL/v2/nvcf/pexec/functions/${echo?.functionId}" -u "x:${SECRET}"`,
    );
    await neededKey(page).getByText('invoke_function').first().waitFor();
    await neededKey(page).getByRole('button', { name: 'Copy for a pull request' }).click();
    const card = (await page.evaluate('navigator.clipboard.readText()')) as string;
    await neededKey(page).getByRole('button', { name: 'Create this key' }).click();
    await neededKey(page).getByRole('button', { name: 'Show secret' }).click();
    const key = await neededKey(page).locator('.secret code').innerText();

    expect(card).toContain('| `GET /v2/nvcf/functions` | `list_functions` |');
    expect(card).toContain('"least-nvcf"');
    expect(sent.filter((one) => one.includes('least-privilege')).join()).toContain('/v2/nvcf/functions');
    expect(sent.join()).not.toContain(SECRET);
    expect((await mock('GET', '/keys')).keys).toContainEqual(
      expect.objectContaining({ name: 'least-nvcf', services: ['nvcf'] }),
    );
    expect((await ask('GET', '/v2/nvcf/functions', key)).status).toBe(200);
    expect((await ask('POST', '/v2/nvcf/functions', key, {})).status).toBe(403);
    await neededKey(page).getByRole('link', { name: 'least-nvcf' }).click();
    await page
      .getByRole('button', { name: 'Copy as curl' })
      .or(page.getByText(key.slice(-4)))
      .first()
      .waitFor();
  });

  it('finds a key for an archive, and ignores preflights and requests to the control API', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}${VIEW}`);
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
    await neededKey(page, 'application').getByRole('button', { name: 'Create this key' }).click();

    await neededKey(page, 'application').getByText('was created').waitFor();
    expect(await neededKey(page, 'application').getByRole('row').allInnerTexts()).toEqual([
      expect.stringMatching(/operation/i),
      expect.stringContaining('get_users'),
    ]);
  });

  it('finds a key for recorded requests', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    const page = await openPage(`${url}${VIEW}`);
    await section(page).getByText('Or choose from the recorded requests').click();
    await section(page).getByLabel('GET /v2/nvcf/functions').check();
    await section(page).getByRole('button', { name: 'Find the key for these' }).click();

    await neededKey(page).getByText('list_functions').first().waitFor();
  });

  it('asks for the service if several have the path', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}${VIEW}`);
    await pasteAndFind(page, 'curl localhost:6625/v1/chat/completions -d @body.json');
    await section(page).getByRole('button', { name: 'API catalogue' }).waitFor();
    await section(page).getByRole('button', { name: 'Cloud Functions' }).click();

    await neededKey(page).getByText('/llm/v1/chat/completions').waitFor();
  });

  it.each([
    ['GET /v2/nvcf/functions', 'Expected curl commands'],
    ['curl', 'Expected curl commands'],
    ['{"log":{}}', 'it has no list log.entries'],
    ['{"log":', 'This looks like JSON but cannot be parsed'],
    ['curl https://api.nvcf.nvidia.com/v2/nvcf/functionz', 'Did you mean /v2/nvcf/functions?'],
  ])('explains what it expected in place of %s', async (text, expected) => {
    const { url } = await startServer();
    const page = await openPage(`${url}${VIEW}`);
    await pasteAndFind(page, text);

    await section(page).getByText(expected).waitFor();
  });

  it('is accessible on a phone', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}${VIEW}`, { viewport: { width: 390, height: 800 }, reducedMotion: 'reduce' });
    await pasteAndFind(
      page,
      `curl https://api.nvcf.nvidia.com/v2/nvcf/functions\ncurl https://acme.run.ai/api/v1/users`,
    );
    await neededKey(page).waitFor();

    expect(await findAxeViolations(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
  });
});
