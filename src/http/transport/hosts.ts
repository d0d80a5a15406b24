import type { ServiceHost } from '../../contract/service.ts';
import type { Route } from '../in-flight.ts';
import { type Mounted, routeOfHost } from '../mount.ts';
import type { FindDestination } from './leading.ts';

/** A host that belongs to a service, with the route for all of its requests. */
interface OwnedHost {
  readonly host: ServiceHost;
  readonly route: Route;
}

/** Finds where requests go by their host name, whatever their path. */
export function hostsOf(mounted: readonly Mounted[]): FindDestination {
  const owned = mounted.flatMap((one): OwnedHost[] =>
    (one.service.hosts ?? []).map((host) => ({ host, route: routeOfHost(host, one) })),
  );
  return (raw) => {
    const name = (raw.headers.host ?? '').toLowerCase();
    for (const { host, route } of owned) {
      const match = host.pattern.exec(name);
      // The query is for whoever answers behind the host.
      if (match !== null) return { route, params: { ...match.groups }, readsQuery: false };
    }
    return null;
  };
}
