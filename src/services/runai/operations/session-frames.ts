import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { oauthClientsIn } from '../collections/oauth-clients.ts';
import { renderSessionFrame } from '../pages/session-frames.ts';
import { isOriginOf } from '../redirect-uris.ts';
import { type RealmContext, readIssuerInPath } from './oauth-client.ts';

/** Renders a frame. @throws Problem if the realm does not exist */
async function renderFrame(context: RealmContext, name: Parameters<typeof renderSessionFrame>[0]) {
  await readIssuerInPath(context);
  return renderSessionFrame(name);
}

const getCookieStep1: Handler<'runai', 'get_cookie_step_1'> = (context) => renderFrame(context, 'step1.html');
const getCookieStep2: Handler<'runai', 'get_cookie_step_2'> = (context) => renderFrame(context, 'step2.html');
const getLoginStatus: Handler<'runai', 'get_login_status_frame'> = (context) =>
  renderFrame(context, 'login-status-iframe.html');

/**
 * Checks that pages of an origin may ask for the login status of a client. The origins of redirect URIs may, like the
 * web origins of a client in Keycloak.
 */
const checkStatusOrigin: Handler<'runai', 'check_login_status_origin'> = async (context) => {
  await readIssuerInPath(context);
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
