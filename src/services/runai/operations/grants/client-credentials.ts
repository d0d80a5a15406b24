import {
  accessKeyClient,
  applicationClient,
  authenticateClient,
  dryRun,
  refuseLoginClient,
  serviceAccountClient,
} from './clients.ts';
import { type Grant, requireValue, wrongGrant } from './grant.ts';

/** An access key or a service account with its secret (RFC 6749, 4.4). */
export const clientCredentials: Grant = {
  redeem: async (request, context) => {
    const { challenge } = request.client;
    const id = requireValue(request, 'clientID', request.client.id);
    const secret = requireValue(request, 'clientSecret', request.client.secret);
    const candidate = (await accessKeyClient(context, id)) ?? (await serviceAccountClient(context, id));
    if (candidate !== null) return authenticateClient(context, candidate, { id, secret, challenge });
    await refuseLoginClient(context, request, { id, secret, challenge });
    const application = await applicationClient(context, id);
    // The secret is checked first: without it a client must not learn whether the application exists.
    throw wrongGrant(request, await authenticateClient(context, dryRun(application), { id, secret, challenge }));
  },
};
