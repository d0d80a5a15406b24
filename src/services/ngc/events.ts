import type { ServiceDefinition, WorldEvent } from '../../service.ts';

/** What happened by itself: edited policies began to count, and keys ran out. */
export const events: NonNullable<ServiceDefinition['events']> = async ({ ngcKeys }, from, to) => {
  const [effective, expired] = await Promise.all([
    ngcKeys.effectiveBetween(from, to),
    ngcKeys.expiredBetween(from, to),
  ]);
  return [
    ...effective.map(
      ({ keyId, version, effectiveAt }): WorldEvent => ({ at: effectiveAt, kind: 'policy.effective', keyId, version }),
    ),
    ...expired.map(({ keyId, expiresAt }): WorldEvent => ({ at: expiresAt, kind: 'key.expired', keyId })),
  ];
};
