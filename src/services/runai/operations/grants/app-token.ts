import {
  authenticateClient,
  findAccessKeyClient,
  findApplicationClient,
  findServiceAccountClient,
  refuseLoginClient,
} from './clients.ts';
import { type Grant, requireMember } from './grant.ts';

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
