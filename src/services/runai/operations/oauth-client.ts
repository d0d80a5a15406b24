import type { Context } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { own } from '../../../lib/members.ts';
import { oauthClientsIn } from '../collections/oauth-clients.ts';
import { issuerPath, readRealm } from '../tenant.ts';
import { authenticateClient, checkClientSecret, findConfidentialClient } from './grants/clients.ts';
import { createClientProblem, describeMisspelling, type PresentedClient } from './grants/grant.ts';

/** Captures the credentials of a Basic header (RFC 7617, 2). */
const BASIC_HEADER = /^basic +([A-Za-z0-9+/=]+) *$/i;

/** Parameters of a request to an OAuth endpoint. */
export type Form = Readonly<Record<string, string | undefined>>;

/** Reads the parameters of a query or body. Empty ones count as omitted (RFC 6749, 3.1 and 3.2). */
export function readForm(sent: Form): Form {
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== ''));
}

/** From a Basic header or the body, but never both (RFC 6749, 2.3). @throws Problem if they are malformed or ambiguous */
export async function readPresentedClient(
  context: Context,
  form: Form,
  need: PresentedClient['need'],
): Promise<PresentedClient> {
  refuseAssertion(form, 'client_secret');
  const [header, ...furtherHeaders] = context.headerLines('authorization').filter((line) => /^basic\b/i.test(line));
  if (furtherHeaders.length > 0) {
    throw invalidRequest('The request has more than one `Authorization` header. Send one.');
  }
  const { client_id: id = null, client_secret: secret = null } = form;
  if (header === undefined) return { id, secret, need };
  const challenge = `Basic realm="${await readRealm(context)}"`;
  if (secret !== null) {
    throw invalidRequest(
      'The client authenticates with both the `Authorization` header and the field `client_secret`. Send one of them.',
    );
  }
  const credentials = decodeBasic(header, challenge);
  if (id !== null && id !== credentials.id) {
    throw invalidRequest('Field `client_id` differs from the client in the `Authorization` header.');
  }
  return { id: credentials.id || null, secret: credentials.secret || null, challenge, need };
}

/** Refuses a signed JWT (RFC 7523, 2.2): the mock has no key of the client. @param secretField at this endpoint */
export function refuseAssertion(sent: object, secretField: string): void {
  if (!Object.entries(sent).some(([name, value]) => /^client_?assertion$/i.test(name) && value !== '')) return;
  throw new Problem('bad_client', `This mock does not support \`private_key_jwt\`; send \`${secretField}\`.`, {
    reason: 'client_assertion',
  });
}

/** Id and secret are form-encoded before they are joined (RFC 6749, 2.3.1). @throws Problem if the header is malformed */
function decodeBasic(header: string, challenge: string): { readonly id: string; readonly secret: string } {
  const text = Buffer.from(BASIC_HEADER.exec(header)?.[1] ?? '', 'base64').toString('utf8');
  const separator = text.indexOf(':');
  try {
    if (separator > 0) {
      return { id: decodeForm(text.slice(0, separator)), secret: decodeForm(text.slice(separator + 1)) };
    }
  } catch {
    // Refused below, like any other malformed header.
  }
  throw new Problem('bad_client', 'The `Authorization` header must have the form `Basic <base64 of id:secret>`.', {
    reason: 'malformed_basic',
    challenge,
  });
}

/** Decodes a form-encoded value. @throws URIError if a `%` is not followed by two hexadecimal digits */
function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** Returns the id of the client. @throws Problem `bad_client` if it is unknown, or public, or its secret is wrong */
export async function authenticateSender(
  context: Context,
  form: Form,
  { mayBePublic = false }: { readonly mayBePublic?: boolean } = {},
): Promise<string> {
  const { id, secret, challenge } = await readPresentedClient(context, form, 'required');
  if (id === null) {
    throw new Problem(
      'bad_client',
      'The request has no client credentials. Send `client_id` and, unless the client is public, `client_secret`.',
      { reason: 'no_client' },
    );
  }
  const client = await oauthClientsIn(context).byId(id);
  const presented = { id, secret: secret ?? '', challenge };
  if (client === null) {
    const candidate = await findConfidentialClient(context, id);
    return (await authenticateClient(context, candidate, presented)).clientId;
  }
  if (client.secretHash !== undefined) checkClientSecret(client, presented);
  else if (!mayBePublic) throw createClientProblem('public_client', undefined, challenge);
  return id;
}

export function requireField(form: Form, name: string): string {
  const value = own(form, name);
  if (value !== undefined) return value;
  const misspelling = describeMisspelling(Object.keys(form), name);
  throw invalidRequest(`Field \`${name}\` is missing${misspelling}.`);
}

export interface RealmContext extends Context {
  readonly params: { readonly realm: string };
}

/** Returns the issuer of the realm in the path. @throws Problem if the realm does not exist */
export async function readIssuerInPath(context: RealmContext): Promise<string> {
  return (await readIssuersInPath(context)).issuer;
}

/** Also returns the issuer under the name of the server that this request used. @throws Problem if it does not exist */
export async function readIssuersInPath(context: RealmContext) {
  const { origin, backchannelOrigin } = context;
  const realm = await readRealm(context);
  const path = issuerPath(realm);
  if (context.params.realm === realm)
    return { issuer: `${origin}${path}`, calledIssuer: `${backchannelOrigin}${path}` };
  throw new Problem('not_found', `The realm does not exist. The realm of this tenant is \`${realm}\`.`);
}
