import { END_OF_TIME, rfc3339 } from '../../../core/clock.ts';
import { DURATION_FORMS, formatDuration, parseDuration } from '../../../core/duration.ts';
import { Problem } from '../../../core/problem.ts';
import type { Handler } from '../../../service.ts';
import type { Ports } from '../ports.ts';

/** What can be asked, health, what is running, who is who, the clock, and starting over. */
export function worldOperations(ports: Ports) {
  const listCalls: Handler = () => ({ status: 200, body: { calls: ports.calls(), documentation: '/docs' } });

  /** It lives while it answers; it is ready while what it is told is kept. */
  const getHealth: Handler = ({ store, findings, query, now }) => {
    const fault = store.fault();
    if (fault === null) return { status: 200, body: { status: 'ready' } };
    findings.report('storage', fault, now);
    if (query['ready'] !== undefined) throw new Problem('storage_failing', fault);
    return { status: 200, body: { status: 'waiting', detail: fault } };
  };

  const getInfo: Handler = async ({ world }) => ({ status: 200, body: await ports.info(world) });

  const getCast: Handler = async ({ world }) => ({ status: 200, body: await ports.cast(world) });

  const resetWorld: Handler = async ({ world }) => {
    await world.reset();
    return { status: 200, body: { status: 'reset', now: rfc3339(world.clock.now()) } };
  };

  const getClock: Handler = ({ world, now }) => ({
    status: 200,
    body: { now: rfc3339(now), ahead: formatDuration(world.clock.ahead) },
  });

  const advanceClock: Handler = async ({ world, body, now }) => {
    const { by } = body as { by: string };
    const milliseconds = parseDuration(by);
    if (milliseconds === null) throw new Problem('invalid_request', `Field \`by\` must be ${DURATION_FORMS}.`);
    if (now + milliseconds > END_OF_TIME) {
      throw new Problem('invalid_request', 'Field `by` leads beyond the year 9998; expected a shorter duration.');
    }
    const { from, to } = await world.clock.advance(milliseconds);
    const { events } = await ports.events(world, from, to, Number.MAX_SAFE_INTEGER);
    return {
      status: 200,
      body: { now: rfc3339(world.clock.now()), events: events.map((event) => ({ ...event, at: rfc3339(event.at) })) },
    };
  };

  return {
    list_calls: listCalls,
    get_health: getHealth,
    get_info: getInfo,
    get_cast: getCast,
    reset_world: resetWorld,
    get_clock: getClock,
    advance_clock: advanceClock,
  };
}
