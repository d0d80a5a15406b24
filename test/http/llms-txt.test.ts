import { describe, expect, it } from 'vitest';
import { listeningServer } from '../support/listening.ts';
import { testServer } from '../support/server.ts';
import { SERVICES } from '../support/services.ts';

/** The links of a text, each with its section. */
function readLinks(text: string): { section: string; name: string; url: string; notes: string }[] {
  return text
    .split(/^## /m)
    .slice(1)
    .flatMap((part) => {
      const [section = '', ...lines] = part.trim().split('\n');
      return lines.filter(Boolean).map((line) => {
        const [, name = '', url = '', notes = ''] = /^- \[([^\]]+)\]\(([^)]+)\): (.+)$/.exec(line) ?? [];
        return { section, name, url, notes };
      });
    });
}

describe('GET /llms.txt', async () => {
  const { url } = await listeningServer({ world: ['alice'] });
  const port = new URL(url).port;

  it('has the structure of llmstxt.org: a title, a summary and sections of links with notes', async () => {
    const answer = await fetch(`${url}/llms.txt`);
    const text = await answer.text();
    const links = readLinks(text);

    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(text).toMatch(/^# nv-auth-mock\n\n> [^\n]+\n\n[^#]+\n## Documents\n\n[^#]+\n## Control API\n\n[^#]+\n$/);
    expect(links.filter(({ notes }) => notes === '')).toEqual([]);
  });

  it.each([
    ['', url],
    ['/w/alice', `${url}/w/alice`],
  ])('below "%s" links only to %s, and each link returns 200', async (below, base) => {
    const links = readLinks(await (await fetch(`${url}${below}/llms.txt`)).text());
    expect(links.length).toBeGreaterThan(20);
    for (const { url: link } of links) {
      expect(link.startsWith(`${base}/`), link).toBe(true);
      const { status, body } = await fetch(link);
      // The stream of events never ends.
      await body?.cancel();
      expect([link, status]).toEqual([link, 200]);
    }
  });

  it('lists every document of the server and every GET call of the control API without parameters', async () => {
    const links = readLinks(await (await fetch(`${url}/llms.txt`)).text());
    const served = SERVICES.filter(({ name }) => name !== 'nak').map(({ name }) => `${url}/openapi/${name}.json`);
    const { calls } = (await (await fetch(`${url}/_mock`)).json()) as { calls: { method: string; path: string }[] };
    const linked = links.filter(({ name }) => name.startsWith('GET ')).map(({ name }) => name.slice(4));

    expect(links.map((link) => link.url)).toEqual(expect.arrayContaining([...served, `${url}/openapi/control.json`]));
    expect(linked.sort()).toEqual(
      calls.flatMap(({ method, path }) => (method === 'GET' && !path.includes('{') ? [path] : [])).sort(),
    );
  });

  it('contains the host of its request', async () => {
    const { app } = await testServer({ world: ['alice'] });
    const fetchText = async (host: string, path = '/llms.txt') =>
      (await app.inject({ url: path, headers: { host } })).body;

    expect(await fetchText(`localhost:${port}`)).toContain(`](http://localhost:${port}/openapi/runai.json)`);
    expect(await fetchText(`alice.localhost:${port}`)).toContain(
      `](http://alice.localhost:${port}/openapi/runai.json)`,
    );
  });

  it.each([
    [{ host: 'mock.test' }, '/llms.txt', 'https://mock.test'],
    [{ host: 'alice.mock.test' }, '/llms.txt', 'https://mock.test/w/alice'],
    [{ host: 'mock.test' }, '/w/alice/llms.txt', 'https://mock.test/w/alice'],
  ])('has the public URL, with %j and the path %s: %s', async (headers, path, base) => {
    const { app } = await testServer({ world: ['alice'], publicUrl: 'https://mock.test' });

    expect((await app.inject({ url: path, headers })).body).toContain(`](${base}/openapi/runai.json)`);
  });
});
