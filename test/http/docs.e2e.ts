import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openapiFaults } from '../support/openapi-validators.ts';
import { testServer } from '../support/server.ts';
import { SERVICES } from '../support/services.ts';

const { app } = await testServer();
/** A server with every service. */
const { app: whole } = await testServer({ nvcf: 'open-source' });

it.each([
  ['', '/'],
  ['/w/default', '/w/default'],
])('%s/openapi/ returns the same document as JSON and YAML, with the server URL %s', async (below, url) => {
  const yaml = await app.inject(`${below}/openapi/ngc.yaml`);
  const json = await app.inject(`${below}/openapi/ngc.json`);

  expect(yaml.headers['content-type']).toContain('application/yaml');
  expect(parse(yaml.body)).toEqual(json.json());
  expect(json.json().servers).toEqual([{ url }]);
  expect((await app.inject(`${below}/docs/ngc/yaml`)).body).toBe(yaml.body);
});

it('/openapi/ returns valid OpenAPI of every service, with the server URL of the world', async () => {
  for (const name of ['control', ...SERVICES.map((service) => service.name)]) {
    const document = (await whole.inject(`/openapi/${name}.json`)).json();
    expect(await openapiFaults(document), name).toEqual([]);
    const below = (await whole.inject(`/w/default/openapi/${name}.json`)).json();
    expect(below, name).toEqual({ ...document, servers: [{ url: '/w/default' }] });
  }
});

it.each([
  ['localhost:6625', '/llm/openapi.yaml', '/llm'],
  ['localhost:6625', '/w/default/llm/openapi.yaml', '/w/default/llm'],
  ['llm.localhost:6625', '/openapi.yaml', '/'],
  ['llm.invocation.localhost:6625', '/w/default/openapi.yaml?a', '/w/default'],
])('%s%s is the part of the LLM gateway, as valid OpenAPI with the server URL %s', async (host, url, server) => {
  const { statusCode, headers, body } = await whole.inject({ url, headers: { host } });
  const { servers, info, paths, components, ...rest } = parse(body);

  expect([statusCode, headers['content-type']]).toEqual([200, 'application/yaml']);
  expect(servers).toEqual([{ url: server }]);
  expect(info.title).toBe('LLM gateway');
  expect(Object.keys(paths)).toContain('/v1/chat/completions');
  expect(
    Object.keys(paths).filter((path) => !/^\/(?:v1|openai|api\/openai|healthz|readyz|info)(?:\/|$)/.test(path)),
  ).toEqual([]);
  expect(Object.keys(components.schemas)).not.toContain('CreateFunctionRequest');
  expect(await openapiFaults({ ...rest, servers, info, paths, components })).toEqual([]);
});

describe('GET /openapi', async () => {
  const { app: withWorld } = await testServer({ world: ['alice'] });
  const listDocuments = async (url: string, headers: Record<string, string> = { host: 'localhost:6625' }) =>
    (await withWorld.inject({ url, headers })).json().documents;

  it('lists every document of the server, with its title and URLs', async () => {
    const listNames = async (from: typeof app) =>
      (await from.inject('/openapi')).json().documents.map((document: { name: string }) => document.name);

    expect((await listNames(whole)).sort()).toEqual(['control', ...SERVICES.map(({ name }) => name)].sort());
    expect(await listNames(app)).not.toContain('nak');
    expect(await listDocuments('/openapi')).toContainEqual({
      name: 'runai',
      title: 'NVIDIA Run:ai',
      json: 'http://localhost:6625/openapi/runai.json',
      yaml: 'http://localhost:6625/openapi/runai.yaml',
    });
    expect((await app.inject('/openapi')).headers['content-type']).toContain('application/json');
  });

  it.each([
    ['/openapi', 'localhost:6625', 'http://localhost:6625'],
    ['/w/alice/openapi', 'localhost:6625', 'http://localhost:6625/w/alice'],
    ['/w/alice/openapi/', 'localhost:6625', 'http://localhost:6625/w/alice'],
    ['/openapi', 'alice.localhost:6625', 'http://alice.localhost:6625'],
  ])('%s on %s links to existing documents below %s', async (path, host, base) => {
    const documents: { json: string; yaml: string }[] = await listDocuments(path, { host });

    for (const link of documents.flatMap(({ json, yaml }) => [json, yaml])) {
      expect(link.startsWith(`${base}/openapi/`), link).toBe(true);
      const { statusCode } = await withWorld.inject({ url: new URL(link).pathname, headers: { host } });
      expect([link, statusCode]).toEqual([link, 200]);
    }
    expect(documents).not.toEqual([]);
  });

  it('returns 200 for HEAD, and 404 for other methods and unknown worlds', async () => {
    for (const path of ['/openapi', '/openapi/runai.json']) {
      const answers = await Promise.all([
        withWorld.inject({ method: 'HEAD', url: path }),
        withWorld.inject({ method: 'POST', url: path }),
        withWorld.inject({ url: `/w/nobody${path}` }),
      ]);
      expect([path, ...answers.map(({ statusCode }) => statusCode)]).toEqual([path, 200, 404, 404]);
    }
  });

  it.each(['/openapi/other.json', '/w/default/openapi/other.yaml', '/openapi/runai', '/openapi.json'])(
    'is suggested where no document exists: %s',
    async (path) => {
      const answer = await app.inject(path);

      expect(answer.statusCode).toBe(404);
      expect(answer.json().detail).toContain('`GET /openapi` lists the API documents');
    },
  );
});

