import { readValue, useLoaded } from '../../parts/loaded.tsx';
import type { Identity } from '../../state/identities.ts';
import { readUnbound } from '../../state/keys.ts';

/** Returns what a service key is bound to, which depends on its services if it has no resource; undefined for others. */
export function useBinding({ binding, key }: Identity): string | undefined {
  const unbound = useLoaded(
    async () => (binding === null ? readUnbound(key?.services ?? []) : ''),
    [binding, key?.services.join()],
  );
  return binding === null ? readValue(unbound, '…') : binding;
}
