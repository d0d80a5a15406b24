import { accessKeyClient, applicationClient, authenticateClient, serviceAccountClient } from './clients.ts';
import { type Grant, given } from './grant.ts';

/** An access key or a service account with its secret (RFC 6749, 4.4). */
export const clientCredentials: Grant = {
  redeem: async (request, context) => {
    const { challenge } = request.client;
    const id = given(request, 'clientID', request.client.id);
    const secret = given(request, 'clientSecret', request.client.secret);
    const candidate = (await accessKeyClient(context, id)) ?? (await serviceAccountClient(context, id));
    const isApplication = candidate === null && (await applicationClient(context, id)) !== null;
    return authenticateClient(candidate, { id, secret, challenge }, isApplication ? 'wrong_grant' : 'unknown_client');
  },
};
