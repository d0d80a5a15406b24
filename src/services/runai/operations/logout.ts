import type { Operations, OutcomeOf } from '../../../contract/request.ts';
import { invalidRequest } from '../../../decisions/problem.ts';
import { renderMessagePage } from '../../../lib/pages.ts';
import { grantsIn } from '../collections/grants.ts';
import { oauthClientsIn } from '../collections/oauth-clients.ts';
import { lastExpiryOf } from '../issue-tokens.ts';
import { isRedirectOf } from '../redirect-uris.ts';
import { readRefreshToken } from '../refresh-tokens.ts';
import { removeLoginFromCookie } from '../session-cookie.ts';
import { type Form, type RealmContext, readForm, readIssuerInPath } from './oauth-client.ts';
import { addQuery, listDefined, redirectTo } from './redirection.ts';

/** Ends the logins of the ID token and of the refresh token (OpenID Connect RP-Initiated Logout 1.0, 2). */
async function logOut(context: RealmContext, form: Form): Promise<OutcomeOf<'runai', 'end_session'>> {
  await readIssuerInPath(context);
  const { store, now } = context;
  const { client_id: clientId } = form;
  const idToken = await readIdTokenHint(context, form);
  if (idToken !== null) await grantsIn(store).end(idToken.sid, now, lastExpiryOf(context));
  // The login of the refresh token in the request, even if the token was used or has expired.
  const { refresh_token: refreshToken } = form;
  const presented = refreshToken === undefined ? null : await readRefreshToken(refreshToken, context);
  const login = presented === null ? null : await grantsIn(context.store).loginOf(presented);
  if (login !== null && (login.clientId === null || login.clientId === clientId)) {
    await grantsIn(store).end(login.family, now, lastExpiryOf(context));
  }
  const response = await respondToLogout(context, form, idToken?.aud ?? clientId ?? '');
  const cookie = await removeLoginFromCookie(context, idToken?.sid ?? login?.family ?? null);
  return { ...response, headers: { ...response.headers, 'set-cookie': cookie } };
}

/** Null without an ID token of this world. @throws Problem if `client_id` is not the client of the token */
async function readIdTokenHint({ tokens, now }: RealmContext, form: Form) {
  const { id_token_hint: hint, client_id: clientId } = form;
  const claims = hint === undefined ? null : await tokens.readIdToken(hint, now);
  if (claims !== null && clientId !== undefined && clientId !== claims.aud) {
    throw invalidRequest('Parameter `client_id` differs from the client of `id_token_hint`.');
  }
  return claims;
}

/** @throws Problem if `post_logout_redirect_uri` does not belong to the client */
async function respondToLogout(
  context: RealmContext,
  form: Form,
  clientId: string,
): Promise<OutcomeOf<'runai', 'end_session'>> {
  if (form['refresh_token'] !== undefined) return { status: 204 };
  const target = form['post_logout_redirect_uri'];
  if (target === undefined) return renderMessagePage(200, 'Logged out', 'You are logged out. You can close this page.');
  const client = await oauthClientsIn(context).byId(clientId);
  if (client === null || !isRedirectOf(client.redirectUris, target, context.origin)) {
    throw invalidRequest(
      'Parameter `post_logout_redirect_uri` is not a redirect URI of the client. Identify the client with `id_token_hint` or `client_id`.',
    );
  }
  return redirectTo(addQuery(target, listDefined({ state: form['state'] })));
}

export const logoutOperations = {
  end_session: (context) => logOut(context, readForm(context.query)),
  end_session_by_post: (context) => logOut(context, readForm(context.body)),
} satisfies Partial<Operations<'runai'>>;
