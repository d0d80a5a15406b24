import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { problemDetails } from '../core/problem-details.ts';
import { worldPath } from '../core/world-id.ts';
import { writeAnswer } from './answer.ts';
import type { Server } from './in-flight.ts';
import { problemOf } from './problem.ts';
import { sendAnswer } from './transport/send-answer.ts';
import { worldBehind } from './which-world.ts';

/** A document to read: the name of its service, its title for people, and how to get its JSON text. */
export interface ReadableDocument {
  readonly name: string;
  readonly title: string;
  readonly read: () => Promise<string>;
}

/** The content types of Swagger UI's files. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** The pages load only their own files, make requests only to this server, and cannot be framed. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
} as const;

/**
 * Serves the pages that are not operations: the documents at `/openapi/<service>.json`, pages to read them below
 * `/docs`, and `/`, which redirects there.
 *
 * @param readFile reads a file of Swagger UI
 */
export function serveDocs(
  app: FastifyInstance,
  server: Pick<Server, 'gate' | 'doors' | 'worlds' | 'outgoing'>,
  documents: readonly ReadableDocument[],
  readFile: (name: string) => Promise<Buffer>,
): void {
  const { gate, doors } = server;
  /** @throws Problem if the world does not exist. @returns the path that everything in the world is below */
  const prefixOf = (raw: IncomingMessage): string => {
    const door = doors.of(raw);
    if (door === null) return '';
    const { id } = worldBehind(server, door, raw);
    return door.kind === 'prefix' ? worldPath(id) : '';
  };
  const get = (url: string, answer: (reply: FastifyReply, below: string) => FastifyReply | Promise<FastifyReply>) =>
    app.get(url, async ({ raw }, reply) => {
      try {
        gate.check(raw, 'open');
        return await answer(reply, prefixOf(raw));
      } catch (thrown) {
        const problem = problemOf(thrown);
        return sendAnswer(reply, writeAnswer(problemDetails(problem), problem), server.outgoing);
      }
    });
  /** Serves a path, with and without a slash at its end. */
  const serve = (path: string, type: string, text: (below: string) => string | Buffer | Promise<Buffer>) => {
    for (const url of [path, `${path}/`]) {
      get(url, async (reply, below) =>
        reply
          .type(type)
          .headers(HEADERS)
          .send(await text(below)),
      );
    }
  };
  serve('/docs', HTML, (below) => indexPage(documents, below));
  for (const document of documents) {
    const { name } = document;
    const text = once(document.read);
    const jsonBelow = async (below: string) =>
      Buffer.from(below === '' ? await text() : withServer(await text(), below));
    serve(`/openapi/${name}.json`, 'application/json', jsonBelow);
    serve(`/docs/${name}/json`, 'application/json', jsonBelow);
    serve(`/docs/${name}`, HTML, (below) => readerPage(document, below));
  }
  serve('/docs/static/reader.js', SCRIPT, () => READER);
  for (const [file, type] of Object.entries(FILES)) {
    const content = once(() => readFile(file));
    serve(`/docs/static/${file}`, type, content);
  }
  get('/', (reply, below) => reply.redirect(`${below}/docs`));
}

/** Reads something when it is first wanted, and keeps that one copy. */
function once<Content>(read: () => Promise<Content>): () => Promise<Content> {
  let content: Promise<Content> | undefined;
  return () => {
    content ??= read();
    return content;
  };
}

/** Opens the document that the page names. In a file of its own, so that no page needs an inline script. */
const READER = `SwaggerUIBundle({
  domNode: document.getElementById('reader'),
  url: document.getElementById('reader').dataset.document,
  deepLinking: true,
  validatorUrl: null,
});
`;

/** Names the world's own address in its document, so that whoever follows it stays in that world. */
function withServer(text: string, below: string): string {
  return JSON.stringify({ ...JSON.parse(text), servers: [{ url: below }] });
}

function readerPage({ name, title }: ReadableDocument, below: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="stylesheet" href="${below}/docs/static/swagger-ui.css">
<div id="reader" data-document="${below}/openapi/${name}.json"></div>
<script src="${below}/docs/static/swagger-ui-bundle.js"></script>
<script src="${below}/docs/static/reader.js"></script>
`;
}

function indexPage(documents: readonly ReadableDocument[], below: string): string {
  const rows = documents.map(
    ({ name, title }) =>
      `<li><a href="${below}/docs/${name}">${title}</a> <small><a href="${below}/openapi/${name}.json">JSON</a></small></li>`,
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
<p><a href="${below}/_mock/cast">Who is who</a>, with credentials. <a href="${below}/_mock/decisions?effect=deny">What was refused, and why.</a></p>
`;
}
