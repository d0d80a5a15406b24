import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Problem } from '../core/problem.ts';
import { worldPath } from '../core/world-id.ts';
import { lostPage } from './docs-pages.ts';
import { problemOf, sendProblem } from './problem.ts';
import { originsOf, worldBehind } from './steps/select-world.ts';
import { originOf } from './transport/arrival.ts';

export const HTML = 'text/html; charset=utf-8';
export const SCRIPT = 'text/javascript; charset=utf-8';
export const STYLE = 'text/css; charset=utf-8';

/**
 * The security headers of a page.
 *
 * @param styles sources for `style-src`
 * @param scripts sources for `script-src`
 */
export function pageHeaders(styles: string, scripts = "'self'"): Readonly<Record<string, string>> {
  return {
    // The page loads only its own files, makes requests only to this server, and cannot be framed.
    'content-security-policy': `default-src 'none'; script-src ${scripts}; style-src ${styles}; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    // Not `no-referrer`: by their own referrer, the control API knows requests of these pages under any host name.
    'referrer-policy': 'same-origin',
  };
}

/**
 * Renders a page for a world.
 *
 * @param below the path of the world; empty for the default one
 * @param base the URL by which the request reached the world
 */
export type PageText = (below: string, base: string) => string | Buffer | Promise<string | Buffer>;

/** The headers of a page, or how to find them. */
export type PageHeaders = Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>);

/** A page or a file at a path. */
interface Page {
  readonly type: string;
  readonly headers: PageHeaders;
  readonly text: PageText;
}

/** Serves pages and their files, beside the operations. */
export interface Pages {
  /** Serves a path, with and without a slash at its end. */
  serve(path: string, type: string, headers: PageHeaders, text: PageText): void;
}

export function pagesOn(app: FastifyInstance): Pages {
  const { mock: server } = app;
  const { originGuard, addresses } = server;
  /** The path prefix of the world, and its URL. @throws Problem if the world does not exist, or if this process has none */
  const locate = (raw: IncomingMessage, origin: string): readonly [below: string, base: string] => {
    const fault = server.worlds.fault();
    if (fault !== null) throw fault;
    const address = addresses.of(raw);
    if (address === null) return ['', origin];
    const world = worldBehind(server, address, raw);
    const below = address.kind === 'prefix' ? worldPath(world.id) : '';
    return [below, originsOf(server, world, address, origin).origin];
  };
  /** The URL of the default world, for a visitor whose world does not exist. */
  const wayBack = (raw: IncomingMessage): string => {
    const address = addresses.of(raw);
    return address?.kind === 'host' ? `//${raw.headers.host?.slice(address.world.length + 1)}` : '';
  };
  /** A person who follows an old link gets a page; a program gets the problem. */
  const isLostPerson = ({ headers }: IncomingMessage, { kind }: Problem, { type }: Page) =>
    kind === 'no_such_world' && type === HTML && headers.accept?.includes('text/html') === true;
  const served = new Map<string, Page>();
  // One route for all pages: a server has dozens, and most are never opened.
  app.route<{ Params: { '*': string } }>({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: async ({ raw, params }, reply) => {
      const page = served.get(`/${params['*']}`);
      if (page === undefined) return reply.callNotFound();
      const headers = typeof page.headers === 'function' ? await page.headers() : page.headers;
      try {
        const origin = originOf(raw, server);
        originGuard.check(raw, 'open');
        const text = await page.text(...locate(raw, origin));
        return reply.type(page.type).headers(headers).send(text);
      } catch (thrown) {
        const problem = problemOf(thrown);
        if (isLostPerson(raw, problem, page)) {
          return reply
            .code(404)
            .type(HTML)
            .headers(headers)
            .send(lostPage(problem.message, wayBack(raw)));
        }
        if (problem.kind === 'internal') server.log.error(`GET /${params['*']} failed`, problem.cause);
        return sendProblem(reply, problem);
      }
    },
  });
  return {
    serve: (path, type, headers, text) => {
      const paths = path.endsWith('/') ? [path] : [path, `${path}/`];
      for (const one of paths) served.set(one, { type, headers, text });
    },
  };
}

/** Caches the result of `read` on its first call. */
export function once<Content>(read: () => Promise<Content>): () => Promise<Content> {
  let content: Promise<Content> | undefined;
  return () => {
    content ??= read();
    return content;
  };
}
