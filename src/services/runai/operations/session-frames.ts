import type { Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { oauthClientsIn } from '../collections/oauth-clients.ts';
import { renderSessionFrame } from '../pages/session-frames.ts';
import { isOriginOf } from '../redirect-uris.ts';
import { type RealmContext, readIssuerInPath } from './oauth-client.ts';

async function renderFrame(context: RealmContext, name: Parameters<typeof renderSessionFrame>[0]) {
  await readIssuerInPath(context);
  return renderSessionFrame(name);
}

export const sessionFrameOperations = {
  get_cookie_step_1: (context) => renderFrame(context, 'step1.html'),
  get_cookie_step_2: (context) => renderFrame(context, 'step2.html'),
  get_login_status_frame: (context) => renderFrame(context, 'login-status-iframe.html'),
  /** The origins of redirect URIs may ask for the login status, like the web origins of a client in Keycloak. */
  check_login_status_origin: async (context) => {
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
  },
} satisfies Partial<Operations<'runai'>>;
