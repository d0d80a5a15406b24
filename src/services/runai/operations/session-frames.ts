import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { oauthClientsIn } from '../collections/oauth-clients.ts';
import { sessionFrame } from '../pages/session-frames.ts';
import { isOriginOf } from '../redirect-uris.ts';
import { issuerInPath, type RealmContext } from './oauth-client.ts';

/** Serves a frame, if the realm exists. */
async function frame(context: RealmContext, name: Parameters<typeof sessionFrame>[0]) {
  await issuerInPath(context);
  return sessionFrame(name);
}

const getCookieStep1: Handler<'runai', 'get_cookie_step_1'> = (context) => frame(context, 'step1.html');
const getCookieStep2: Handler<'runai', 'get_cookie_step_2'> = (context) => frame(context, 'step2.html');
const getLoginStatus: Handler<'runai', 'get_login_status_frame'> = (context) =>
  frame(context, 'login-status-iframe.html');

/** Checks that pages of this origin may ask for the login status of this client, as Keycloak does with web origins. */
const checkStatusOrigin: Handler<'runai', 'check_login_status_origin'> = async (context) => {
  await issuerInPath(context);
  const { client_id: clientId = '', origin = '' } = context.query;
  const client = await oauthClientsIn(context).byId(clientId);
  if (client === null || !isOriginOf(client.redirectUris, origin, context.origin)) {
    throw new Problem(
      'forbidden',
      'Parameter `origin` must be the origin of a redirect URI of the client `client_id`.',
    );
  }
  return { status: 204 };
};

export const sessionFrameOperations = {
  get_cookie_step_1: getCookieStep1,
  get_cookie_step_2: getCookieStep2,
  get_login_status_frame: getLoginStatus,
  check_login_status_origin: checkStatusOrigin,
};
