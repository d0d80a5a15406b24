import { addressOf, RefusalError, withJson } from './client.ts';

/**
 * Sends a request to a service of the mock and returns the response, whatever its status.
 *
 * @throws TypeError if the server cannot be reached or drops the connection
 */
export function sendAs(token: string | null, method: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, ...(token !== null && { authorization: `Bearer ${token}` }) };
  // Include the origin: a path with two leading slashes alone would name another host.
  return fetch(location.origin + addressOf(path), { ...init, method, headers, credentials: 'omit', cache: 'no-store' });
}

/**
 * Calls a service of the mock like a client of the vendor.
 *
 * @param token null sends no token
 * @throws RefusalError with the message of the service; TypeError if the server cannot be reached
 */
export async function askAs<Result>(token: string | null, method: string, path: string, body?: object) {
  const response = await sendAs(token, method, path, withJson(body));
  const json = await response.json().catch(() => ({}));
  if (response.ok) return json as Result;
  const { message, error_description: description } = json as { message?: unknown; error_description?: unknown };
  throw new RefusalError(response.status, `${response.status}: ${message ?? description ?? 'refused'}`);
}
