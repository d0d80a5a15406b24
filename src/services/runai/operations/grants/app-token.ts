import {
  authenticateClient,
  findAccessKeyClient,
  findApplicationClient,
  findServiceAccountClient,
  refuseLoginClient,
} from './clients.ts';
import { type Grant, requireMember } from './grant.ts';

/** Accepts applications by name or client id, and other clients: the official Python client sends all of them here. */
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
