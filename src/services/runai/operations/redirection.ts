import type { Outcome } from '../../../decisions/responses/outcome.ts';
import type { Form } from './oauth-client.ts';

export type Redirection = Outcome<302, undefined>;

export type Parameter = [name: string, value: string];

export function listDefined(form: Form): Parameter[] {
  return Object.entries(form).filter((entry): entry is Parameter => entry[1] !== undefined);
}

/** Adds parameters to a URI, keeping its query unchanged (RFC 6749, 4.1.2). */
export function addQuery(uri: string, parameters: Parameter[]): string {
  const query = encodeParameters(parameters);
  if (query === '' || /[?&]$/.test(uri)) return `${uri}${query}`;
  return `${uri}${uri.includes('?') ? '&' : '?'}${query}`;
}

/** Encodes parameters as in a query or fragment. */
export function encodeParameters(parameters: Parameter[]): string {
  return new URLSearchParams(parameters).toString();
}

/** Redirects the browser. The response must not be cached, because its URI contains codes. */
export function redirectTo(location: string): Redirection {
  return { status: 302, headers: { location, 'cache-control': 'no-store' } };
}
