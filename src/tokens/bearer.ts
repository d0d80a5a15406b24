import { unauthenticatedProblem } from '../decisions/problem.ts';

/** The scheme is case-insensitive (RFC 6750, 2.1; RFC 9110, 11.1). */
const BEARER = /^bearer +/i;
/** Some services compare the scheme exactly. */
const EXACT_BEARER = /^Bearer +/;

/** @param authorization all such headers @param exact requires the spelling `Bearer` @throws Problem */
export function readBearerToken(authorization: readonly string[], exact = false): string {
  const [header, second] = authorization;
  if (header === undefined) {
    throw unauthenticatedProblem(
      'no_token',
      'The request has no access token. Send an `Authorization: Bearer <token>` header.',
    );
  }
  if (second !== undefined) {
    throw unauthenticatedProblem(
      'multiple_authorization',
      'The request has more than one `Authorization` header. Send only one.',
    );
  }
  const scheme = (exact ? EXACT_BEARER : BEARER).exec(header)?.[0];
  const token = scheme === undefined ? '' : header.slice(scheme.length).trimEnd();
  if (token === '') {
    throw unauthenticatedProblem('wrong_scheme', 'The `Authorization` header must have the form `Bearer <token>`.');
  }
  return token;
}
