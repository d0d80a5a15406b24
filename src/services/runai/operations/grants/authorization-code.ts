import type { Context } from '../../../../contract/request.ts';
import { Problem } from '../../../../decisions/problem.ts';
import type { CredentialReason } from '../../../../decisions/reasons.ts';
import { hashSecret, matchesChallenge } from '../../../../tokens/secret.ts';
import type { AuthorizationCode } from '../../collections/grant-rows.ts';
import { grantsIn, type Redemption } from '../../collections/grants.ts';
import { identitiesIn } from '../../collections/identities.ts';
import { lastExpiryOf } from '../../issue-tokens.ts';
import { authenticateLoginClient } from './clients.ts';
import { type Grant, type Member, refuseIfEnded, requireMember, requireValue, type TokenRequest } from './grant.ts';
import { startSession } from './sessions.ts';

const REASONS: Readonly<Record<Exclude<Redemption['outcome'], 'redeemed'>, CredentialReason>> = {
  unknown: 'unknown_code',
  expired: 'expired_code',
  reused: 'reused_code',
};

/** Accepts an authorization code (RFC 6749, 4.1.3; RFC 7636, 4.6). Every attempt uses up the code. */
export const authorizationCodeGrant: Grant = {
  redeem: async (request, context) => {
    const { store, now } = context;
    const presented = requireMember(request, 'code');
    requireMember(request, 'redirectUri');
    if (request.client.need !== 'unasked') requireValue(request, 'clientID', request.client.id);
    const clientId = await authenticateLoginClient(context, request);
    const redemption = await grantsIn(store).redeemCode(hashSecret(presented), now, lastExpiryOf(context));
    if (redemption.outcome !== 'redeemed') {
      throw createCodeProblem(REASONS[redemption.outcome], `Field \`${request.nameOf('code')}\` is not a valid code.`);
    }
    const { code } = redemption;
    checkCode(code, request, clientId);
    addIssuerHint(code, context);
    const identity = await identitiesIn(store).byId(code.subject);
    if (identity === null) throw createCodeProblem('unknown_subject', 'The user of the code no longer exists.');
    if (!identity.enabled) throw createCodeProblem('disabled', 'The user of the code is disabled.');
    return refuseIfEnded(startSession(context, identity, code, { nonce: code.nonce }), (reason) =>
      createCodeProblem(reason, 'The login of the code has ended.'),
    );
  },
};

/** Checks that a code was issued for this client, redirect URI and code verifier. @throws Problem if it was not */
function checkCode({ challenge, ...code }: AuthorizationCode, request: TokenRequest, clientId: string | null): void {
  const { nameOf, codeVerifier } = request;
  const refuse = (reason: CredentialReason, member: Member, fault: string) =>
    createCodeProblem(reason, `Field \`${nameOf(member)}\` ${fault}.`);
  if (request.client.need !== 'unasked' && code.clientId !== clientId) {
    throw refuse('code_of_other_client', 'clientID', 'is not the client that the code was issued to');
  }
  if (code.redirectUri !== request.redirectUri) {
    throw refuse('wrong_redirect', 'redirectUri', 'differs from the redirect URI of the authorization request');
  }
  if (challenge === null) {
    if (codeVerifier === undefined) return;
    throw refuse('wrong_verifier', 'codeVerifier', 'must be omitted: the authorization request had no challenge');
  }
  if (codeVerifier === undefined || !matchesChallenge(codeVerifier, challenge)) {
    throw refuse('wrong_verifier', 'codeVerifier', 'does not match the challenge of the authorization request');
  }
}

/** A client that compares issuers refuses the redirect or the tokens: each has the base URL of its own request. */
function addIssuerHint({ origin: loginOrigin }: AuthorizationCode, { origin, hints }: Context): void {
  if (loginOrigin === origin) return;
  hints.add(
    'issuer_differs',
    `the login was at ${loginOrigin} and its code was sent to ${origin}, so the \`iss\` of the redirect and of the tokens differ; set --public-url to the URL that the browser uses`,
  );
}

function createCodeProblem(reason: CredentialReason, message: string): Problem {
  return new Problem('bad_credentials', message, { reason });
}
