import { oauthClientsIn } from '../../collections/oauth-clients.ts';
import {
  accessKeyClient,
  applicationClient,
  authenticateClient,
  checkClientSecret,
  dryRun,
  serviceAccountClient,
} from './clients.ts';
import { badClient, type Grant, requireValue } from './grant.ts';

/** An access key or a service account with its secret (RFC 6749, 4.4). */
export const clientCredentials: Grant = {
  redeem: async (request, context) => {
    const { challenge } = request.client;
    const id = requireValue(request, 'clientID', request.client.id);
    const secret = requireValue(request, 'clientSecret', request.client.secret);
    const candidate = (await accessKeyClient(context, id)) ?? (await serviceAccountClient(context, id));
    if (candidate !== null) return authenticateClient(context, candidate, { id, secret, challenge });
    const client = await oauthClientsIn(context).byId(id);
    if (client !== null) {
      checkClientSecret(client, { secret, challenge });
      throw badClient('wrong_grant', undefined, challenge);
    }
    const application = await applicationClient(context, id);
    // The secret is checked first: without it a client must not learn whether the application exists.
    throw badClient(
      'wrong_grant',
      await authenticateClient(context, dryRun(application), { id, secret, challenge }),
      challenge,
    );
  },
};
