import { badCredentials, Problem } from '../../../../core/problem.ts';
import type { CredentialReason } from '../../../../core/reasons.ts';
import type { Context } from '../../../../service.ts';
import { type Granted, principalOf } from '../../access-token.ts';

/** The members of a token request, in the document's spelling. */
export interface TokenRequest {
  readonly grantType: string;
  readonly clientID?: string;
  readonly clientSecret?: string;
  readonly appID?: string;
  readonly appSecret?: string;
  readonly username?: string;
  readonly password?: string;
  readonly refreshToken?: string;
}

export type Parameter = Exclude<keyof TokenRequest, 'grantType'>;

/** What a grant gives: an access token for somebody, and for some grants a refresh token. */
export interface GrantResult extends Granted {
  readonly refreshToken?: string;
}

/** One way to get a token. */
export interface Grant {
  readonly grantType: string;
  /** @throws Problem `bad_credentials` */
  redeem(request: TokenRequest, context: Context): Promise<GrantResult>;
}

/** A member that the grant needs. @throws Problem naming it */
export function needed(request: TokenRequest, parameter: Parameter): string {
  const value = request[parameter];
  if (value !== undefined && value !== '') return value;
  throw new Problem(
    'invalid_request',
    `Field \`${parameter}\` is missing; the grant \`${request.grantType}\` needs it.`,
  );
}

/** What a token says of a login that named no client. */
export const NO_CLIENT = 'runai';

/** The same words whatever was wrong, so that the answer does not tell which client ids exist. */
export function badClient(reason: CredentialReason, claimed?: Granted): Problem {
  return badCredentials(reason, 'The client id or the secret is not valid.', claimed && principalOf(claimed));
}
