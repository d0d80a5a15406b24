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
  const unordered = [...serviceEvents.flat(), ...listDrillEnds(world, from, to), ...listTokenExpiries(world, from, to)];
  const events = unordered.sort((a, b) => a.at - b.at);
  return { events: events.slice(0, limit), more: events.length > limit };
}

/** Returns the drills that end by themselves in `(from, to]`. */
function listDrillEnds({ faults }: World, from: Instant, to: Instant): readonly WorldEvent[] {
  const ends = new Map<string, Instant>();
  for (const { drill, until } of faults.list()) {
    if (drill !== null && until !== null && until > from && until <= to) ends.set(drill, until);
  }
  return [...ends].map(([drill, at]) => ({ at, kind: 'drill.ended', drill }));
}

/** Returns the access tokens that expire in `(from, to]`, only the newest of each principal. */
function listTokenExpiries({ activityLog: { journal } }: World, from: Instant, to: Instant): readonly WorldEvent[] {
  return [...journal.listTokenExpiries()]
    .filter(([, at]) => at > from && at <= to)
    .map(([subject, at]) => ({ at, kind: 'access-token.expired', subject }));
}
