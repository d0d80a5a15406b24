import { findNear } from '../../config/nearest.ts';
import type { FindOther } from '../../contract/service.ts';

/** The client id that was probably meant by one that nobody has. */
export const findNearestClient: FindOther = async ({ presented }, { store }) => {
  const given = presented.flatMap((one) => (one.kind === 'client' ? one.clientId : []))[0];
  if (given === undefined) return null;
  const [keys, applications, accounts, clients] = await Promise.all([
    store.accessKeys.all({}),
    store.identities.all('application'),
    store.identities.all('service-account'),
    store.oauthClients.all(),
  ]);
  const known = [...keys, ...applications, ...accounts].flatMap(({ clientId }) => clientId ?? []);
  return findNear(given, [...new Set([...known, ...clients.map(({ clientId }) => clientId)])]) ?? null;
};
