import type { ServiceDefinition, WorldEvent } from '../../contract/service.ts';

/** What happens by itself: unused refresh tokens expire. */
export const events: NonNullable<ServiceDefinition['events']> = async (store, from, to, limit) => {
  const expired = await store.grants.expiredBetween(from, to, limit);
  return expired.map(
    ({ subject, expiresAt }): WorldEvent => ({ at: expiresAt, kind: 'refresh-token.expired', subject }),
  );
};
