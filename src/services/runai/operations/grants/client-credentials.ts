import { accessKeyClient, applicationClient, authenticateClient, serviceAccountClient } from './clients.ts';
import { type Grant, needed } from './grant.ts';

/** An access key or a service account with its secret (RFC 6749, 4.4). */
export const clientCredentials: Grant = {
  grantType: 'client_credentials',
  redeem: async (request, context) => {
    const clientId = needed(request, 'clientID');
    const secret = needed(request, 'clientSecret');
    const candidate = (await accessKeyClient(context, clientId)) ?? (await serviceAccountClient(context, clientId));
    const isApplication = candidate === null && (await applicationClient(context, clientId)) !== null;
    return authenticateClient(candidate, secret, isApplication ? 'wrong_grant' : 'unknown_client');
  },
};
