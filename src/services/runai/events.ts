import type { ServiceDefinition, WorldEvent } from '../../service.ts';

/** What happened by itself: refresh tokens that nobody used ran out. */
export const events: NonNullable<ServiceDefinition['events']> = async (store, from, to) => {
  const expired = await store.grants.expiredBetween(from, to);
  return expired.map(
    ({ subject, expiresAt }): WorldEvent => ({ at: expiresAt, kind: 'refresh-token.expired', subject }),
  );
};
