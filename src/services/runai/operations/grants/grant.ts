import type { Context } from '../../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../../decisions/problem.ts';
import type { CredentialReason } from '../../../../decisions/reasons.ts';
import { findOtherSpelling } from '../../../../lib/nearest.ts';
import { NotFound, StaleDecision } from '../../../../store/errors.ts';
import { principalOf, type TokenHolder } from '../../access-token.ts';
import type { Login } from '../../collections/grant-rows.ts';
import { profileOf } from '../../rulesets.ts';
import { APPLICATION_AT_REALM, type TokenEndpoint } from '../../tables/index.ts';

/** The client of a token request, from the body or a Basic header (RFC 6749, 2.3.1). */
export interface PresentedClient {
  readonly id: string | null;
  readonly secret: string | null;
  /** Set if the client used a Basic header: the challenge to send in a refusal. */
  readonly challenge?: string;
  /** Whether a client is required. `unasked`: the endpoint has no field for it, so grants of any client are accepted. */
  readonly need: 'required' | 'optional' | 'unasked';
}

/** A token request at any endpoint. Members have the names of `POST /api/v1/token`. */
export interface TokenRequest {
  readonly grantType: string;
  /** Null for an old endpoint with a single grant. */
  readonly endpoint: TokenEndpoint | null;
  /** The endpoint's grants in this version. */
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
  /** Returns the endpoint's name of a member, for messages. */
  readonly nameOf: (member: Member) => string;
  /** Names of all fields in the request, to detect misspellings. */
  readonly sent: readonly string[];
}

export type Member =
  | Exclude<keyof TokenRequest, 'grantType' | 'endpoint' | 'grants' | 'client' | 'nameOf' | 'sent'>
  | 'clientID'
  | 'clientSecret';

/** The result of a grant: the input of an access token and, after a user login, a session. */
export interface GrantResult extends TokenHolder {
  /** Name to revoke the access token by. */
  readonly sid: string;
  /** The requested part of the granted scope; all of it by default. */
  readonly scope?: string;
  readonly session?: Session;
}

/** A login, with the input of its refresh and ID tokens. */
export interface Session {
  readonly login: Login;
  readonly refreshTokenId: string;
  readonly nonce?: string | null;
}

/** A way to get an access token (RFC 6749, 1.3). */
export interface Grant {
  /** Verifies the credentials of a request. Returns the input of its tokens. @throws Problem if they are not valid */
  redeem(request: TokenRequest, context: Context): Promise<GrantResult>;
}

/** @throws Problem if the member is missing */
export function requireMember(request: TokenRequest, member: Exclude<Member, 'clientID' | 'clientSecret'>): string {
  return requireValue(request, member, request[member]);
}

/** Like `requireMember`, but for a value from another source, such as a header. */
export function requireValue(request: TokenRequest, member: Member, value: string | null | undefined): string {
  if (value !== undefined && value !== null && value !== '') return value;
  const name = request.nameOf(member);
  const misspelling = describeMisspelling(request.sent, name);
  throw invalidRequest(`Field \`${name}\` is missing: the grant \`${request.grantType}\` requires it${misspelling}.`);
}

/** Maximum length of a field name in a message. A client chooses the names it sends. */
const MAX_FIELD_NAME_LENGTH = 100;

/** Returns a clause about a field with another spelling of a missing field's name; empty if there is none. */
export function describeMisspelling(sentNames: readonly string[], missingName: string): string {
  const sentName = findOtherSpelling(sentNames, missingName);
  if (sentName === undefined) return '';
  return `, and \`${sentName.slice(0, MAX_FIELD_NAME_LENGTH)}\` is not a field of this endpoint`;
}

/** The client id in tokens of logins without a client. */
export const NO_CLIENT = 'runai';

/** The message does not reveal which client ids exist. @param claimed the client whose id was sent, if it exists */
export function createClientProblem(reason: CredentialReason, claimed?: TokenHolder, challenge?: string): Problem {
  return new Problem('bad_client', 'The client id or the secret is not valid.', {
    reason,
    claimed: claimed && principalOf(claimed),
    challenge,
  });
}

const CLIENT_KINDS = {
  login: {
    label: 'an OAuth client for user logins',
    grants: ['authorization_code', 'exchange_token', 'password', 'refresh_token', 'external_token_exchange'],
  },
  application: { label: 'an application', grants: ['app_token', 'client_credentials'] },
  'service-account': { label: 'a service account', grants: ['client_credentials', 'app_token'] },
  // The identity of an access key is its owner.
  user: { label: 'an access key', grants: ['client_credentials', 'app_token'] },
} as const;

/** Returns whether this request allows applications to use `client_credentials`. */
export function areApplicationsClients({ endpoint }: TokenRequest, { settings }: Pick<Context, 'settings'>): boolean {
  return endpoint === 'realm' && APPLICATION_AT_REALM.some(({ profile }) => profile === profileOf(settings));
}

/**
 * Creates the error for a grant that this kind of client cannot use (RFC 6749, 5.2). Call it only after the secret was
 * verified: otherwise it would reveal the kind of client.
 *
 * @param holder the client, as the holder of the token it requested; null for an OAuth client for user logins
 */
export function createGrantProblem(
  request: TokenRequest,
  { settings }: Pick<Context, 'settings'>,
  holder: TokenHolder | null,
): Problem {
  const { grantType, grants, client } = request;
  const kind = holder?.identity.kind ?? 'login';
  const { label, grants: grantsOfKind } = CLIENT_KINDS[kind];
  const mayUseClientCredentials = kind !== 'application' || areApplicationsClients(request, { settings });
  const usable = grantsOfKind.filter(
    (name) => grants.includes(name) && (mayUseClientCredentials || name !== 'client_credentials'),
  );
  const advice =
    usable.length === 0
      ? describeNoGrant(kind, settings)
      : `It may use ${usable.map((name) => `\`${name}\``).join(', ')}`;
  return new Problem('bad_client', `The client may not use the grant \`${grantType}\`: it is ${label}. ${advice}.`, {
    reason: 'wrong_grant',
    ...(holder !== null && { claimed: principalOf(holder) }),
    challenge: client.challenge,
  });
}

/** Returns advice for a kind of client that can use no grant of the endpoint, without the full stop. */
function describeNoGrant(kind: keyof typeof CLIENT_KINDS, settings: Context['settings']): string {
  const noGrant = 'This endpoint has no grant for this client';
  if (kind !== 'application') return noGrant;
  if (profileOf(settings) === '3.0') return 'Run:ai 3.0 has no applications: use an access key or a service account';
  return `${noGrant}. \`POST /api/v1/token\` has \`app_token\`, and the token endpoint of the realm has \`client_credentials\``;
}

/**
 * Refuses the request if its verified credential was replaced in the meantime, or its owner was deleted or disabled.
 *
 * @param refuse creates the same error as for a wrong credential
 */
export async function refuseIfEnded<Result>(
  write: Promise<Result>,
  refuse: (reason: 'ended_meanwhile') => Problem,
): Promise<Result> {
  try {
    return await write;
  } catch (thrown) {
    throw thrown instanceof NotFound || thrown instanceof StaleDecision ? refuse('ended_meanwhile') : thrown;
  }
}
