import type { ServiceDefinition, WorldEvent } from '../../contract/service.ts';
import { grantsIn } from './collections/grants.ts';

/** Scheduled events: unused refresh tokens expire. */
export const events: NonNullable<ServiceDefinition['events']> = async (store, from, to, limit) => {
  const expired = await grantsIn(store).expiredBetween(from, to, limit);
  return expired.map(
    ({ subject, expiresAt }): WorldEvent => ({ at: expiresAt, kind: 'refresh-token.expired', subject }),
  );
};
