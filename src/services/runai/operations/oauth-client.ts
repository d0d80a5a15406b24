import type { Context } from '../../../contract/request.ts';
import { own } from '../../../core/own.ts';
import { Problem } from '../../../core/problem.ts';
import { findOtherSpelling } from '../../../core/spelling.ts';
import { oauthClientsIn } from '../collections/oauth-clients.ts';
import { issuerPath, realmOf } from '../tenant.ts';
import { authenticateClient, confidentialClient } from './grants/clients.ts';
import { badClient, type PresentedClient } from './grants/grant.ts';

/** RFC 7617, 2 */
const BASIC = /^basic +([A-Za-z0-9+/=]+) *$/i;

/** The parameters of a request to an OAuth endpoint. */
export type Form = Readonly<Record<string, string | undefined>>;

/** What was sent, by query or body: a parameter without a value counts as omitted (RFC 6749, 3.1 and 3.2). */
export function formOf(sent: Form): Form {
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== ''));
}

/**
 * How a request's client identifies itself: by Basic or in the body, never both (RFC 6749, 2.3).
 *
 * @throws Problem naming what is wrong with it
 */
export async function presentedClient(
  context: Context,
  form: Form,
  need: PresentedClient['need'],
): Promise<PresentedClient> {
  const [header, second] = context.headerLines('authorization').filter((line) => /^basic\b/i.test(line));
  if (second !== undefined) {
    throw new Problem('invalid_request', 'The request has more than one header `Authorization`; send one.');
  }
  const { client_id: id = null, client_secret: secret = null } = form;
  if (header === undefined) return { id, secret, need };
  const challenge = `Basic realm="${await realmOf(context)}"`;
  if (secret !== null) {
    throw new Problem(
      'invalid_request',
      'The client authenticates by the header `Authorization` and by the field `client_secret`; send one of them.',
    );
  }
  const [name, password] = pairOf(header, challenge);
  if (id !== null && id !== name) {
    throw new Problem('invalid_request', 'Field `client_id` is not the client of the header `Authorization`.');
  }
  return { id: name || null, secret: password || null, challenge, need };
}

/** Each part is form-encoded before the two are joined (RFC 6749, 2.3.1). */
function pairOf(header: string, challenge: string): readonly [id: string, secret: string] {
  const text = Buffer.from(BASIC.exec(header)?.[1] ?? '', 'base64').toString('utf8');
  const at = text.indexOf(':');
  try {
    if (at > 0) return [decodeForm(text.slice(0, at)), decodeForm(text.slice(at + 1))];
  } catch {
    // Refused below like any other unreadable header.
  }
  throw new Problem('bad_client', 'The header `Authorization` must have the form `Basic <base64 of id:secret>`.', {
    reason: 'malformed_basic',
    challenge,
  });
}

function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/**
 * The calling client, which must have a secret.
 *
 * @throws Problem `bad_credentials`; for a public client too
 */
export async function confidentialCaller(context: Context, form: Form) {
  const { id, secret, challenge } = await presentedClient(context, form, 'required');
  if (id === null) throw noClient();
  if ((await oauthClientsIn(context.store).byId(id)) !== null) throw badClient('public_client', undefined, challenge);
  return authenticateClient(await confidentialClient(context, id), { id, secret: secret ?? '', challenge });
}

/** The calling client; a public one is identified by its id alone. */
export async function anyCaller(context: Context, form: Form): Promise<string> {
  const { id } = await presentedClient(context, form, 'required');
  if (id === null) throw noClient();
  if ((await oauthClientsIn(context.store).byId(id)) !== null) return id;
  return (await confidentialCaller(context, form)).clientId;
}

/** A required field. @throws Problem naming it */
export function requireField(form: Form, name: string): string {
  const value = own(form, name);
  if (value === undefined) throw missingField(name, findOtherSpelling(Object.keys(form), name));
  return value;
}

function noClient(): Problem {
  return new Problem('bad_client', 'No client authenticates: send `client_id` and what belongs to it.', {
    reason: 'no_client',
  });
}

function missingField(name: string, other: string | undefined): Problem {
  const instead = other === undefined ? '' : `, and \`${other.slice(0, 100)}\` is not read here`;
  return new Problem('invalid_request', `Field \`${name}\` is missing${instead}.`);
}

/** The context of a request whose path names a realm. */
export interface RealmContext extends Context {
  readonly params: { readonly realm: string };
}

/** The issuer of the realm in the path. @throws Problem when there is no such realm */
export async function issuerInPath(context: RealmContext): Promise<string> {
  const realm = await realmOf(context);
  if (context.params.realm === realm) return `${context.origin}${issuerPath(realm)}`;
  throw new Problem('not_found', `There is no such realm; this tenant's is \`${realm}\`.`);
}
