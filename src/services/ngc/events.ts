import type { ServiceState, WorldEvent } from '../../contract/service.ts';
import { ngcKeysIn } from '../ngc-keys/index.ts';

/** Scheduled events: edited policies that take effect, and keys that expire. */
export const events: NonNullable<ServiceState['events']> = async (store, from, to, limit) => {
  const ngcKeys = ngcKeysIn(store);
  const [effective, expired] = await Promise.all([
    ngcKeys.listEffectiveBetween(from, to, limit),
    ngcKeys.listExpiredBetween(from, to, limit),
  ]);
  return [
    ...effective.map(
      ({ keyId, version, effectiveAt }): WorldEvent => ({ at: effectiveAt, kind: 'policy.effective', keyId, version }),
    ),
    ...expired.map(({ keyId, expiresAt }): WorldEvent => ({ at: expiresAt, kind: 'key.expired', keyId })),
  ];
};
