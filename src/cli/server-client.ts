import { type ClientRequest, type OutgoingHttpHeaders, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { type FlagTexts, readConfig } from '../app/config.ts';
import { readPemFile } from '../app/tls/supplied-certificate.ts';
import { findSchemeError } from '../lib/connection-advice.ts';
import { UserError } from '../lib/errors.ts';
import { formatOrigin } from '../lib/hosts.ts';
import { parseJsonOrNull } from '../lib/json.ts';
import { showValue } from '../lib/redact.ts';
import { locateWorld } from './world-address.ts';

const TIMEOUT_MS = 5000;

export interface RunningServer {
  readonly url: string;
  /** The headers that its control API requires. */
  readonly headers: Readonly<Record<string, string>>;
  /** The certificate authority to trust, as PEM; undefined: those that Node trusts. */
  readonly ca?: string;
  /** Whether its certificate isn't verified, because a configured loopback address already identifies it. */
  readonly isLocal?: boolean;
}

/** Returns the server at the configured address (`--port`, `--host`, `--admin-token`). */
export async function locateServer(flags: FlagTexts): Promise<RunningServer> {
  const { host, port, adminToken, tls, tlsCert } = (await readConfig(flags)).config;
  // A server that listens on all addresses is reached at one of them.
  const clientHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const address = clientHost.includes(':') ? `[${clientHost}]` : clientHost;
  return {
    isLocal: clientHost === 'localhost' || clientHost === '::1' || clientHost.startsWith('127.'),
    url: formatOrigin(tls || tlsCert !== null ? 'https' : 'http', `${address}:${port}`),
    headers: adminToken === null ? {} : { 'x-mock-admin-token': adminToken },
  };
}

/** The flags of commands that call a running server, with those of the configuration. */
export type ServerFlags = FlagTexts & {
  /** The server, including the prefix of a world. Default: the configured address. */
  readonly url?: string | undefined;
  /** Default: the world of the URL, or the default world. */
  readonly world?: string | undefined;
  /** The file with the certificate authority of the server. Default: those that Node trusts. */
  readonly tlsCa?: string | undefined;
};

/** @throws UserError if URL and world contradict each other, or the certificate authority can't be read */
export async function locateServerAndWorld({
  url,
  world: worldId,
  tlsCa,
  ...flags
}: ServerFlags): Promise<{ readonly server: RunningServer; readonly world: string | null }> {
  const local = await locateServer(flags);
  const { root, world } = locateWorld(url ?? local.url, worldId);
  const server = { ...local, url: root, isLocal: url === undefined && local.isLocal === true };
  return {
    server: tlsCa === undefined ? server : { ...server, ca: await readAuthority(tlsCa), isLocal: false },
    world,
  };
}

async function readAuthority(file: string): Promise<string> {
  const text = await readPemFile(file, '--tls-ca');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  const advice = 'Give a PEM file, such as the one that `nv-auth-mock env --ca FILE` writes';
  throw new UserError(`--tls-ca ${showValue(file)} has no certificate. ${advice}.`);
}

/** Returns null as the body if it isn't JSON. @throws Error if there is no response in time */
export async function askServer(
  server: RunningServer,
  path: string,
  method = 'GET',
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { status, text } = await requestText(server, path, method);
  return { status, body: parseJsonOrNull(text) };
}

/** Not with `fetch`, which blocks some ports and cannot trust another certificate. @throws Error without an answer */
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

export async function readPublicUrl(server: RunningServer): Promise<string | null> {
  const { body } = await askServer(server, '/_mock/info');
  // The configuration has a value for each option. A server of another version may lack this one.
  const info = body as { configuration?: { 'public-url'?: { value: string | null } } } | null;
  return info?.configuration?.['public-url']?.value ?? null;
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

/** Returns the end of a sentence about a control API that rejected these headers: which admin token it requires. */
export function describeTokenRejection(headers: RunningServer['headers']): string {
  return Object.keys(headers).length === 0
    ? 'requires an admin token: set it with --admin-token or NV_AUTH_MOCK_ADMIN_TOKEN'
    : 'has a different admin token: check --admin-token or NV_AUTH_MOCK_ADMIN_TOKEN';
}
