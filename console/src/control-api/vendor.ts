import { addressOf, Refused } from './client.ts';

/**
 * Sends a request to a service of the mock, whatever it is answered.
 *
 * @throws TypeError if it cannot be reached, or breaks the connection
 */
export function sendAs(token: string | null, method: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, ...(token !== null && { authorization: `Bearer ${token}` }) };
  // With the origin: a path may begin with two slashes, which alone would name another machine.
  return fetch(location.origin + addressOf(path), { ...init, method, headers, credentials: 'omit', cache: 'no-store' });
}

/**
 * Calls a service of the mock as a client of the vendor does.
 *
 * @param token null: without one
 * @throws Refused with what the service says, TypeError if it cannot be reached
 */
export async function askAs<Answer>(
  token: string | null,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await sendAs(token, method, path, {
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer as Answer;
  const { message, error_description: description } = answer as { message?: unknown; error_description?: unknown };
  throw new Refused(response.status, `${response.status}: ${message ?? description ?? 'refused'}`);
}