it.each(['', '/w/default'])('no page below "%s/" has a broken link', async (below) => {
  const seen = new Set([`${below}/`, `${below}/docs`, `${below}/favicon.ico`]);
  const broken: string[] = [];
  for (const path of seen) {
    const { statusCode, headers, body } = await app.inject({ url: path, headers: { host: 'localhost:6625' } });
    if (statusCode !== 200) broken.push(`${statusCode} ${path}`);
    if (!String(headers['content-type']).startsWith('text/html')) continue;
    for (const [, link = ''] of body.matchAll(/(?:href|src)="([^"#]*)/g)) {
      if (/^\.?\//.test(link)) seen.add(new URL(link.replaceAll('&amp;', '&'), `http://localhost${path}`).pathname);
      else if (link !== '' && !link.startsWith('data:')) broken.push(`elsewhere: ${link}`);
    }
  }

  expect(seen.size).toBeGreaterThan(20);
  expect(broken).toEqual([]);
});

describe('a page of an unknown world', () => {
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const fetchPage = async (url: string, headers: Record<string, string>) => {
    const {
      statusCode,
      headers: sent,
      body,
    } = await app.inject({ url, headers: { host: 'localhost:6625', ...headers } });
    return { statusCode, type: sent['content-type'], policy: sent['content-security-policy'], body };
  };

  it.each([
    ['/w/gone', {}, ''],
    ['/w/gone/', {}, ''],
    ['/w/gone/docs/runai', {}, ''],
    ['/', { host: 'gone.localhost:6625' }, '//localhost:6625'],
  ])('links to the console: %s %j', async (url, headers, back) => {
    const { statusCode, type, policy, body } = await fetchPage(url, { ...browser, ...headers });

    expect([statusCode, type]).toEqual([404, 'text/html; charset=utf-8']);
    expect(policy).toContain("default-src 'none'");
    expect(body).toContain('There is no world <code>gone</code>');
    expect(body).toContain(`<a href="${back}/">`);
    expect(body).toContain(`<a href="${back}/#/worlds">`);
  });

  it('contains no markup of its URL', async () => {
    const { statusCode, body } = await fetchPage('/w/%3Cscript%3E"<b>/', browser);

    expect(statusCode).toBe(404);
    expect(body).not.toMatch(/<b>|<script>"/);
  });

  it.each([{}, { accept: '*/*' }, { accept: 'application/json' }])(
    'is a problem document for a program: %j',
    async (headers) => {
      const { statusCode, type } = await fetchPage('/w/gone/', headers);

      expect([statusCode, type]).toEqual([404, expect.stringContaining('application/problem+json')]);
    },
  );
});

it('GET / returns the console, whose policy allows only its own files', async () => {
  const { statusCode, headers, body } = await app.inject('/');

  expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(headers['content-security-policy']).toContain("script-src 'self'; style-src 'self';");
  expect(body).not.toMatch(/<style| style=|<script>/);
  for (const [file, type] of [
    ['console.js', 'text/javascript'],
    ['console.css', 'text/css'],
  ]) {
    expect(body).toContain(`"/${file}"`);
    expect((await app.inject(`/${file}`)).headers['content-type']).toContain(type);
  }
});

it('GET /docs links to Swagger UI for each document', async () => {
  const index = await app.inject('/docs');

  expect(index.statusCode).toBe(200);
  for (const name of ['runai', 'control']) {
    expect(index.body).toContain(`href="/docs/${name}/"`);
    const page = await app.inject(`/docs/${name}/`);
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';(?!.*upgrade)/);
    expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' });
    expect((await app.inject(`/docs/${name}/json`)).body).toBe((await app.inject(`/openapi/${name}.json`)).body);
  }
});

it.each([
  ['/docs/runai', '/docs/runai/'],
  ['/w/default/docs/runai', '/w/default/docs/runai/'],
])('%s redirects to %s', async (path, to) => {
  const { statusCode, headers } = await app.inject(path);

  expect([statusCode, headers.location]).toEqual([302, to]);
});

it.each(['', '/w/default'])('the page at %s/docs/air/ has all its assets and no inline script', async (below) => {
  const at = `${below}/docs/air/`;
  const { body } = await app.inject(at);
  const files = [...body.matchAll(/(?:src|href)="(\.\/[^"]*\.(?:css|js))"/g)].map(([, file = '']) => file);
  const [css, initializer, js] = await Promise.all(
    files.map((file) => app.inject({ url: at + file, headers: { 'accept-encoding': 'gzip, br' } })),
  );

  expect(css?.headers['content-type']).toMatch(/^text\/css; charset=utf-8$/i);
  expect([initializer, js].map((script) => script?.headers['content-type'])).toEqual(
    Array(2).fill('application/javascript; charset=utf-8'),
  );
  for (const theme of [css, js]) {
    expect(theme?.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
      vary: 'Accept-Encoding',
    });
  }
  expect(Number(css?.rawPayload.length) + Number(js?.rawPayload.length)).toBeLessThan(550_000);
  expect(initializer?.headers['cache-control']).toBeUndefined();
  expect((await app.inject(`${at}json`)).json().servers).toEqual([{ url: below || '/' }]);
  expect(body).not.toMatch(/<script>|<style|\son\w+="/);
});

it('the pages of all documents have the same theme, whose name is that of its content', async () => {
  const [air, runai] = await Promise.all(['air', 'runai'].map((name) => app.inject(`/docs/${name}/`)));
  const names = [air, runai].map((page) => page?.body.match(/[^"]*\/docs-[^"]*/g));

  expect(names[0]).toEqual(names[1]);
  for (const name of names[0] ?? []) {
    const { rawPayload } = await app.inject(`/docs/air/${name}`);
    expect(name).toContain(createHash('sha256').update(rawPayload).digest('hex').slice(0, 12));
  }
});

it.each(['nope', 'static/', 'static/nope.js', '..%2f..%2fpackage.json'])(
  'an unknown path below a document returns 404: %s',
  async (path) => {
    const { statusCode, headers, body } = await app.inject(`/docs/air/${path}`);

    expect([statusCode, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(body).toContain('`/docs` lists the API documents');
  },
);

it('GET /docs has only the style that its policy allows, and no script', async () => {
  const { headers, body } = await app.inject('/docs');
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(body) ?? [];

  expect(headers['content-security-policy']).toContain(
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}';`,
  );
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(body).not.toMatch(/<script|\sstyle=|\son\w+="/);
});

describe('each operation', () => {
  interface DescribedOperation {
    readonly operationId: string;
    readonly description: string;
  }
  const readOperations = async (name: string, on = app): Promise<readonly DescribedOperation[]> => {
    const { paths } = (await on.inject(`/openapi/${name}.json`)).json();
    return Object.values(paths as Record<string, Record<string, DescribedOperation>>).flatMap((item) =>
      Object.values(item),
    );
  };
  const readDescription = async (name: string, id: string, on = app) =>
    (await readOperations(name, on)).find(({ operationId }) => operationId === id)?.description;

  it.each([...SERVICES.map(({ name }) => name), 'control'])(
    'of %s describes its requirements and their certainty',
    async (name) => {
      const all = await readOperations(name, whole);

      expect(all.length).toBeGreaterThan(1);
      for (const { description } of all) {
        expect(description).toMatch(/^\*\*Needs:\*\* [^\n]+\.\n\n\*\*Certainty:\*\*\n\n- the operation: `/);
      }
    },
  );

  it('takes its description from its tables', async () => {
    const { operations, rules } = (await app.inject('/_mock/tables/nvcf')).json();
    const [row, rule] = [
      operations.find(({ id }: { id: string }) => id === 'createDeployment'),
      rules.find(({ id }: { id: string }) => id === 'deploy-function'),
    ];
    const reported = [
      '**Needs:** `deploy_function` (Deploy Function) and `list_functions` (List Functions), of a key bound to All Functions, Function, Function Versions or All Entity.',
      `- the operation: \`${row.certainty}\` (${row.source})\n- the rule: \`${rule.certainty}\` (${rule.source})\n- Function Versions: \`inferred\` (${rule.added[0].source})`,
    ];

    for (const id of ['createDeployment', 'createDeployment_alias']) {
      for (const text of reported) expect(await readDescription('nvcf', id)).toContain(text);
    }
  });

  it('describes the reading and the version that are in force', async () => {
    const { app: other } = await testServer({ nvcf: 'open-source', air: 'dsx' });

    expect(await readDescription('nvcf', 'createDeployment', other)).not.toBe(
      await readDescription('nvcf', 'createDeployment'),
    );
    expect(await readDescription('air', 'images_publish', other)).not.toBe(
      await readDescription('air', 'images_publish'),
    );
  });

  it.each([
    ['runai', 'grant_token', '**Needs:** No credential.'],
    ['control', 'get_cast', '**Needs:** The admin token, if the server was started with one.'],
    ['control', 'get_health', '**Needs:** No credential.'],
  ])('of %s without requirements describes that: %s', async (name, id, text) => {
    expect(await readDescription(name, id)).toContain(text);
  });
});
