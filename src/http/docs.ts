import { hash } from 'node:crypto';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Problem } from '../decisions/problem.ts';
import { once } from '../lib/memory.ts';
import { Pacer } from '../lib/pacer.ts';
import { escapeHtml, PAGE_CSS } from '../lib/pages.ts';
import { showPath } from '../lib/redact.ts';
import { compress } from './compress.ts';
import { createPageHeaders, HTML, PAGE_HEADERS, type Pages, type PageText, renderHtmlPage } from './pages.ts';
import { sendProblem } from './problem.ts';
import { type ExplainedDocument, explainDocument, pickPart, type ReadableDocument } from './read-documents.ts';
import { pathOf } from './transport/arrival.ts';

export interface DocsFiles {
  readonly folder: string;
  readonly read: (name: string) => Promise<Buffer>;
}

interface ServedDocument extends Pick<ReadableDocument, 'name' | 'title' | 'publishedPart'> {
  readonly read: () => Promise<ExplainedDocument>;
}

/** Swagger UI sets inline styles and uses data URLs for images. */
const SWAGGER_UI_HEADERS = createPageHeaders("'self' 'unsafe-inline'");

/** Serves the documents below `/openapi`, and Swagger UI for each below `/docs`. Everything is read on first use. */
export function serveDocs(pages: Pages, documents: readonly ReadableDocument[], files: DocsFiles): void {
  const explained = documents.map((document) => ({
    name: document.name,
    title: document.title,
    publishedPart: document.publishedPart,
    read: once(() => explainDocument(document)),
  }));
  pages.serve('/docs', HTML, PAGE_HEADERS, (below) => renderIndexPage(documents, below));
  // With absolute URLs, which clients can use directly.
  pages.serve('/openapi', 'application/json', PAGE_HEADERS, (_below, base) => {
    const listed = documents.map(({ name, title }) => {
      const url = `${base}/openapi/${name}`;
      return { name, title, json: `${url}.json`, yaml: `${url}.yaml` };
    });
    return JSON.stringify({ documents: listed });
  });
  const docs = once(() => createSwaggerUi(explained, files));
  for (const document of explained) {
    serveDocument(pages, document);
    servePublishedPart(pages, document);
    pages.forward(`/docs/${document.name}`, docs);
  }
}

/** Serves a document with the world's URL as its server, so that generated clients stay in that world. */
function serveDocument(pages: Pages, { name, read }: ServedDocument): void {
  const json = once(async () => JSON.stringify(await read()));
  const yaml = once(async () => renderYaml(await read()));
  const texts = {
    json: async (server: string) => `${(await json()).slice(0, -1)},"servers":${JSON.stringify([{ url: server }])}}`,
    yaml: async (server: string) => `${await yaml()}servers:\n  - url: ${server}\n`,
  };
  for (const form of ['json', 'yaml'] as const) {
    const renderText = async (server: string) => Buffer.from(await texts[form](server));
    // Cached so that requests share the bytes.
    const renderDefaultText = once(() => renderText('/'));
    const text: PageText = (below) => (below === '' ? renderDefaultText() : renderText(below));
    pages.serve(`/openapi/${name}.${form}`, `application/${form}`, PAGE_HEADERS, text);
    // Swagger UI requests the document here. Its plugin would serialize it again for each request.
    pages.serve(`/docs/${name}/${form}`, `application/${form}`, PAGE_HEADERS, text);
  }
}

/** Serves the part of a document that the vendor serves itself, at the path below which its own paths are. */
function servePublishedPart(pages: Pages, { publishedPart, read }: ServedDocument): void {
  if (publishedPart === undefined) return;
  const yaml = once(async () => renderYaml(pickPart(await read(), publishedPart)));
  const path = `${publishedPart.prefix}/openapi.yaml`;
  pages.serveInService(path, 'application/yaml', PAGE_HEADERS, async (_below, _base, reply) => {
    // As sent: a host of the part serves it without the prefix.
    const server = reply.request.originalUrl.replace(/\/openapi\.yaml(?:\?.*)?$/, '') || '/';
    return `${await yaml()}servers:\n  - url: ${JSON.stringify(server)}\n`;
  });
}

/** Creates Swagger UI in an instance of its own: a listening one accepts no plugins, and most servers need no pages. */
async function createSwaggerUi(documents: readonly ServedDocument[], files: DocsFiles): Promise<FastifyInstance> {
  const [{ fastifySwagger }, { fastifySwaggerUi }, theme] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
    readTheme(files),
  ]);
  const app = fastify();
  app.addHook<string | Buffer>('onSend', async (_request, reply, payload) => {
    reply.headers(SWAGGER_UI_HEADERS);
    // Only the theme is sent as bytes. Its names change with its content.
    if (!Buffer.isBuffer(payload)) return payload;
    reply.header('cache-control', 'public, max-age=31536000, immutable');
    return compress(reply, payload);
  });
  app.setNotFoundHandler(sendUnknownPage);
  // The plugin answers 403 for paths outside its folder.
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    error.statusCode === 403 ? sendUnknownPage(request, reply) : reply.send(error),
  );
  // A browser loads the theme once if all documents use the files of the first.
  const sharedTheme = `"./../${documents[0]?.name}/static/theme/`;
  for (const { name, title, read } of documents) {
    const document = await read();
    await app.register(async (scope) => {
      scope.addHook<string>('onSend', async (_request, reply, payload) =>
        reply.getHeader('content-type') === HTML
          ? adaptPage(payload, document).replaceAll('"./static/theme/', sharedTheme)
          : payload,
      );
      await scope.register(fastifySwagger, { mode: 'static', specification: { document } });
      await scope.register(fastifySwaggerUi, {
        routePrefix: `/docs/${name}`,
        baseDir: files.folder,
        // Without a logo, the plugin reads its default from disk.
        logo: { type: 'image/svg+xml', content: '' },
        uiConfig: { layout: 'BaseLayout', docExpansion: 'none', defaultModelsExpandDepth: 0, syntaxHighlight: false },
        theme: { title, ...theme, favicon: [] },
      });
    });
  }
  await app.ready();
  return app;
}

