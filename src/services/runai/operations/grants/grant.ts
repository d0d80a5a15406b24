import type { Context } from '../../../../contract/request.ts';
import { Problem } from '../../../../decisions/problem.ts';
import type { CredentialReason } from '../../../../decisions/reasons.ts';
import { NotFound, Outdated } from '../../../../store/errors.ts';
import { findOtherSpelling } from '../../../../text/spelling.ts';
import { type Granted, principalOf } from '../../access-token.ts';
import type { Login } from '../../collections/grants.ts';
import { profileOf } from '../../rulesets.ts';
import { APPLICATION_AT_REALM, type TokenEndpoint } from '../../tables/index.ts';

/** How a client identifies itself: in the body of a token request, or by Basic (RFC 6749, 2.3.1). */
export interface PresentedClient {
  readonly id: string | null;
  readonly secret: string | null;
  /** For Basic: the challenge in a refusal. */
  readonly challenge?: string;
  /**
   * Must the request name a client? `unasked`: the endpoint has no field for one, so grants of every client are
   * accepted.
   */
  readonly need: 'required' | 'optional' | 'unasked';
}

/** A token request of any endpoint. Members are spelled as in `POST /api/v1/token`. */
export interface TokenRequest {
  readonly grantType: string;
  /** Null: an old endpoint, with one grant. */
  readonly endpoint: TokenEndpoint | null;
  /** The grants that the endpoint has in this version. */
  readonly grants: readonly string[];
  readonly appID?: string | undefined;
  readonly appSecret?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly refreshToken?: string | undefined;
  readonly code?: string | undefined;
  readonly redirectUri?: string | undefined;
  readonly codeVerifier?: string | undefined;
  readonly externalToken?: string | undefined;
  readonly scope?: string | undefined;
  readonly client: PresentedClient;
  /** The endpoint's name of a member, for messages. */
  readonly nameOf: (member: Member) => string;
  /** The names of all fields in the request, to report one in another spelling. */
  readonly sent: readonly string[];
}

export type Member =
  | Exclude<keyof TokenRequest, 'grantType' | 'endpoint' | 'grants' | 'client' | 'nameOf' | 'sent'>
  | 'clientID'
  | 'clientSecret';

/** The result of a grant: the input of an access token, and a session for users who logged in. */
export interface GrantResult extends Granted {
  /** The name that revokes the access token. */
  readonly sid: string;
  /** The requested part of the granted scope; default: all of it. */
  readonly scope?: string;
  readonly session?: Session;
}

/** A login, with the input of the tokens that only logins get. */
export interface Session {
  readonly login: Login;
  /** The id of its newest refresh token. */
  readonly refreshTokenId: string;
  readonly nonce?: string | null;
}

/** One way to get a token. */
export interface Grant {
  /** @throws Problem `bad_credentials` */
  redeem(request: TokenRequest, context: Context): Promise<GrantResult>;
}

/** A member that the grant requires. @throws Problem naming the field */
export function requireMember(request: TokenRequest, member: Exclude<Member, 'clientID' | 'clientSecret'>): string {
  return requireValue(request, member, request[member]);
}

/** Like `requireMember`, for a value from elsewhere, such as a header. */
export function requireValue(request: TokenRequest, member: Member, value: string | null | undefined): string {
  if (value !== undefined && value !== null && value !== '') return value;
  const name = request.nameOf(member);
  const other = findOtherSpelling(request.sent, name);
  const instead = other === undefined ? '' : `, and \`${other.slice(0, 100)}\` is not a field of this endpoint`;
  throw new Problem(
    'invalid_request',
    `Field \`${name}\` is missing; the grant \`${request.grantType}\` needs it${instead}.`,
  );
}

/** The client id in tokens of a login without a client. */
export const NO_CLIENT = 'runai';

/**
 * Refuses the credentials of a client. The message is always the same: it must not reveal which client ids exist.
 *
 * @param challenge as in a problem
 */
export function badClient(reason: CredentialReason, claimed?: Granted, challenge?: string): Problem {
  return new Problem('bad_client', 'The client id or the secret is not valid.', {
    reason,
    ...(claimed !== undefined && { claimed: principalOf(claimed) }),
    ...(challenge !== undefined && { challenge }),
  });
}

/** Kinds of clients, with the grants that are for them. */
const CLIENTS = {
  login: {
    label: 'an OAuth client through which users log in',
    grants: ['authorization_code', 'exchange_token', 'password', 'refresh_token', 'external_token_exchange'],
  },
  application: { label: 'an application', grants: ['app_token', 'client_credentials'] },
  'service-account': { label: 'a service account', grants: ['client_credentials', 'app_token'] },
  // Its identity is its owner.
  user: { label: 'an access key', grants: ['client_credentials', 'app_token'] },
} as const;

/** May applications use `client_credentials` in this request? */
export function areApplicationsClients({ endpoint }: TokenRequest, { settings }: Pick<Context, 'settings'>): boolean {
  return endpoint === 'realm' && APPLICATION_AT_REALM.some(({ profile }) => profile === profileOf(settings));
}

/**
 * Refuses a grant that is not for clients of this kind (RFC 6749, 5.2). Only after the secret was verified: without it a
 * caller must learn nothing about the client.
 *
 * @param granted what the client would get; null for a client through which users log in
 */
export function wrongGrant(
  request: TokenRequest,
  { settings }: Pick<Context, 'settings'>,
  granted: Granted | null,
): Problem {
  const { grantType, grants, client } = request;
  const kind = granted?.identity.kind ?? 'login';
  const { label, grants: own } = CLIENTS[kind];
  const isAtRealm = kind !== 'application' || areApplicationsClients(request, { settings });
  const usable = own.filter((name) => grants.includes(name) && (isAtRealm || name !== 'client_credentials'));
  const advice =
    usable.length === 0 ? noGrant(kind, settings) : `It may use ${usable.map((name) => `\`${name}\``).join(', ')}`;
  return new Problem('bad_client', `The client may not use the grant \`${grantType}\`: it is ${label}. ${advice}.`, {
    reason: 'wrong_grant',
    ...(granted !== null && { claimed: principalOf(granted) }),
    ...(client.challenge !== undefined && { challenge: client.challenge }),
  });
}

function noGrant(kind: keyof typeof CLIENTS, settings: Context['settings']): string {
  const none = 'This endpoint has no grant for it';
  if (kind !== 'application') return none;
  return profileOf(settings) === '3.0'
    ? 'Run:ai 3.0 has no applications: use an access key or a service account'
    : `${none}. \`POST /api/v1/token\` has \`app_token\`, and the realm \`client_credentials\``;
}

/**
 * Refuses a write if the checked credential is no longer valid: its owner was deleted or disabled, or it was replaced.
 *
 * @param refuse uses the message for a wrong credential of that kind
 */
export async function refuseIfEnded<Result>(
  write: Promise<Result>,
  refuse: (reason: 'ended_meanwhile') => Problem,
): Promise<Result> {
  try {
    return await write;
  } catch (thrown) {
    throw thrown instanceof NotFound || thrown instanceof Outdated ? refuse('ended_meanwhile') : thrown;
  }
}
