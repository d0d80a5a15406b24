import type { Context } from '../contract/request.ts';
import { isRecord, own } from '../core/own.ts';
import type { CredentialExtractor, PresentedCredential } from '../credentials/presented-credential.ts';
import type { Route } from './flight.ts';

/** Longer headers cannot hold a credential of the mock, and are not read. */
const MOST_HEADER = 16 * 1024;

/**
 * Extracts the credentials of a request: from its header, and from the query or body if its operation takes them there.
 */
export function findPresentedCredentials(
  extractors: readonly CredentialExtractor[],
  { rule, row, service }: Route,
  context: Pick<Context, 'headerLines' | 'query' | 'body'>,
): readonly PresentedCredential[] {
  const inHeader =
    rule !== null || row.selects !== undefined
      ? presentedInHeader(extractors, context.headerLines('authorization'))
      : null;
  const found = inHeader === null ? [] : [inHeader];
  if (row.selects === undefined) return found;
  return [...found, ...presentedIn(row.selects === 'query' ? context.query : context.body, service.credentialFields)];
}

/** Does the body present a key as its credential? The operation judges such a key. */
export function presentsKey({ row, service }: Route, { body }: Pick<Context, 'body'>): boolean {
  return row.selects === 'body' && presentedIn(body, service.credentialFields).some(({ kind }) => kind === 'key');
}

/** Two headers present nothing: a later step refuses the request. */
function presentedInHeader(
  extractors: readonly CredentialExtractor[],
  lines: readonly string[],
): PresentedCredential | null {
  const [line, second] = lines;
  if (line === undefined || second !== undefined || line.length > MOST_HEADER) return null;
  for (const present of extractors) {
    const presented = present(line);
    if (presented !== null) return presented;
  }
  return null;
}

function presentedIn(sent: unknown, fields: Route['service']['credentialFields'] = {}): PresentedCredential[] {
  if (!isRecord(sent)) return [];
  return Object.entries(fields).flatMap(([name, present]) => {
    const text = name
      .split('.')
      .reduce<unknown>((part, member) => (isRecord(part) ? own(part, member) : undefined), sent);
    return typeof text === 'string' ? [present(text)] : [];
  });
}
