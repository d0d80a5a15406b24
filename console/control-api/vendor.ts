import { addressOf, Refused } from './client.ts';

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
  const response = await fetch(addressOf(path), {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    credentials: 'omit',
    cache: 'no-store',
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer as Answer;
  const { message, error_description: description } = answer as { message?: unknown; error_description?: unknown };
  throw new Refused(response.status, `${response.status}: ${message ?? description ?? 'refused'}`);
}
