import type { Context } from '../../../../contract/request.ts';
import type { CredentialReason } from '../../../../core/explaining/reasons.ts';
import { Problem } from '../../../../core/problem.ts';
import { findOtherSpelling } from '../../../../core/spelling.ts';
import type { Login } from '../../../../store/grants.ts';
import { type Granted, principalOf } from '../../caller.ts';

/** How a client says who it is: in the body of a token request, or by Basic (RFC 6749, 2.3.1). */
export interface PresentedClient {
  readonly id: string | null;
  readonly secret: string | null;
  /** Of Basic: what a refusal answers with. */
  readonly challenge?: string;
  /** Must one be named? `unasked`: the endpoint has no place for one, and takes what was issued to any. */
  readonly need: 'required' | 'optional' | 'unasked';
}

/** What is presented for a token, in the spelling of `POST /api/v1/token`. */
export interface TokenRequest {
  readonly grantType: string;
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
  /** The endpoint's own name of a member, for messages. */
  readonly nameOf: (member: Member) => string;
  /** The names that were sent, so that one in another spelling can be reported. */
  readonly sent: readonly string[];
}

export type Member =
  | Exclude<keyof TokenRequest, 'grantType' | 'client' | 'nameOf' | 'sent'>
  | 'clientID'
  | 'clientSecret';

/** What a grant gives: an access token for somebody, and for users who logged in more. */
export interface GrantResult extends Granted {
  /** What the access token can be ended by. */
  readonly sid: string;
  /** The scopes that were requested out of those granted; default: all. */
  readonly scope?: string;
  /** Of users who logged in. */
  readonly session?: Session;
}

/** A login with what it gives beside the access token. */
export interface Session {
  readonly login: Login;
  readonly refreshToken: string;
  readonly nonce?: string | null;
}

/** One way to get a token. */
export interface Grant {
  /** @throws Problem `bad_credentials` */
  redeem(request: TokenRequest, context: Context): Promise<GrantResult>;
}

/** A member that the grant needs. @throws Problem naming it */
export function needed(request: TokenRequest, member: Exclude<Member, 'clientID' | 'clientSecret'>): string {
  return given(request, member, request[member]);
}

/** The same of a value that was found elsewhere. */
export function given(request: TokenRequest, member: Member, value: string | null | undefined): string {
  if (value !== undefined && value !== null && value !== '') return value;
  const name = request.nameOf(member);
  const other = findOtherSpelling(request.sent, name);
  const instead = other === undefined ? '' : `, and \`${other.slice(0, 100)}\` is not read here`;
  throw new Problem(
    'invalid_request',
    `Field \`${name}\` is missing; the grant \`${request.grantType}\` needs it${instead}.`,
  );
}

/** What a token says of a login that named no client. */
export const NO_CLIENT = 'runai';

/**
 * The same words whatever was wrong, so that the answer does not tell which client ids exist.
 *
 * @param challenge as of a problem
 */
export function badClient(reason: CredentialReason, claimed?: Granted, challenge?: string): Problem {
  return new Problem('bad_client', 'The client id or the secret is not valid.', {
    reason,
    ...(claimed !== undefined && { claimed: principalOf(claimed) }),
    ...(challenge !== undefined && { challenge }),
  });
}
