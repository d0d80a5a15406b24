import { request as requestOverHttp } from 'node:http';
import { request as requestOverHttps } from 'node:https';
import { createTimeoutSignal, type RunningServer } from '../../../src/conformance-entry.ts';
import type { PlannedRequest, ServiceResponse } from './types.ts';

/** The timeout for a complete response. */
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Who gets a request: the real service, or a running mock. */
export type Recipient = Pick<RunningServer, 'url' | 'ca' | 'isLocal'>;

/**
 * Sends a request to a service, with a bearer token unless it is null. Does not follow redirects.
 *
 * @param abandon cancels the request
 * @throws Error if the response is late or too large
 */
export function sendRequest(
  { url: base, ca, isLocal = false }: Recipient,
  { method, url, mediaType, body }: Pick<PlannedRequest, 'method' | 'url' | 'mediaType' | 'body'>,
  token: string | null,
  abandon?: AbortSignal,
): Promise<ServiceResponse> {
  const headers = {
    accept: 'application/json',
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(mediaType !== null && { 'content-type': mediaType }),
    ...(body !== '' && { 'content-length': Buffer.byteLength(body) }),
  };
  const timeout = createTimeoutSignal(TIMEOUT_MS);
  const signal = abandon === undefined ? timeout : AbortSignal.any([timeout, abandon]);
  const open = base.startsWith('https:') ? requestOverHttps : requestOverHttp;
  return new Promise((resolve, reject) => {
    const request = open(`${base}${url}`, { method, headers, signal, ca, rejectUnauthorized: !isLocal }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BYTES) response.destroy(new Error('the response is larger than 4 MB'));
        else chunks.push(chunk);
      });
      response.on('error', reject).on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.on('error', reject).end(body);
  });
}
