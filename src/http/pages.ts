import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Problem } from '../core/problem.ts';
import { problemDetails } from '../core/problem-details.ts';
import { worldPath } from '../core/world-id.ts';
import { writeAnswer } from './answer.ts';
import { lostPage } from './docs-pages.ts';
import type { Server } from './in-flight.ts';
import { problemOf } from './problem.ts';
import { originOf } from './transport/arrival.ts';
import { sendAnswer } from './transport/send-answer.ts';
import { worldBehind } from './which-world.ts';

export const HTML = 'text/html; charset=utf-8';
export const SCRIPT = 'text/javascript; charset=utf-8';
export const STYLE = 'text/css; charset=utf-8';

/** What a page is served with. @param styles where its styles may come from */
export function pageHeaders(styles: string): Readonly<Record<string, string>> {
  return {
    // It loads only its own files, makes requests only to this server, and cannot be framed.
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src ${styles}; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
}

/** What a page says, for the world that its own path is below. @param below that path; empty for the default world */
export type PageText = (below: string) => string | Buffer | Promise<string | Buffer>;

/** What is served at a path. */
interface Page {
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: PageText;
}

/** Serves what is no operation: pages, and what they are made of. */
export interface Pages {
  /** Serves these paths with these headers, each with and without a slash at its end. */
  serve(path: string, type: string, headers: Readonly<Record<string, string>>, text: PageText): void;
}

export function pagesOn(
  app: FastifyInstance,
  server: Pick<Server, 'gate' | 'doors' | 'worlds' | 'outgoing' | 'publicUrl' | 'hosts'>,
): Pages {
  const { gate, doors, publicUrl, hosts } = server;
  /** @throws Problem if the world does not exist. @returns the path that everything in the world is below */
  const prefixOf = (raw: IncomingMessage): string => {
    const door = doors.of(raw);
    if (door === null) return '';
    const { id } = worldBehind(server, door, raw);
    return door.kind === 'prefix' ? worldPath(id) : '';
  };
  /** Where the default world is, for somebody who came by a door that leads nowhere. */
  const wayBack = (raw: IncomingMessage): string => {
    const door = doors.of(raw);
    return door?.kind === 'host' ? `//${raw.headers.host?.slice(door.world.length + 1)}` : '';
  };
  /** A person who follows an old link gets a page, and a program the problem. */
  const isLostPerson = ({ headers }: IncomingMessage, { kind }: Problem, { type }: Page) =>
    kind === 'no_such_world' && type === HTML && headers.accept?.includes('text/html') === true;
  const served = new Map<string, Page>();
  // One route for all of them: a server has dozens of pages, and most never show one.
  app.route<{ Params: { '*': string } }>({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: async ({ raw, params }, reply) => {
      const page = served.get(`/${params['*']}`);
      if (page === undefined) return reply.callNotFound();
      try {
        // Only for what it refuses: pages do not name the server.
        originOf(raw, publicUrl, hosts);
        gate.check(raw, 'open');
        const text = await page.text(prefixOf(raw));
        return reply.type(page.type).headers(page.headers).send(text);
      } catch (thrown) {
        const problem = problemOf(thrown);
        if (isLostPerson(raw, problem, page)) {
          return reply
            .code(404)
            .type(HTML)
            .headers(page.headers)
            .send(lostPage(problem.message, wayBack(raw)));
        }
        return sendAnswer(reply, writeAnswer(problemDetails(problem), problem), server.outgoing);
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

/** Reads something when it is first wanted, and keeps that one copy. */
export function once<Content>(read: () => Promise<Content>): () => Promise<Content> {
  let content: Promise<Content> | undefined;
  return () => {
    content ??= read();
    return content;
  };
}
