import {
  authenticateClient,
  findAccessKeyClient,
  findApplicationClient,
  findServiceAccountClient,
  refuseLoginClient,
  withoutTouch,
} from './clients.ts';
import { areApplicationsClients, createGrantProblem, type Grant, requireMember, requireValue } from './grant.ts';

/** Accepts an access key, a service account or, in versions that allow it, an application (RFC 6749, 4.4). */
export const clientCredentialsGrant: Grant = {
  redeem: async (request, context) => {
    const { challenge } = request.client;
    const id = requireValue(request, 'clientID', request.client.id);
    const secret = requireValue(request, 'clientSecret', request.client.secret);
    const presented = { id, secret, challenge };
    const application = await findApplicationClient(context, id);
    const candidate =
      (await findAccessKeyClient(context, id)) ??
      (await findServiceAccountClient(context, id)) ??
      (areApplicationsClients(request, context) ? application : null);
    if (candidate !== null) return authenticateClient(context, candidate, presented);
    await refuseLoginClient(context, request, presented);
    // The secret is checked first: without it, a client must not learn whether the application exists.
    const granted = await authenticateClient(context, withoutTouch(application), presented);
    throw createGrantProblem(request, context, granted);
  },
};

/**
 * Accepts the secret of an application, which is identified by its name or client id. Also accepts access keys and
 * service accounts, because the official Python client uses this grant for all clients.
 */
export const appTokenGrant: Grant = {
  redeem: async (request, context) => {
    const id = requireMember(request, 'appID');
    const secret = requireMember(request, 'appSecret');
    const candidate =
      (await findApplicationClient(context, id)) ??
      (await findAccessKeyClient(context, id)) ??
      (await findServiceAccountClient(context, id));
    if (candidate === null) await refuseLoginClient(context, request, { id, secret });
    return authenticateClient(context, candidate, { id, secret });
  },
};