/** Reads Swagger UI with our theme. All other styles are layers, so that the theme wins without being more specific. */
async function readTheme({ read }: DocsFiles) {
  const [uiCss, css, uiJs, js] = await Promise.all(
    ['swagger-ui.css', 'theme.css', 'swagger-ui-bundle.js', 'theme.js'].map(read),
  );
  const name = (content: Buffer, extension: string) => ({
    filename: `docs-${hash('sha256', content).slice(0, 12)}.${extension}`,
    // The plugin sends bytes as they are, although its type only has text.
    content: content as unknown as string,
  });
  return {
    css: [name(Buffer.from(`@layer page{${PAGE_CSS}}@layer swagger-ui{${uiCss}}${css}`), 'css')],
    js: [name(Buffer.from(`${uiJs}\n${js}`), 'js')],
  };
}

function adaptPage(html: string, { info, security }: ExplainedDocument): string {
  const [scheme] = Object.keys(security?.[0] ?? {});
  const authorize =
    scheme === undefined
      ? ''
      : `<form data-scheme="${scheme}"><label for="identity">Authorize as</label> <select id="identity"></select>
<input type="password" aria-label="Key or token" placeholder="key or token" autocomplete="off" hidden> <span role="status"></span></form>`;
  return html
    .replace(/<(?:link|script)[^>]*"\.\/static\/(?:swagger-ui|index)[^>]*>(?: <\/script>)?/g, '')
    .replaceAll('<script ', '<script defer ')
    .replace(
      '</head>',
      `<meta name="viewport" content="width=device-width"><link rel="preload" href="./json" as="fetch" crossorigin></head>`,
    )
    .replace(
      '<body>',
      `<body><header><a class="mark" href="./../../">nv-auth-mock</a> <a href="./../../">Console</a> <a href="./../">API documents</a>
<h1>${escapeHtml(info.title)} <small>${escapeHtml(info.version)}</small></h1>${authorize}</header>`,
    );
}

function sendUnknownPage({ raw }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const message = `No page has the path \`${showPath(pathOf(raw.url))}\`. \`/docs\` lists the API documents.`;
  return sendProblem(reply, new Problem('unknown_path', message));
}

function renderIndexPage(documents: readonly ReadableDocument[], below: string): string {
  const rows = documents.map(
    ({ name, title, tables }) =>
      `<li><a href="${below}/docs/${name}/">${escapeHtml(title)}</a>
<span class="quiet">${tables.operations.length} operations, <a href="${below}/openapi/${name}.json">JSON</a>, <a href="${below}/openapi/${name}.yaml">YAML</a></span></li>`,
  );
  return renderHtmlPage(
    'API documents',
    `<p>The APIs that this server mocks, as OpenAPI documents. Each operation shows the rights it needs and, once opened, how certain they are. Try it as any identity of the world.</p>
<ul>
${rows.join('\n')}
</ul>
<p><a href="${below}/">The console</a> of this world. <a href="${below}/#/operations">Who may do what</a>, with the source of each rule. <a href="${below}/_mock/cast">The cast</a>, with credentials.
<a href="${below}/#/requests">Refused requests, with reasons</a>.</p>`,
    below,
  );
}

/** The depth of objects whose members are rendered one by one: `paths./api/v1/token.post`, `components.schemas.Key`. */
const DEPTH = 2;

/** YAML may write any other key on lines of its own. */
const SIMPLE_KEY = /^[\w/{}.-]{1,200}$/;

/** Renders an object as YAML, with pauses: a whole document would hold the event loop for a quarter of a second. */
export async function renderYaml(document: object): Promise<string> {
  const { stringify } = await import('yaml');
  const pacer = new Pacer();
  const renderMembers = async (object: object, depth: number): Promise<string> => {
    const indentation = '  '.repeat(DEPTH - depth);
    let text = '';
    for (const [name, value] of Object.entries(object)) {
      if (value === undefined) continue;
      if (pacer.isLong) await pacer.pause();
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      const isParent = depth > 0 && SIMPLE_KEY.test(name) && isObject && Object.keys(value).length > 0;
      const whole = stringify({ [name]: isParent ? {} : value });
      const own = isParent ? whole.replace(/ \{\}\n$/, '\n') : whole;
      // Not `^` with `m`, which also matches after separators that are no line breaks of YAML.
      text += own.replaceAll(/(?<=^|\n)(?!\n|$)/g, indentation);
      if (isParent) text += await renderMembers(value, depth - 1);
    }
    return text;
  };
  return renderMembers(document, DEPTH);
}
