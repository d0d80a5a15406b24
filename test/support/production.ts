// The ways in which the code of a user sends requests, for the tests of `intercept`.

import http, { request as namedRequest, type RequestOptions } from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { fetch as undiciFetch, request as undiciRequest } from 'undici';

/** A response in a form that all clients share. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A request that every client can send. */
export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: http.Agent | false;
}

/**
 * Sends a request with Node's own client.
 *
 * @param sendBody ends the request; one that does not leaves it open
 */
export function sendByNode(
  url: string,
  sent: Sent = {},
  sendBody = (request: http.ClientRequest) => void request.end(sent.body),
) {
  return readResponse((options, done) => moduleOf(url).request(url, options, done), sent, sendBody);
}

function readResponse(
  ask: (options: RequestOptions, done: (answer: http.IncomingMessage) => void) => http.ClientRequest,
  { body: _, ...options }: Sent,
  sendBody: (request: http.ClientRequest) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = ask(options, (answer) => {
      buffer(answer).then((bytes) => resolve({ status: answer.statusCode ?? 0, text: String(bytes) }), reject);
    });
    sendBody(request.on('error', reject));
  });
}

const moduleOf = (url: string) => (url.startsWith('https:') ? https : http);

/** Functions imported before interception starts. */
const imported = { http: http.request, https: https.request };

/** The ways to send a request. */
export const CLIENTS: readonly (readonly [name: string, ask: (url: string, sent?: Sent) => Promise<Answer>])[] = [
  ['fetch', async (url, { agent: _, ...init } = {}) => read(await fetch(url, init))],
  ['fetch with a Request', async (url, { agent: _, ...init } = {}) => read(await fetch(new Request(url, init)))],
  ['node:https', (url, sent) => sendByNode(url, sent)],
  ['node:https without an agent', (url, sent) => sendByNode(url, { ...sent, agent: false })],
  [
    'node:https with an agent of its own',
    (url, sent) => sendByNode(url, { ...sent, agent: new (moduleOf(url).Agent)({ maxSockets: 1 }) }),
  ],
  [
    'a function of node:https that was imported before',
    (url, sent = {}) => {
      const request = imported[url.startsWith('https:') ? 'https' : 'http'];
      return readResponse(
        (options, done) => request(url, options, done),
        sent,
        (created) => void created.end(sent.body),
      );
    },
  ],
  [
    'node:http with options in place of a URL',
    (url, sent = {}) => {
      const { protocol, hostname, port, pathname, search } = new URL(url);
      const where = { protocol, agent: moduleOf(url).globalAgent, hostname, path: `${pathname}${search}` };
      return readResponse(
        (options, done) => namedRequest({ ...options, ...where, ...(port !== '' && { port }) }, done),
        sent,
        (created) => void created.end(sent.body),
      );
    },
  ],
  ['undici.fetch', async (url, { agent: _, ...init } = {}) => read(await undiciFetch(url, init))],
  [
    'undici.request',
    async (url, { agent: _, ...init } = {}) => {
      const { statusCode, body } = await undiciRequest(url, { ...init, method: (init.method ?? 'GET') as 'GET' });
      return { status: statusCode, text: await body.text() };
    },
  ],
];

async function read(answer: { readonly status: number; text(): Promise<string> }): Promise<Answer> {
  return { status: answer.status, text: await answer.text() };
}
