import type { ServiceDefinition, WorldEvent } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import type { Ports } from '../services/index.ts';
import type { Instant } from '../time/clock.ts';

/** Returns the first events in `(from, to]` that happen without a request, earliest first. */
export async function listEvents(
  services: readonly ServiceDefinition[],
  world: World,
  from: Instant,
  to: Instant,
  limit: number,
): ReturnType<Ports['listEvents']> {
  const { store } = world;
  const serviceEvents = await Promise.all(
    // One more than the limit shows whether there are more.
    services.map((service) => service.state.events?.(store, from, to, limit + 1) ?? []),
  );
  const unordered = [...serviceEvents.flat(), ...listFaultEnds(world, from, to), ...listTokenExpiries(world, from, to)];
  const events = unordered.sort((a, b) => a.at - b.at);
  return { events: events.slice(0, limit), more: events.length > limit };
}

/** Returns the faults that end by themselves in `(from, to]`. */
function listFaultEnds({ faults }: World, from: Instant, to: Instant): readonly WorldEvent[] {
  return faults
    .listInForce()
    .flatMap(({ id, until: at }) =>
      at === null || at <= from || at > to ? [] : [{ at, kind: 'fault.ended', fault: id }],
    );
}

/** Returns the access tokens that expire in `(from, to]`, only the newest of each principal. */
function listTokenExpiries({ activityLog: { journal } }: World, from: Instant, to: Instant): readonly WorldEvent[] {
  return [...journal.listTokenExpiries()]
    .filter(([, at]) => at > from && at <= to)
    .map(([subject, at]) => ({ at, kind: 'access-token.expired', subject }));
}
