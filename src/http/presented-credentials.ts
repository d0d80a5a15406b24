import type { Context } from '../contract/request.ts';
import type { AcceptedCredentials } from '../contract/service.ts';
import { isRecord, own } from '../lib/members.ts';
import type { CredentialExtractor, PresentedCredential } from '../tokens/presented-credential.ts';
import type { Route } from './server.ts';

/** The maximum length of a header that is read. Longer ones cannot contain a credential of the mock. */
const MAX_HEADER_LENGTH = 16 * 1024;

/** Returns the credentials in the header, and those in the query or body if the operation accepts them there. */
export function findPresentedCredentials(
  extractors: readonly CredentialExtractor[],
  { rule, row, service }: Route,
  context: Pick<Context, 'headerLines' | 'query' | 'body'>,
): readonly PresentedCredential[] {
  const { selects } = row;
  if (rule === null && selects === undefined) return [];
  const found = presentedInHeader(extractors, context.headerLines('authorization'));
  if (selects === undefined || selects === 'header') return found;
  return [...found, ...presentedIn(selects === 'query' ? context.query : context.body, service.credentials?.fields)];
}

/** Returns whether the body presents a key as a credential. The operation judges such a key itself. */
export function presentsKey({ row, service }: Route, { body }: Pick<Context, 'body'>): boolean {
  return row.selects === 'body' && presentedIn(body, service.credentials?.fields).some(({ kind }) => kind === 'key');
}

/** Returns the credential in a header, if there is one. A later step refuses requests with two headers. */
function presentedInHeader(
  extractors: readonly CredentialExtractor[],
  [line, second]: readonly string[],
): readonly PresentedCredential[] {
  if (line === undefined || second !== undefined || line.length > MAX_HEADER_LENGTH) return [];
  for (const present of extractors) {
    const presented = present(line);
    if (presented !== null) return [presented];
  }
  return [];
}

function presentedIn(sent: unknown, fields: AcceptedCredentials['fields'] = {}): PresentedCredential[] {
  return Object.entries(fields).flatMap(([name, present]) => {
    const text = name
      .split('.')
      .reduce<unknown>((part, member) => (isRecord(part) ? own(part, member) : undefined), sent);
    return typeof text === 'string' ? [present(text)] : [];
  });
}
