import type { FindOther } from '../../contract/service.ts';
import { findNear } from '../../core/nearest.ts';
import { accessKeysIn } from './collections/access-keys.ts';
import { identitiesIn } from './collections/identities.ts';
import { oauthClientsIn } from './collections/oauth-clients.ts';

/** The existing client id that an unknown one most probably stands for. */
export const findNearestClient: FindOther = async ({ presented }, context) => {
  const { store } = context;
  const given = presented.flatMap((one) => (one.kind === 'client' ? one.clientId : []))[0];
  if (given === undefined) return null;
  const [keys, applications, accounts, clients] = await Promise.all([
    accessKeysIn(store).all({}),
    identitiesIn(store).all('application'),
    identitiesIn(store).all('service-account'),
    oauthClientsIn(context).all(),
  ]);
  const known = [...keys, ...applications, ...accounts].flatMap(({ clientId }) => clientId ?? []);
  return findNear(given, [...new Set([...known, ...clients.map(({ clientId }) => clientId)])]) ?? null;
};
