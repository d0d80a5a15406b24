import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { problemDetails } from '../core/problem-details.ts';
import { written } from './answer.ts';
import type { Gate } from './gate.ts';
import { problemOf } from './problem.ts';

/** A document to read: its service's name, what people call it, its JSON text. */
export interface ReadableDocument {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

/**
 * The pages that no operation has: the documents at `/openapi/<service>.json`, a page to read them at `/docs`, and `/`,
 * which leads there.
 */
export function serveDocs(app: FastifyInstance, gate: Gate, documents: readonly ReadableDocument[]): void {
  const onRequest: onRequestHookHandler = (request, reply, next) => {
    try {
      gate.check(request.raw, 'open');
      next();
    } catch (thrown) {
      const problem = problemOf(thrown);
      const { status, headers, payload } = written(problemDetails(problem), problem);
      reply.code(status).headers(headers).send(payload);
    }
  };
  for (const { name, text } of documents) {
    app.get(`/openapi/${name}.json`, { onRequest }, (_request, reply) => reply.type('application/json').send(text));
  }
  app.get('/', { onRequest }, (_request, reply) => reply.redirect('/docs'));

  // The page costs as much to set up as the whole server, and a running Fastify takes nothing more in: hence a second
  // one, made when somebody first looks.
  let pages: Promise<FastifyInstance> | undefined;
  for (const url of ['/docs', '/docs/*']) {
    app.get(url, { onRequest }, (request, reply) => {
      reply.hijack();
      pages ??= buildPages(documents);
      pages.then(
        (inner) => inner.routing(request.raw, reply.raw),
        () => reply.raw.destroy(),
      );
    });
  }
  app.addHook('onClose', async () => (await pages)?.close());
}

/** The pages load their own files only, ask this server only, and nobody frames them. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

async function buildPages(documents: readonly ReadableDocument[]): Promise<FastifyInstance> {
  const [{ default: fastify }, { default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('fastify'),
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ]);
  const inner = fastify({ exposeHeadRoutes: false });
  inner.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' });
  });
  for (const { name, title, text } of documents) {
    await inner.register(async (scope) => {
      await scope.register(swagger, { mode: 'static', specification: { document: JSON.parse(text) } });
      await scope.register(swaggerUi, {
        routePrefix: `/docs/${name}`,
        uiConfig: { deepLinking: true, layout: 'BaseLayout' },
        theme: { title },
      });
    });
  }
  const index = indexPage(documents);
  for (const url of ['/docs', '/docs/']) {
    inner.get(url, (_request, reply) => reply.type('text/html; charset=utf-8').send(index));
  }
  await inner.ready();
  return inner;
}

function indexPage(documents: readonly ReadableDocument[]): string {
  const rows = documents.map(
    ({ name, title }) =>
      `<li><a href="/docs/${name}">${title}</a> <small><a href="/openapi/${name}.json">JSON</a></small></li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>nv-auth-mock: documents</title>
<style>
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
  small { margin-left: .5rem }
</style>
<h1>nv-auth-mock</h1>
<p>What this server answers to, as OpenAPI documents:</p>
<ul>
${rows.join('\n')}
</ul>
<p><a href="/_mock/cast">Who is who</a>, with credentials. <a href="/_mock/decisions?effect=deny">What was refused, and why.</a></p>
`;
}
