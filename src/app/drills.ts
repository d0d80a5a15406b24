import type { Arrival } from '../contract/request.ts';
import type { ServiceDefinition, WorldEvent } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import type { Instant } from '../core/clock.ts';
import type { Ports } from '../services/index.ts';

/** The drills of all services. */
export function drillsOf(services: readonly ServiceDefinition[]): ReturnType<Ports['drills']> {
  return services.flatMap((service) =>
    (service.drills ?? []).map((drill) => ({
      service: service.name,
      drill,
      find: async (context: Arrival, who: string) => (await service.impersonate?.(context, who, context.now)) ?? null,
    })),
  );
}

/** Drills that end by themselves in `(from, to]`. */
export function endsOfDrills({ faults }: World, from: Instant, to: Instant): readonly WorldEvent[] {
  const ends = new Map<string, Instant>();
  for (const { drill, until } of faults.list()) {
    if (drill !== null && until !== null && until > from && until <= to) ends.set(drill, until);
  }
  return [...ends].map(([drill, at]) => ({ at, kind: 'drill.ended', drill }));
}
