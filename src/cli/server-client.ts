import { type ClientRequest, type OutgoingHttpHeaders, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { originAt } from '../addresses/hosts.ts';
import { type FlagTexts, readConfig } from '../config/config.ts';
import { findSchemeError } from '../diagnostics/connection-advice.ts';
import { locateWorld } from './world-address.ts';

/** How long to wait for a response, in milliseconds. */
const TIMEOUT_MS = 5000;

/** A running server: its URL, and the headers that its control API requires. */
export interface RunningServer {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The certificate authority to trust, as PEM; undefined: those that Node trusts. */
  readonly ca?: string;
  /** On this machine, the address identifies the server, so its certificate isn't verified. */
  readonly isLocal?: boolean;
}

/** Returns the server on this machine, from `--port`, `--host`, `--admin-token` or their variables. */
export async function locateServer(flags: FlagTexts): Promise<RunningServer> {
  const { host, port, adminToken, tls, tlsCert } = (await readConfig(flags)).config;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const address = reachable.includes(':') ? `[${reachable}]` : reachable;
  return {
    isLocal: reachable === 'localhost' || reachable === '::1' || reachable.startsWith('127.'),
    url: originAt(tls || tlsCert !== null ? 'https' : 'http', `${address}:${port}`),
    headers: adminToken === null ? {} : { 'x-mock-admin-token': adminToken },
  };
}

/**
 * Returns a running server and the world to call.
 *
 * @param url including the prefix of a world; null: on this machine
 * @param worldId the world; null: the world of the URL, or the default world
 * @throws UserError if URL and world contradict each other
 */
export async function locateServerAndWorld(
  flags: FlagTexts,
  url: string | null,
  worldId: string | null,
): Promise<{ readonly server: RunningServer; readonly world: string | null }> {
  const local = await locateServer(flags);
  const { root, world } = locateWorld(url ?? local.url, worldId);
  return { server: { ...local, url: root, isLocal: url === null && local.isLocal === true }, world };
}

/** The response of a running server. The body is null if it isn't JSON. */
interface ServerResponse {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Calls a running server. Doesn't use `fetch`, which blocks some ports.
 *
 * @throws Error if there is no response in time
 */
export async function askServer(server: RunningServer, path: string, method = 'GET'): Promise<ServerResponse> {
  const { status, text } = await requestText(server, path, method);
  return { status, body: parseJsonOrNull(text) };
}

/** @throws Error if there is no response in time */
export function requestText(
  server: RunningServer,
  path: string,
  method = 'GET',
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = openRequest(server, path, method);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject).on('end', () => {
        const error = findSchemeError(text);
        if (error === null) resolve({ status: response.statusCode ?? 0, text });
        else reject(error);
      });
    });
    request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error(`no response within ${TIMEOUT_MS / 1000} s`)));
    request.on('error', reject);
    request.end();
  });
}

/** Opens a request to a running server. The caller ends it. */
export function openRequest(
  { url, headers, ca, isLocal = false }: RunningServer,
  path: string,
  method = 'GET',
  extraHeaders: OutgoingHttpHeaders = {},
): ClientRequest {
  const send = url.startsWith('https:') ? requestByHttps : requestByHttp;
  return send(`${url}${path}`, { method, headers: { ...headers, ...extraHeaders }, ca, rejectUnauthorized: !isLocal });
}

/** Parses JSON; null for any other text. */
export function parseJsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Returns advice about a control API that rejected these headers. */
export function describeTokenRejection(headers: RunningServer['headers']): string {
  return Object.keys(headers).length === 0
    ? 'requires an admin token: set it with --admin-token or NV_AUTH_MOCK_ADMIN_TOKEN'
    : 'has a different admin token: check --admin-token or NV_AUTH_MOCK_ADMIN_TOKEN';
}
