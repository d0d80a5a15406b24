import { request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { timeoutSignal } from '../../../src/conformance-entry.ts';
import type { PlannedRequest, PlayedAnswer } from './play.ts';

/** How long to wait for a response, in milliseconds. */
const PATIENCE = 10_000;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Sends a request, with or without a bearer token. Does not follow redirects.
 *
 * @param abandon stops waiting for the response
 * @throws Error if the response is late or too large
 */
export function play(
  base: string,
  { method, url, mediaType, body }: Pick<PlannedRequest, 'method' | 'url' | 'mediaType' | 'body'>,
  token: string | null,
  abandon?: AbortSignal,
): Promise<PlayedAnswer> {
  const headers = {
    accept: 'application/json',
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(mediaType !== null && { 'content-type': mediaType }),
    ...(body !== '' && { 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const send = base.startsWith('https:') ? requestByHttps : requestByHttp;
    const signal = AbortSignal.any([timeoutSignal(PATIENCE), ...(abandon === undefined ? [] : [abandon])]);
    const request = send(`${base}${url}`, { method, headers, signal }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MAX_BYTES) response.destroy(new Error('the response is larger than 4 MB'));
        else parts.push(part);
      });
      response.on('error', reject).on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(response.headers).map(([name, text]) => [name, String(text)])),
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    request.on('error', reject).end(body);
  });
}
