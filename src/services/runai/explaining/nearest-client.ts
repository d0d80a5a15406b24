import type { FindCredential } from '../../../contract/service.ts';
import { findNear } from '../../../lib/nearest.ts';
import { accessKeysIn } from '../collections/access-keys.ts';
import { identitiesIn } from '../collections/identities.ts';
import { oauthClientsIn } from '../collections/oauth-clients.ts';

/** Finds the existing client id that is most similar to an unknown client id; null if none is similar. */
export const findNearestClient: FindCredential = async ({ presented }, context) => {
  const { store } = context;
  const unknownId = presented.flatMap((credential) => (credential.kind === 'client' ? credential.clientId : []))[0];
  if (unknownId === undefined) return null;
  const [keys, applications, accounts, oauthClients] = await Promise.all([
    accessKeysIn(store).all({}),
    identitiesIn(store).all('application'),
    identitiesIn(store).all('service-account'),
    oauthClientsIn(context).all(),
  ]);
  const clientIds = [...keys, ...applications, ...accounts, ...oauthClients].flatMap(({ clientId }) => clientId ?? []);
  return findNear(unknownId, [...new Set(clientIds)]) ?? null;
};
