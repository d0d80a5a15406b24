import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { escapeHtml, escapeWithCode, hashContentSource, PAGE_CSS } from '../lib/pages.ts';
import { worldPathOf } from '../lib/world-id.ts';
import { compress } from './compress.ts';
import { sendProblem, toProblem } from './problem.ts';
import { originsOf } from './request-address.ts';
import type { Server } from './server.ts';
import { findWorldAt } from './steps/select-world.ts';
import { originOf } from './transport/arrival.ts';

export const HTML = 'text/html; charset=utf-8';
export const SCRIPT = 'text/javascript; charset=utf-8';

/** @param styles sources for `style-src` */
export function createPageHeaders(styles: string): PageHeaders {
  return {
    // The page loads only its own files, sends requests only to this server, and cannot be framed.
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src ${styles}; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    // Not `no-referrer`: the control API recognizes requests of these pages by their referrer, under any host name.
    'referrer-policy': 'same-origin',
  };
}

const PAGE_STYLE = `${PAGE_CSS}
header { min-height: 3.1rem }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
ul { list-style: none; padding: 0 }
li { display: flex; flex-wrap: wrap; gap: .2rem 1rem; justify-content: space-between; padding: .6rem 0; border-top: 1px solid var(--line) }
`;

export const PAGE_HEADERS = createPageHeaders(hashContentSource(PAGE_STYLE));

/** @param main the HTML of its content @param home the URL of the world */
export function renderHtmlPage(title: string, main: string, home: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>nv-auth-mock: ${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
<link rel="icon" href="data:,">
</head>
<body>
<header><a class="mark" href="${escapeHtml(home)}/">nv-auth-mock</a></header>
<main>
<h1>${escapeHtml(title)}</h1>
${main}
</main>
</body>
</html>
`;
}

/** @param below the path of the world, empty for the default one @param base the URL by which the request reached it */
export type PageText = (below: string, base: string, reply: FastifyReply) => string | Buffer | Promise<string | Buffer>;

type PageHeaders = Readonly<Record<string, string>>;

interface Page {
  readonly isHtml: boolean;
  respond(reply: FastifyReply, below: string, base: string): Promise<FastifyReply>;
}

export interface Pages {
  /** Serves a path, with and without a trailing slash. */
  serve(path: string, type: string, headers: PageHeaders, text: PageText): void;
  /** Serves a path below the prefix of a service, whose operations would hide it. */
  serveInService(path: string, type: string, headers: PageHeaders, text: PageText): void;
  /** Forwards unserved paths below a path to another Fastify instance, which is created on first use. */
  forward(path: string, to: () => Promise<FastifyInstance>): void;
}

export function createPages(app: FastifyInstance): Pages {
  const { mock: server } = app;
  const pages = new Map<string, Page>();
  /** The pages of other Fastify instances, by their common parent path. */
  const forwardedPages = new Map<string, Page>();
  const route = (url: string) =>
    app.route<{ Params: { '*'?: string } }>({
      method: ['GET', 'HEAD'],
      url,
      handler: async ({ raw, params }, reply) => {
        const path = params['*'] === undefined ? url : `/${params['*']}`;
        const [, parent = ''] = /^(\/[^/]*\/[^/]*)\//.exec(path) ?? [];
        const page = pages.get(path) ?? forwardedPages.get(parent);
        if (page === undefined) return reply.callNotFound();
        try {
          const { below, base } = locateWorld(server, raw);
          return await page.respond(reply, below, base);
        } catch (thrown) {
          const problem = toProblem(thrown);
          if (problem.kind === 'internal') server.log.error(`GET ${path} failed`, problem.cause);
          // A person who follows an old link gets a page, a program gets the problem.
          const isForPerson = page.isHtml && raw.headers.accept?.includes('text/html') === true;
          if (!isForPerson || problem.kind !== 'no_such_world') return sendProblem(reply, problem);
          const address = server.addresses.find(raw);
          const defaultWorldUrl =
            address?.kind === 'host' ? `//${raw.headers.host?.slice(address.world.length + 1)}` : '';
          const home = escapeHtml(defaultWorldUrl);
          const main = `<p>${escapeWithCode(problem.message)}</p>
<p>Open <a href="${home}/#/worlds">the list of worlds</a> or <a href="${home}/">the console of the default world</a>.</p>`;
          const lostPage = renderHtmlPage('No such world', main, defaultWorldUrl);
          return reply.code(404).type(HTML).headers(PAGE_HEADERS).send(lostPage);
        }
      },
    });
  // One route serves all other pages: a server has dozens, and most are never opened.
  route('/*');
  const served: Pages = {
    serve: (path, type, headers, text) => {
      const page: Page = {
        isHtml: type === HTML,
        respond: async (reply, below, base) => {
          reply.type(type).headers(headers);
          return reply.send(await compress(reply, await text(below, base, reply)));
        },
      };
      const paths = path.endsWith('/') ? [path] : [path, `${path}/`];
      for (const servedPath of paths) pages.set(servedPath, page);
    },
    serveInService: (path, type, headers, text) => {
      served.serve(path, type, headers, text);
      route(path);
    },
    forward: (path, to) => {
      // The links of these pages are relative.
      pages.set(path, { isHtml: true, respond: async (reply, below) => reply.redirect(`${below}${path}/`) });
      forwardedPages.set(path, {
        isHtml: true,
        respond: async (reply) => {
          const { routing } = await to();
          reply.hijack();
          routing(reply.request.raw, reply.raw);
          return reply;
        },
      });
    },
  };
  return served;
}

/** Returns the path of the world and the URL by which the request reached it. @throws Problem if it does not exist */
function locateWorld(server: Server, raw: IncomingMessage): { readonly below: string; readonly base: string } {
  const origin = originOf(raw, server);
  server.originGuard.check(raw, 'open');
  const address = server.addresses.find(raw);
  if (address === null) return { below: '', base: origin };
  const world = findWorldAt(server, address, raw);
  const below = address.kind === 'prefix' ? worldPathOf(world.id) : '';
  return { below, base: originsOf(server, world, address, origin).origin };
}
